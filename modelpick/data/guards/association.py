"""How much of the target one column alone tells, out of fold. numpy; scikit-learn's trees for the few best columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.guards.view import FOLDS, View
from modelpick.data.table import Column

_BEST = 20
"""Columns of numbers that are examined closely after one pass over all."""
_FEW_VALUES = 64
"""Numbers with so few different values are looked up like categories; a tree has as many leaves at most."""
_CELLS = 4_000_000
_HOPELESS = 0.3
"""A column that removes less of the error in the first fold is not examined further."""


def errors_removed(view: View, columns: tuple[Column, ...]) -> dict[str, float]:
    """Column -> the share of the baseline's error that it alone removes out of fold: 1 tells all, 0 nothing.

    The baseline answers the most frequent class or the mean; errors are wrong rows, or squared distances. A column of
    words answers by its value, one of numbers by a tree of at most 64 leaves; a missing cell is a value. Of many
    columns of numbers one pass picks the 20 that are worth a tree; the others are not in the answer.
    """
    problem = Problem(view)
    if problem.baseline <= 0:
        return {}
    removed = {}
    trees = []
    for column in columns:
        if column.values.dtype != object:
            trees.append(column)
        else:
            removed[column.name] = problem.by_value(_codes(column.values[view.sample]))
    for column in _promising(view, trees):
        cells = column.values[view.sample]
        different, codes = np.unique(cells, return_inverse=True)
        removed[column.name] = problem.by_value(codes) if len(different) <= _FEW_VALUES else problem.by_tree(cells)
    return removed


def _codes(cells: NDArray[Any]) -> NDArray[np.intp]:
    known: dict[str | None, int] = {}
    return np.fromiter((known.setdefault(cell, len(known)) for cell in cells), dtype=np.intp, count=len(cells))


class Problem:
    """The sampled rows of a view with their targets and folds, and the error that a baseline makes on them."""

    def __init__(self, view: View) -> None:
        self.y = view.sampled_target
        self.folds = view.folds
        self.classes = len(view.dataset.classes) if view.dataset.task == "classification" else 0
        self.by_fold = np.zeros(FOLDS)
        for fold in range(FOLDS):
            held, rest = self.y[self.folds == fold], self.y[self.folds != fold]
            if len(held) and len(rest):
                self.by_fold[fold] = self._error(held, self._constant(rest))
        self.baseline = float(self.by_fold.sum())

    def _constant(self, y: NDArray[np.float64]) -> float:
        return float(np.bincount(y.astype(np.intp)).argmax()) if self.classes else float(y.mean())

    def _error(self, y: NDArray[np.float64], answers: NDArray[np.float64] | float) -> float:
        return float((y != answers).sum() if self.classes else ((y - answers) ** 2).sum())

    def removed(self, error: float) -> float:
        """The share of the baseline's error that is gone."""
        return 1 - error / self.baseline

    def by_value(self, codes: NDArray[np.intp]) -> float:
        """Each value answers with what it had in the other folds: its most frequent class, or its mean."""
        codes = codes - codes.min()
        times = np.bincount(codes)
        often = times > 1
        codes = np.where(often[codes], np.cumsum(often)[codes], 0)  # what comes once is never known from other folds
        error = 0.0
        for fold in range(FOLDS):
            held = self.folds == fold
            if not held.any() or held.all():
                continue
            answers = self._answers(codes[~held], self.y[~held], int(codes.max()) + 1)
            error += self._error(self.y[held], answers[codes[held]])
        return self.removed(error)

    def _answers(self, codes: NDArray[np.intp], y: NDArray[np.float64], values: int) -> NDArray[np.float64]:
        seen = np.bincount(codes, minlength=values)
        constant = self._constant(y)
        if not self.classes:
            means = np.bincount(codes, y, minlength=values) / np.maximum(seen, 1)
            return np.where(seen > 0, means, constant)
        pairs, times = np.unique(codes * self.classes + y.astype(np.intp), return_counts=True)
        order = np.argsort(times, kind="stable")  # of several classes of one value the most frequent is written last
        answers = np.full(values, constant)
        answers[pairs[order] // self.classes] = pairs[order] % self.classes
        return answers

    def by_tree(self, cells: NDArray[np.float64]) -> float:
        """A tree on this column alone; a column that fails in the first fold is given up."""
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        X = np.where(np.isnan(cells), np.nanmin(cells) - 1, cells)[:, None]
        X = np.clip(X, -1e38, 1e38).astype(np.float32)  # as trees compute
        error = 0.0
        if 2 * self.classes > len(self.y):  # hardly two rows of a class: there is nothing to split by
            return 0.0
        kind = DecisionTreeClassifier if self.classes else DecisionTreeRegressor
        for fold in range(FOLDS):
            held = self.folds == fold
            if not held.any() or held.all():
                continue
            tree = kind(max_leaf_nodes=_FEW_VALUES, random_state=0)
            tree.fit(X[~held], self.y[~held], check_input=False)
            missed = self._error(self.y[held], tree.predict(X[held], check_input=False))
            if self.by_fold[fold] and 1 - missed / self.by_fold[fold] < _HOPELESS:
                return 1 - missed / float(self.by_fold[fold])
            error += missed
        return self.removed(error)


def _promising(view: View, columns: list[Column]) -> list[Column]:
    """The columns whose bins of equally many rows tell most, by one pass over the sorted sample."""
    if len(columns) <= _BEST:
        return columns
    y = view.sampled_target
    step = max(1, _CELLS // max(1, len(y)))
    scores = np.concatenate(
        [_bin_scores(_matrix(view, columns[j : j + step]), y, view) for j in range(0, len(columns), step)]
    )
    return [columns[j] for j in np.argsort(-scores, kind="stable")[:_BEST]]


def _matrix(view: View, columns: list[Column]) -> NDArray[np.float64]:
    return np.stack([column.values[view.sample] for column in columns], axis=1)


def _bin_scores(X: NDArray[np.float64], y: NDArray[np.float64], view: View) -> NDArray[np.float64]:
    """Chi-square of bins and classes, which sees rare classes too, or squares that bins explain; shape (columns,)."""
    rows = len(X)
    starts = np.linspace(0, rows, int(np.clip(rows // 8, 2, 32)), endpoint=False).astype(np.intp)
    ordered = y[np.argsort(X, axis=0, kind="stable")]
    sizes = np.diff(np.append(starts, rows))[:, None]
    if view.dataset.task == "regression":
        sums = np.add.reduceat(ordered - y.mean(), starts, axis=0)
        return (sums**2 / sizes).sum(axis=0)  # type: ignore[no-any-return]
    total = np.zeros(X.shape[1])
    for label in range(len(view.dataset.classes)):
        share = float((y == label).mean())
        if share:
            counts = np.add.reduceat((ordered == label).astype(np.float64), starts, axis=0)
            total += ((counts - sizes * share) ** 2 / (sizes * share)).sum(axis=0)
    return total


def rank_correlations(view: View, columns: tuple[Column, ...]) -> dict[str, float]:
    """Column -> Spearman's correlation with a numeric target; of many columns the 20 that look strongest."""
    numbers = [column for column in columns if column.values.dtype != object]
    if view.dataset.task != "regression" or not numbers:
        return {}
    if len(numbers) > _BEST:
        y = _centred_ranks(view.sampled_target[:, None])
        step = max(1, _CELLS // max(1, len(y)))
        scores = np.concatenate(
            [
                np.abs((_centred_ranks(_matrix(view, numbers[j : j + step])) * y).sum(axis=0))
                for j in range(0, len(numbers), step)
            ]
        )
        numbers = [numbers[j] for j in np.argsort(-scores, kind="stable")[:_BEST]]
    return {column.name: _spearman(column.values[view.sample], view.sampled_target) for column in numbers}


def _centred_ranks(X: NDArray[np.float64]) -> NDArray[np.float64]:
    ranks = np.empty(X.shape)
    np.put_along_axis(ranks, np.argsort(X, axis=0, kind="stable"), np.arange(len(X), dtype=np.float64)[:, None], axis=0)
    return np.where(np.isnan(X), 0, ranks - (len(X) - 1) / 2)


def _spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    from scipy.stats import rankdata

    present = ~np.isnan(x)
    if present.sum() < 20 or 2 * present.sum() < len(x):
        return 0.0
    a, b = rankdata(x[present]), rankdata(y[present])
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / length if length else 0.0
