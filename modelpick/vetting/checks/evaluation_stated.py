"""The card gives a result that one can read.

What it checks
    Whether a figure of a metric stands in the text, a list, a table or `model-index`.

Why it matters
    A model without a result may be good or useless. A result is the publisher's own and on data of his
    choice.

How to fix
    Test it on your own data: `modelpick eval DATA --model REPO`.

Limits
    It does not judge whether the figure is good, true, or of this very model.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Stated with its quotes, absent, or unknown where the card was not read whole."""
    answer = reading.answers.evaluation
    if reading.facts.card is None:
        yield not_applicable("there is no card")
    elif answer.status == "stated":
        yield passed("the card gives a result", *answer.evidence)
    elif answer.status == "absent":
        yield failed("the card gives no result (looked for figures in its text, tables and `model-index`)")
    else:
        yield unknown("the card could not be read whole, and what was read does not tell")


CHECK = Check(
    id="evaluation-stated",
    severity=Severity.LOW,
    remediation="test the model on your own data with `modelpick eval`",
    run=run,
)
