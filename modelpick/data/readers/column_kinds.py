"""Which kind a column is by its cells, and in which style; what does not fit is refused with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from modelpick.data import dates
from modelpick.data.number_signs import split_style
from modelpick.data.number_styles import (
    INFINITE,
    INTEGER,
    STYLES,
    WORD,
    NumberStyle,
    fits,
    style_of,
    wrong_kinds,
)
from modelpick.data.readers.cell_counts import CellCounts
from modelpick.data.schema import CellProfile
from modelpick.data.table import ColumnKind
from modelpick.errors import CannotFindOut

_VALUES = 10  # days without a sign between their parts are so many at least
_FIRST = 20  # cells by which a column may be dates


@dataclass(frozen=True, slots=True)
class ColumnKinds:
    """The decisions about the columns of a table."""

    counts: CellCounts

    def decided(
        self, name: str, profile: CellProfile, kind: ColumnKind | None, style: str | None, notes: list[str]
    ) -> tuple[ColumnKind, str]:
        """Kind and style of a column; `notes` gets a sentence where a person may think otherwise.

        Args:
            kind: That was given for it, and so `style`; None where its cells decide.
        """
        own = style_of(profile.counts, self.counts.table_style())
        if kind == "number" or (kind is None and own is not None and not self._days(name, profile)):
            chosen = split_style(style)[0] if style else own or STYLES[0]
            self.check_numbers(name, profile.counts, chosen)
            return "number", self.counts.signed(name, chosen)
        if kind == "date" or (kind is None and self._may_be_dates(name)):
            form = self._date_form(name, style, kind == "date", notes)
            if form is not None:
                return "date", form
        if kind is None and own is not None:  # a day that there is not among them
            return "number", self.counts.signed(name, own)
        if kind is None:
            kind = replace(profile, numbers=0, infinite=0).kind
            if profile.numbers >= 0.9 * profile.present > 0:
                cell, place = self.counts.first(name, (INFINITE, WORD)) or ("", "")
                why = f"`{cell}` in {place} is no number" if cell else "its numbers are written in different ways"
                notes.append(f"`{name}` is taken as {kind}, for {why}.")
        return kind, ""

    def check_numbers(self, name: str, counts: Mapping[int, int], style: NumberStyle) -> None:
        """Refuses a column of numbers with a cell that is none of the style."""
        if fits(counts, style):
            return
        cell, place = self.counts.first(name, wrong_kinds(style)) or ("", "")
        infinite = counts.get(INFINITE) and self.counts.first(name, (INFINITE,)) == (cell, place)
        what = "is not finite, or too large to compute with" if infinite else "is no number to compute with"
        self.counts.cells.refuse(name, cell, place, what)

    def _days(self, name: str, profile: CellProfile) -> bool:
        """Whether a column of whole numbers is one of days, all written 20050131."""
        if profile.counts.get(INTEGER, 0) != profile.present or profile.present < _VALUES:
            return False
        return not self.counts.has_sign(name) and dates.YEAR_MONTH_DAY in dates.forms_of(self.counts.some(name))

    def _may_be_dates(self, name: str) -> bool:
        return bool(dates.forms_of(self.counts.cells.present(name, self.counts.codes(name), most=_FIRST)))

    def _date_form(self, name: str, given: str | None, demanded: bool, notes: list[str]) -> str | None:
        """The one form of a column of dates; None where it is none, or could be read in two ways."""
        if given:
            return given
        forms = dates.forms_of(self.counts.cells.present(name, self.counts.codes(name), different=True))
        if len(forms) == 1:
            return forms[0]
        several = " or ".join(f"`{form}`" for form in forms)
        if demanded:
            raise CannotFindOut(
                f"column `{name}` of `{self.counts.cells.shown}` is to be dates, and "
                + (f"could be {several}" if forms else "is none"),
                f"give its form under `[styles]` in the schema file: one of {', '.join(dates.FORM_NAMES)}",
                kind="data",
            )
        if forms:
            notes.append(f"`{name}` stays text, for its dates could be {several}; `--schema FILE` can say which.")
        return None
