"""What a cell of text is, and the number in it, as SQL of DuckDB.

Nearly all cells of a large table are plain numbers or words that nothing stands around. They are told first, by what
costs little; trimming and the patterns of all ways to write a number are left to the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from modelpick.data.number_styles import (
    BLANK,
    COMMA,
    COMMA3,
    COMMA3_PATTERN,
    GROUPS,
    INFINITE,
    INTEGER,
    MISSING,
    PATTERNS,
    POINT,
    POINT3,
    POINT3_PATTERN,
    WORD,
    NumberStyle,
)
from modelpick.data.readers.duck_sql import quoted_text, quoted_texts
from modelpick.data.schema import INFINITE as INFINITE_PATTERN
from modelpick.data.schema import LARGEST
from modelpick.data.table import NUMBER, as_number

BLANKS = " \t\xa0"
_PLAIN = r"[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]*|,[0-9]+)?"
"""Numbers without exponents and groups but for one: `1234`, `1.5`, `1,5` and `1,500`."""
_SHORT = 30  # characters in which no number without an exponent is too large
_SIX_DIGITS = 8  # characters of six digits, a sign before them and one between them
_SIGNS = rf"(?:[-+0-9.,eE]|{GROUPS})*"
"""Of which all `PATTERNS` are made."""
_LETTERS = "':'"
"""Cells from here on, in the order of their bytes, begin with neither digit nor sign, point nor comma."""


def trimmed(cell: str) -> str:
    """A cell without the blanks around it."""
    return f"trim({cell}, '{BLANKS}')"


def cells_below(cells: Sequence[str], codes: Sequence[str], source: str) -> str:
    """A query of all `cells` of a table, columns below each other: an expression for each makes the planner slow.

    It gives `col` (from 0), `v` (the trimmed cell), `kind` (its sort, as `sort_sql` has it) and `given` (whether it is
    neither blank nor missing). What is not asked for is not worked out.
    """
    stated = [code for code in codes if re.fullmatch(_PLAIN, code)]
    plain = (
        f"CASE WHEN c >= {_LETTERS} OR strlen(c) > {_SHORT} THEN false "
        + (f"WHEN c IN ({quoted_texts(stated)}) THEN false " if stated else "")
        + f"ELSE coalesce(regexp_full_match(c, '{_PLAIN}'), false) END"
    )
    ends = " OR ".join(f"starts_with(c, '{blank}') OR suffix(c, '{blank}')" for blank in BLANKS)
    return (
        f"SELECT col, v, CASE WHEN plain THEN {_plain_sort()} WHEN v >= {_LETTERS} THEN {_word_sort(codes)} "
        f"ELSE {sort_sql(codes)} END AS kind, v NOT IN ({quoted_texts(('', *codes))}) AS given FROM ("
        f"SELECT col, plain, CASE WHEN plain THEN c WHEN {ends} THEN {trimmed('c')} ELSE c END AS v FROM ("
        f"SELECT col, c, {plain} AS plain FROM ("
        f"SELECT unnest(range({len(cells)})) AS col, unnest([{', '.join(cells)}]) AS c FROM {source})))"
    )


def sort_sql(codes: Sequence[str]) -> str:
    """The sort of a trimmed cell `v` of any kind; `codes` are those that mean a missing value."""
    numeric = [code for code in codes if as_number(code) is not None]
    early = f"WHEN v IN ({quoted_texts(numeric)}) THEN {MISSING} " if numeric else ""
    others = " ".join(f"WHEN regexp_full_match(v, {quoted_text(pattern)}) THEN {kind}" for kind, pattern in PATTERNS)
    return (
        f"CASE WHEN v IS NULL OR v = '' THEN {BLANK} {early}WHEN regexp_full_match(v, '{NUMBER}') THEN "
        f"CASE WHEN NOT abs(TRY_CAST(v AS DOUBLE)) <= {LARGEST} THEN {INFINITE} ELSE {_plain_sort()} END "
        f"WHEN v IN ({quoted_texts(codes)}) THEN {MISSING} WHEN regexp_full_match(v, '[^0-9]*') "
        f"THEN CASE WHEN regexp_full_match(v, '{INFINITE_PATTERN}') THEN {INFINITE} ELSE {WORD} END "
        f"WHEN NOT regexp_full_match(v, {quoted_text(_SIGNS)}) THEN {WORD} {others} ELSE {WORD} END"
    )


def number_sql(cell: str, style: NumberStyle) -> str:
    """A DOUBLE of a trimmed cell that is known to be of the style, else NULL."""
    return _cast(f"regexp_replace({cell}, {quoted_text(GROUPS)}, '', 'g')" if style != "1234.5" else cell, style)


def untrimmed_number_sql(cell: str, style: NumberStyle) -> str:
    """`number_sql` of a cell as it stands: most need neither trimming nor a search for signs between their digits."""
    return f"coalesce({_cast(cell, style)}, {number_sql(trimmed(cell), style)})"


def _cast(cell: str, style: NumberStyle) -> str:
    if style == "1,234.5":
        cell = f"replace({cell}, ',', '')"
    elif style == "1.234,5":
        cell = f"replace(replace({cell}, '.', ''), ',', '.')"
    return f"TRY_CAST({cell} AS DOUBLE)"


def _plain_sort() -> str:
    """The sort of a number that `_PLAIN` tells, or that has an exponent and no comma."""
    return (
        f"CASE WHEN contains(v, '.') THEN {_thousands(POINT3_PATTERN, POINT3, POINT)} "
        f"WHEN contains(v, ',') THEN {_thousands(COMMA3_PATTERN, COMMA3, COMMA)} ELSE {INTEGER} END"
    )


def _thousands(pattern: str, yes: int, no: int) -> str:
    """Whether the one sign may stand before thousands: after one to three digits without a zero, before three."""
    return f"CASE WHEN strlen(v) <= {_SIX_DIGITS} AND regexp_full_match(v, '{pattern}') THEN {yes} ELSE {no} END"


def _word_sort(codes: Sequence[str]) -> str:
    """The sort of a trimmed cell that begins like a word."""
    infinite = f"WHEN lower(v[1]) = 'i' AND regexp_full_match(v, '{INFINITE_PATTERN}') THEN {INFINITE}"
    return f"CASE WHEN v IN ({quoted_texts(codes)}) THEN {MISSING} {infinite} ELSE {WORD} END"
