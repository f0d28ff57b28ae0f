"""What an epoch is told by: cost and accuracy over batches while it learned, and over rows that are only measured."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from modelpick.models.batches import Batch
from modelpick.models.costs import Cost


class Running:
    """Loss and accuracy of the rows of an epoch as they were learned from, added up at its end.

    A batch only leaves three numbers a row: adding them up there and then would be many small kernels on a GPU.
    """

    def __init__(self) -> None:
        self._losses: list[Tensor] = []
        self._right: list[Tensor] = []
        self._weights: list[Tensor] = []

    def add(self, losses: Tensor, outputs: Tensor, batch: Batch) -> None:
        """Takes a batch's losses, shape (rows,), and sums, shape (rows, classes)."""
        self._losses.append(losses)
        self._right.append(outputs.argmax(1) == batch.targets.argmax(1))
        if batch.weights is not None:
            self._weights.append(batch.weights)

    def means(self) -> tuple[float, float]:
        """Mean loss and accuracy, weighted as the rows are."""
        losses, right = torch.cat(self._losses), torch.cat(self._right).to(self._losses[0].dtype)
        weights = torch.cat(self._weights) if self._weights else torch.ones_like(losses)
        loss, score, weight = torch.stack([(losses * weights).sum(), (right * weights).sum(), weights.sum()]).tolist()
        return loss / weight, score / weight


def cost_and_score(
    net: nn.Module, cost: Cost, sums: Tensor, targets: Tensor, given: Tensor | None
) -> tuple[float, float]:
    """Cost over some rows, weighted by `given`, and accuracy, or R2 for regression (0 where the target is constant)."""
    loss = float(cost.of(cost.rows(net, sums, targets), given))  # type: ignore[arg-type] # the costs of classes ask no MLP
    weights = torch.ones_like(sums[:, 0]) if given is None else given
    if getattr(net, "output", "softmax") == "identity":
        centre = (weights[:, None] * targets).sum(0) / weights.sum()
        spread = float((weights[:, None] * (targets - centre).square()).sum())
        error = float((weights[:, None] * (targets - sums).square()).sum())
        return loss, 1 - error / spread if spread else 0.0
    right = (sums[:, 0] > 0) == (targets[:, 0] > 0.5) if sums.shape[1] == 1 else sums.argmax(1) == targets.argmax(1)
    return loss, float((right * weights).sum() / weights.sum())
