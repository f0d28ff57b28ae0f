"""The card holds no hidden or display-changing text.

What it checks
    Escape sequences, control characters, characters that turn the direction of text (bidi), invisible tags, runs of
    invisible characters, words split by one, HTML that hides its text, and links or ids whose letters only look
    Latin; in the card and in file names.

Why it matters
    They can make a terminal or an editor show something else than what stands there, lead a link elsewhere, or carry
    text that only a machine reads.

How to fix
    Look at the raw file; do not paste from the card into a terminal, and type links by hand.

Limits
    Joiners within emoji and scripts, and single invisible characters between words, are let through: word processors
    leave them behind. Text hidden by a style sheet or in an image is not seen.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from modelpick.card_facts import CardFacts
from modelpick.findings import Confidence, Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of
from modelpick.vetting.confusables import is_mixed, latin
from modelpick.vetting.hidden_html import hidden_passages

_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_KINDS = (
    ("\x1b", "an escape character"),
    ("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "a character that turns the direction of text"),
)
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{1,8}")  # flags of England, Scotland and Wales are made of tags
_INVISIBLE = "\u200b\u200c\u200d\u2060-\u2064\ufeff\u180e\u3164\u115f\u1160\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef"
_RUN = re.compile(f"[{_INVISIBLE}]{{4,}}")  # enough to carry a message; typing slips come alone
_SPLIT = re.compile("(?<=[A-Za-z])[\u200b\u200c\u200d\u2060-\u2064\u00ad\ufeff](?=[A-Za-z])")
_ANY_INVISIBLE = re.compile(f"[{_INVISIBLE}\u00ad]")
_OTHER_SCRIPT = re.compile("[\u0370-\u058f\uff21-\uff5a]")
_MIXED = re.compile("[A-Za-z][\u0370-\u058f\uff21-\uff5a]|[\u0370-\u058f\uff21-\uff5a][A-Za-z]")
_ADDRESS = re.compile(r"(?i)(?:https?://|\bhuggingface\.co/|\bhf\.co/)[^\s)\]>\"'`,|，。、（）]{1,200}")
_QUOTED_ID = re.compile(r"[\"'`]([^\s\"'`/]{1,96}/[^\s\"'`/]{1,96})[\"'`]")
_MAX = 3


def run(reading: Reading) -> Iterator[Said]:
    """The first places in the card of each kind, and file names."""
    facts = reading.facts
    if facts.card is None and facts.files is None:
        yield not_applicable("there is nothing to look at")
        return
    found = [*(_in_card(facts.card) if facts.card else ()), *_in_names(reading)]
    yield from found or [passed("nothing hidden")]


def _in_card(card: CardFacts) -> Iterator[Said]:
    text = card.text if card.text.isascii() else _FLAG.sub(lambda match: " " * len(match[0]), card.text)
    hidden = _HIDDEN.findall(text)
    if hidden:
        yield failed(
            f"the card holds {_kind(hidden[0])} ({len(hidden)} hidden characters in all)", *_places(card, text, _HIDDEN)
        )
    if not text.isascii():
        yield from _not_ascii(card, text)
    passages = list(hidden_passages(text))
    if passages:
        yield failed(
            "the card holds text that its HTML hides",
            *(quote_of(card, passage.line) for passage in passages[:_MAX]),
            confidence=Confidence.MEDIUM,
        )


def _not_ascii(card: CardFacts, text: str) -> Iterator[Said]:
    if _ANY_INVISIBLE.search(text):
        yield from _invisible(card, text)
    if not _OTHER_SCRIPT.search(text) or not _MIXED.search(text):
        return
    for found in itertools.chain(_ADDRESS.finditer(text), _QUOTED_ID.finditer(text)):
        shown = found[0].strip("\"'`")
        if any(is_mixed(word) for word in re.findall(r"[^\W\d_]+", _without_query(shown))):
            line = text.count("\n", 0, found.start()) + 1
            message = f"an address or id mixes look-alike letters: it reads `{latin(shown)}` and is another"
            yield failed(message, quote_of(card, line), severity=Severity.HIGH)
            return


def _invisible(card: CardFacts, text: str) -> Iterator[Said]:
    runs = _RUN.findall(text)
    if runs:
        count = sum(map(len, runs))
        yield failed(f"the card holds runs of invisible characters ({count} in all)", *_places(card, text, _RUN))
    split = _SPLIT.findall(text)
    if split:
        message = f"invisible characters stand within words ({len(split)} in all): the words are not what they seem"
        yield failed(message, *_places(card, text, _SPLIT), severity=Severity.LOW)


def _without_query(address: str) -> str:
    """The part that decides where an address leads: what is searched for there may be written in any script."""
    return re.split(r"[?#]", address, maxsplit=1)[0]


def _places(card: CardFacts, text: str, pattern: re.Pattern[str]) -> Iterable[Evidence]:
    lines = (number for number, row in enumerate(text.split("\n"), 1) if pattern.search(row))
    return [quote_of(card, number) for number in itertools.islice(lines, _MAX)]


def _in_names(reading: Reading) -> Iterator[Said]:
    for file in reading.facts.files or ():
        if _HIDDEN.search(file.path) or _RUN.search(file.path) or "\n" in file.path:
            yield failed(
                f"a file name holds hidden characters: {file.path!a}", Evidence(file=file.path, line=0, quote="")
            )
            return


def _kind(character: str) -> str:
    return next((words for characters, words in _KINDS if character in characters), "a control character")


CHECK = Check(
    id="hidden-text",
    severity=Severity.MEDIUM,
    remediation="look at the raw file, paste nothing from the card into a terminal, and type links by hand",
    run=run,
)
