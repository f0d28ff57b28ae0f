"""The card says what the model is not for.

What it checks
    Whether the card excludes a use, in any section or in the text of its gate.

Why it matters
    An excluded use is a warning from those who know the model, and may be a term of the licence.

How to fix
    Ask yourself what could go wrong with your use, and test for it.

Limits
    A heuristic over words. Most cards exclude nothing, which does not mean that everything is fine.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Stated with its quotes, absent, or unknown where the card was not read whole."""
    answer = reading.answers.out_of_scope
    if reading.facts.card is None:
        yield not_applicable("there is no card")
    elif answer.status == "stated":
        yield passed("the card excludes a use: read it", *answer.evidence)
    elif answer.status == "absent":
        yield failed("the card excludes no use (looked in all sections)")
    else:
        yield unknown("the card could not be read whole, and what was read does not tell")


CHECK = Check(
    id="out-of-scope-stated",
    severity=Severity.LOW,
    remediation="think through how your own use could go wrong",
    run=run,
)
