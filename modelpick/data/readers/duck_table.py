"""A table of text cells inside DuckDB, typed by our own rules. Cells that are not asked for never reach Python."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data.raw_table import TypedColumns
from modelpick.data.schema import INFINITE, LARGEST, MISSING_CODES, CellProfile
from modelpick.data.table import NUMBER, Column, ColumnKind
from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    import duckdb
    from duckdb import DuckDBPyConnection

_Item = TypeVar("_Item")

_BATCH = 100  # columns in one query: many more make the planner slow
_BLANKS = " \t"

_CODES = ", ".join(f"'{code}'" for code in MISSING_CODES)
_MISSING, _NUMBER, _INFINITE, _WORD = range(4)
_KIND = (  # of a trimmed cell v; INFINITE: not finite, or too large to compute with
    f"CASE WHEN regexp_full_match(v, '{NUMBER}') "
    f"THEN CASE WHEN abs(TRY_CAST(v AS DOUBLE)) <= {LARGEST} THEN {_NUMBER} ELSE {_INFINITE} END "
    f"WHEN v IS NULL OR v IN ({_CODES}) THEN {_MISSING} "
    f"WHEN regexp_full_match(v, '{INFINITE}') THEN {_INFINITE} ELSE {_WORD} END"
)


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
    _places: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {name: j for j, name in enumerate(self.names)})

    def place(self, row: int) -> str:
        """`line 5`, or `row 4` (from 1, without the header) where rows are not lines."""
        return f"row {row + 1}" if self.first_line is None else f"line {row + self.first_line}"

    def features(self, names: Sequence[str]) -> TypedColumns:
        """These columns, each of the kind that its cells show.

        Raises:
            CannotFindOut: A number is infinite or too large to compute with; the message names the first one.
        """
        columns: list[Column] = []
        codes: Counter[str] = Counter()
        notes: list[str] = []
        for batch in _batches(names):
            profiles = self._profiles(batch)
            kinds = [profile.kind for profile, _ in profiles]
            for name, kind, (profile, found) in zip(batch, kinds, profiles, strict=True):
                codes.update(found)
                if kind == "number" and profile.infinite:
                    self._refuse_first(name, (_INFINITE,), "is not finite, or too large to compute with")
                if kind != "number" and profile.numbers >= 0.9 * profile.present > 0:
                    cell, place = self._first(name, (_INFINITE, _WORD)) or ("", "")
                    notes.append(f"`{name}` is taken as {kind}, for `{cell}` in {place} is no number.")
            columns += self._columns(list(zip(batch, kinds, strict=True)))
        if codes:
            counted = ", ".join(f"`{code}` in {count}" for code, count in sorted(codes.items()))
            notes.insert(0, f"Taken as missing besides empty cells (and in how many columns): {counted}.")
        return TypedColumns(columns=tuple(columns), notes=tuple(notes))

    def as_kinds(self, columns: Sequence[tuple[str, ColumnKind]]) -> tuple[Column, ...]:
        """These columns as the given kinds.

        Raises:
            CannotFindOut: A cell of a number column is no number; the message names the first one.
        """
        numbers = [name for name, kind in columns if kind == "number"]
        for batch in _batches(numbers):
            for name, (profile, _) in zip(batch, self._profiles(batch), strict=True):
                if profile.numbers < profile.present:
                    self._refuse_first(name, (_INFINITE, _WORD), "is no number to compute with")
        return tuple(column for batch in _batches(columns) for column in self._columns(batch))

    def labels(self, name: str) -> NDArray[Any]:
        """A column verbatim: object array of str, None where the cell is empty."""
        return self._objects(f"SELECT NULLIF({self._cell(name)}, '') AS v FROM raw")

    def _cell(self, name: str) -> str:
        return f"c{self._places[name]}"

    def _columns(self, columns: Sequence[tuple[str, ColumnKind]]) -> list[Column]:
        """Columns whose cells are known to be of these kinds."""
        numbers = [name for name, kind in columns if kind == "number"]
        cells = ", ".join(f"TRY_CAST({self._cell(name)} AS DOUBLE) AS {self._cell(name)}" for name in numbers)
        fetched = self.connection.execute(f"SELECT {cells} FROM raw").fetchnumpy() if numbers else {}
        made = []
        for name, kind in columns:
            if kind == "number":
                cells_of = np.ma.asarray(fetched[self._cell(name)], dtype=np.float64)
                values: NDArray[Any] = np.ma.filled(cells_of, np.nan)
            else:
                trimmed = f"SELECT trim({self._cell(name)}, '{_BLANKS}') AS v FROM raw"
                values = self._objects(f"SELECT CASE WHEN v NOT IN ({_CODES}) THEN v END AS v FROM ({trimmed})")
            made.append(Column(name=name, kind=kind, values=values))
        return made

    def _objects(self, query: str) -> NDArray[Any]:
        cells: Any = np.ma.asarray(self.connection.execute(query).fetchnumpy()["v"], dtype=object)
        values: NDArray[Any] = np.ma.getdata(cells).copy()
        values[np.ma.getmaskarray(cells)] = None  # `filled(None)` would fill in numpy's own default, "?"
        return values

    def _first(self, name: str, kinds: Sequence[int]) -> tuple[str, str] | None:
        """The first cell of these kinds and its place, if there is one."""
        wanted = ", ".join(map(str, kinds))
        cells = f"SELECT rowid AS row, trim({self._cell(name)}, '{_BLANKS}') AS v FROM raw"
        query = f"SELECT row, v FROM ({cells}) WHERE {_KIND} IN ({wanted}) ORDER BY row LIMIT 1"
        found = self.connection.execute(query).fetchone()
        return (found[1][:40], self.place(found[0])) if found else None

    def _refuse_first(self, name: str, kinds: Sequence[int], what: str) -> None:
        cell, place = self._first(name, kinds) or ("", "")
        raise CannotFindOut(
            f"`{cell}` in {place}, column `{name}` of `{self.shown}` {what}",
            "correct the cell, or empty it if the value is not known (decimals are written `1.5`)",
            kind="data",
        )

    def _profiles(self, names: Sequence[str]) -> list[tuple[CellProfile, list[str]]]:
        """Of each column: what its cells are, and which missing codes it uses."""
        counts = self._grouped(
            names,
            f"count(*) FILTER (kind <> {_MISSING}), count(*) FILTER (kind = {_NUMBER}), "
            f"count(*) FILTER (kind = {_INFINITE}), list(DISTINCT v) FILTER (kind = {_MISSING} AND v <> '')",
        )
        if not counts:  # no rows, no groups
            return [(CellProfile(present=0, numbers=0), []) for _ in names]
        worded = [name for name in names if counts[name][1] + counts[name][2] < counts[name][0]]
        of_text = self._grouped(
            worded,
            f"count(DISTINCT v) FILTER (kind <> {_MISSING}), "
            f"avg(len(string_split(v, ' '))) FILTER (kind <> {_MISSING})",
        )
        profiles = []
        for name in names:
            present, numbers, infinite, codes = counts[name]
            distinct, words = of_text.get(name, (0, 0.0))
            profile = CellProfile(
                present=present, numbers=numbers, infinite=infinite, distinct=distinct, words=words or 0.0
            )
            profiles.append((profile, codes or []))
        return profiles

    def _grouped(self, names: Sequence[str], aggregates: str) -> dict[str, tuple[Any, ...]]:
        """The aggregates over the trimmed cells `v` and their `kind` of each column.

        The columns are put below each other first: an expression for each column makes the planner slow.
        """
        if not names:
            return {}
        cells = ", ".join(self._cell(name) for name in names)
        below = f"SELECT unnest(range({len(names)})) AS col, trim(unnest([{cells}]), '{_BLANKS}') AS v FROM raw"
        query = f"SELECT col, {aggregates} FROM (SELECT col, v, {_KIND} AS kind FROM ({below})) GROUP BY col"
        return {names[col]: tuple(values) for col, *values in self.connection.execute(query).fetchall()}


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
