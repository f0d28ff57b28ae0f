"""The one split of a lesson: eight tenths to learn from, a tenth to look at after each epoch, a tenth for the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset
from modelpick.data.folds import deal
from modelpick.data.plan import Plan, plan
from modelpick.data.plan_rule import SplitOptions
from modelpick.data.splits import Split

_PARTS = 9
"""Of the rows outside the test part one of so many validates."""


def lesson_plan(dataset: Dataset, seed: int, *, alike: NDArray[np.intp] | None = None) -> Plan:
    """The plan of one training: its test part is the one that a comparison leaves untouched, too.

    Groups, equal rows, the order in time and an official test part are kept as in a comparison.

    Args:
        alike: As of `plan`.

    Raises:
        UsageError, AnswerIsNo: As of `plan`.
    """
    planned = plan(dataset, SplitOptions(ratio=(8.0, 1.0, 1.0), repeats=1, seed=seed), alike=alike)
    first, groups = planned.splits[0], alike if dataset.groups is None else dataset.groups
    if dataset.times is not None:
        train, validation = first.train, np.union1d(first.validation, first.test)
    else:
        strata = _strata(dataset, planned.rest)
        count = len(planned.rest) if groups is None else len(np.unique(groups[planned.rest]))
        folds = min(_PARTS, count)
        dealt = deal(strata, folds, seed, None if groups is None else groups[planned.rest])
        sizes = np.bincount(dealt, minlength=folds)
        held = dealt == np.abs(sizes - len(planned.rest) / _PARTS).argmin()
        held &= ~_needed_to_train(strata, held)
        train, validation = planned.rest[~held], planned.rest[held]
    split = Split(train=np.sort(train), validation=np.sort(validation), test=planned.test, seed=seed)
    counts = [len(part) for part in (split.train, split.validation, split.test)]
    return replace(planned, splits=(split,), rest=split.train, rule=_words(counts))


def _strata(dataset: Dataset, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    if dataset.task == "regression":
        return np.zeros(len(rows), dtype=np.intp)
    return np.unique(dataset.target[rows].astype(str), return_inverse=True)[1].astype(np.intp)


def _needed_to_train(strata: NDArray[np.intp], held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows of classes that would have no row left to train on."""
    left = np.bincount(strata[~held], minlength=int(strata.max()) + 1)
    lost: NDArray[np.bool_] = left[strata] == 0
    return lost


def _words(counts: Sequence[int]) -> str:
    train, validation, test = (f"{count:,}" for count in counts)
    return f"One split for the lesson: {train} rows train, {validation} validate, {test} test."
