"""Dates as numbers: year, month, day, weekday, hour, and the days since the first training row's date.

What comes round again (month, day of the month, weekday, hour) becomes a point on a circle, its sine and cosine, so
that December lies beside January. A part that is the same in all training rows is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.data.table import ColumnKind, Table

Floats = NDArray[np.float64]

_DAY = 86_400.0
_FARTHEST = 1e13
"""Seconds from 1970, some 300,000 years: what lies beyond is no date and counts as missing."""
_CIRCLES = ("month", "day", "weekday", "hour")
PARTS = ("year", *_CIRCLES, "days")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateParts:
    """What was learned about a date.

    Attributes:
        first: Of the training rows, in whole days since 1970.
        parts: Which of `PARTS` are made, in that order.
    """

    column_kind: ClassVar[ColumnKind] = "date"
    name: str
    first: float
    parts: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The one that it takes."""
        return (self.name,)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the columns of numbers that it makes."""
        made: list[str] = []
        for part in self.parts:
            shown = f"{self.name} ({'days since ' + day_text(self.first) if part == 'days' else part})"
            made += [f"{shown[:-1]}, sine)", f"{shown[:-1]}, cosine)"] if part in _CIRCLES else [shown]
        return tuple(made)

    @property
    def marks(self) -> NDArray[np.bool_]:
        """The last one alone: a date is missing as a whole."""
        marks = np.zeros(len(self.labels), dtype=bool)
        marks[-1] = True
        return marks

    def values(self, table: Table) -> Floats:
        """The numbers, shape (rows, labels), NaN where missing."""
        given = date_parts(table.column(self.name).values, self.first)
        return np.column_stack([column for part in self.parts for column in given[part]])

    def unseen(self, table: Table) -> dict[str, int]:
        """None."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """In JSON types."""
        return {"kind": "date", "name": self.name, "first": self.first, "parts": list(self.parts)}

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> DateParts:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        name = reading.word(entry, "name")
        parts = reading.names_list(entry.get("parts"), f"the parts of `{name}`")
        if not parts or set(parts) - set(PARTS):
            raise reading.damaged(f"the parts of `{name}` are not known")
        first = reading.number(entry.get("first"), f"the first date of `{name}`")
        if abs(first) * _DAY > _FARTHEST:
            raise reading.damaged(f"the first date of `{name}` is none")
        return cls(name=name, first=first, parts=parts)


def fit_dates(table: Table, name: str) -> DateParts:
    """Learns the first date of a column, and which parts of its dates differ."""
    seconds = table.column(name).values
    known = seconds[_is_date(seconds)]
    first = float(np.floor(known.min() / _DAY)) if len(known) else 0.0
    given = date_parts(known, first)
    parts = tuple(part for part in PARTS if any(len(values) and np.ptp(values) > 0 for values in given[part]))
    return DateParts(name=name, first=first, parts=parts or ("days",))


def date_parts(seconds: Floats, first: float) -> dict[str, tuple[Floats, ...]]:
    """Part -> its one column, or two for a circle, each of shape (rows,), NaN where there is no date.

    Args:
        seconds: Since 1970, no time zone.
        first: The day, counted from 1970, from which `days` counts.
    """
    known = _is_date(seconds)
    clean = np.where(known, seconds, 0.0)
    whole = np.floor(clean / _DAY)
    days = whole.astype(np.int64).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    start = months.astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[D]") - start).astype(np.float64)
    turns = {
        "month": (months.astype(np.int64) % 12) / 12,
        "day": (days - start).astype(np.float64) / length,
        "weekday": ((whole + 3) % 7) / 7,  # 1970 began on a Thursday
        "hour": (clean - whole * _DAY) / _DAY,
    }
    made: dict[str, tuple[Floats, ...]] = {
        part: (np.sin(2 * np.pi * turn), np.cos(2 * np.pi * turn)) for part, turn in turns.items()
    }
    made["year"] = (days.astype("datetime64[Y]").astype(np.int64).astype(np.float64) + 1970,)
    made["days"] = (np.subtract(clean / _DAY, first),)
    return {part: tuple(np.where(known, v, np.nan) for v in values) for part, values in made.items()}


def day_text(day: float) -> str:
    """A day, counted from 1970, as `2026-11-26`."""
    return str(np.datetime64(int(day), "D"))


def _is_date(seconds: Floats) -> NDArray[np.bool_]:
    return np.abs(seconds) <= _FARTHEST  # False for NaN
