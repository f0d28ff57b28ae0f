"""The plan of a comparison: which rows stay untouched, how the others train and test, and by which rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset
from modelpick.data.folds import deal
from modelpick.data.plan_rule import FEW_FOLDS, REASONS, SplitOptions, checked, no_order, none_left, rule
from modelpick.data.plan_words import Way, rule_words
from modelpick.data.splits import Ratio, Split, three_way_splits
from modelpick.data.time_order import cut, latest, windows
from modelpick.errors import AnswerIsNo

UNTOUCHED = 0.1
"""Share of the rows that is set aside first and opened once, at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which rows train, validate and test.

    Attributes:
        splits: Of the comparison, in order, repeat by repeat; each covers the rows outside the untouched part. In
            cross-validation no rows validate: a candidate that stops early holds out some of its training rows.
        rest: The rows outside the untouched part, sorted: what is saved is fitted on all of them.
        test: The untouched rows, sorted: what is saved is measured there, once.
        way: `folds`, `shares` (such as 8:1:1), `groups` (each group tests once) or `time` (windows that grow).
        folds: Test parts in one repeat; None for shares.
        ratio: Of shares; None otherwise.
        seeds: One for each repeat.
        pool: How many rows outside the untouched part may test; the others only train.
        known: How many rows are in no test part, for a given model was trained on them.
        groups: Shape (rows of the dataset,): rows of one number are on one side of every split; None: all differ.
        apart: How many rows take no part: beside an official test part, those that equal one of its rows or share its
            groups; in the order of time, those that are as late as the untouched rows and may not be among them.
        rule: What was done, and `reason` why, in words.
    """

    splits: tuple[Split, ...]
    rest: NDArray[np.intp]
    test: NDArray[np.intp]
    way: Way
    folds: int | None
    ratio: Ratio | None
    seeds: tuple[int, ...]
    pool: int
    known: int = 0
    groups: NDArray[np.intp] | None = None
    apart: int = 0
    rule: str
    reason: str

    @property
    def repeats(self) -> int:
        """How often the rows were split anew."""
        return len(self.seeds)

    @property
    def test_rows(self) -> float:
        """Rows in the test part of a split, on average."""
        return float(np.mean([len(split.test) for split in self.splits]))

    @property
    def overlap(self) -> float:
        """How alike the splits are, as the ratio rho / (1 - rho) that the corrected resampled t asks for.

        n_test / n_train or, where the test rows come from a small pool, the share of the pool that is tested at a
        time against the rest of it; infinite where the whole pool is tested each time.
        """
        tested = self.test_rows
        trained = float(np.mean([len(split.train) for split in self.splits]))
        left = self.pool - tested
        return max(tested / trained, tested / left if left > 0 else math.inf)


def plan(
    dataset: Dataset,
    options: SplitOptions | None = None,
    *,
    alike: NDArray[np.intp] | None = None,
    known: NDArray[np.bool_] | None = None,
    heavy: bool = False,
) -> Plan:
    """The plan for these rows.

    Args:
        alike: Shape (rows,): equal rows bear the same number and stay on one side; None: all rows differ. Groups and
            an order in time go before.
        known: True for rows on which a given model was trained: neither they nor their group are in any test part.
        heavy: An architecture or a fine-tuning takes part, for which ten folds would take too long.

    Raises:
        UsageError: Options that exclude each other, or are out of range.
        AnswerIsNo: Too few rows, groups or moments to split, or none that are unknown to the given models.
    """
    asked = checked(options or SplitOptions(), dataset)
    maker = _Maker(dataset, asked, alike, np.zeros(dataset.rows, dtype=bool) if known is None else known)
    test = maker.untouched()
    rows = dataset.rows - len(test)
    chosen, reason = rule(asked, rows, heavy or dataset.kind != "table", dataset.kind)
    made = maker.splits(chosen, test)
    reason = REASONS.get(made.way, reason)
    return replace(made, rule=rule_words(dataset, made, maker.why_together), reason=reason)


class _Maker:
    """Builds the parts of a plan for one dataset."""

    def __init__(
        self, dataset: Dataset, asked: SplitOptions, alike: NDArray[np.intp] | None, known: NDArray[np.bool_]
    ) -> None:
        self.dataset = dataset
        self.seed = asked.seed
        self.strata = np.zeros(dataset.rows, dtype=np.intp)
        if dataset.task == "classification":
            self.strata = np.unique(dataset.target.astype(str), return_inverse=True)[1].astype(np.intp)
        self.groups = dataset.groups
        if dataset.groups is not None:
            known = np.isin(dataset.groups, dataset.groups[known])
        elif alike is not None and dataset.times is None and len(np.unique(alike)) < dataset.rows:
            self.groups = alike
        self.known = known

    @property
    def why_together(self) -> str | None:
        """`groups` or `equal rows`, where some rows stay together."""
        if self.groups is None:
            return None
        return "groups" if self.dataset.groups is not None else "equal rows"

    def untouched(self) -> NDArray[np.intp]:
        """The rows of the test part, sorted."""
        dataset, free = self.dataset, ~self.known
        if dataset.test_rows is not None:
            found = np.flatnonzero(dataset.test_rows & free)
            if not len(found):
                raise none_left()
            return found
        free &= self._spare(2)
        rows = np.flatnonzero(free)
        if not self.known.all() and dataset.rows < 3:
            raise AnswerIsNo(f"{dataset.rows} rows cannot be split into train and test", "collect more rows")
        if not len(rows):
            raise none_left() if self.known.any() else self._too_small()
        if dataset.times is not None:
            return self._latest(rows, UNTOUCHED)
        return self._tenth(rows, UNTOUCHED, self.seed)

    def splits(self, chosen: SplitOptions, test: NDArray[np.intp]) -> Plan:
        """The splits of all rows outside the test part."""
        outside = np.ones(self.dataset.rows, dtype=bool)
        outside[test] = False
        apart = self._apart(test)
        outside &= ~apart
        if self.dataset.test_rows is not None:
            outside &= ~self.dataset.test_rows  # those that a given model knows take no part at all
        rest = np.flatnonzero(outside)
        seeds = tuple(range(chosen.seed, chosen.seed + (chosen.repeats or 1)))
        may_test = np.flatnonzero(outside & ~self.known & self._spare(1, outside))
        if not len(may_test):
            raise none_left() if self.known.any() else self._too_small()
        way: Way = "folds" if chosen.ratio is None else "shares"
        folds = chosen.folds
        if self.dataset.times is not None:
            way = "time"
            made = self._windows(rest, chosen)
            folds, seeds = len(made), seeds[:1]
        elif chosen.ratio is not None:
            made = self._shares(rest, may_test, chosen.ratio, seeds)
        else:
            count = len(may_test) if self.groups is None else len(np.unique(self.groups[may_test]))
            if count <= (folds or 0) and self.dataset.groups is not None:
                way, seeds = "groups", seeds[:1]
            folds = min(folds or 0, count)
            if folds < 2:
                raise AnswerIsNo(
                    "too few groups are left to train on one and test on another",
                    "give data with at least 3 groups, or leave `--group` out",
                )
            made = self._folds(rest, may_test, folds, seeds)
        self._check_classes(made)
        return Plan(
            splits=tuple(made),
            rest=rest,
            test=test,
            way=way,
            folds=folds if way != "shares" else None,
            ratio=chosen.ratio,
            seeds=seeds,
            pool=len(may_test),
            known=int(self.known.sum()),
            groups=self.groups,
            apart=int(apart.sum()),
            rule="",
            reason="",
        )

    # --- parts ---

    def _apart(self, test: NDArray[np.intp]) -> NDArray[np.bool_]:
        """True for rows outside the test part that may not train: those that belong together with one of an official
        one, and those that are as late as the untouched ones (the last of a rare class, or known to a given model).
        """
        official, times = self.dataset.test_rows, self.dataset.times
        found: NDArray[np.bool_] = np.zeros(self.dataset.rows, dtype=bool)
        if official is None and times is not None:
            found = times >= times[test].min()
            found[test] = False
        elif official is not None and self.groups is not None:
            found = np.isin(self.groups, self.groups[test]) & ~official
            if found.sum() == (~official).sum():
                why, way_out = "equals a test row", ""
                if self.dataset.groups is not None:
                    why, way_out = "bears a group of the test part", ", or leave `--group` out"
                raise AnswerIsNo(f"no row is left to train on: each {why}", f"give a test part of other rows{way_out}")
        return found

    def _spare(self, keep: int, within: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """True for the rows of classes that have more than `keep` rows: the others must train."""
        if self.dataset.task == "regression":
            return np.ones(self.dataset.rows, dtype=bool)
        counts = np.bincount(self.strata if within is None else self.strata[within], minlength=self.strata.max() + 1)
        return counts[self.strata] > keep

    def _tenth(self, rows: NDArray[np.intp], share: float, seed: int, least: int = 3) -> NDArray[np.intp]:
        """About a share of `rows`, as one of equal folds: the one whose size is nearest.

        Args:
            least: Of so many groups at least, for the other parts need groups too.
        """
        groups = None if self.groups is None else self.groups[rows]
        count = len(rows) if groups is None else len(np.unique(groups))
        folds = min(max(2, round(1 / share)), count)
        if folds < 2 or (self.dataset.groups is not None and count < least):
            raise self._too_small()
        dealt = deal(_dense(self.strata[rows]), folds, seed, groups)
        sizes = np.bincount(dealt, minlength=folds)
        return np.sort(rows[dealt == np.abs(sizes - share * len(rows)).argmin()])

    def _latest(self, rows: NDArray[np.intp], share: float) -> NDArray[np.intp]:
        found = latest(self._times()[rows], share)
        if found is None:
            raise no_order()
        return rows[found]

    def _times(self) -> NDArray[np.float64]:
        times = self.dataset.times
        if times is None:
            raise RuntimeError("the rows have no order in time")
        return times

    def _folds(
        self, rest: NDArray[np.intp], may_test: NDArray[np.intp], folds: int, seeds: Sequence[int]
    ) -> list[Split]:
        made: list[Split] = []
        groups = None if self.groups is None else self.groups[may_test]
        for seed in seeds:
            dealt = deal(_dense(self.strata[may_test]), folds, seed, groups)
            for fold in range(folds):
                test = may_test[dealt == fold]
                made.append(_split(rest, test, seed=self.seed + len(made)))
        return made

    def _shares(
        self, rest: NDArray[np.intp], may_test: NDArray[np.intp], ratio: Ratio, seeds: Sequence[int]
    ) -> list[Split]:
        if self.groups is None:
            pool = np.isin(rest, may_test)
            found = three_way_splits(
                self.dataset.target[rest], task=self.dataset.task, ratio=ratio, seeds=seeds, test_pool=pool
            )
            return [
                Split(train=rest[s.train], validation=rest[s.validation], test=rest[s.test], seed=s.seed) for s in found
            ]
        made: list[Split] = []
        for seed in seeds:
            test = self._tenth(may_test, min(0.5, ratio[2] / sum(ratio)), seed)
            left = np.setdiff1d(rest, test)
            validation = self._tenth(left, min(0.5, ratio[1] / (ratio[0] + ratio[1])), seed, least=2)
            made.append(_split(rest, test, validation, seed=seed))
        return made

    def _windows(self, rest: NDArray[np.intp], chosen: SplitOptions) -> list[Split]:
        """Each window trains on all rows before a moment and tests on those from there to the next."""
        at, free = self._times()[rest], ~self.known[rest]
        if chosen.ratio is not None:
            ordered, whole = np.sort(at[free]), sum(chosen.ratio)
            cuts = [cut(ordered, chosen.ratio[0] / whole), cut(ordered, 1 - chosen.ratio[2] / whole)]
            if cuts[0] is None or cuts[1] is None or cuts[0] >= cuts[1]:
                raise no_order()
            early, middle, test = rest[at < cuts[0]], rest[(at >= cuts[0]) & (at < cuts[1])], rest[at >= cuts[1]]
            return [Split(train=early, validation=middle, test=test[~self.known[test]], seed=chosen.seed)]
        made: list[Split] = []
        for earlier, later in windows(at, chosen.folds or FEW_FOLDS):
            before, test = rest[earlier], rest[later]
            test = test[~self.known[test]]
            enough = self.dataset.task == "regression" or len(np.unique(self.strata[before])) > 1
            if len(test) and enough:
                made.append(_split(np.union1d(before, test), test, seed=self.seed + len(made)))
        if not made:
            raise no_order()
        return made

    # --- refusals ---

    def _check_classes(self, splits: Sequence[Split]) -> None:
        if self.dataset.task == "regression":
            return
        for split in splits:
            if len(np.unique(self.strata[split.train])) < 2:
                raise AnswerIsNo(
                    "a split leaves rows of a single class to train on",
                    "collect more rows, or give another `--group`, `--time` or `--folds`",
                )

    def _too_small(self) -> AnswerIsNo:
        if self.dataset.groups is not None:
            return AnswerIsNo(
                f"{len(np.unique(self.dataset.groups))} groups are too few for a part that stays untouched and all the "
                "others",
                "cross-validation (`--folds 2`) needs at least 3 groups and `--split` 4; or leave `--group` out",
            )
        return AnswerIsNo(
            f"{self.dataset.rows} rows in {self.strata.max() + 1} classes cannot be split so that each class stays in "
            "train",
            "collect more rows of the small classes, or leave these classes out",
        )


def _split(
    rows: NDArray[np.intp], test: NDArray[np.intp], validation: NDArray[np.intp] | None = None, *, seed: int
) -> Split:
    held = np.empty(0, dtype=np.intp) if validation is None else np.sort(validation)
    train = np.setdiff1d(rows, np.concatenate([test, held]), assume_unique=True)
    if not len(train):
        raise AnswerIsNo("a split leaves no row to train on", "collect more rows, or give fewer `--folds`")
    return Split(train=np.sort(train), validation=held, test=np.sort(test), seed=seed)


def _dense(strata: NDArray[np.intp]) -> NDArray[np.intp]:
    """The same classes, numbered without gaps."""
    return np.unique(strata, return_inverse=True)[1].astype(np.intp)
