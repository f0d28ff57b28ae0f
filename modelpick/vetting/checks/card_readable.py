"""The card could be read whole.

What it checks
    Whether the card is text in UTF-8, within the cap of 2 MB, and free of oddities such as a second front matter.
    What is wrong within the header, `front-matter-readable` tells.

Why it matters
    What stands beyond the cap or in broken characters was not read: it is unknown, not absent.

How to fix
    Read the card yourself where this check says that something was left out.

Limits
    It tells what the reader met, not whether it was meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.card_facts import CardFacts
from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each problem that the reader met."""
    card = reading.facts.card
    if card is None:
        yield not_applicable("there is no card")
        return
    if card.truncated:
        yield unknown(f"only the first part of the card was read, of {card.bytes:,} bytes")
    problems = [problem for problem in card.problems if not _of_header(card, problem)]
    for problem in problems:
        yield failed(problem)
    if not card.truncated and not problems:
        yield passed("the card was read whole" if not card.problems else "the text of the card was read whole")


def _of_header(card: CardFacts, problem: str) -> bool:
    """Whether `front-matter-readable` tells it already."""
    return problem == card.front_matter.problem or problem.startswith("the front matter has the key `")


CHECK = Check(
    id="card-readable",
    severity=Severity.LOW,
    remediation="read the card yourself: this tool may have missed something",
    run=run,
)
