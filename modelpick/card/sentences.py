"""Plain text into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.card.inline import BREAK, MAX_MARKUP

_MARKS = re.compile(r"[.!?…。！？｡\v][.!?…。！？｡)\]\"'”’»*」』）]*")
"""A mark that may end a sentence, and the marks that close with it."""
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]{1,24}\Z")
_INITIALS = re.compile(r"(?:[a-z]\.)*[a-z]\Z")
_WORD = re.compile(r"\w")

NEVER_LAST = frozenset(
    (
        *("al", "approx", "bzw", "ca", "cf", "dr", "eds", "eg", "eq", "eqs", "fig", "figs", "ie", "incl", "mr", "mrs"),
        *("ms", "prof", "resp", "st", "viz", "vs"),
    )
)
"""Abbreviations after which a sentence goes on."""
BEFORE_NUMBERS = frozenset(
    ("art", "ch", "chap", "no", "nos", "nr", "num", "p", "pp", "ref", "refs", "sec", "sect", "tab", "ver", "vol")
)
"""Words that are abbreviations where a number follows."""
BEFORE_SMALL_LETTERS = frozenset(
    ("avg", "co", "corp", "dev", "ed", "est", "etc", "ex", "inc", "jr", "ltd", "max", "min", "misc", "std")
)
"""Words after which a sentence ends only where the next word begins with a capital letter."""


def split_sentences(plain: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence of a plain text, blanks around it left out; what has no word is no sentence.

    In a text that no person wrote every full stop ends a sentence.
    """
    start = 0
    careful = len(plain) <= MAX_MARKUP
    for match in _MARKS.finditer(plain):
        stop, end = match.span()
        mark = plain[stop]
        if mark in ".!?…":  # a full stop of Chinese or Japanese needs no blank behind it
            if end == len(plain) or not plain[end].isspace():
                continue
            if careful and _goes_on(plain, stop, end):
                continue
        yield from _trimmed(plain, start, stop if mark == BREAK else end)
        start = end
    yield from _trimmed(plain, start, len(plain))


def _trimmed(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = plain[start:end]
    if _WORD.search(piece) is not None:
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _goes_on(plain: str, stop: int, end: int) -> bool:
    """Whether the mark at `stop` belongs to an abbreviation, an initial, a name (`Yahoo!`) or a number of a list."""
    if plain[stop] != "." or plain.startswith("..", stop):
        return _next_character(plain, end).islower()
    before = _LAST_WORD.search(plain, max(0, stop - 24), stop)
    if before is None:
        return False
    word = before.group().lower()
    if word in NEVER_LAST:
        return True
    if word in BEFORE_NUMBERS:
        return _next_character(plain, end).isdigit()
    if word in BEFORE_SMALL_LETTERS:
        return not _next_character(plain, end).isupper()
    if word.isdigit():
        return before.start() == 0 or plain[before.start() - 1] in f"\n{BREAK}"
    return _INITIALS.match(word) is not None and word != "i"


def _next_character(plain: str, position: int) -> str:
    following = plain[position : position + 40].lstrip()
    return following[:1]
