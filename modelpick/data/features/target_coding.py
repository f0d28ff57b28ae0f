"""Categories as the mean target of their training rows.

The mean of a category with few rows is drawn to that of all rows: (sum + m * mean of all) / (rows + m), the empirical
Bayes form of Micci-Barreca (2001, SIGKDD Explorations 3(1):27-32). m is the variance within categories over the
variance between them, by the moments of the one-way random model (Searle, Casella and McCulloch 1992, "Variance
Components", section 3.6): a column that tells nothing, or whose every value is unique, becomes a constant.

A training row's own label must not come back to it as a feature, so its features are the means of the other folds'
rows; new rows get the means of all training rows. Folds hold whole groups where rows belong together. Where rows have
an order in time, a row's features are the means of earlier rows, as they will be for new ones; the first rows, which
have none before them, get the one mean of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.data.features.categories import count_unseen, places
from modelpick.data.folds import deal
from modelpick.data.table import ColumnKind, Table
from modelpick.data.time_order import windows

Floats = NDArray[np.float64]

_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetCoding:
    """What was learned about a category.

    Attributes:
        outputs: Class names (of two classes the second alone), or the target's name for regression.
        means: Shape (categories + 1, outputs); the last row is for missing values.
        overall: Shape (outputs,): of all training rows, for unseen categories.
    """

    column_kind: ClassVar[ColumnKind] = "category"
    name: str
    categories: tuple[str, ...]
    outputs: tuple[str, ...]
    means: Floats
    overall: Floats

    @property
    def columns(self) -> tuple[str, ...]:
        """The one that it takes."""
        return (self.name,)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the columns of numbers that it makes."""
        return tuple(f"{self.name} (mean of {output})" for output in self.outputs)

    @property
    def marks(self) -> NDArray[np.bool_]:
        """None: a missing value is a category of its own."""
        return np.zeros(len(self.outputs), dtype=bool)

    def values(self, table: Table) -> Floats:
        """The means, shape (rows, outputs), as for rows that were not trained on."""
        known = len(self.categories)
        index = places(table.codes(self.name), self.categories, known + 1, known)
        means: Floats = np.vstack([self.means, self.overall])[index]
        return means

    def unseen(self, table: Table) -> dict[str, int]:
        """Rows with a category that no training row had."""
        return count_unseen(table, self.name, self.categories)

    def to_dict(self) -> dict[str, Any]:
        """In JSON types."""
        return {
            "kind": "target",
            "name": self.name,
            "categories": list(self.categories),
            "outputs": list(self.outputs),
            "means": self.means.ravel().tolist(),
            "overall": self.overall.tolist(),
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> TargetCoding:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        name = reading.word(entry, "name")
        categories = reading.names_list(entry.get("categories"), f"the categories of `{name}`")
        outputs = reading.names_list(entry.get("outputs"), f"the outputs of `{name}`")
        means = reading.numbers(entry.get("means"), f"a mean of `{name}`", (len(categories) + 1) * len(outputs))
        overall = reading.numbers(entry.get("overall"), f"a mean of `{name}`", len(outputs))
        return cls(
            name=name,
            categories=categories,
            outputs=outputs,
            means=means.reshape(len(categories) + 1, len(outputs)),
            overall=overall,
        )


Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows whose means are learned, none where there are none before; and those that get them as features."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """A target as numbers.

    Attributes:
        values: Shape (rows, outputs): 1 for the rows of a class, or the number itself.
        outputs: Names of the outputs.
        folds: Each row gets its features in one of them.
    """

    values: Floats
    outputs: tuple[str, ...]
    folds: tuple[Fold, ...]


def target_numbers(
    y: NDArray[Any], groups: NDArray[np.intp] | None = None, times: NDArray[np.float64] | None = None
) -> Targets:
    """A target of class names (any kind of array but of floats) or numbers, in folds drawn with a fixed seed.

    Args:
        groups: Shape (rows,): rows of one number are in one fold; None: all are their own.
        times: Shape (rows,): the folds are windows, each learned from earlier rows; None: the rows have no order.
    """
    target = np.asarray(y)
    if target.dtype.kind == "f":
        folds = _folds(np.zeros(len(target), dtype=np.intp), groups, times)
        return Targets(target.astype(np.float64)[:, None], ("target",), folds)
    names, codes = np.unique(target.astype(str), return_inverse=True)
    folds = _folds(codes.astype(np.intp), groups, times)
    outputs = tuple(map(str, names))
    values = (codes[:, None] == np.arange(len(names))).astype(np.float64)
    return Targets(values[:, 1:], outputs[1:], folds) if len(names) == 2 else Targets(values, outputs, folds)


def _folds(
    codes: NDArray[np.intp], groups: NDArray[np.intp] | None, times: NDArray[np.float64] | None
) -> tuple[Fold, ...]:
    """In the order of time, unless all rows are of one moment; else whole groups; else the classes spread evenly."""
    rows = len(codes)
    ordered = [] if times is None else windows(times, _FOLDS)
    if ordered:
        return ((np.empty(0, dtype=np.intp), ordered[0][0]), *ordered)
    if groups is not None:
        fold_of = deal(codes, min(_FOLDS, len(np.unique(groups))), 0, groups)
    else:
        order = np.random.default_rng(0).permutation(rows)
        fold_of = np.empty(rows, dtype=np.intp)
        fold_of[order[np.argsort(codes[order], kind="stable")]] = np.arange(rows) % _FOLDS
    folds = ((np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)) for fold in range(_FOLDS))
    return tuple((others, inside) for others, inside in folds if len(inside))


def fit_target_coding(table: Table, name: str, targets: Targets) -> tuple[TargetCoding, Floats]:
    """Learns the means of a column's categories.

    Returns:
        The step, and the training rows' own numbers, shape (rows, outputs), each from the rows of other folds.
    """
    codes = table.codes(name)
    # Only the categories of these rows: the sums must not hang on what stands in other rows of the table, by a bit.
    present = np.unique(codes.codes[codes.codes >= 0])
    index = np.where(codes.codes < 0, len(present), np.searchsorted(present, codes.codes)).astype(np.intp)
    width = len(present) + 1
    means, overall = _means(index, targets.values, width)
    own = np.empty_like(targets.values)
    for others, inside in targets.folds:
        if len(others):
            own[inside] = _means(index[others], targets.values[others], width)[0][index[inside]]
        else:
            own[inside] = targets.values[inside].mean(axis=0)
    step = TargetCoding(
        name=name,
        categories=tuple(codes.values[i] for i in present),
        outputs=targets.outputs,
        means=means,
        overall=overall,
    )
    return step, own


def _means(index: NDArray[np.intp], values: Floats, width: int) -> tuple[Floats, Floats]:
    """Drawn-in means of the categories 0 to `width` - 1, shape (width, outputs), and the mean of all rows."""
    rows, outputs = values.shape
    counts = np.bincount(index, minlength=width).astype(np.float64)
    overall: Floats = values.mean(axis=0)
    centred = values - overall
    sums = np.column_stack([np.bincount(index, weights=centred[:, k], minlength=width) for k in range(outputs)])
    groups = int((counts > 0).sum())
    if groups < 2 or groups == rows:
        return np.tile(overall, (width, 1)), overall
    between = (sums**2 / np.maximum(counts, 1)[:, None]).sum(axis=0)
    within = np.maximum((centred**2).sum(axis=0) - between, 0) / (rows - groups)
    typical = (rows - (counts**2).sum() / rows) / (groups - 1)
    spread = (between / (groups - 1) - within) / typical
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        drawn = np.where(spread > 0, sums / (counts[:, None] + within / spread), 0.0)
    return overall + np.nan_to_num(drawn), overall
