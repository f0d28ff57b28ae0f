"""Successive halving: many settings of a network for a few epochs, the better third for three times as many, and so on.

Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016 (AISTATS),
arXiv:1502.07943. The settings are measured on a fifth of the training rows; no other row is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.folds import held_out
from modelpick.data.forward import probabilities
from modelpick.data.time_order import latest
from modelpick.models.batched.job import Job, NetOptions, Trained
from modelpick.models.batched.train import sums_many, train_many
from modelpick.models.stack.recipe import plan_for
from modelpick.progress import SILENT, Listener

SETTINGS = 27
"""How many are tried; a third is left after each round."""
_ROUNDS = (9, 3, 1)
"""By what the epochs are divided in each round."""
_HELD = 5
_LEAST = 1e-6

HIDDEN: tuple[tuple[int, ...], ...] = ((), (64,), (128,), (64, 64), (128, 128), (256, 256))
ACTIVATIONS = ("relu", "tanh", "gelu")
WEIGHT_DECAYS = (0.0, 0.1, 0.3, 1.0, 3.0)
LEARNING_RATES = (1e-3, 3e-3, 1e-2)
DROPOUTS = (0.0, 0.1, 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of a search.

    Attributes:
        options: The best setting.
        loss: Of it, on the held-out rows: log loss, or the mean squared error of the scaled target.
        tried: How many settings took part.
        held: How many training rows were held out to measure them.
    """

    options: NetOptions
    loss: float
    tried: int
    held: int

    def words(self) -> str:
        """The choice in a sentence."""
        best = self.options
        layers = ", ".join(map(str, best.hidden)) or "none"
        return (
            f"chosen out of {self.tried} settings by successive halving on {self.held:,} held-out training rows: "
            f"hidden layers {layers}, {best.activation}, weight decay {best.weight_decay:g}, learning rate "
            f"{best.learning_rate:g}, dropout {best.dropout:g}, {best.epochs} epochs"
        )


def tune(
    jobs: Sequence[Job],
    *,
    groups: Sequence[NDArray[np.intp] | None] | None = None,
    times: Sequence[NDArray[np.float64] | None] | None = None,
    device: str = "cpu",
    threads: int | None = None,
    listener: Listener = SILENT,
) -> list[Tuned]:
    """Searches settings for each job, all jobs and settings of a round in one batched call.

    Args:
        jobs: As an estimator makes them; output, cost and the like stay, and the job's own validation rows are not
            looked at.
        groups: Of each job, shape (rows of its features,): rows of one number are held out together; None: no groups.
        times: Of each job, likewise: the latest rows are held out; None: no order in time.

    Raises:
        CannotFindOut: (kind `diverged`) No setting of a job could be trained.
    """
    nothing = [None] * len(jobs)
    searches = [_Search(*one) for one in zip(jobs, groups or nothing, times or nothing, strict=True)]
    for divisor in _ROUNDS:
        batch = [trial for search in searches for trial in search.trials(divisor)]
        trained = iter(train_many(batch, device=device, threads=threads, listener=listener, raise_diverged=False))
        for search in searches:
            search.keep([next(trained) for _ in search.settings])
    return [search.best() for search in searches]


class _Search:
    """One search on its way."""

    def __init__(self, job: Job, groups: NDArray[np.intp] | None, times: NDArray[np.float64] | None) -> None:
        self.job = job
        rng = np.random.default_rng([job.seed, 11])
        rows = job.training_rows
        self.held = _held_out(job, rng, groups, times)
        self.train = np.setdiff1d(rows, self.held)
        plan = plan_for(len(rows))
        self.base = replace(
            job.options,
            optimizer="adamw",
            schedule="cosine",
            epochs=plan.epochs,
            batch_size=plan.batch_size,
            early_stopping=False,
            dtype="float32",
        )
        self.settings = _draw(self.base, rng)
        self.tried = len(self.settings)
        self.losses: NDArray[np.float64] = np.zeros(len(self.settings))

    def trials(self, divisor: int) -> list[Job]:
        """A training of each setting that is left, for a part of the epochs."""
        epochs = max(1, round(self.base.epochs / divisor))
        self._trials = [
            replace(
                self.job,
                rows=self.train,
                validation_rows=None,
                options=replace(setting, epochs=epochs),
            )
            for setting in self.settings
        ]
        return self._trials

    def keep(self, trained: Sequence[Trained]) -> None:
        """Keeps the better third of the settings, best first."""
        sums = sums_many(self._trials, trained, [self.held] * len(trained))
        targets = self.job.targets[self.held]
        losses = np.array([_loss(z, targets, self.base.output) for z in sums])
        losses[[one.diverged for one in trained] | ~np.isfinite(losses)] = np.inf
        order = np.argsort(losses, kind="stable")[: max(1, len(losses) // 3)]
        self.settings = [self.settings[place] for place in order]
        self.losses = losses[order]

    def best(self) -> Tuned:
        """The setting that is left."""
        return Tuned(options=self.settings[0], loss=float(self.losses[0]), tried=self.tried, held=len(self.held))


def _draw(base: NetOptions, rng: np.random.Generator) -> list[NetOptions]:
    """Different settings, the one that was given first, where it is in the space or not."""
    drawn = [base]
    while len(drawn) < SETTINGS:
        hidden = HIDDEN[rng.integers(len(HIDDEN))]
        setting = replace(
            base,
            hidden=hidden,
            activation=ACTIVATIONS[rng.integers(len(ACTIVATIONS))] if hidden else "identity",
            weight_decay=WEIGHT_DECAYS[rng.integers(len(WEIGHT_DECAYS))],
            learning_rate=LEARNING_RATES[rng.integers(len(LEARNING_RATES))],
            dropout=DROPOUTS[rng.integers(len(DROPOUTS))] if hidden else 0.0,
        )
        if setting not in drawn:
            drawn.append(setting)
    return drawn


def _held_out(
    job: Job, rng: np.random.Generator, groups: NDArray[np.intp] | None, times: NDArray[np.float64] | None
) -> NDArray[np.intp]:
    """A fifth of the training rows: the latest, or the classes in proportion, in whole groups where that can be; at
    least one row stays to train on.
    """
    rows = rng.permutation(job.training_rows)
    code = np.zeros(len(rows), dtype=np.intp)
    if job.options.output != "identity":
        code = job.targets[rows].argmax(axis=1) if job.targets.shape[1] > 1 else job.targets[rows, 0].astype(np.intp)
        rows, code = (part[np.argsort(code, kind="stable")] for part in (rows, code))
    found = None
    if times is not None:
        found = latest(times[rows], 1 / _HELD, code)
    elif groups is not None:
        found = held_out(code, 1 / _HELD, job.seed, groups[rows])
    if found is not None:
        return np.sort(rows[found])
    held = rows[_HELD // 2 :: _HELD]
    return np.sort(held if len(held) else rows[:1])


def _loss(z: NDArray[Any], targets: NDArray[Any], output: str) -> float:
    if output == "identity":
        return float(np.square(z[:, 0].astype(np.float64) - targets[:, 0]).mean())
    classes = max(2, targets.shape[1])
    chances = probabilities(z, output, classes)
    true = targets[:, 0].astype(np.intp) if targets.shape[1] == 1 else targets.argmax(axis=1)
    return float(-np.log(np.maximum(chances[np.arange(len(true)), true], _LEAST)).mean())
