"""A table of raw rows: named columns of numbers or text, before any preprocessing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dates import any_seconds, date_text
from modelpick.data.features.terms import Analyser, TermCounts
from modelpick.data.table_source import Codes, TableSource
from modelpick.errors import CannotFindOut

ColumnKind = Literal["number", "category", "text", "date"]

NUMBER = r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A decimal number, in the syntax that both Python and DuckDB (RE2) know. `01234` is an id and stays text."""

_NUMBER = re.compile(NUMBER)


def as_number(text: str) -> float | None:
    """The value of a decimal number (`6.10`, `-1e-3`), else None."""
    return float(text) if _NUMBER.fullmatch(text) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One feature before preprocessing.

    Attributes:
        name: As in the file's header.
        kind: How it is preprocessed: a number is scaled, a category encoded, a date taken apart, a text counted.
        values: Shape (rows,): float64 with NaN where missing for a number and for a date (seconds since 1970, no time
            zone), else an object array of str and None.
    """

    name: str
    kind: ColumnKind
    values: NDArray[Any]

    def with_values(self, values: NDArray[Any]) -> Column:
        """A column of this name and kind with other values."""
        return Column(name=self.name, kind=self.kind, values=values)


class Table:
    """Columns of equally many rows; what `fit` and `predict` of every candidate for tables take. Never changed.

    A table taken from another keeps row numbers only and gathers values when they are asked for: what was worked out
    about the whole table's cells (`numbers`, `codes`) is shared by all tables taken from it.
    """

    __slots__ = ("_columns", "index", "rows", "source")

    def __init__(self, columns: Sequence[Column], rows: int) -> None:
        self.source = TableSource(columns, rows)
        self.index: NDArray[np.intp] | None = None
        self.rows = rows
        self._columns: tuple[Column, ...] | None = None

    def __len__(self) -> int:
        return self.rows

    def __reduce__(self) -> tuple[Any, ...]:
        if self.index is None and self.source.number_names:
            # One matrix, which joblib lays where all its processes see it: none of them builds its own.
            others = tuple(column for column in self.source.columns if column.kind != "number")
            return _with_numbers, (self.source.numbers(), self.source.kinds, others, self.rows)
        return Table, (self.columns, self.rows)  # another process gets these rows, not the whole table

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in order."""
        if self.index is None:
            return self.source.columns
        if self._columns is None:
            index = self.index
            self._columns = tuple(c.with_values(c.values[index]) for c in self.source.columns)
        return self._columns

    @property
    def kinds(self) -> tuple[tuple[str, ColumnKind], ...]:
        """Name and kind of each column, in order."""
        return self.source.kinds

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(name for name, _ in self.source.kinds)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.source.columns:
            if column.name == name:
                return column if self.index is None else column.with_values(column.values[self.index])
        raise KeyError(name)

    def numbers(self) -> NDArray[np.float64]:
        """All columns of numbers side by side, in order, shape (rows, numbers); not to be written to."""
        matrix = self.source.numbers()
        return matrix if self.index is None else matrix[self.index]

    def codes(self, name: str) -> Codes:
        """A column of categories or texts as codes; KeyError where there is none of that name."""
        coded = self.source.codes(name, self._whole(name))
        return coded if self.index is None else Codes(coded.values, coded.codes[self.index])

    def terms(self, name: str, analyser: Analyser) -> tuple[TermCounts, NDArray[np.intp] | None]:
        """The terms of a column of texts, and which of the counted texts are these rows; None: all."""
        return self.source.terms(name, self._whole(name), analyser, self.index)

    def _whole(self, name: str) -> NDArray[Any]:
        for column in self.source.columns:
            if column.name == name:
                return column.values
        raise KeyError(name)

    def take(self, indices: NDArray[np.intp] | Sequence[int]) -> Table:
        """The rows at `indices`, in that order; IndexError where there is no such row."""
        index = np.array(indices, dtype=np.intp)
        beyond = index[(index < -self.rows) | (index >= self.rows)]
        if len(beyond):
            raise IndexError(f"a table of {self.rows} rows has no row {beyond[0]}")
        index[index < 0] += self.rows
        taken = Table.__new__(Table)
        taken.source = self.source
        taken.index = index if self.index is None else self.index[index]
        taken.rows = len(index)
        taken._columns = None
        return taken

    def select(self, names: Sequence[str]) -> Table:
        """Only the columns of these names, in that order; KeyError where one is not there."""
        columns = {column.name: column for column in self.columns}
        return Table(tuple(columns[name] for name in names), self.rows)


def _with_numbers(
    matrix: NDArray[np.float64], kinds: Sequence[tuple[str, ColumnKind]], others: Sequence[Column], rows: int
) -> Table:
    """A whole table again, its columns of numbers as views into their matrix."""
    rest, number = iter(others), iter(range(matrix.shape[1]))
    columns = [
        Column(name=name, kind=kind, values=matrix[:, next(number)]) if kind == "number" else next(rest)
        for name, kind in kinds
    ]
    table = Table(columns, rows)
    table.source.take_numbers(matrix)
    return table


def as_kind(column: Column, kind: ColumnKind) -> Column:
    """The column as another kind: numbers and dates as their text, or texts that are numbers or dates as these.

    Raises:
        CannotFindOut: It holds a text that is no number or no date, or numbers where dates are expected.
    """
    if column.kind == kind or {column.kind, kind} == {"category", "text"}:
        return Column(name=column.name, kind=kind, values=column.values)
    if {column.kind, kind} == {"number", "date"}:
        if np.isnan(column.values).all():
            return Column(name=column.name, kind=kind, values=column.values)
        raise _not_of_kind(column, int(np.flatnonzero(~np.isnan(column.values))[0]), kind)
    if kind in ("number", "date"):
        read = as_number if kind == "number" else any_seconds
        values = np.full(len(column.values), np.nan)
        for i, value in enumerate(column.values):
            number = np.nan if value is None else read(value)
            if number is None:
                raise _not_of_kind(column, i, kind)
            values[i] = number
        return Column(name=column.name, kind=kind, values=values)
    text = number_text if column.kind == "number" else date_text
    words = [None if np.isnan(v) else text(float(v)) for v in column.values]
    return Column(name=column.name, kind=kind, values=np.array(words, dtype=object))


def _not_of_kind(column: Column, row: int, kind: ColumnKind) -> CannotFindOut:
    value = column.values[row]
    shown = value if isinstance(value, str) else (date_text if column.kind == "date" else number_text)(float(value))
    return CannotFindOut(
        f"column `{column.name}` holds `{shown[:40]}` in row {row + 1}, where a {kind} is expected",
        "correct the cell, or empty it if the value is not known",
        kind="data",
    )


def number_text(number: float) -> str:
    """A finite number in its shortest form: 3, 0.1, 1e+22."""
    return repr(number).removesuffix(".0")


def columns_differ(
    missing: Sequence[str], extra: Sequence[str], what: str = "the table", hint: str | None = None
) -> CannotFindOut:
    """The error where the columns given are not those that a model was trained on."""
    parts = [f"{listed(names)} {word}" for names, word in ((missing, "missing"), (extra, "unknown to it")) if names]
    return CannotFindOut(
        f"the columns of {what} are not those that the model was trained on: {'; '.join(parts)}",
        hint or "name the columns as in the training table and leave out the others; their order does not matter",
        kind="data",
    )


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names in backticks with commas, the last ones counted where there are many."""
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
