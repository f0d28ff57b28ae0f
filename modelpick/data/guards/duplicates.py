"""Guards of rows that a model cannot tell apart, and the groups that keep them on one side of every split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset
from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.view import View
from modelpick.data.row_hashes import row_keys
from modelpick.data.table import Table
from modelpick.findings import Finding, Severity

_SHARE = 0.01
"""A smaller share of equal rows changes no score that could be told."""
_UNAVOIDABLE = 0.02
"""Contradictions that matter: of what always answering the most frequent class gets wrong."""


def duplicate_groups(dataset: Dataset) -> NDArray[np.intp] | None:
    """A number for each row, shape (rows,), the same for rows whose features are all equal.

    Splits keep the rows of a group on one side, or a model is tested on what it learned by heart. None where no two
    rows are equal.
    """
    if isinstance(dataset.features, Table) and not dataset.features.kinds:
        return None
    different, groups = np.unique(row_keys(dataset.features), return_inverse=True)
    return None if len(different) == dataset.rows else groups.astype(np.intp)


def _duplicates(view: View) -> Iterator[Finding]:
    if not view.comparable:
        return
    different, counts = np.unique(view.keys, return_counts=True)
    rows = view.dataset.rows
    repeats = rows - len(different)
    if repeats < max(2, _SHARE * rows):
        return
    most = np.flatnonzero(view.keys == different[counts.argmax()])
    sides = "equal rows are kept on one side of every split"
    if view.dataset.groups is not None or view.dataset.times is not None:
        by = "time" if view.dataset.groups is None else "groups"
        sides = f"the splits go by {by}, and equal rows may stand on both sides"
    message = (
        f"{repeats:,} of {rows:,} rows ({100 * repeats / rows:.0f} %) have the same features as an earlier row, one "
        f"combination {counts.max():,} times; {sides}"
    )
    advice = "take them out if they were entered twice; if values are just coarse they are honest and may stay"
    yield finding("duplicate-rows", Severity.LOW, message, advice, [view.rows_of_target(most)])


def _contradictions(view: View) -> Iterator[Finding]:
    """Equal features with different targets bound what any model can reach."""
    if not view.comparable:
        return
    rows = view.dataset.rows
    _, group = np.unique(view.keys, return_inverse=True)
    size = np.bincount(group)
    if view.dataset.task == "regression":
        mean = np.bincount(group, view.target) / size
        rest = float(((view.target - mean[group]) ** 2).sum())
        total = float(((view.target - view.target.mean()) ** 2).sum())
        if total <= 0 or rest < _UNAVOIDABLE * total:
            return
        low, high = np.full(len(size), np.inf), np.full(len(size), -np.inf)
        np.minimum.at(low, group, view.target)
        np.maximum.at(high, group, view.target)
        mixed = high > low
        bound = f"no model can explain more than {100 * (1 - rest / total):.0f} % of its variance"
    else:
        pairs, times = np.unique(np.stack([group, view.target.astype(np.intp)]), axis=1, return_counts=True)
        best = np.zeros(len(size), dtype=np.intp)
        np.maximum.at(best, pairs[0], times)
        mixed = best < size
        wrong = rows - int(best.sum())
        easy = rows - int(np.bincount(view.target.astype(np.intp)).max())
        if wrong < max(2, _UNAVOIDABLE * easy):
            return
        bound = f"any model must answer {wrong:,} of them wrongly"
    affected = int(size[mixed].sum())
    message = (
        f"{affected:,} rows ({100 * affected / rows:.0f} %) have the same features as rows with another "
        f"`{view.dataset.target_name}`: {bound}"
    )
    example = int(np.flatnonzero(mixed)[size[mixed].argmax()])
    advice = "add a column that tells them apart, or correct what was entered wrongly"
    evidence = [view.rows_of_target(np.flatnonzero(group == example))]
    yield finding("contradicting-rows", Severity.LOW, message, advice, evidence)


DUPLICATES = Guard(id="duplicate-rows", severity=Severity.LOW, run=_duplicates)
CONTRADICTIONS = Guard(id="contradicting-rows", severity=Severity.LOW, run=_contradictions)
