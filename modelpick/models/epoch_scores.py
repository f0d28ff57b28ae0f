"""What an epoch is told by: cost and accuracy over batches while it learned, and over rows that are only measured."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from modelpick.models.batches import Batch
from modelpick.models.costs import Cost


class Running:
    """Loss and score of the rows of an epoch as they were learned from, added up at its end.

    A batch only leaves a few numbers a row: adding them up there and then would be many small kernels on a GPU.
    """

    def __init__(self, net: nn.Module) -> None:
        self._of_numbers = getattr(net, "output", "softmax") == "identity"
        self._losses: list[Tensor] = []
        self._right: list[Tensor] = []
        self._answers: list[tuple[Tensor, Tensor]] = []
        self._weights: list[Tensor] = []

    def add(self, losses: Tensor, outputs: Tensor, batch: Batch) -> None:
        """Takes a batch's losses, shape (rows,), and sums, shape (rows, outputs)."""
        self._losses.append(losses)
        if self._of_numbers:
            self._answers.append((outputs, batch.targets))
        else:
            self._right.append(outputs.argmax(1) == batch.targets.argmax(1))
        if batch.weights is not None:
            self._weights.append(batch.weights)

    def means(self) -> tuple[float, float]:
        """Mean loss, and accuracy or R2, weighted as the rows are."""
        losses = torch.cat(self._losses)
        weights = torch.cat(self._weights) if self._weights else torch.ones_like(losses)
        loss = float((losses * weights).sum() / weights.sum())
        if self._of_numbers:
            outputs, targets = (torch.cat(parts) for parts in zip(*self._answers, strict=True))
            return loss, _r2(outputs, targets, weights)
        return loss, float((torch.cat(self._right) * weights).sum() / weights.sum())


def cost_and_score(
    net: nn.Module, cost: Cost, sums: Tensor, targets: Tensor, given: Tensor | None
) -> tuple[float, float]:
    """Cost over some rows, weighted by `given`, and accuracy, or R2 for regression (0 where the target is constant)."""
    loss = float(cost.of(cost.rows(net, sums, targets), given))  # type: ignore[arg-type] # the costs of classes ask no MLP
    weights = torch.ones_like(sums[:, 0]) if given is None else given
    if getattr(net, "output", "softmax") == "identity":
        return loss, _r2(sums, targets, weights)
    right = (sums[:, 0] > 0) == (targets[:, 0] > 0.5) if sums.shape[1] == 1 else sums.argmax(1) == targets.argmax(1)
    return loss, float((right * weights).sum() / weights.sum())


def _r2(outputs: Tensor, targets: Tensor, weights: Tensor) -> float:
    centre = (weights[:, None] * targets).sum(0) / weights.sum()
    spread = float((weights[:, None] * (targets - centre).square()).sum())
    error = float((weights[:, None] * (targets - outputs).square()).sum())
    return 1 - error / spread if spread else 0.0
