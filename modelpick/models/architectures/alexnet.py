"""AlexNet: Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural Networks (2012).

The usual weights are not those of the paper's two columns but of one column of 64, 192, 384, 256 and 256 maps without
response normalisation (Krizhevsky, One weird trick, arXiv:1404.5997), and so is this: torchvision's names,
61,100,840 parameters at 224 x 224 and 1,000 classes. Initial weights as in the paper of 2012 (`filling.py`).

Adaptation: the last maps are averaged to 6 x 6, as in the usual weights. Images smaller than 224 leave fewer, down to
one square at 63 x 63, the smallest; then the first dense layer takes the maps as they are, for copies of one square
would only cost weights. Smaller images are enlarged to 64 x 64 first.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from modelpick.models.architectures.layers import Dropout


class AlexNet(nn.Module):
    """One column."""

    def __init__(self, classes: int, channels: int = 3, size: int = 224, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 64, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        )
        side = min(6, last_side(size))
        self.avgpool = nn.AdaptiveAvgPool2d(side)
        self.classifier = nn.Sequential(
            Dropout(dropout),
            nn.Linear(256 * side * side, 4096),
            nn.ReLU(inplace=True),
            Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, size, size) -> (rows, classes)."""
        return cast(Tensor, self.classifier(self.avgpool(self.features(x)).flatten(1)))


def last_side(size: int) -> int:
    """Squares on a side of the last maps, for an image of so many pixels on a side."""
    side = (size + 4 - 11) // 4 + 1
    for _ in range(3):
        side = (side - 3) // 2 + 1
    return side
