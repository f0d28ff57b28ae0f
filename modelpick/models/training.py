"""The one plain training loop: mini-batches, a forward pass, gradients by autograd, a step; told epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from math import ceil, cos, isfinite, pi
from threading import Lock

import torch
from torch import Tensor

from modelpick.data.candidate import EpochRecord
from modelpick.errors import CannotFindOut
from modelpick.models.costs import COSTS, Cost
from modelpick.models.memory import MEASURED_ROWS
from modelpick.models.mlp import MLP
from modelpick.models.optimizers import OPTIMIZERS, as_one_vector, decay_of
from modelpick.progress import SILENT, Listener

_SMALL = 2**25  # multiplications in a step: below, a second thread costs more than it brings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows to train on or to validate with.

    Attributes:
        features: Shape (rows, features), of the network's dtype and device.
        targets: Shape (rows, outputs): 0 and 1 for classes, else (scaled) numbers.
        weights: How much each row counts, shape (rows,); None: all the same.
    """

    features: Tensor
    targets: Tensor
    weights: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to train.

    `batch_size` is a number of rows. `schedule` is the way of the learning rate: `constant`, or `cosine`, down to
    nothing along half a cosine, update by update. `patience` counts epochs without a better validation loss.
    """

    cost: str
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    batch_size: int
    epochs: int
    early_stopping: bool = False
    patience: int = 10
    weight_decay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What training did: its history, the count of updates, and the epoch whose weights the network has now."""

    history: tuple[EpochRecord, ...]
    updates: int
    epoch: int


def train(
    net: MLP, rows: Rows, settings: Settings, validation: Rows | None = None, listener: Listener = SILENT
) -> Trained:
    """Trains the network in place. Its own generator orders the rows: the same seed gives the same bits.

    With early stopping, it ends once the validation loss has not improved for `patience` epochs, and the weights
    of the best epoch are put back.

    Raises:
        CannotFindOut: (kind `diverged`) The loss is no longer a finite number.
    """
    cost = COSTS[settings.cost]
    theta, gradient = as_one_vector(net)
    optimizer = OPTIMIZERS[settings.optimizer](decay_of(net, settings.weight_decay))
    total = ceil(len(rows.features) / settings.batch_size) * settings.epochs
    history: list[EpochRecord] = []
    best, best_loss, best_epoch = theta.clone(), float("inf"), 0
    updates = 0
    with (
        one_torch_thread() if theta.numel() * settings.batch_size <= _SMALL else nullcontext(),
        listener.step("training", settings.epochs, "epochs") as step,
    ):
        for epoch in range(1, settings.epochs + 1):
            net.train()
            for batch in _batches(rows, settings.batch_size, net.generator):
                gradient.zero_()
                losses = cost.rows(net, net(batch.features), batch.targets)
                cost.of(losses, batch.weights).backward()  # type: ignore[no-untyped-call]
                optimizer.step(theta, gradient, _rate(settings, updates / total))
                updates += 1
            record = _look(net, cost, epoch, rows, validation)
            history.append(record)
            step.advance()
            if settings.early_stopping and record.validation_loss is not None:
                if record.validation_loss < best_loss:
                    best_loss, best_epoch = record.validation_loss, epoch
                    best.copy_(theta)
                elif epoch - best_epoch >= settings.patience:
                    break
    if best_epoch:
        theta.copy_(best)
    return Trained(history=tuple(history), updates=updates, epoch=best_epoch or len(history))


def _rate(settings: Settings, done: float) -> float:
    if settings.schedule == "cosine":
        return settings.learning_rate * 0.5 * (1 + cos(pi * done))
    return settings.learning_rate


def _batches(rows: Rows, size: int, generator: torch.Generator) -> Iterator[Rows]:
    """The rows in a new order, batch by batch; all at once where they fit into one, in the order they have."""
    count = len(rows.features)
    if size >= count:
        yield rows
        return
    order = torch.randperm(count, generator=generator).to(rows.features.device)
    features, targets = rows.features[order], rows.targets[order]
    weights = None if rows.weights is None else rows.weights[order]
    for start in range(0, count, size):
        part = slice(start, start + size)
        taken = None if weights is None else weights[part]
        if taken is None or bool(taken.any()):  # a batch whose rows all count nothing teaches nothing
            yield Rows(features=features[part], targets=targets[part], weights=taken)


def _look(net: MLP, cost: Cost, epoch: int, rows: Rows, validation: Rows | None) -> EpochRecord:
    net.eval()
    loss, score = _measure(net, cost, rows)
    validation_loss = validation_score = None
    if validation is not None:
        validation_loss, validation_score = _measure(net, cost, validation)
    if not isfinite(loss) or (validation_loss is not None and not isfinite(validation_loss)):
        raise CannotFindOut(
            f"the training diverged: after epoch {epoch} the loss is no longer a finite number",
            "lower the learning rate (`--lr`, `learning_rate`)",
            kind="diverged",
        )
    return EpochRecord(
        epoch=epoch,
        train_loss=loss,
        train_score=score,
        validation_loss=validation_loss,
        validation_score=validation_score,
    )


@torch.no_grad()
def _measure(net: MLP, cost: Cost, rows: Rows) -> tuple[float, float]:
    """Cost over all rows, and accuracy, or R2 for regression (0 where the target is constant)."""
    sums = torch.cat([net(part) for part in torch.split(rows.features, MEASURED_ROWS)])
    loss = float(cost.of(cost.rows(net, sums, rows.targets), rows.weights))
    weights = torch.ones_like(sums[:, 0]) if rows.weights is None else rows.weights
    if net.output == "identity":
        centre = (weights[:, None] * rows.targets).sum(0) / weights.sum()
        spread = float((weights[:, None] * (rows.targets - centre).square()).sum())
        error = float((weights[:, None] * (rows.targets - sums).square()).sum())
        return loss, 1 - error / spread if spread else 0.0
    if sums.shape[1] == 1:
        right = (sums[:, 0] > 0) == (rows.targets[:, 0] > 0.5)
    else:
        right = sums.argmax(1) == rows.targets.argmax(1)
    return loss, float((right * weights).sum() / weights.sum())


_pins = Lock()
_pinned = 0
_threads_before = 0


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """One torch thread, as small networks want it; whoever ends last gives the threads back.

    On two busy cores, a second thread made such a loop 20 to 40 times slower. Enter it before anything else limits
    OpenMP: torch counts its threads there, and sets those of its own BLAS (MKL) to the same count on the way out.
    """
    global _pinned, _threads_before
    with _pins:
        if not _pinned:
            _threads_before = torch.get_num_threads()
            torch.set_num_threads(1)
        _pinned += 1
    try:
        yield
    finally:
        with _pins:
            _pinned -= 1
            if not _pinned:
                torch.set_num_threads(_threads_before)
