"""Deals rows into folds: whole groups together, the classes and the rows as even as that allows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def deal(strata: NDArray[np.intp], folds: int, seed: int, groups: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
    """The fold of each row, from 0.

    Without groups no two folds differ by more than one row, in all and of each class. With groups the larger ones are
    dealt first, each to the fold that has least of its classes, and single rows fill up what is missing.

    Args:
        strata: Shape (rows,): the class of each row as a number from 0; all 0 where there are none.
        groups: Shape (rows,): rows of one number stay together.
    """
    rng = np.random.default_rng(seed)
    rows, classes = len(strata), int(strata.max(initial=0)) + 1
    fold_of = np.full(rows, -1, dtype=np.intp)
    filled = np.zeros((folds, classes), dtype=np.intp)
    luck = rng.permutation(folds)
    single = np.ones(rows, dtype=bool)
    if groups is not None:
        number, sizes = np.unique(groups, return_inverse=True, return_counts=True)[1:]
        single = sizes[number] == 1
        _deal_groups(strata, number, sizes, fold_of, filled, luck, rng)
    for label in rng.permutation(classes):
        members = rng.permutation(np.flatnonzero(single & (strata == label)))
        give = _pour(len(members), filled[:, label], filled.sum(axis=1), luck)
        fold_of[members] = np.repeat(np.arange(folds), give)
        filled[:, label] += give
    return fold_of


def held_out(strata: NDArray[np.intp], share: float, seed: int, groups: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """About a share of the rows, sorted, in whole groups; each class keeps a row outside. None where none are so.

    Arguments as of `deal`.
    """
    folds = min(max(2, round(1 / share)), len(np.unique(groups)))
    if folds < 2:
        return None
    dealt = deal(strata, folds, seed, groups)
    counts = np.zeros((folds, int(strata.max(initial=0)) + 1), dtype=np.intp)
    np.add.at(counts, (dealt, strata), 1)
    sizes, whole = counts.sum(axis=1), counts.sum(axis=0)
    fits = (sizes > 0) & ((counts < whole) | (whole == 0)).all(axis=1)
    if not fits.any():
        return None
    distance = np.where(fits, np.abs(sizes - share * len(strata)), np.inf)
    return np.flatnonzero(dealt == distance.argmin())


def _deal_groups(
    strata: NDArray[np.intp],
    number: NDArray[np.intp],
    sizes: NDArray[np.intp],
    fold_of: NDArray[np.intp],
    filled: NDArray[np.intp],
    luck: NDArray[np.intp],
    rng: np.random.Generator,
) -> None:
    """Deals the groups of several rows, the largest first; fills in `fold_of` and `filled`."""
    share = 1 / np.maximum(np.bincount(strata, minlength=filled.shape[1]), 1)
    of_groups, starts = np.argsort(number, kind="stable"), np.cumsum(sizes) - sizes
    order = rng.permutation(len(sizes))
    for group in order[np.argsort(-sizes[order], kind="stable")]:
        if sizes[group] == 1:
            break
        rows = of_groups[starts[group] : starts[group] + sizes[group]]
        counts = np.bincount(strata[rows], minlength=filled.shape[1])
        fold = np.lexsort((luck, filled.sum(axis=1), filled @ (counts * share)))[0]
        fold_of[rows] = fold
        filled[fold] += counts


def _pour(rows: int, level: NDArray[np.intp], totals: NDArray[np.intp], luck: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many of `rows` each fold gets so that the levels end as even as possible, the lowest totals first."""
    height, lowest_first = int(level.min()), np.sort(level)
    # The height up to which the folds can be filled: that of as many of the lowest as the rows reach.
    for count in range(1, len(level) + 1):
        reach = (rows + int(lowest_first[:count].sum())) // count
        if count == len(level) or reach <= lowest_first[count]:
            height = max(height, reach)
            break
    give = np.maximum(0, height - level)
    left = rows - int(give.sum())
    last = np.lexsort((luck, totals + give, level + give))[:left]
    give[last] += 1
    return give
