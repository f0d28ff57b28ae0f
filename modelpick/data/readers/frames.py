"""Data frames through narwhals, and arrays: they say themselves what is a number, a date, a word and missing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.number_styles import STYLES
from modelpick.data.raw_table import TypedColumns, check_names
from modelpick.data.schema import LARGEST, CellProfile
from modelpick.data.table import Column, ColumnKind, as_kind, number_text
from modelpick.errors import CannotFindOut, UsageError

_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryTable:
    """A `RawTable` of columns that are typed already."""

    names: tuple[str, ...]
    columns: Mapping[str, Column]
    rows: int
    fingerprint: str
    how: str
    notes: tuple[str, ...] = ()
    dialect: Mapping[str, Any] = field(default_factory=lambda: {"format": "memory"})
    typed: bool = True

    def place(self, row: int) -> str:
        """`row 4`, from 1."""
        return f"row {row + 1}"

    def style(self, name: str) -> str:
        """As Python writes them."""
        return STYLES[0]

    def words(self, name: str) -> tuple[str, ...]:
        """None: what is missing is known."""
        return ()

    def features(
        self,
        names: Sequence[str],
        kinds: Mapping[str, ColumnKind] = _NONE,
        styles: Mapping[str, str] = _NONE,
        words: Mapping[str, Sequence[str]] = _NONE,
    ) -> TypedColumns:
        """These columns, of their own kinds unless one is given.

        Raises:
            CannotFindOut: A number is infinite or too large to compute with, or a cell is not of the kind given.
        """
        return TypedColumns(columns=self.as_kinds([(n, kinds.get(n, self.columns[n].kind)) for n in names]))

    def as_kinds(
        self,
        columns: Sequence[tuple[str, ColumnKind]],
        styles: Mapping[str, str] = _NONE,
        words: Mapping[str, Sequence[str]] = _NONE,
    ) -> tuple[Column, ...]:
        """These columns as the given kinds."""
        made = tuple(as_kind(self.columns[name], kind) for name, kind in columns)
        for column in made:
            if column.kind == "number":
                large = np.abs(column.values) > LARGEST
                if large.any():
                    row = int(np.argmax(large))
                    raise CannotFindOut(
                        f"`{column.values[row]}` in row {row + 1}, column `{column.name}`, is not finite, or too large "
                        "to compute with",
                        "correct the value, or make it missing if it is not known",
                        kind="data",
                    )
        return made

    def labels(self, name: str) -> NDArray[Any]:
        """A column as text; a number in its shortest form; None where it is missing."""
        return as_kind(self.columns[name], "category").values


def from_memory(data: Any) -> tuple[MemoryTable, str | int | None]:
    """A table of a data frame, an array, or a pair (X, y), whose target is then the last column.

    Raises:
        UsageError: It is none of these, or of shapes that do not go together.
    """
    if isinstance(data, tuple):
        if len(data) != 2:
            raise UsageError(f"a tuple of {len(data)} is no table", "give a pair (X, y), or a data frame")
        columns = _columns(data[0])
        (target,) = _columns(_as_column(data[1]), "target").values()
        if target.name in columns:
            raise UsageError(f"y and a column of X are both called `{target.name}`", "rename one of them")
        table = _table({**columns, target.name: target}, "A pair (X, y)")
        return table, target.name
    return _table(_columns(data), "An array" if isinstance(data, np.ndarray) else "A data frame"), None


def _as_column(y: Any) -> Any:
    """One column: an array of shape (rows,) or (rows, 1), a series, or a list."""
    if hasattr(y, "to_frame"):
        return y.to_frame("target" if getattr(y, "name", None) in (None, "") else y.name)
    array = np.asarray(y)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[1] != 1:
        raise UsageError(f"y has the shape {array.shape}, where (rows,) is expected", "give one value for each row")
    return array


def _table(columns: Mapping[str, Column], what: str) -> MemoryTable:
    lengths = {len(column.values) for column in columns.values()}
    if len(lengths) > 1:
        of_x, of_y = (len(columns[name].values) for name in (next(iter(columns)), [*columns][-1]))
        raise UsageError(f"X has {of_x:,} rows and y has {of_y:,}", "give a y for each row of X")
    digest = sha256(repr([(c.name, c.kind) for c in columns.values()]).encode())
    for column in columns.values():
        if column.kind in ("number", "date"):
            digest.update(np.ascontiguousarray(column.values).tobytes())
        else:
            digest.update(repr(column.values.tolist()).encode("utf-8", "surrogatepass"))
    return MemoryTable(
        names=tuple(columns),
        columns=columns,
        rows=lengths.pop() if lengths else 0,
        fingerprint=digest.hexdigest(),
        how=what,
    )


def _columns(data: Any, name: str = "column") -> dict[str, Column]:
    if isinstance(data, list):
        data = np.asarray(data)
    if isinstance(data, np.ndarray):
        if data.ndim != 2:
            raise UsageError(f"an array of shape {data.shape} is no table", "give one of shape (rows, columns)")
        single = data.shape[1] == 1 and name == "target"
        named = [(name if single else f"{name}_{j}", data[:, j]) for j in range(data.shape[1])]
        return {of_column: _column(of_column, values) for of_column, values in named}
    import narwhals
    from narwhals.exceptions import DuplicateError

    try:
        frame: Any = narwhals.from_native(data)
    except TypeError:
        raise UsageError(
            f"`{type(data).__name__}` is no table", "give a path, a data frame, an array, or a pair (X, y)"
        ) from None
    except DuplicateError:
        check_names([str(of_column) for of_column in data.columns], "the data frame")
        raise
    if isinstance(frame, narwhals.LazyFrame):
        frame = frame.collect()
    names = [str(of_column) for of_column in frame.columns]
    check_names(names, "the data frame")
    return {of_column: _of_series(of_column, frame[:, j]) for j, of_column in enumerate(names)}


def _of_series(name: str, series: Any) -> Column:
    """A column of a frame; a type that is neither number, date nor text is taken as its text."""
    dtype = series.dtype
    if dtype.is_numeric():
        values = series.cast(type(dtype)() if dtype.is_float() else dtype)
        present = (~series.is_null()).to_numpy().astype(bool)
        numbers = np.full(len(series), np.nan)
        numbers[present] = values.filter(~series.is_null()).to_numpy().astype(np.float64)
        return Column(name=name, kind="number", values=numbers)
    return _column(name, np.array(series.to_list(), dtype=object))


def _column(name: str, values: NDArray[Any]) -> Column:
    if values.dtype.kind in "iuf":
        return Column(name=name, kind="number", values=values.astype(np.float64))
    if values.dtype.kind == "M":
        values = values.astype("datetime64[us]").astype(object)
    cells = [_cell(value) for value in values.tolist()]
    present = [cell for cell in cells if cell is not None]
    if present and all(isinstance(cell, float) for cell in present):
        numbers = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
        dates = any(isinstance(value, datetime.date) for value in values.tolist())
        return Column(name=name, kind="date" if dates else "number", values=numbers)
    words = [number_text(cell) if isinstance(cell, float) else cell for cell in cells]
    texts = [word for word in words if word is not None]
    counted = CellProfile(
        present=len(texts),
        numbers=0,
        distinct=len(set(texts)),
        words=sum(len(word.split(" ")) for word in texts) / len(texts) if texts else 0.0,
    )
    found: NDArray[Any] = np.empty(len(words), dtype=object)
    found[:] = words
    return Column(name=name, kind=counted.kind, values=found)


def _cell(value: Any) -> float | str | None:
    """A number or a moment as a float, a missing value as None, all else as text."""
    if value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | float | np.number):
        return float(value)
    if isinstance(value, datetime.datetime):
        return (value if value.tzinfo is not None else value.replace(tzinfo=datetime.UTC)).timestamp()
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC).timestamp()
    text = str(value)
    return text if text else None
