"""What an epoch is told by: cost and accuracy over batches while it learned, and over rows that are only measured."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from modelpick.models.batches import Batch
from modelpick.models.costs import Cost


def running_sums(losses: Tensor, outputs: Tensor, batch: Batch) -> Tensor:
    """Loss and right answers of a batch, weighted, and its weight: added up without waiting for a GPU."""
    right = (outputs.argmax(1) == batch.targets.argmax(1)).to(losses.dtype)
    if batch.weights is None:
        return torch.stack([losses.sum(), right.sum(), torch.full_like(losses[0], len(losses))])
    return torch.stack([(losses * batch.weights).sum(), (right * batch.weights).sum(), batch.weights.sum()])


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
