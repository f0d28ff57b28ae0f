"""VGG: Simonyan, Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition (arXiv:1409.1556).

Configurations A, B, D and E of the paper (11, 13, 16, 19 layers with weights), without batch normalisation as there,
or with it, as torchvision offers them too. torchvision's names; parameters as in its weights. The paper started the
deep ones from trained shallow ones; here weights start as torchvision's do (He's rule), which needs no such help.

Adaptation: the last maps are averaged to 7 x 7, as in the usual weights. Below 224 pixels they are smaller, one square
at 32 x 32, the smallest; then the first dense layer takes them as they are. Smaller images are enlarged to 32 x 32.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from modelpick.models.architectures.layers import Dropout
from modelpick.models.architectures.small_maps import Convolution3

DEPTHS: dict[int, tuple[int, ...]] = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""Layers with weights -> how many convolutions stand before each halving of the image."""

_WIDTHS = (64, 128, 256, 512, 512)


class VGG(nn.Module):
    """One of the configurations, by its count of layers with weights."""

    def __init__(
        self,
        classes: int,
        layers: int,
        *,
        batch_norm: bool = False,
        channels: int = 3,
        size: int = 224,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        for depth, width in zip(DEPTHS[layers], _WIDTHS, strict=True):
            for _ in range(depth):
                steps.append(Convolution3(channels, width, bias=True))
                if batch_norm:
                    steps.append(nn.BatchNorm2d(width))
                steps.append(nn.ReLU(inplace=True))
                channels = width
            steps.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*steps)
        side = min(7, size // 32)
        self.avgpool = nn.AdaptiveAvgPool2d(side)
        self.classifier = nn.Sequential(
            nn.Linear(512 * side * side, 4096),
            nn.ReLU(inplace=True),
            Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            Dropout(dropout),
            nn.Linear(4096, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, size, size) -> (rows, classes)."""
        return cast(Tensor, self.classifier(self.avgpool(self.features(x)).flatten(1)))
