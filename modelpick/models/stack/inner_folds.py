"""The inner folds of a stack: which training rows are left out in turn, to weigh the members by their answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modelpick.data.folds import deal, held_out
from modelpick.data.time_order import latest, windows
from modelpick.models.stack.recipe import Plan
from modelpick.models.stack.training_set import TrainingSet

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows that an inner fold learns from, and those that it is measured on."""


def inner_folds(given: TrainingSet, plan: Plan) -> list[Fold]:
    """The inner folds: in the order of time, or groups whole where there are two of them, else drawn."""
    if not plan.folds:
        return []
    if given.times is not None:
        return _folds_of_time(given, given.times, plan)
    by_group = None if given.groups is None else _folds_of_groups(given, given.groups, plan)
    everything = np.arange(len(given.features))
    held = _drawn_folds(given, plan) if by_group is None else by_group
    return [(np.setdiff1d(everything, rows, assume_unique=True), rows) for rows in held]


def _folds_of_time(given: TrainingSet, times: NDArray[np.float64], plan: Plan) -> list[Fold]:
    """Windows of time, or the latest rows where one part is held out; measured on classes that were learned."""
    codes = np.zeros(len(times), dtype=np.intp) if given.codes is None else given.codes
    if plan.folds == 1:
        held = latest(times, plan.held / len(times), codes)
        return [] if held is None else [(np.setdiff1d(np.arange(len(times)), held), held)]
    found = []
    for train, later in windows(times, plan.folds):
        held = later[np.isin(codes[later], codes[train])]
        if len(held) and (not given.classes or len(np.unique(codes[train])) > 1):
            found.append((train, held))
    return found


def _drawn_folds(given: TrainingSet, plan: Plan) -> list[NDArray[np.intp]]:
    """Rows left out in each fold, the classes in proportion."""
    rng = np.random.default_rng([given.seed, 7])
    rows = len(given.features)
    order = rng.permutation(rows)
    if given.codes is not None:
        order = order[np.argsort(given.codes[order], kind="stable")]
    parts = plan.folds if plan.folds > 1 else -(-rows // plan.held)
    place = np.empty(rows, dtype=np.intp)
    place[order] = np.arange(rows) % parts
    return [np.flatnonzero(place == part) for part in range(plan.folds)]


def _folds_of_groups(given: TrainingSet, groups: NDArray[np.intp], plan: Plan) -> list[NDArray[np.intp]] | None:
    strata = np.zeros(len(groups), dtype=np.intp) if given.codes is None else given.codes
    if plan.folds == 1:
        held = held_out(strata, plan.held / len(groups), given.seed, groups)
        return None if held is None else [held]
    folds = min(plan.folds, len(np.unique(groups)))
    if folds < 2:
        return None
    dealt = deal(strata, folds, given.seed, groups)
    return [np.flatnonzero(dealt == fold) for fold in range(folds)]
