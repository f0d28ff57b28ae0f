"""Convolutions over very small maps: another way to the same numbers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from modelpick.models.architectures.small_maps import Convolution3


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 2), (3, 1), (4, 4), (3, 4), (7, 5)])
def test_numbers_and_gradients_are_those_of_torch(size: tuple[int, int], bias: bool, stride: int) -> None:
    torch.manual_seed(0)
    mine = Convolution3(5, 6, stride=stride, bias=bias).double()
    theirs = nn.Conv2d(5, 6, 3, stride=stride, padding=1, bias=bias).double()
    theirs.load_state_dict(mine.state_dict())
    given = [torch.randn(3, 5, *size, dtype=torch.float64).requires_grad_() for _ in range(2)]
    given[1].data.copy_(given[0].data)
    found = [net(x) for net, x in zip((mine, theirs), given, strict=True)]
    torch.testing.assert_close(found[0], found[1])
    share = torch.randn_like(found[0])
    for sums in found:
        sums.backward(share)
    torch.testing.assert_close(given[0].grad, given[1].grad)
    for ours, own in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, own.grad)


def test_a_map_without_numbers_has_its_shape_all_the_same() -> None:
    net = Convolution3(5, 6, stride=2).to("meta")
    assert net(torch.empty(3, 5, 3, 3, device="meta")).shape == (3, 6, 2, 2)
