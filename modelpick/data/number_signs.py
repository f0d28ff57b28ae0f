"""What stands around the numbers of a column: a currency before them, `%` or a unit after them, brackets for minus.

A column has one such sign, or none: `$5` beside `5 €` stays text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from modelpick.data.number_styles import STYLES, NumberStyle

BRACKETS, MINUS = "()", "\u2212"
_BEFORE = re.compile(r"[-+\u2212(]?\s*([$€£¥₹₽₩₺]|US\$|EUR|USD|GBP|CHF)\s*[-+\u2212(]?[0-9.]")
_AFTER = re.compile(r"[-+\u2212]?[0-9.][0-9.,'\u2019 \xa0\u202f]*?\s*((?<!\.)[^\W\d_]{1,10}|[%‰€$£¥₹₽₩₺°]|°[CFK])")
"""A word right after a point is no unit: `12.png` names a file."""
_SHARE = 0.9


def split_style(style: str) -> tuple[NumberStyle, str]:
    """`1.234,5 €` -> (`1.234,5`, `€`): how the digits are written, and the sign or "". ValueError where it is none."""
    base, _, sign = style.partition(" ")
    for known in STYLES:
        if known == base:
            return known, sign
    raise ValueError(style)


def is_number_style(style: object) -> bool:
    """Whether a value from a file is a style of numbers, with or without a sign."""
    return isinstance(style, str) and any(style == known or style.startswith(f"{known} ") for known in STYLES)


def sign_of(cells: Sequence[str]) -> str:
    """The sign of nearly all of these cells that have a digit, or ""."""
    found: Counter[str] = Counter()
    cells = [cell for cell in cells if any(char.isdigit() for char in cell)]
    for cell in cells:
        match = _BEFORE.match(cell) or _AFTER.fullmatch(cell)
        if match is not None and match[1] not in ("e", "E"):
            found[match[1]] += 1
        elif cell.startswith("(") and cell.endswith(")"):
            found[BRACKETS] += 1
        elif cell.startswith(MINUS):
            found[MINUS] += 1
    real = [sign for sign in found if sign not in (BRACKETS, MINUS)]
    if not real:
        return next(iter(found), "")
    if len(real) > 1 or found[real[0]] < _SHARE * len(cells) - found[BRACKETS]:
        return ""
    return real[0]


def bare(cell: str, sign: str) -> str:
    """A stripped cell without its sign."""
    if not sign:
        return cell
    text = cell.replace(MINUS, "-")
    if sign not in (BRACKETS, MINUS):
        text = text.replace(sign, "").strip()
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    return text.strip()


def bare_sql(cell: str, sign: str, blanks: str) -> str:
    """SQL that does to a trimmed cell what `bare` does."""
    if not sign:
        return cell
    text = f"replace({cell}, '{MINUS}', '-')"
    if sign not in (BRACKETS, MINUS):
        text = f"replace({text}, '{sign}', '')"
    return f"trim(regexp_replace(trim({text}, '{blanks}'), '^\\((.*)\\)$', '-\\1'), '{blanks}')"
