"""The card holds no hidden or display-changing characters.

What it checks
    Escape sequences, control characters, characters that turn the direction of text (bidi), and invisible tags, in the
    card and in file names.

Why it matters
    They can make a terminal or an editor show something else than what stands there, or carry text that only a
    machine reads.

How to fix
    Look at the raw file; do not paste from the card into a terminal.

Limits
    Letters that look like others are not looked for yet; joiners within emoji and scripts are let through.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from modelpick.findings import Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of

_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_KINDS = (
    ("\x1b", "an escape character"),
    ("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "a character that turns the direction of text"),
)
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{1,8}")  # flags of England, Scotland and Wales are made of tags
_MAX = 3


def run(reading: Reading) -> Iterator[Said]:
    """The first places in the card, and file names."""
    facts = reading.facts
    if facts.card is None and facts.files is None:
        yield not_applicable("there is nothing to look at")
        return
    found = [*_in_card(reading), *_in_names(reading)]
    yield from found
    if not found:
        yield passed("no hidden characters")


def _in_card(reading: Reading) -> Iterator[Said]:
    card = reading.facts.card
    text = _FLAG.sub(lambda match: " " * len(match[0]), card.text) if card else ""
    hidden = _HIDDEN.findall(text)
    if card is None or not hidden:
        return
    places = (number for number, row in enumerate(text.split("\n"), 1) if _HIDDEN.search(row))
    quotes = [quote_of(card, number) for number in itertools.islice(places, _MAX)]
    yield failed(f"the card holds {_kind(hidden[0])} ({len(hidden)} hidden characters in all)", *quotes)


def _in_names(reading: Reading) -> Iterator[Said]:
    for file in reading.facts.files or ():
        if _HIDDEN.search(file.path) or "\n" in file.path:
            yield failed(
                f"a file name holds hidden characters: {file.path!a}", Evidence(file=file.path, line=0, quote="")
            )
            return


def _kind(character: str) -> str:
    return next((words for characters, words in _KINDS if character in characters), "a control character")


CHECK = Check(
    id="hidden-text",
    severity=Severity.MEDIUM,
    remediation="look at the raw file, and paste nothing from the card into a terminal",
    run=run,
)
