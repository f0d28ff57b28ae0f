"""The card says what the model is for.

What it checks
    Whether a sentence, a list item or a heading of the card tells a task, a use or a user.

Why it matters
    A model that nobody made for your task may still run on it, and be wrong in ways that nobody looked for.

How to fix
    Find the paper or the training script, or take a model whose card tells.

Limits
    A heuristic over words. Tags, the name of the repo and the code are no statement, so a model whose name
    says it all may fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Stated with its quotes, absent, or unknown where the card was not read whole."""
    answer = reading.answers.purpose
    if reading.facts.card is None:
        yield not_applicable("there is no card")
    elif answer.status == "stated":
        yield passed("the card says what the model is for", *answer.evidence)
    elif answer.status == "absent":
        yield failed("the card does not say what the model is for (looked in its text, lists and headings)")
    else:
        yield unknown("the card could not be read whole, and what was read does not tell")


CHECK = Check(
    id="purpose-stated",
    severity=Severity.MEDIUM,
    remediation="find out what it was made for before you rely on it: its paper, its training code, its publisher",
    run=run,
)
