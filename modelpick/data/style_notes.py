"""What a reader says about the writing of numbers and dates, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelpick.data import dates
from modelpick.data.number_signs import BRACKETS, MINUS, is_number_style, split_style
from modelpick.data.number_styles import STYLES
from modelpick.data.table import listed


def style_notes(found: Mapping[str, str]) -> list[str]:
    """Of columns whose numbers or dates are written in other ways than `1234.5`."""
    notes = []
    numbers = {name: split_style(style) for name, style in found.items() if is_number_style(style)}
    for style, words in ((STYLES[2], "a decimal comma"), (STYLES[1], "a comma or blank between thousands")):
        names = [name for name, (base, _) in numbers.items() if base == style]
        if names:
            notes.append(f"Numbers with {words}: {listed(names, 5)}.")
    for sign in sorted({sign for _, sign in numbers.values() if sign}):
        names = [name for name, (_, of_it) in numbers.items() if of_it == sign]
        words = {BRACKETS: "brackets for minus", MINUS: "a typographic minus"}.get(sign, f"`{sign}`, which is left out")
        notes.append(f"Numbers with {words}: {listed(names, 5)}.")
    for form in dates.FORM_NAMES:
        names = [name for name, of_it in found.items() if of_it == form]
        if names:
            notes.append(f"Dates ({form}): {listed(names, 5)}.")
    return notes


def word_notes(words: Mapping[str, Sequence[str]]) -> list[str]:
    """Of words that stand for a missing value in columns of numbers."""
    notes = []
    for word in sorted({word for of_column in words.values() for word in of_column}):
        names = [name for name, of_column in words.items() if word in of_column]
        notes.append(f"`{word}` is taken as missing in {listed(names, 5)}, for all else there are numbers.")
    return notes
