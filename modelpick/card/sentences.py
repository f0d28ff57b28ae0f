"""Plain text into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.card.inline import BREAK

_END = re.compile(
    r"""
    [.!?…]+[)\]"'”’»*]*(?=\s)         # a full stop and its closing marks, before a blank
  | [。！？｡]+[」』）”’]*               # a full stop of Chinese or Japanese needs no blank
  | \v                               # BREAK
    """,
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]{1,24}\Z")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]\Z")
_WORD = re.compile(r"\w")

NEVER_LAST = frozenset(
    (
        *("al", "approx", "art", "bzw", "ca", "cf", "chap", "cit", "col", "comp", "dept", "dr", "ed", "eds", "eg"),
        *("eq", "eqn", "eqs", "ex", "exp", "fig", "figs", "gen", "ie", "incl", "mr", "mrs", "ms", "nb", "no", "nos"),
        *("nr", "num", "op", "par", "pp", "prof", "ref", "refs", "resp", "sec", "sect", "st", "tab", "viz", "vol"),
        "vs",
    )
)
"""Abbreviations after which a sentence goes on."""
SELDOM_LAST = frozenset(("avg", "co", "corp", "dev", "est", "etc", "inc", "jr", "ltd", "max", "min", "misc", "std"))
"""Abbreviations after which a sentence ends only where the next word begins with a capital letter."""


def split_sentences(plain: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence of a plain text, blanks around it left out; what has no word is no sentence."""
    start = 0
    for match in _END.finditer(plain):
        if match.group()[0] == "." and _goes_on(plain, match.start(), match.end()):
            continue
        yield from _trimmed(plain, start, match.start() if match.group() == BREAK else match.end())
        start = match.end()
    yield from _trimmed(plain, start, len(plain))


def _trimmed(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = plain[start:end]
    if _WORD.search(piece) is not None:
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _goes_on(plain: str, stop: int, end: int) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation, an initial or a number of a list."""
    if plain.startswith("..", stop):
        return _next_character(plain, end).islower()
    before = _LAST_WORD.search(plain, max(0, stop - 24), stop)
    if before is None:
        return False
    word = before.group().lower()
    if word in NEVER_LAST:
        return True
    if word in SELDOM_LAST:
        return not _next_character(plain, end).isupper()
    if word.isdigit():
        return before.start() == 0 or plain[before.start() - 1] in f"\n{BREAK}"
    return _INITIALS.match(word) is not None and word != "i"


def _next_character(plain: str, position: int) -> str:
    following = plain[position : position + 40].lstrip()
    return following[:1]
