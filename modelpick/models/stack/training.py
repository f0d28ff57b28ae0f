"""From training rows to fitted stacks: members of many stacks, and of their inner folds, in two batched calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.models.batched.job import Job, NetOptions, Trained
from modelpick.models.batched.train import check_finite, sums_many, train_many
from modelpick.models.spread import mean_and_spread
from modelpick.models.stack.answer import StackMember, member_answers, mixed
from modelpick.models.stack.bins import Bins
from modelpick.models.stack.inner_folds import inner_folds
from modelpick.models.stack.recipe import CLASSIFICATION, MANY_CLASSES, REGRESSION, TINY_ROWS, Member, Plan, plan_for
from modelpick.models.stack.training_set import TrainingSet
from modelpick.models.stack.weights import temperature_of, weights_by_log_loss, weights_by_squared_error
from modelpick.progress import SILENT, Listener

_BINS = (16, 8, 4)
_MOST_BINNED = 4096
_BINNED_BYTES = 2**28
_ROUNDED = 32
"""Binned features are padded with zeros to a multiple of this, so that stacks of like tables train in one batch."""

Floats = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedStack:
    """A fitted stack over unscaled features.

    Attributes:
        mean, scale: Shape (features,), float64.
        weights: Name of a member -> its weight; also of those that were left out with 0.
        updates: Of all trainings together, those of the inner folds too.
        notes: What was decided, a sentence each.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    bins: Bins | None
    members: tuple[StackMember, ...]
    weights: dict[str, float]
    temperature: float
    target_mean: float
    target_scale: float
    classes: int
    updates: int
    notes: tuple[str, ...]

    def outputs(self, features: Floats) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), or the numbers of a regression, shape (rows,)."""
        scaled = (features - self.mean) / self.scale
        answers = mixed(self.members, self.bins, scaled, classes=self.classes, temperature=self.temperature)
        return answers if self.classes else answers[:, 0] * self.target_scale + self.target_mean


def train_stacks(
    sets: Sequence[TrainingSet], *, device: str = "cpu", threads: int | None = None, listener: Listener = SILENT
) -> list[FittedStack]:
    """Fits a stack on every set; each is the same as if it were the only one, bit for bit on the CPU.

    Raises:
        CannotFindOut: (kind `diverged`) A training that is needed ended in something that is no finite number.
    """
    prepared = [_Prepared(one) for one in sets]
    inner = [job for one in prepared for job in one.inner_jobs()]
    trained = iter(
        train_many(inner, device=device, threads=threads, listener=listener, raise_diverged=False) if inner else []
    )
    for one in prepared:
        one.weigh([next(trained) for _ in range(one.inner_count)])
    last = [job for one in prepared for job in one.last_jobs()]
    trained = iter(train_many(last, device=device, threads=threads, listener=listener) if last else [])
    return [one.finish([next(trained) for _ in range(one.last_count)]) for one in prepared]


class _Prepared:
    """One stack on its way: features scaled and binned, inner folds drawn, then weights, then the members."""

    def __init__(self, given: TrainingSet) -> None:
        self.given = given
        self.rows, self.width = given.features.shape
        self.plan: Plan = plan_for(self.rows, given.classes)
        self.mean, self.scale = _scaling(given)
        scaled = given.features if given.scaled else (given.features - self.mean) / self.scale
        self.bins = _learn_bins(scaled)
        self.plain = scaled.astype(np.float32)
        self.binned = self._binned(scaled)
        members = CLASSIFICATION if given.classes else REGRESSION
        enough = [member for member in members if self.rows >= member.least_rows]
        self.recipe = tuple(member for member in enough if self.bins is not None or not member.binned)
        self.target_mean, self.target_scale = 0.0, 1.0
        if given.numbers is not None:
            mean, spread = mean_and_spread(given.numbers)
            self.target_mean, self.target_scale = float(mean), float(spread)
        self.targets = self._targets()
        self.folds = inner_folds(given, self.plan)
        if given.times is not None:
            self.plan = replace(self.plan, folds=len(self.folds), ordered=True)
        elif self.folds and given.groups is not None:
            self.plan = replace(self.plan, folds=len(self.folds), held=len(self.folds[0][1]))
        self.weights = np.full(len(self.recipe), 1 / len(self.recipe))
        self.temperature = 1.0
        self.updates = 0
        self._held_nets: list[Trained] = []

    def _binned(self, scaled: Floats) -> NDArray[np.float32] | None:
        if self.bins is None:
            return None
        padded = np.zeros((self.rows, -(-self.bins.width // _ROUNDED) * _ROUNDED), dtype=np.float32)
        padded[:, : self.bins.width] = self.bins.transform(scaled)
        return padded

    def _targets(self) -> NDArray[np.float32]:
        if self.given.numbers is not None:
            return ((self.given.numbers - self.target_mean) / self.target_scale).astype(np.float32)[:, None]
        targets = np.zeros((self.rows, self.given.classes), dtype=np.float32)
        targets[np.arange(self.rows), self.given.codes] = 1
        return targets

    def _job(self, place: int, fold: int, rows: NDArray[np.intp]) -> Job:
        member = self.recipe[place]
        seed = np.random.SeedSequence([self.given.seed, place, fold]).generate_state(1)[0]
        features = self.binned if member.binned and self.binned is not None else self.plain
        return Job(features=features, rows=rows, targets=self.targets, seed=int(seed), options=self._options(member))

    def _options(self, member: Member) -> NetOptions:
        return NetOptions(
            hidden=member.hidden,
            activation=member.activation,
            output="softmax" if self.given.classes else "identity",
            cost="cross-entropy" if self.given.classes else "mse",
            optimizer="adamw",
            learning_rate=member.learning_rate,
            schedule="cosine",
            batch_size=self.plan.batch_size,
            epochs=self.plan.epochs,
            weight_decay=member.weight_decay,
        )

    # --- inner folds: how much each member counts ---

    @property
    def inner_count(self) -> int:
        """How many trainings the weighing takes."""
        return len(self.folds) * len(self.recipe)

    def inner_jobs(self) -> list[Job]:
        """The members on all but one inner fold, fold by fold."""
        self._inner = [
            self._job(place, fold + 1, train)
            for fold, (train, _) in enumerate(self.folds)
            for place in range(len(self.recipe))
        ]
        return self._inner

    def weigh(self, trained: Sequence[Trained]) -> None:
        """Sets the weights, and the temperature of a classification, by the answers for the rows left out."""
        if not self.folds:
            return
        self.updates += sum(one.updates for one in trained)
        lost = np.array([one.diverged for one in trained]).reshape(len(self.folds), -1).any(axis=0)
        if lost.all():
            check_finite(trained)
        held = [rows for _, rows in self.folds for _ in self.recipe]
        sums = iter(sums_many(self._inner, trained, held))
        order = np.concatenate([rows for _, rows in self.folds])
        by_fold = [[member_answers(next(sums), self.given.classes) for _ in self.recipe] for _ in self.folds]
        answers = np.stack([np.concatenate(parts) for parts in zip(*by_fold, strict=True)])  # (members, rows, outputs)
        self.weights = np.zeros(len(self.recipe))
        good = answers[~lost]
        if self.given.codes is None:
            self.weights[~lost] = weights_by_squared_error(good[:, :, 0], self.targets[order, 0].astype(np.float64))
        else:
            codes = self.given.codes[order]
            self.weights[~lost] = weights_by_log_loss(good[:, np.arange(len(order)), codes])
            self.temperature = temperature_of(np.tensordot(self.weights[~lost], good, axes=1), codes)
        if self.plan.folds == 1 and not self.plan.ordered:
            self._held_nets = list(trained)

    # --- all rows: the members that count ---

    @property
    def last_count(self) -> int:
        """How many members are trained again."""
        return 0 if self._held_nets else int((self.weights > 0).sum())

    def last_jobs(self) -> list[Job]:
        """The members that count, on all training rows; none where those of the weighing answer."""
        if self._held_nets:
            return []
        rows = np.arange(self.rows)
        return [self._job(place, 0, rows) for place in np.flatnonzero(self.weights).tolist()]

    def finish(self, trained: Sequence[Trained]) -> FittedStack:
        """The stack of the trained members."""
        self.updates += sum(one.updates for one in trained)
        nets: Iterator[Trained] = iter(trained)
        members = []
        for place, member in enumerate(self.recipe):
            if self.weights[place] > 0:
                net = self._held_nets[place] if self._held_nets else next(nets)
                members.append(self._member(member, float(self.weights[place]), net))
        used = self.bins if any(member.binned for member in members) else None
        names = [member.name for member in self.recipe]
        return FittedStack(
            mean=self.mean,
            scale=self.scale,
            bins=used,
            members=tuple(members),
            weights=dict(zip(names, self.weights.tolist(), strict=True)),
            temperature=self.temperature,
            target_mean=self.target_mean,
            target_scale=self.target_scale,
            classes=self.given.classes,
            updates=self.updates,
            notes=self._notes(),
        )

    def _member(self, member: Member, weight: float, net: Trained) -> StackMember:
        tensors = dict(net.tensors)
        if member.binned and self.bins is not None:
            tensors["layers.0.weight"] = np.ascontiguousarray(tensors["layers.0.weight"][:, : self.bins.width])
        return StackMember(
            name=member.name,
            weight=weight,
            binned=member.binned,
            activation=member.activation,
            tensors=tensors,
        )

    def _notes(self) -> tuple[str, ...]:
        notes = [f"{len(self.recipe)} networks, {self.plan.words()}"]
        if self.given.classes > MANY_CLASSES:
            notes.append(f"Fewer epochs in larger batches, for there are {self.given.classes:,} classes")
        if self.bins is not None and self.rows < TINY_ROWS:
            notes.append(f"No ReLU network over binned features below {TINY_ROWS} rows: it gains nothing there")
        if self.bins is None and self.width:
            notes.append("No member over binned features: with so many rows or columns they take too much memory")
        return tuple(notes)


def _scaling(given: TrainingSet) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    width = given.features.shape[1]
    mean, scale = np.zeros(width), np.ones(width)
    if given.scaled:
        return mean, scale
    low, high = given.features.min(axis=0), given.features.max(axis=0)
    marks = ((given.features == low) | (given.features == high)).all(axis=0) & (low >= -1) & (high <= 1)
    many = ~marks
    if many.any():
        mean[many], scale[many] = mean_and_spread(given.features[:, many])
    return mean, scale


def _learn_bins(scaled: Floats) -> Bins | None:
    """Bins, as fine as memory allows; None where even the coarsest take too much of it, or nothing has two values."""
    rows, width = scaled.shape
    most = min(_MOST_BINNED, _BINNED_BYTES // (4 * max(rows, 1)))
    if width > _MOST_BINNED or not rows:
        return None
    first = np.sort(scaled[:1000], axis=0)
    different = 1 + (first[1:] != first[:-1]).sum(axis=0)
    for count in _BINS:
        if 2 * count * int((different > 2 * count).sum()) > 3 * most:  # these alone would take too much
            continue
        bins = Bins.learn(scaled, count)
        if 0 < bins.width <= most:
            return bins
    return None
