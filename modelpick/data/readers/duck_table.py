"""A table of text cells inside DuckDB, typed by our own rules. Cells that are not asked for never reach Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data import dates
from modelpick.data.number_signs import split_style
from modelpick.data.number_styles import STYLES, file_style, style_of
from modelpick.data.raw_table import TypedColumns
from modelpick.data.readers.cell_counts import CellCounts
from modelpick.data.readers.column_kinds import ColumnKinds
from modelpick.data.readers.duck_sql import quoted_texts
from modelpick.data.readers.raw_cells import RawCells
from modelpick.data.schema import LARGEST, MISSING_CODES
from modelpick.data.style_notes import style_notes, word_notes
from modelpick.data.table import Column, ColumnKind

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_Item = TypeVar("_Item")

_BATCH = 100  # columns in one query: many more make the planner slow
_CELLS = 8_000_000  # numbers that are fetched at once
_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckTable:
    """A `RawTable` whose cells lie as text in the table `raw` (columns c0, c1, ...) of a connection.

    Attributes:
        shown: The path as the user wrote it, for messages.
        first_line: Line of the file on which its record 0 stands; None where records are not lines.
        codes: Cells that mean a missing value.
        declared: Kinds that the file itself states.
    """

    connection: DuckDBPyConnection
    names: tuple[str, ...]
    rows: int
    fingerprint: str
    how: str
    shown: str
    notes: tuple[str, ...] = ()
    dialect: Mapping[str, Any] = field(default_factory=dict)
    first_line: int | None = None
    codes: tuple[str, ...] = MISSING_CODES
    declared: Mapping[str, ColumnKind] = field(default_factory=dict)
    typed: bool = False
    _cells: RawCells = field(init=False, repr=False)
    _counts: CellCounts = field(init=False, repr=False)
    _kinds: ColumnKinds = field(init=False, repr=False)

    def __post_init__(self) -> None:
        cells = RawCells(
            connection=self.connection,
            names=self.names,
            shown=self.shown,
            first_line=self.first_line,
            codes=self.codes,
        )
        counts = CellCounts(cells)
        object.__setattr__(self, "_cells", cells)
        object.__setattr__(self, "_counts", counts)
        object.__setattr__(self, "_kinds", ColumnKinds(counts))

    def place(self, row: int) -> str:
        """`line 5`, or `row 4` (from 1, without the header) where rows are not lines."""
        return self._cells.place(row)

    def style(self, name: str) -> str:
        """How the numbers of a column are written: `1.234,5`, or `1.234,5 €` with what stands around them."""
        profile = self._counts.profiles([name])[0][0]
        return self._counts.signed(name, style_of(profile.counts, self._counts.table_style()) or STYLES[0])

    def words(self, name: str) -> tuple[str, ...]:
        """Words that stand for a missing value in a column of numbers, and nowhere else."""
        self._counts.profiles([name])
        return self._counts.words(name)

    def features(
        self,
        names: Sequence[str],
        kinds: Mapping[str, ColumnKind] = _NONE,
        styles: Mapping[str, str] = _NONE,
        words: Mapping[str, Sequence[str]] = _NONE,
    ) -> TypedColumns:
        """These columns, each of the kind that was given for it, or that its cells show.

        Raises:
            CannotFindOut: A number is infinite or too large to compute with, or a cell is not of the kind that was
                given; the message names the first one.
        """
        columns: list[Column] = []
        codes: Counter[str] = Counter()
        found: dict[str, str] = {}
        notes: list[str] = []
        given = {**self.declared, **kinds}
        self._counts.obey(styles, words)
        for batch in self._batches(names):
            plan: list[tuple[str, ColumnKind, str]] = []
            for name, (profile, used) in zip(batch, self._counts.profiles(batch), strict=True):
                kind, style = self._kinds.decided(name, profile, given.get(name), styles.get(name), notes)
                codes.update(used)
                if style and style != STYLES[0]:
                    found[name] = style
                plan.append((name, kind, style))
            columns += self._columns(plan)
        if codes:
            counted = ", ".join(f"`{code}` in {count}" for code, count in sorted(codes.items()))
            notes.insert(0, f"Taken as missing besides empty cells (and in how many columns): {counted}.")
        notes += style_notes(found)
        used_words = {c.name: of for c in columns if c.kind == "number" and (of := self._counts.words(c.name))}
        notes += word_notes(used_words)
        return TypedColumns(columns=tuple(columns), notes=tuple(notes), styles=found, words=used_words)

    def as_kinds(
        self,
        columns: Sequence[tuple[str, ColumnKind]],
        styles: Mapping[str, str] = _NONE,
        words: Mapping[str, Sequence[str]] = _NONE,
    ) -> tuple[Column, ...]:
        """These columns as the given kinds, in the styles and with the words for missing values that a model knows.

        Raises:
            CannotFindOut: A cell of a number column is no number, or one of dates is no date; it is named.
        """
        numbers = [name for name, kind in columns if kind == "number"]
        self._counts.obey(styles, words)
        profiles = dict(zip(numbers, self._counts.profiles(numbers), strict=True))
        with_commas = [profiles[name][0].counts for name in numbers if styles.get(name, "").startswith(STYLES[2])]
        pointed = file_style(with_commas) == STYLES[1]  # the same columns, written with points in this file
        made: list[Column] = []
        for batch in self._batches(columns):
            plan: list[tuple[str, ColumnKind, str]] = []
            for name, kind in batch:
                style = styles.get(name, STYLES[0] if kind == "number" else "")
                if kind == "number":
                    base, sign = split_style(style)
                    base = STYLES[0] if pointed and base == STYLES[2] else base
                    self._kinds.check_numbers(name, profiles[name][0].counts, base)
                    style = f"{base} {sign}".strip()
                plan.append((name, kind, style))
            made += self._columns(plan)
        return tuple(made)

    def labels(self, name: str) -> NDArray[Any]:
        """A column verbatim: object array of str, None where the cell is empty."""
        return self._cells.texts(f"NULLIF({self._cells.cell(name)}, '')")

    def _columns(self, columns: Sequence[tuple[str, ColumnKind, str]]) -> list[Column]:
        """Columns whose cells are known to be of these kinds and styles."""
        numbers = self._numbers([(name, style) for name, kind, style in columns if kind == "number"])
        made = []
        for name, kind, style in columns:
            values: NDArray[Any]
            if kind == "number":
                values = numbers.pop(name)
            else:
                cell, codes = self._cells.trimmed(name), quoted_texts(self._counts.codes(name))
                values = self._cells.texts(f"CASE WHEN {cell} NOT IN ({codes}) THEN {cell} END")
                if kind == "date":
                    values = self._moments(name, values, style)
            made.append(Column(name=name, kind=kind, values=values))
        return made

    def _numbers(self, columns: Sequence[tuple[str, str]]) -> dict[str, NDArray[np.float64]]:
        """The values of columns of numbers (name, style), each of shape (rows,), NaN where missing."""
        if not columns:
            return {}
        cells = ", ".join(
            f"coalesce({self._counts.number(name, split_style(style)[0])}, 'nan'::DOUBLE) AS {self._cells.cell(name)}"
            for name, style in columns
        )
        fetched = self.connection.execute(f"SELECT {cells} FROM raw").fetchnumpy()
        found: dict[str, NDArray[np.float64]] = {}
        for name, _ in columns:
            values = found[name] = np.ma.getdata(fetched.pop(self._cells.cell(name)))
            large = np.abs(values) > LARGEST
            if large.any():  # only those with signs between their digits come so far
                row = int(np.argmax(large))
                self._cells.refuse(name, str(values[row]), self.place(row), "is too large to compute with")
        return found

    def _moments(self, name: str, cells: NDArray[Any], form: str) -> NDArray[np.float64]:
        forms = (form,) if form else dates.forms_of({cell for cell in cells if cell is not None})
        found = np.full(len(cells), np.nan)
        for i, cell in enumerate(cells):
            if cell is not None:
                moment = dates.any_seconds(cell, forms[0] if forms else None)
                if moment is None:
                    known = forms[0] if forms else "of one form"
                    self._cells.refuse(name, cell[:40], self.place(i), f"is no date ({known})")
                found[i] = moment
        return found

    def _batches(self, items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
        size = max(1, min(_BATCH, _CELLS // max(1, self.rows)))
        for start in range(0, len(items), size):
            yield items[start : start + size]
