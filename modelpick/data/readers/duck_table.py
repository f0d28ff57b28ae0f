"""A table of text cells inside DuckDB, typed by our own rules. Cells that are not asked for never reach Python."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.raw_table import TypedColumns
from modelpick.data.schema import INFINITE, LARGEST, MISSING_CODES, CellProfile
from modelpick.data.table import NUMBER, Column, ColumnKind
from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    import duckdb
    from duckdb import DuckDBPyConnection

_BATCH = 50  # columns in one query: many more make the planner slow

_CODES = ", ".join(f"'{code}'" for code in MISSING_CODES)


def _missing(v: str) -> str:
    return f"({v} IS NULL OR {v} IN ({_CODES}))"


def _usable(v: str) -> str:
    """Whether the cell is a number that can be computed with."""
    return f"(regexp_full_match({v}, '{NUMBER}') AND abs(TRY_CAST({v} AS DOUBLE)) <= {LARGEST})"


def _infinite(v: str) -> str:
    return f"(regexp_full_match({v}, '{INFINITE}') OR (regexp_full_match({v}, '{NUMBER}') AND NOT {_usable(v)}))"


def connect() -> DuckDBPyConnection:
    """A DuckDB of our own in memory: one thread keeps the order of rows, and nothing is fetched from anywhere."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": tempfile.gettempdir(),
    }
    return duckdb.connect(":memory:", config=settings)


def quoted_path(path: Path) -> str:
    """The path as DuckDB's file functions take it: absolute, and with nothing that they read as a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path.resolve()))


def unreadable(shown: str, error: duckdb.Error) -> CannotFindOut:
    """DuckDB's refusal of a file as an error of ours, without its advice about its own options."""
    import duckdb

    why = str(error).strip().splitlines()[0].removeprefix("Invalid Input Error: ")
    if isinstance(error, duckdb.OutOfMemoryException):
        return CannotFindOut(f"`{shown}` does not fit into memory", "take fewer rows or columns", kind="memory")
    return CannotFindOut(f"`{shown}` cannot be read: {why}", "check that the file is whole", kind="data")


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckTable:
    """A `RawTable` whose cells lie as text in the table `raw` (columns c0, c1, ...) of a connection.

    Attributes:
        shown: The path as the user wrote it, for messages.
        first_line: Line of the file on which row 0 stands; None where rows are not lines.
    """

    connection: DuckDBPyConnection
    names: tuple[str, ...]
    rows: int
    fingerprint: str
    how: str
    shown: str
    first_line: int | None = None

    def place(self, row: int) -> str:
        """`line 5`, or `row 4` (from 1, without the header) where rows are not lines."""
        return f"row {row + 1}" if self.first_line is None else f"line {row + self.first_line}"

    def features(self, names: Sequence[str]) -> TypedColumns:
        """These columns, each of the kind that its cells show."""
        columns: list[Column] = []
        codes: dict[str, int] = {}
        notes: list[str] = []
        for batch in _batches(names):
            for name, (profile, found) in zip(batch, self._profiles(batch), strict=True):
                for code in found:
                    codes[code] = codes.get(code, 0) + 1
                kind = profile.kind
                if kind == "number" and profile.infinite:
                    self._refuse_first(name, _infinite("v"), "is not finite, or too large to compute with")
                odd = None
                if kind != "number" and profile.numbers >= 0.9 * profile.present:
                    odd = self._first(name, f"NOT {_usable('v')}")
                if odd is not None:
                    row, cell = odd
                    notes.append(f"`{name}` is taken as {kind}, for `{cell}` in {self.place(row)} is no number.")
                columns.append(Column(name=name, kind=kind, values=self._values(name, kind)))
        if codes:
            listed = ", ".join(f"`{code}` ({count})" for code, count in sorted(codes.items()))
            notes.insert(0, f"Taken as missing values besides empty cells (columns): {listed}.")
        return TypedColumns(columns=tuple(columns), notes=tuple(notes))

    def as_kinds(self, columns: Sequence[tuple[str, ColumnKind]]) -> tuple[Column, ...]:
        """These columns as the given kinds.

        Raises:
            CannotFindOut: A cell of a number column is no number; the message names the first one.
        """
        made = []
        for name, kind in columns:
            if kind == "number":
                self._refuse_first(name, f"NOT {_usable('v')}", "is no number to compute with")
            made.append(Column(name=name, kind=kind, values=self._values(name, kind)))
        return tuple(made)

    def labels(self, name: str) -> NDArray[Any]:
        """A column verbatim: object array of str, None where the cell is empty."""
        return self._objects(f"SELECT NULLIF({self._cell(name)}, '') AS v FROM raw")

    def _cell(self, name: str) -> str:
        return f"c{self.names.index(name)}"

    def _source(self, name: str) -> str:
        return f"(SELECT rowid AS row, trim({self._cell(name)}, ' \t') AS v FROM raw)"

    def _values(self, name: str, kind: ColumnKind) -> NDArray[Any]:
        value = f"CASE WHEN {_missing('v')} THEN NULL ELSE v END AS v"
        if kind != "number":
            return self._objects(f"SELECT {value} FROM {self._source(name)}")
        query = f"SELECT CAST(v AS DOUBLE) AS v FROM (SELECT {value} FROM {self._source(name)})"
        numbers = np.ma.asarray(self.connection.execute(query).fetchnumpy()["v"], dtype=np.float64)
        return np.ma.filled(numbers, np.nan)

    def _objects(self, query: str) -> NDArray[Any]:
        cells: Any = np.ma.asarray(self.connection.execute(query).fetchnumpy()["v"], dtype=object)
        values: NDArray[Any] = np.ma.getdata(cells).copy()
        values[np.ma.getmaskarray(cells)] = None  # `filled(None)` would fill in numpy's own default, "?"
        return values

    def _first(self, name: str, condition: str) -> tuple[int, str] | None:
        """Row (from 0) and text of the first present cell for which the condition over `v` holds."""
        present = f"SELECT row, v FROM {self._source(name)} WHERE NOT {_missing('v')}"
        return self.connection.execute(f"{present} AND {condition} ORDER BY row LIMIT 1").fetchone()

    def _refuse_first(self, name: str, condition: str, what: str) -> None:
        found = self._first(name, condition)
        if found is not None:
            row, cell = found
            raise CannotFindOut(
                f"`{cell[:40]}` in {self.place(row)}, column `{name}` of `{self.shown}` {what}",
                "correct the cell, or empty it if the value is not known (decimals are written `1.5`)",
                kind="data",
            )

    def _profiles(self, names: Sequence[str]) -> list[tuple[CellProfile, list[str]]]:
        """Of each column: what its cells are, and which missing codes it uses."""
        counts = self._aggregates(
            names,
            lambda v: (
                f"count(*) FILTER (NOT {_missing(v)})",
                f"count(*) FILTER (NOT {_missing(v)} AND {_usable(v)})",
                f"count(*) FILTER (NOT {_missing(v)} AND {_infinite(v)})",
                f"list(DISTINCT {v}) FILTER ({v} <> '' AND {v} IN ({_CODES}))",
            ),
        )
        worded = [name for name, row in zip(names, counts, strict=True) if row[1] + row[2] < row[0]]
        texts = self._aggregates(
            worded,
            lambda v: (
                f"count(DISTINCT {v}) FILTER (NOT {_missing(v)})",
                f"avg(len(string_split({v}, ' '))) FILTER (NOT {_missing(v)})",
            ),
        )
        of_text = dict(zip(worded, texts, strict=True))
        profiles = []
        for name, (present, numbers, infinite, codes) in zip(names, counts, strict=True):
            distinct, words = of_text.get(name, (0, 0.0))
            profile = CellProfile(
                present=present, numbers=numbers, infinite=infinite, distinct=distinct, words=words or 0.0
            )
            profiles.append((profile, codes or []))
        return profiles

    def _aggregates(self, names: Sequence[str], expressions: Callable[[str], Sequence[str]]) -> list[tuple[Any, ...]]:
        """The expressions over the trimmed cells of each column, in one query."""
        if not names:
            return []
        wanted = [expressions(f"v{j}") for j in range(len(names))]
        cells = ", ".join(f"trim({self._cell(name)}, ' \t') AS v{j}" for j, name in enumerate(names))
        query = f"SELECT {', '.join(w for group in wanted for w in group)} FROM (SELECT {cells} FROM raw)"
        values = self.connection.execute(query).fetchone() or ()
        width = len(wanted[0])
        return [tuple(values[j : j + width]) for j in range(0, len(values), width)]


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]
