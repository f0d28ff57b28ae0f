"""LeNet-5: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition (1998).

Two forms, doi:10.1109/5.726791. `LeNet5Paper` follows the paper: a second convolution whose maps see only some of the
six below (its table I), sub-sampling with a trainable factor and bias a map, the scaled tanh, and fixed codes of +1
and -1 as output, from which the distance counts: 60,000 numbers are trained. The paper drew the codes of the digits
by hand as small pictures and says that random ones would do; these are random, so that any classes have some.
`LeNet5` is the form that is common today: a dense second convolution, ReLU, maximum pooling, a linear output: 61,706.

Input: one grey image of 32 x 32. Adaptations: smaller and larger images are scaled to that by whoever gives them;
colour images keep three channels (`LeNet5`: 300 weights more).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

TABLE_I: tuple[tuple[int, ...], ...] = (
    *(tuple(sorted((i + k) % 6 for k in range(3))) for i in range(6)),
    *(tuple(sorted((i + k) % 6 for k in range(4))) for i in range(6)),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)
"""Which of the six maps of S2 each of the 16 maps of C3 sees."""

_CODE = 84


class LeNet5(nn.Module):
    """The common form of today."""

    def __init__(self, classes: int, channels: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, 32, 32) -> the last layer's sums, (rows, classes)."""
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.relu(self.fc1(x.flatten(1)))
        return cast(Tensor, self.fc3(torch.relu(self.fc2(x))))


def squash(x: Tensor) -> Tensor:
    """The paper's sigmoid, 1.7159 tanh(2/3 x), which leaves +1 and -1 where they are."""
    return 1.7159 * torch.tanh(x * (2 / 3))


class SubSampling(nn.Module):
    """The sum of each 2 x 2 square, times a factor, plus a bias; both are trained, one pair a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(maps, 1, 1))
        self.bias = nn.Parameter(torch.empty(maps))

    def forward(self, x: Tensor) -> Tensor:
        """(rows, maps, h, w) -> (rows, maps, h/2, w/2)."""
        return 4 * nn.functional.avg_pool2d(x, 2) * self.weight + self.bias[:, None, None]


class SparseConvolution(nn.Module):
    """C3: 5 x 5 filters for the 60 pairs of maps that `TABLE_I` joins, 1,516 numbers with the biases."""

    place: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(sum(map(len, TABLE_I)), 5, 5))
        self.bias = nn.Parameter(torch.empty(len(TABLE_I)))
        self.register_buffer("place", torch.empty(len(self.weight), dtype=torch.int64), persistent=False)

    def reset_buffers(self) -> None:
        """Which of the 16 x 6 pairs each filter joins."""
        pairs = [6 * map_ + below for map_, maps in enumerate(TABLE_I) for below in maps]
        self.place.copy_(torch.tensor(pairs, device="cpu"))

    def forward(self, x: Tensor) -> Tensor:
        """(rows, 6, h, w) -> (rows, 16, h-4, w-4)."""
        empty = self.weight.new_zeros(16 * 6, 5, 5)
        dense = empty.index_copy(0, self.place, self.weight).view(16, 6, 5, 5)
        return nn.functional.conv2d(x, dense, self.bias)


class LeNet5Paper(nn.Module):
    """As in the paper. Its sums are the negative squared distances from the classes' codes."""

    codes: Tensor

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = SubSampling(6)
        self.c3 = SparseConvolution()
        self.s4 = SubSampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, _CODE)
        self.register_buffer("codes", torch.empty(classes, _CODE), persistent=False)

    def reset_buffers(self) -> None:
        """The codes: always the same for so many classes, +1 or -1 with equal chances."""
        stream = torch.Generator().manual_seed(1998)
        chances = torch.rand(self.codes.shape, generator=stream, device="cpu")
        self.codes.copy_(torch.where(chances < 0.5, -1.0, 1.0))

    def forward(self, x: Tensor) -> Tensor:
        """(rows, 1, 32, 32) -> (rows, classes)."""
        x = squash(self.s2(squash(self.c1(x))))
        x = squash(self.s4(squash(self.c3(x))))
        x = squash(self.f6(squash(self.c5(x)).flatten(1)))
        return -(x[:, None, :] - self.codes).square().sum(2)
