"""What the cells of each column are, counted inside DuckDB: sorts of numbers, words, signs around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelpick.data.number_signs import bare_sql, is_number_style, sign_of, split_style
from modelpick.data.number_styles import INFINITE, INTEGER, MISSING, WORD, NumberStyle, file_style, style_of
from modelpick.data.readers.cell_sql import BLANKS, cells_below, number_sql, sort_sql, untrimmed_number_sql
from modelpick.data.readers.duck_sql import quoted_texts
from modelpick.data.readers.raw_cells import RawCells
from modelpick.data.schema import CellProfile

_BATCH = 100  # columns in one query: many more make the planner slow
_SOME = 50  # cells by which the sign of a column is known
_MOSTLY, _VALUES, _WORDS = 0.7, 10, 2


@dataclass(frozen=True, slots=True)
class CellCounts:
    """The profiles of the columns, each counted once, and the signs and words that are none of their numbers."""

    cells: RawCells
    _known: dict[str, tuple[CellProfile, list[str]]] = field(init=False, repr=False, default_factory=dict)
    _table: list[NumberStyle | None] = field(init=False, repr=False, default_factory=list)
    _signs: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _words: dict[str, tuple[str, ...]] = field(init=False, repr=False, default_factory=dict)

    def profiles(self, names: Sequence[str]) -> list[tuple[CellProfile, list[str]]]:
        """Of each column: what its cells are, and which missing codes it uses."""
        for start in range(0, len(names), _BATCH):
            unknown = [name for name in names[start : start + _BATCH] if name not in self._known]
            if unknown:
                self._profile(unknown)
        return [self._known[name] for name in names]

    def table_style(self) -> NumberStyle | None:
        """The style that the clear columns agree on, found once."""
        if not self._table:
            self._table.append(file_style([profile.counts for profile, _ in self.profiles(self.cells.names)]))
        return self._table[0]

    def obey(self, styles: Mapping[str, str], words: Mapping[str, Sequence[str]]) -> None:
        """Takes over the signs and words that are known of the columns; nothing is guessed about these."""
        signs = {name: split_style(style)[1] for name, style in styles.items() if is_number_style(style)}
        for name in {*signs, *words} & set(self.cells.names):
            self._signs[name], self._words[name] = signs.get(name, ""), tuple(words.get(name, ()))
            self._known.pop(name, None)

    def signed(self, name: str, style: str) -> str:
        """A style with the sign of the column."""
        return f"{style} {self._signs.get(name, '')}".strip()

    def has_sign(self, name: str) -> bool:
        """Whether a sign was found around its numbers, or one or none was given."""
        return name in self._signs

    def words(self, name: str) -> tuple[str, ...]:
        """Words that stand for a missing value in a column of numbers, and nowhere else."""
        return self._words.get(name, ())

    def codes(self, name: str) -> tuple[str, ...]:
        """The missing codes of a column: a `-` beside a `+` is a sign, and none of them."""
        known = self._known.get(name)
        if known is not None and known[0].plus:
            return tuple(code for code in self.cells.codes if code != "-")
        return self.cells.codes

    def number(self, name: str, style: NumberStyle) -> str:
        """SQL of the DOUBLE in a cell that is known to be missing or of the style; else NULL."""
        if self._signs.get(name) or self._words.get(name):
            return number_sql(self._bare(name), style)
        return untrimmed_number_sql(self.cells.cell(name), style)

    def first(self, name: str, kinds: Sequence[int]) -> tuple[str, str] | None:
        """The first cell of these sorts and its place, if there is one."""
        query = (
            f"SELECT row, v FROM (SELECT rowid AS row, {self._bare(name)} AS v FROM raw) "
            f"WHERE {sort_sql(self.cells.codes)} IN ({', '.join(map(str, kinds))}) ORDER BY row LIMIT 1"
        )
        found = self.cells.connection.execute(query).fetchone()
        return None if found is None else (found[1][:40], self.cells.place_of_record(found[0]))

    def some(self, name: str) -> list[str]:
        """The first cells of a column that are not missing."""
        return self.cells.present(name, self.cells.codes, most=_SOME)

    def _bare(self, name: str) -> str:
        """SQL of a trimmed cell without the sign of its column, and empty where a word says that it is missing."""
        cell = bare_sql(self.cells.trimmed(name), self._signs.get(name, ""), BLANKS)
        words = self._words.get(name)
        return f"CASE WHEN {cell} NOT IN ({quoted_texts(words)}) THEN {cell} END" if words else cell

    def _profile(self, names: Sequence[str]) -> None:
        self._count(names)
        open_names = [name for name in names if name not in self._signs and self._known[name][0].counts.get(WORD)]
        before = {name: self._known[name] for name in open_names}
        self._signs.update({name: sign for name in open_names if (sign := sign_of(self.some(name)))})
        self._count([name for name in open_names if name in self._signs])
        self._words.update(self._missing_words(open_names))
        self._count([name for name in open_names if name in self._words])
        for name in open_names:
            if style_of(self._known[name][0].counts, None) is None:
                self._known[name] = before[name]  # what was tried does not make numbers of it
                self._signs.pop(name, None)
                self._words.pop(name, None)

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
        codes = self._grouped(
            coded, "list(DISTINCT v) FILTER (NOT given AND v <> ''), coalesce(bool_or(v = '+'), false)"
        )
        worded = [name for name in names if cells[name].get(WORD) or style_of(cells[name], None) is None]
        of_text = self._grouped(
            worded, "count(DISTINCT v) FILTER (given), avg(len(string_split(v, ' '))) FILTER (given)"
        )
        for name in names:
            distinct, words = of_text.get(name, (0, 0.0))
            used, plus = codes.get(name, ([], False))
            profile = CellProfile(
                present=sum(count for kind, count in cells[name].items() if kind > MISSING),
                numbers=sum(count for kind, count in cells[name].items() if INTEGER <= kind < INFINITE),
                infinite=cells[name].get(INFINITE, 0),
                distinct=distinct,
                words=words or 0.0,
                counts=cells[name],
                plus=plus,
            )
            self._known[name] = (profile, [code for code in used or [] if code != "-" or not plus])

    def _grouped(self, names: Sequence[str], aggregates: str) -> dict[str, tuple[Any, ...]]:
        """The aggregates over the trimmed cells `v` of each column, their `kind`, and whether they are `given`."""
        if not names:
            return {}
        bare = [
            self._bare(name) if self._signs.get(name) or self._words.get(name) else self.cells.cell(name)
            for name in names
        ]
        query = f"SELECT col, {aggregates} FROM ({cells_below(bare, self.cells.codes, 'raw')}) GROUP BY col"
        return {names[col]: tuple(values) for col, *values in self.cells.connection.execute(query).fetchall()}
