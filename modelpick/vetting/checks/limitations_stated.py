"""The card says where the model fails.

What it checks
    Whether a weakness, a bias, a bound or a failure of the model is told, in any section.

Why it matters
    Every model has limits; a card that tells none leaves you to find them.

How to fix
    Test the model on the cases that matter to you.

Limits
    A heuristic over words; a title "Limitations" with nothing under it does not count.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Stated with its quotes, absent, or unknown where the card was not read whole."""
    answer = reading.answers.limitations
    if reading.facts.card is None:
        yield not_applicable("there is no card")
    elif answer.status == "stated":
        yield passed("the card tells limitations", *answer.evidence)
    elif answer.status == "absent":
        yield failed("the card tells no limitation (looked in all sections)")
    else:
        yield unknown("the card could not be read whole, and what was read does not tell")


CHECK = Check(
    id="limitations-stated",
    severity=Severity.LOW,
    remediation="test the model on the cases that would hurt you most",
    run=run,
)
