"""The card shows how to use the model.

What it checks
    Whether a snippet loads or calls the model, or a command runs it.

Why it matters
    Without it you guess the input, the preprocessing and the library, and a wrong guess gives wrong answers
    quietly.

How to fix
    Look at config.json, the library tag, or the base model's card.

Limits
    It looks for known libraries and commands; the snippet was not run.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Stated with its quotes, absent, or unknown where the card was not read whole."""
    answer = reading.answers.usage
    if reading.facts.card is None:
        yield not_applicable("there is no card")
    elif answer.status == "stated":
        yield passed("the card shows how to use the model", *answer.evidence)
    elif answer.status == "absent":
        yield failed("the card shows no snippet or command that uses the model")
    else:
        yield unknown("the card could not be read whole, and what was read does not tell")


CHECK = Check(
    id="usage-stated",
    severity=Severity.LOW,
    remediation="look at its config.json and at the card of its base model for how to call it",
    run=run,
)
