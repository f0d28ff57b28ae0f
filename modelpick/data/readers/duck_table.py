"""A table of text cells inside DuckDB, typed by our own rules. Cells that are not asked for never reach Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data import dates
from modelpick.data.number_signs import bare_sql, is_number_style, sign_of, split_style
from modelpick.data.number_styles import INFINITE as INFINITE_CELL
from modelpick.data.number_styles import (
    INTEGER,
    MISSING,
    STYLES,
    WORD,
    NumberStyle,
    case_sql,
    file_style,
    fits,
    number_sql,
    style_of,
    wrong_kinds,
)
from modelpick.data.raw_table import TypedColumns
from modelpick.data.readers.duck_sql import quoted_texts
from modelpick.data.schema import INFINITE, LARGEST, MISSING_CODES, CellProfile
from modelpick.data.style_notes import style_notes, word_notes
from modelpick.data.table import Column, ColumnKind
from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_Item = TypeVar("_Item")

_BATCH = 100  # columns in one query: many more make the planner slow
_CELLS = 8_000_000  # numbers that are fetched at once
BLANKS = " \t\xa0"
_SOME = 50  # cells by which the sign of a column is known
_MOSTLY, _VALUES, _WORDS = 0.7, 10, 2
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
    _places: dict[str, int] = field(init=False, repr=False)
    _known: dict[str, tuple[CellProfile, list[str]]] = field(init=False, repr=False, default_factory=dict)
    _table: list[NumberStyle | None] = field(init=False, repr=False, default_factory=list)
    _signs: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _words: dict[str, tuple[str, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {name: j for j, name in enumerate(self.names)})

    def place(self, row: int) -> str:
        """`line 5`, or `row 4` (from 1, without the header) where rows are not lines."""
        if self.first_line is not None:
            found = self.connection.execute(
                "SELECT rowid FROM raw ORDER BY rowid LIMIT 1 OFFSET ?", [int(row)]
            ).fetchone()
            if found is not None:
                return f"line {found[0] + self.first_line}"
        return f"row {row + 1}"

    def style(self, name: str) -> str:
        """How the numbers of a column are written: `1.234,5`, or `1.234,5 €` with what stands around them."""
        profile = self._profiles([name])[0][0]
        return self._signed(name, style_of(profile.counts, self._table_style()) or STYLES[0])

    def words(self, name: str) -> tuple[str, ...]:
        """Words that stand for a missing value in a column of numbers, and nowhere else."""
        self._profiles([name])
        return self._words.get(name, ())

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
        self._obey(styles, words)
        for batch in self._batches(names):
            plan: list[tuple[str, ColumnKind, str]] = []
            for name, (profile, used) in zip(batch, self._profiles(batch), strict=True):
                kind, style = self._decided(name, profile, given.get(name), styles.get(name), notes)
                codes.update(used)
                if style and style != STYLES[0]:
                    found[name] = style
                plan.append((name, kind, style))
            columns += self._columns(plan)
        if codes:
            counted = ", ".join(f"`{code}` in {count}" for code, count in sorted(codes.items()))
            notes.insert(0, f"Taken as missing besides empty cells (and in how many columns): {counted}.")
        notes += style_notes(found)
        used_words = {c.name: of for c in columns if c.kind == "number" and (of := self._words.get(c.name))}
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
        self._obey(styles, words)
        profiles = dict(zip(numbers, self._profiles(numbers), strict=True))
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
                    self._check_numbers(name, profiles[name][0].counts, base)
                    style = f"{base} {sign}".strip()
                plan.append((name, kind, style))
            made += self._columns(plan)
        return tuple(made)

    def labels(self, name: str) -> NDArray[Any]:
        """A column verbatim: object array of str, None where the cell is empty."""
        return self._objects(f"SELECT NULLIF({self._cell(name)}, '') AS v FROM raw")

    # --- decisions ---

    def _decided(
        self, name: str, profile: CellProfile, kind: ColumnKind | None, style: str | None, notes: list[str]
    ) -> tuple[ColumnKind, str]:
        """Kind and style of a column, and a note where a person may think otherwise."""
        own = style_of(profile.counts, self._table_style())
        if kind == "number" or (kind is None and own is not None and not self._days(name, profile)):
            chosen = split_style(style)[0] if style else own or STYLES[0]
            self._check_numbers(name, profile.counts, chosen)
            return "number", self._signed(name, chosen)
        if kind == "date" or (kind is None and self._may_be_dates(name)):
            form = self._date_form(name, style, kind == "date", notes)
            if form is not None:
                return "date", form
        if kind is None and own is not None:  # a day that there is not among them
            return "number", self._signed(name, own)
        if kind is None:
            kind = replace(profile, numbers=0, infinite=0).kind
            if profile.numbers >= 0.9 * profile.present > 0:
                cell, place = self._first(name, (INFINITE_CELL, WORD)) or ("", "")
                why = f"`{cell}` in {place} is no number" if cell else "its numbers are written in different ways"
                notes.append(f"`{name}` is taken as {kind}, for {why}.")
        return kind, ""

    def _check_numbers(self, name: str, counts: Mapping[int, int], style: NumberStyle) -> None:
        if counts.get(INFINITE_CELL):
            cell, place = self._first(name, wrong_kinds(style)) or ("", "")
            what = "is not finite, or too large to compute with"
            numeric = self._first(name, (INFINITE_CELL,)) == (cell, place)
            self._refuse(name, cell, place, what if numeric else "is no number to compute with")
        if not fits(counts, style):
            cell, place = self._first(name, wrong_kinds(style)) or ("", "")
            self._refuse(name, cell, place, "is no number to compute with")

    def _refuse(self, name: str, cell: str, place: str, what: str) -> None:
        raise CannotFindOut(
            f"`{cell}` in {place}, column `{name}` of `{self.shown}` {what}",
            "correct the cell, or empty it if the value is not known (decimals are written `1.5`)",
            kind="data",
        )

    def _days(self, name: str, profile: CellProfile) -> bool:
        """Whether a column of whole numbers is one of days, all written 20050131."""
        if profile.counts.get(INTEGER, 0) != profile.present or profile.present < _VALUES:
            return False
        return name not in self._signs and dates.YEAR_MONTH_DAY in dates.forms_of(self._some(name))

    def _may_be_dates(self, name: str) -> bool:
        some = f"SELECT {self._trimmed(name)} AS v FROM raw"
        query = f"SELECT v FROM ({some}) WHERE v NOT IN ({self._codes(name)}) LIMIT 20"
        return bool(dates.forms_of(v for (v,) in self.connection.execute(query).fetchall()))

    def _date_form(self, name: str, given: str | None, demanded: bool, notes: list[str]) -> str | None:
        """The one form of a column of dates; None where it is none, or could be read in two ways."""
        if given:
            return given
        query = (
            f"SELECT DISTINCT v FROM (SELECT {self._trimmed(name)} AS v FROM raw) WHERE v NOT IN ({self._codes(name)})"
        )
        forms = dates.forms_of(v for (v,) in self.connection.execute(query).fetchall())
        if len(forms) == 1:
            return forms[0]
        several = " or ".join(f"`{form}`" for form in forms)
        if demanded:
            raise CannotFindOut(
                f"column `{name}` of `{self.shown}` is to be dates, and "
                + (f"could be {several}" if forms else "is none"),
                f"give its form under `[styles]` in the schema file: one of {', '.join(dates.FORM_NAMES)}",
                kind="data",
            )
        if forms:
            notes.append(f"`{name}` stays text, for its dates could be {several}; `--schema FILE` can say which.")
        return None

    def _table_style(self) -> NumberStyle | None:
        """The style that the clear columns agree on, found once."""
        if not self._table:
            self._table.append(file_style([profile.counts for profile, _ in self._profiles(self.names)]))
        return self._table[0]

    # --- cells ---

    def _cell(self, name: str) -> str:
        return f"c{self._places[name]}"

    def _trimmed(self, name: str) -> str:
        return f"trim({self._cell(name)}, '{BLANKS}')"

    def _number_cell(self, name: str) -> str:
        """A cell without the sign of its column, and empty where a word says that it is missing."""
        cell = bare_sql(self._trimmed(name), self._signs.get(name, ""), BLANKS)
        words = self._words.get(name)
        return f"CASE WHEN {cell} NOT IN ({quoted_texts(words)}) THEN {cell} END" if words else cell

    def _signed(self, name: str, style: str) -> str:
        return f"{style} {self._signs.get(name, '')}".strip()

    def _obey(self, styles: Mapping[str, str], words: Mapping[str, Sequence[str]]) -> None:
        """Takes over the signs and words that are known of the columns; nothing is guessed about these."""
        signs = {name: split_style(style)[1] for name, style in styles.items() if is_number_style(style)}
        for name in {*signs, *words} & set(self.names):
            self._signs[name], self._words[name] = signs.get(name, ""), tuple(words.get(name, ()))
            self._known.pop(name, None)

    def _codes(self, name: str) -> str:
        """The missing codes of a column: a `-` beside a `+` is a sign, and none of them."""
        known = self._known.get(name)
        if known is not None and "-" in self.codes and known[0].plus:
            return quoted_texts(tuple(code for code in self.codes if code != "-"))
        return quoted_texts(self.codes)

    def _columns(self, columns: Sequence[tuple[str, ColumnKind, str]]) -> list[Column]:
        """Columns whose cells are known to be of these kinds and styles."""
        numbers = [(name, split_style(style)[0]) for name, kind, style in columns if kind == "number"]
        cells = ", ".join(
            f"coalesce({number_sql(self._number_cell(name), style)}, 'nan'::DOUBLE) AS {self._cell(name)}"
            for name, style in numbers
        )
        fetched = self.connection.execute(f"SELECT {cells} FROM raw").fetchnumpy() if numbers else {}
        made = []
        for name, kind, style in columns:
            if kind == "number":
                values: NDArray[Any] = np.ma.getdata(fetched.pop(self._cell(name)))
                if (np.abs(values) > LARGEST).any():  # only those with signs between their digits come so far
                    row = int(np.argmax(np.abs(values) > LARGEST))
                    self._refuse(name, str(values[row]), self.place(row), "is too large to compute with")
            else:
                inner = f"SELECT {self._trimmed(name)} AS v FROM raw"
                values = self._objects(
                    f"SELECT CASE WHEN v NOT IN ({self._codes(name)}) THEN v END AS v FROM ({inner})"
                )
                if kind == "date":
                    values = self._moments(name, values, style)
            made.append(Column(name=name, kind=kind, values=values))
        return made

    def _moments(self, name: str, cells: NDArray[Any], form: str) -> NDArray[np.float64]:
        forms = (form,) if form else dates.forms_of({cell for cell in cells if cell is not None})
        found = np.full(len(cells), np.nan)
        for i, cell in enumerate(cells):
            if cell is not None:
                moment = dates.any_seconds(cell, forms[0] if forms else None)
                if moment is None:
                    self._refuse(name, cell[:40], self.place(i), f"is no date ({forms[0] if forms else 'of one form'})")
                else:
                    found[i] = moment
        return found

    def _objects(self, query: str) -> NDArray[Any]:
        cells: Any = np.ma.asarray(self.connection.execute(query).fetchnumpy()["v"], dtype=object)
        values: NDArray[Any] = np.ma.getdata(cells).copy()
        values[np.ma.getmaskarray(cells)] = None  # `filled(None)` would fill in numpy's own default, "?"
        return values

    def _first(self, name: str, kinds: Sequence[int]) -> tuple[str, str] | None:
        """The first cell of these kinds and its place, if there is one."""
        wanted = ", ".join(map(str, kinds))
        cells = f"SELECT rowid AS row, {self._number_cell(name)} AS v FROM raw"
        query = f"SELECT row, v FROM ({cells}) WHERE {self._kind} IN ({wanted}) ORDER BY row LIMIT 1"
        found = self.connection.execute(query).fetchone()
        if found is None:
            return None
        if self.first_line is not None:
            return found[1][:40], f"line {found[0] + self.first_line}"
        before = self.connection.execute("SELECT count(*) FROM raw WHERE rowid < ?", [found[0]]).fetchone()
        return found[1][:40], f"row {(before[0] if before else 0) + 1}"

    # --- counting ---

    @property
    def _kind(self) -> str:
        return case_sql(self.codes, INFINITE, LARGEST)

    def _profiles(self, names: Sequence[str]) -> list[tuple[CellProfile, list[str]]]:
        """Of each column: what its cells are, and which missing codes it uses."""
        for start in range(0, len(names), _BATCH):
            unknown = [name for name in names[start : start + _BATCH] if name not in self._known]
            if unknown:
                self._profile(unknown)
        return [self._known[name] for name in names]

    def _profile(self, names: Sequence[str]) -> None:
        self._count(names)
        open_names = [name for name in names if name not in self._signs and self._known[name][0].counts.get(WORD)]
        before = {name: self._known[name] for name in open_names}
        self._signs.update({name: sign for name in open_names if (sign := sign_of(self._some(name)))})
        self._count([name for name in open_names if name in self._signs])
        self._words.update(self._missing_words(open_names))
        self._count([name for name in open_names if name in self._words])
        for name in open_names:
            if style_of(self._known[name][0].counts, None) is None:
                self._known[name] = before[name]  # what was tried does not make numbers of it
                self._signs.pop(name, None)
                self._words.pop(name, None)

    def _some(self, name: str) -> list[str]:
        """The first cells of a column that are not missing."""
        some = f"SELECT {self._trimmed(name)} AS v FROM raw"
        query = f"SELECT v FROM ({some}) WHERE v NOT IN ({quoted_texts(self.codes)}) LIMIT {_SOME}"
        return [cell for (cell,) in self.connection.execute(query).fetchall()]

    def _missing_words(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Of columns that hold numbers but for one or two words: these words. A cell with a digit is none."""
        mixed = []
        for name in names:
            profile = self._known[name][0]
            if profile.numbers >= _MOSTLY * profile.present and profile.distinct >= _VALUES:
                mixed.append(name)
        found = self._grouped(mixed, f"list(DISTINCT v) FILTER (kind = {WORD})")
        return {
            name: tuple(sorted(words))
            for name, (words,) in found.items()
            if words and len(words) <= _WORDS and not any(char.isdigit() for word in words for char in word)
        }

    def _count(self, names: Sequence[str]) -> None:
        counts = self._grouped(names, "histogram(kind)")
        cells = {name: dict(counts[name][0]) if name in counts else {} for name in names}
        coded = [name for name in names if cells[name].get(MISSING)]
        codes = self._grouped(coded, f"list(DISTINCT v) FILTER (kind = {MISSING}), coalesce(bool_or(v = '+'), false)")
        worded = [name for name in names if cells[name].get(WORD) or style_of(cells[name], None) is None]
        of_text = self._grouped(
            worded,
            f"count(DISTINCT v) FILTER (kind > {MISSING}), avg(len(string_split(v, ' '))) FILTER (kind > {MISSING})",
        )
        for name in names:
            distinct, words = of_text.get(name, (0, 0.0))
            used, plus = codes.get(name, ([], False))
            profile = CellProfile(
                present=sum(count for kind, count in cells[name].items() if kind > MISSING),
                numbers=sum(count for kind, count in cells[name].items() if INTEGER <= kind < INFINITE_CELL),
                infinite=cells[name].get(INFINITE_CELL, 0),
                distinct=distinct,
                words=words or 0.0,
                counts=cells[name],
                plus=plus,
            )
            self._known[name] = (profile, [code for code in used or [] if code != "-" or not plus])

    def _grouped(self, names: Sequence[str], aggregates: str) -> dict[str, tuple[Any, ...]]:
        """The aggregates over the trimmed cells `v` and their `kind` of each column.

        The columns are put below each other first: an expression for each column makes the planner slow.
        """
        if not names:
            return {}
        cells = ", ".join(self._number_cell(name) for name in names)
        below = f"SELECT unnest(range({len(names)})) AS col, unnest([{cells}]) AS v FROM raw"
        query = f"SELECT col, {aggregates} FROM (SELECT col, v, {self._kind} AS kind FROM ({below})) GROUP BY col"
        return {names[col]: tuple(values) for col, *values in self.connection.execute(query).fetchall()}

    def _batches(self, items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
        size = max(1, min(_BATCH, _CELLS // max(1, self.rows)))
        for start in range(0, len(items), size):
            yield items[start : start + size]
