"""How the numbers of a column are written: 1234.5, 1,234.5 or 1.234,5. Decided over whole columns, never by cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from modelpick.data.table import as_number

NumberStyle = Literal["1234.5", "1,234.5", "1.234,5"]
STYLES: tuple[NumberStyle, ...] = ("1234.5", "1,234.5", "1.234,5")

BLANK, MISSING, INTEGER, POINT, POINT3, COMMA, COMMA3, ENGLISH, CONTINENTAL, GROUPED, INFINITE, WORD = range(12)
"""What a cell is. MISSING: a code that says so; POINT3 and COMMA3 (`1.234`, `1,234`) are read in two ways; GROUPED has
blanks or apostrophes."""

GROUPS = r"[ '’\x{a0}\x{202f}]"
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
POINT3_PATTERN = r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}"
COMMA3_PATTERN = r"[+-]?[1-9][0-9]{0,2},[0-9]{3}"
PATTERNS: tuple[tuple[int, str], ...] = (
    (COMMA3, COMMA3_PATTERN),
    (COMMA, rf"[+-]?(?:0|[1-9][0-9]*)?,[0-9]+{_EXPONENT}"),
    (ENGLISH, r"[+-]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){2,}|(?:,[0-9]{3})+\.[0-9]+)"),
    (CONTINENTAL, r"[+-]?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]+)"),
    (ENGLISH, rf"[+-]?[1-9][0-9]{{0,2}}(?:{GROUPS}[0-9]{{3}})+\.[0-9]+"),
    (CONTINENTAL, rf"[+-]?[1-9][0-9]{{0,2}}(?:{GROUPS}[0-9]{{3}})+,[0-9]+"),
    (GROUPED, rf"[+-]?[1-9][0-9]{{0,2}}(?:{GROUPS}[0-9]{{3}})+"),
)
"""Of the cells that are no plain numbers, in the syntax of RE2; the first that fits counts."""

_GROUP_SIGNS = re.compile("[ '’\xa0\u202f]")

Counts = Mapping[int, int]


def file_style(columns: Sequence[Counts]) -> NumberStyle | None:
    """The style that the clear columns of a table agree on; None where they do not, or none is clear."""
    point = comma = False
    for counts in columns:
        if style_of(counts, None) is not None:
            point = point or bool(_clear_points(counts))
            comma = comma or bool(_clear_commas(counts))
    if point == comma:
        return None
    return "1,234.5" if point else "1.234,5"


def style_of(counts: Counts, table: NumberStyle | None) -> NumberStyle | None:
    """The style of a column of numbers; None where not all cells are numbers of one style.

    Args:
        counts: How many cells there are of each sort.
        table: The style of the whole table, which settles what can be read in two ways.
    """
    numbers = sum(counts.get(kind, 0) for kind in range(INTEGER, INFINITE))
    if not numbers or counts.get(WORD, 0):
        return None
    point, comma = _clear_points(counts), _clear_commas(counts)
    if point and comma:
        return None
    if comma:
        return "1.234,5"
    grouped = any(counts.get(kind, 0) for kind in (COMMA3, ENGLISH, GROUPED))
    if point:
        return "1,234.5" if grouped else "1234.5"
    if counts.get(COMMA3, 0) and counts.get(POINT3, 0):
        return None
    if table == "1.234,5" and (counts.get(COMMA3, 0) or counts.get(POINT3, 0)):
        return "1.234,5"
    return "1,234.5" if grouped else "1234.5"


def fits(counts: Counts, style: NumberStyle) -> bool:
    """Whether all cells that are present are finite numbers of the style."""
    return not any(counts.get(kind, 0) for kind in wrong_kinds(style))


def wrong_kinds(style: NumberStyle) -> tuple[int, ...]:
    """The sorts of cells that are no finite numbers of the style."""
    if style == "1234.5":
        return (COMMA, COMMA3, ENGLISH, CONTINENTAL, GROUPED, INFINITE, WORD)
    return (COMMA, CONTINENTAL, INFINITE, WORD) if style == "1,234.5" else (POINT, ENGLISH, INFINITE, WORD)


def plain(text: str, style: NumberStyle) -> str:
    """A number of the style as `1234.5`; other text stays as it is."""
    if style == "1234.5" or not text:
        return text
    bare = _GROUP_SIGNS.sub("", text)
    bare = bare.replace(",", "") if style == "1,234.5" else bare.replace(".", "").replace(",", ".")
    return bare if as_number(bare) is not None else text


def _clear_points(counts: Counts) -> int:
    return counts.get(POINT, 0) + counts.get(ENGLISH, 0)


def _clear_commas(counts: Counts) -> int:
    return counts.get(COMMA, 0) + counts.get(CONTINENTAL, 0)
