"""ResNet: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (arXiv:1512.03385).

Short cuts with a projection where shapes differ (the paper's option B). From 50 layers on, the stride stands in the
3 x 3 convolution and not, as in the paper, in the first 1 x 1: so it is in the weights of torchvision and timm, whose
names and shapes these are; the other place would load without an error and answer worse.

Adaptation: the stem of the paper (7 x 7 with stride 2, then pooling) stays also for small images. Images are scaled to
32 x 32 where nobody asks for more (`--side`): at 64 x 64 a step takes twice as long. The usual stem for small images
(`small_stem`: 3 x 3, no stride, no pooling) costs ten times as much on a CPU and gained nothing in tests with a few
thousand images.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from modelpick.models.architectures.small_maps import Convolution3

DEPTHS: dict[int, tuple[int, ...]] = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
"""Layers with weights -> blocks in each of the four stages."""

_WIDTHS = (64, 128, 256, 512)


class _Residual(nn.Module):
    """A few layers and the short cut around them."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.downsample: nn.Sequential | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def layers(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        short = x if self.downsample is None else self.downsample(x)
        return torch.relu_(self.layers(x) + short)


class Basic(_Residual):
    """Two 3 x 3 convolutions: ResNet-18 and 34."""

    grows = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__(inputs, width, stride)
        self.conv1 = Convolution3(inputs, width, stride=stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = Convolution3(width, width)
        self.bn2 = nn.BatchNorm2d(width)

    def layers(self, x: Tensor) -> Tensor:
        """What is added to the short cut."""
        x = torch.relu_(self.bn1(self.conv1(x)))
        return cast(Tensor, self.bn2(self.conv2(x)))


class Bottleneck(_Residual):
    """1 x 1, 3 x 3 (with the stride), 1 x 1 to four times as many maps: ResNet-50 and deeper."""

    grows = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__(inputs, 4 * width, stride)
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = Convolution3(width, width, stride=stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)

    def layers(self, x: Tensor) -> Tensor:
        """What is added to the short cut."""
        x = torch.relu_(self.bn1(self.conv1(x)))
        x = torch.relu_(self.bn2(self.conv2(x)))
        return cast(Tensor, self.bn3(self.conv3(x)))


class ResNet(nn.Module):
    """One of the paper's networks for ImageNet, by its count of layers with weights."""

    def __init__(self, classes: int, layers: int, *, channels: int = 3, small_stem: bool = False) -> None:
        super().__init__()
        block = Bottleneck if layers >= 50 else Basic
        self.small_stem = small_stem
        stem = (3, 1, 1) if small_stem else (7, 2, 3)
        self.conv1 = nn.Conv2d(channels, 64, stem[0], stride=stem[1], padding=stem[2], bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for stage, (depth, width) in enumerate(zip(DEPTHS[layers], _WIDTHS, strict=True)):
            blocks: list[nn.Module] = []
            for number in range(depth):
                blocks.append(block(inputs, width, 2 if stage and not number else 1))
                inputs = width * block.grows
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, height, width) -> (rows, classes)."""
        x = torch.relu_(self.bn1(self.conv1(x)))
        if not self.small_stem:
            x = nn.functional.max_pool2d(x, 3, 2, 1)
        for stage in (1, 2, 3, 4):
            x = cast(nn.Module, getattr(self, f"layer{stage}"))(x)
        return cast(Tensor, self.fc(x.mean((2, 3))))
