"""The licence line was chosen by a person.

What it checks
    Whether the tool that wrote the card puts this very licence into every card: Unsloth `apache-2.0` whatever the base,
    AutoTrain `other`, TRL the misspelt `licence: license`.

Why it matters
    A line that nobody chose says nothing about what the owner of the base allows.

How to fix
    Look at the licence of the base model, and ask the publisher whether the line is meant.

Limits
    A publisher may have chosen the same licence, and then the line holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Confidence, Severity
from modelpick.vetting.answers.license_sources import TOOL_VALUE
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed

_CONSTANTS = {"unsloth": ("Unsloth", "apache-2.0"), "autotrain": ("AutoTrain", "other")}


def run(reading: Reading) -> Iterator[Said]:
    """A constant of the tool that wrote the card, or not."""
    license_ = reading.answers.license
    typo = [s for s in license_.other_sources if s.source == "licence" and s.value.lower() == TOOL_VALUE]
    for source in typo:
        quotes = [source.evidence] if source.evidence else []
        yield failed("TRL writes `licence: license` into every card; it names no licence", *quotes)
    name, constant = _CONSTANTS.get(reading.answers.tool or "", ("", ""))
    if constant and [value.lower() for value in license_.declared] == [constant]:
        card = reading.facts.card
        end = card.front_matter.end_line if card is not None else 0
        quotes = [quote for quote in license_.own_evidence if 0 < quote.line <= end][:1]
        why = f"{name} writes `license: {constant}` into every card, so it may be nobody's choice"
        yield failed(why, *quotes, confidence=Confidence.MEDIUM)
    elif not typo and license_.declared:
        yield passed("no known tool writes this licence into every card")
    elif not typo:
        yield not_applicable("no licence is declared")


CHECK = Check(
    id="license-by-tool",
    severity=Severity.LOW,
    remediation="look at the licence of the base model, and ask the publisher which licence is meant",
    run=run,
)
