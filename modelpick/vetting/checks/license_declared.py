"""The card declares a licence.

What it checks
    Whether the header has the key `license` with a value, and if not, whether the Hub's own reading of it, a tag, the
    misspelt key `licence`, a licence file or the text names one.

Why it matters
    Without a licence nobody has granted you any right, whatever others do with the model.

How to fix
    Ask the publisher to add the key `license`; until then do not rely on having any right.

Limits
    A declared licence may be wrong: some tools write one into every card. See `license-conflict`.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.card_facts import FrontMatterStatus
from modelpick.findings import Severity
from modelpick.vetting.answers.contract_license import LicenseSource
from modelpick.vetting.answers.license_sources import TOOL_VALUE
from modelpick.vetting.check import Check, Reading, Said, failed, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Declared, said elsewhere only, or nowhere."""
    license_ = reading.answers.license
    card = reading.facts.card
    elsewhere = [source for source in license_.other_sources if source.source != "gate text"]
    tags = [source.value for source in elsewhere if source.source == "tag"]
    hub = [source.value for source in elsewhere if source.source == "hub"]
    elsewhere = [source for source in elsewhere if not (source.source == "licence" and source.value == TOOL_VALUE)]
    if license_.declared and hub:
        yield passed(f"the card could not be had; the Hub says that its header declares {', '.join(hub)}")
    elif license_.declared:
        end = card.front_matter.end_line if card is not None else 0
        quotes = [quote for quote in license_.own_evidence if 0 < quote.line <= end][:1]
        yield passed(f"the header declares {', '.join(license_.declared)}", *quotes)
    elif card is not None and card.front_matter.status in {FrontMatterStatus.OVER_CAP, FrontMatterStatus.REFUSED}:
        yield unknown("the header was not read, so nobody knows whether it declares a licence")
    elif any(missing.what == "card" for missing in reading.facts.missing):
        yield unknown("the card could not be had")
    elif hub:
        yield failed(
            f"no key `license` could be read in the header; the Hub tells {', '.join(hub)}", severity=Severity.LOW
        )
    elif tags:
        yield failed(f"no key `license` in the header; the Hub's tag says {', '.join(tags)}", severity=Severity.LOW)
    elif elsewhere:
        quotes = [source.evidence for source in elsewhere if source.evidence]
        places = ", ".join(_place(source) for source in elsewhere[:3])
        yield failed(f"no key `license` in the header, only {places}", *quotes, severity=Severity.MEDIUM)
    elif license_.prose:
        yield failed(f"no key `license` in the header; the text names {license_.prose}", *license_.own_evidence[:2])
    elif license_.own_evidence:
        yield failed(
            "no key `license` in the header; the text says something of one: read it", *license_.own_evidence[:2]
        )
    else:
        yield failed("no licence is stated (looked at the header, tags, licence files and the text)")


def _place(source: LicenseSource) -> str:
    if source.source == "licence":
        return f"the misspelt key `licence: {source.value}`"
    return f"{source.source} `{source.value}`"


CHECK = Check(
    id="license-declared",
    severity=Severity.MEDIUM,
    remediation="ask the publisher to declare a licence; without one you have no right to use the model",
    run=run,
)
