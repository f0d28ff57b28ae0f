"""The header of the card (its front matter) is sound YAML.

What it checks
    Whether the card begins with a YAML header that can be read: closed, a table of keys, no key twice, no anchors,
    aliases or merge keys, within the caps.

Why it matters
    Licence, data sets and base model stand there. What other tools read from a broken header depends on the tool, and
    a header with aliases can be made to blow up whoever reads it.

How to fix
    Read the header yourself, and tell the publisher.

Limits
    A sound header may hold wrong values; other checks look at those that they know.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.card_facts import FrontMatterStatus
from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of, unknown

_MAX_KEYS = 10
_MAX_QUOTES = 4


def run(reading: Reading) -> Iterator[Said]:
    """Sound, absent, broken, refused, or over the cap; duplicate keys apart."""
    card = reading.facts.card
    if card is None:
        yield not_applicable("there is no card")
        return
    front = card.front_matter
    match front.status:
        case FrontMatterStatus.READ:
            yield passed("the header was read")
        case FrontMatterStatus.ABSENT | FrontMatterStatus.EMPTY:
            yield failed("the card has no header, so it declares nothing that tools can read", severity=Severity.LOW)
        case FrontMatterStatus.OVER_CAP:
            yield unknown(f"the header was not read: {front.problem or 'it is over the cap'}")
        case _:
            yield failed(f"the header cannot be read as YAML: {front.problem or front.status.value}")
    for key, lines in front.duplicates[:_MAX_KEYS]:
        quotes = [quote_of(card, number) for number in lines[:_MAX_QUOTES]]
        yield failed(f"the key `{key}` stands in the header {len(lines)} times; the last one counts", *quotes)


CHECK = Check(
    id="front-matter-readable",
    severity=Severity.MEDIUM,
    remediation="read the header of the card yourself and do not rely on what tools make of it",
    run=run,
)
