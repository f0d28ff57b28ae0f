"""What training makes small: cross-entropy (categorical, binary), MSE and RMSE, from a network's last sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from modelpick.models.mlp import MLP


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost: the loss of each row, and whether the root of their mean is taken.

    Attributes:
        rows: (network, its sums, targets) -> the loss of each row, shape (rows,). Targets have the sums' shape: 0
            and 1 for classes, else numbers.
        root: The cost of a batch is the root of its mean loss.
    """

    rows: Callable[[MLP, Tensor, Tensor], Tensor]
    root: bool = False

    def of(self, losses: Tensor, weights: Tensor | None) -> Tensor:
        """The cost of a batch: the mean of its rows' losses, weighted where weights are given."""
        mean = losses.mean() if weights is None else (losses * weights).sum() / weights.sum()
        if not self.root:
            return mean
        return mean.clamp_min(torch.finfo(mean.dtype).tiny).sqrt()  # at 0 the root has no gradient


def _cross_entropy(net: MLP, sums: Tensor, targets: Tensor) -> Tensor:
    return -(targets * torch.log_softmax(sums, dim=1)).sum(dim=1)


def _binary_cross_entropy(net: MLP, sums: Tensor, targets: Tensor) -> Tensor:
    return (torch.nn.functional.softplus(sums) - sums * targets).sum(dim=1)


def _squared_error(net: MLP, sums: Tensor, targets: Tensor) -> Tensor:
    answers = net.outputs(sums) if isinstance(net, MLP) else sums  # architectures answer with their sums
    return (answers - targets).square().mean(dim=1)


def _perceptron(net: MLP, sums: Tensor, targets: Tensor) -> Tensor:
    """How far a sum is on the wrong side; its gradient is Rosenblatt's rule, (step(sum) - target) times the input."""
    return (((sums > 0).to(sums.dtype) - targets) * sums).sum(dim=1)


COSTS: dict[str, Cost] = {
    "cross-entropy": Cost(_cross_entropy),
    "binary-cross-entropy": Cost(_binary_cross_entropy),
    "mse": Cost(_squared_error),
    "rmse": Cost(_squared_error, root=True),
    "perceptron": Cost(_perceptron),
}
"""Name -> cost. The first two are computed from the sums, which is exact where a probability is next to 0 or 1."""
