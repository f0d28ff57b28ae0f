"""A table of raw rows: named columns of numbers or text, before any preprocessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

ColumnKind = Literal["number", "category", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One feature before preprocessing.

    Attributes:
        name: As in the file's header.
        kind: How it is preprocessed: a number is scaled, a category one-hot encoded, a text left out for now.
        values: Shape (rows,): float64 with NaN where missing for a number, else an object array of str and None.
    """

    name: str
    kind: ColumnKind
    values: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equally many rows; what `fit` and `predict` of every candidate for tables take."""

    columns: tuple[Column, ...]
    rows: int

    def __len__(self) -> int:
        return self.rows

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def take(self, indices: NDArray[np.intp] | Sequence[int]) -> Table:
        """The rows at `indices`, in that order."""
        index = np.asarray(indices, dtype=np.intp)
        columns = tuple(Column(name=c.name, kind=c.kind, values=c.values[index]) for c in self.columns)
        return Table(columns, len(index))

    def select(self, names: Sequence[str]) -> Table:
        """Only the columns of these names, in that order; KeyError where one is not there."""
        return Table(tuple(self.column(name) for name in names), self.rows)
