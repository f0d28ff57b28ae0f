"""Pieces of a report for people: lines, quotes with their places, lists that are cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelpick.document import Block, Quote, Text, Tone
from modelpick.findings import Evidence

_MAX_QUOTE = 300
_MAX_LINE = 1_200
_MAX_TITLE = 100
_MAX_NAMES = 8


def say(text: str, tone: Tone = Tone.PLAIN, *, item: bool = False) -> Text:
    """A text on one line: what comes from a card must not begin a line that looks like ours."""
    line = " ".join(text.split())
    return Text(line if len(line) <= _MAX_LINE else line[:_MAX_LINE] + " ...", tone, item)


def quotes(evidence: Sequence[Evidence]) -> Iterator[Block]:
    """Quotes with their places; a file as a whole has none, and the message names it."""
    for quote in evidence:
        if not quote.quote:
            continue
        text = quote.quote if len(quote.quote) <= _MAX_QUOTE else quote.quote[:_MAX_QUOTE] + " ..."
        yield Quote(text, f"{place(quote)}, {quote.section[:_MAX_TITLE]}" if quote.section else place(quote))


def place(quote: Evidence) -> str:
    """File and line."""
    file = " ".join(quote.file.split())
    return f"{file}:{quote.line}" if quote.line else file


def listed(names: Sequence[str], most: int = _MAX_NAMES) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
