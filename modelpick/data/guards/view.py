"""A dataset as the guards look at it: codes, missing cells, folds and samples that several of them need, made once."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset
from modelpick.data.row_hashes import row_keys
from modelpick.data.table import Column, Table
from modelpick.findings import Evidence

FOLDS = 5
_ALL_ROWS, _SAMPLE = 50_000, 20_000
"""Up to so many rows all are examined, above it so many are drawn: they decide whether a column tells the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The cells of a column as numbers from 0, one for each different value.

    Attributes:
        codes: Shape (rows,), of the `scanned` rows; -1 where the cell is missing. Codes of numbers are in their order.
        distinct: How many different values are present.
        present: How many cells are.
    """

    codes: NDArray[np.intp]
    distinct: int
    present: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """How many cells of a column are missing, and whether the others have no, one or more (2) different values."""

    missing: int
    kinds: int


class View:
    """The rows of a dataset and what was counted over them.

    Args:
        dataset: With all its columns, before any is kept out.
        asked: Columns that the user named as text, which no guard keeps out.
    """

    def __init__(self, dataset: Dataset, asked: Collection[str] = ()) -> None:
        self.dataset = dataset
        self.asked = frozenset(asked)
        self.kept_out: frozenset[str] = frozenset()
        self.memo: dict[str, Any] = {}
        self._values: dict[str, Values] = {}
        self._cells: dict[str, Cells] = {}

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns; none where the rows are no table."""
        return self.dataset.features.columns if isinstance(self.dataset.features, Table) else ()

    @cached_property
    def seen(self) -> tuple[Column, ...]:
        """The columns that a model sees: those that no guard keeps out."""
        return tuple(column for column in self.columns if column.name not in self.kept_out)

    @cached_property
    def scanned(self) -> NDArray[np.intp]:
        """Numbers of the rows that are looked at for what a column is: all of them, or a sample in the file's order."""
        rows = self.dataset.rows
        if rows <= _ALL_ROWS:
            return np.arange(rows)
        return np.sort(np.random.default_rng(0).choice(rows, _SAMPLE, replace=False))

    def values(self, column: Column) -> Values:
        """The different values of a column in the `scanned` rows."""
        if column.name not in self._values:
            self._values[column.name] = _values(column.values[self.scanned])
        return self._values[column.name]

    def cells(self, column: Column) -> Cells:
        """What the cells of a column are like, in all rows."""
        if column.name not in self._cells:
            present = column.values[~missing(column)]
            kinds = 0 if not len(present) else 1 + bool((present != present[0]).any())
            self._cells[column.name] = Cells(missing=len(column.values) - len(present), kinds=kinds)
        return self._cells[column.name]

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """A hash of what a model sees of each row, shape (rows,): equal for equal rows."""
        table = isinstance(self.dataset.features, Table)
        return row_keys(Table(self.seen, self.dataset.rows) if table else self.dataset.features)

    @property
    def comparable(self) -> bool:
        """Whether rows can be told apart: a table without columns has none that can."""
        return bool(self.seen) or not isinstance(self.dataset.features, Table)

    @cached_property
    def sample(self) -> NDArray[np.intp]:
        """Row numbers to examine closely, ordered by the rows' own hashes: the order of the file changes nothing."""
        order = np.lexsort((self.target, self.keys))
        return order if len(order) <= _ALL_ROWS else order[:_SAMPLE]

    @cached_property
    def target(self) -> NDArray[np.float64]:
        """Numbers of a regression, or the place of each row's class in `classes`; shape (rows,)."""
        if self.dataset.task == "regression":
            return self.dataset.target
        known = {label: i for i, label in enumerate(self.dataset.classes)}
        return np.array([known[label] for label in self.dataset.target], dtype=np.float64)

    @cached_property
    def sampled_target(self) -> NDArray[np.float64]:
        """The target of the `sample`."""
        return self.target[self.sample]

    @cached_property
    def folds(self) -> NDArray[np.intp]:
        """0 to 4 for each row of the `sample`; equal rows are in one fold."""
        folds = (self.keys[self.sample] >> np.uint64(7)) % np.uint64(FOLDS)
        if np.bincount(folds.astype(np.intp), minlength=FOLDS).max() > 0.5 * len(folds):  # hardly any different rows
            return np.arange(len(folds)) % FOLDS
        return folds.astype(np.intp)

    @cached_property
    def head(self) -> NDArray[np.intp]:
        """A few rows to quote: up to two of each class in turn, or the first ones."""
        if self.dataset.task == "regression":
            return np.arange(min(3, self.dataset.rows))
        firsts = [np.flatnonzero(self.target == label)[:2] for label in range(min(3, len(self.dataset.classes)))]
        return np.concatenate(firsts) if firsts else np.arange(0)

    def drop_options(self, names: Sequence[str]) -> str:
        """The options that leave these columns out, as they are typed in a shell."""
        return "`" + " ".join(f"--drop {shlex.quote(name)}" for name in names) + "`"

    def evidence(self, column: Column, rows: NDArray[np.intp] | Sequence[int] = ()) -> Evidence:
        """A column of the file and, as the quote, its cells in some of the rows (from 0, of those with a target)."""
        numbers = tuple(int(row) for row in rows[:6])
        cells = [column.values[row] for row in numbers]
        quote = "\n".join("" if cell is None or cell != cell else str(cell) for cell in cells)
        return Evidence(file=self.dataset.path, line=0, quote=quote, column=column.name, rows=numbers)

    def rows_of_target(self, rows: NDArray[np.intp]) -> Evidence:
        """Rows of the file and, as the quote, their targets."""
        numbers = tuple(int(row) for row in rows[:6])
        quote = "\n".join(str(self.dataset.target[row]) for row in numbers)
        return Evidence(file=self.dataset.path, line=0, quote=quote, column=self.dataset.target_name, rows=numbers)


def missing(column: Column) -> NDArray[np.bool_]:
    """Which cells are missing, shape (rows,)."""
    if column.values.dtype == object:
        return np.fromiter((value is None for value in column.values), dtype=bool, count=len(column.values))
    return np.asarray(np.isnan(column.values))


def _values(cells: NDArray[Any]) -> Values:
    if cells.dtype == object:
        known: dict[str, int] = {}
        codes = np.fromiter(
            (-1 if value is None else known.setdefault(value, len(known)) for value in cells),
            dtype=np.intp,
            count=len(cells),
        )
        distinct = len(known)
    else:
        different, inverse = np.unique(cells, return_inverse=True)  # one NaN at most, the last
        distinct = int((~np.isnan(different)).sum())
        codes = np.where(inverse < distinct, inverse, -1)
    return Values(codes=codes, distinct=distinct, present=int((codes >= 0).sum()))
