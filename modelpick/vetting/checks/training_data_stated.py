"""The card says what the model was trained on.

What it checks
    Whether training data are named, described, or withheld: in the text, in a table, in the key `datasets`.

Why it matters
    The data decide what the model knows, whom it is unfair to, and which rights others may have in it.

How to fix
    Look at the paper and at the base model's card; ask the publisher.

Limits
    A heuristic over words. It tells what the card says, not what was really used.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Named, described, withheld, absent, or unknown where the card was not read whole."""
    answer = reading.answers.training_data
    if reading.facts.card is None:
        yield not_applicable("there is no card")
        return
    match answer.status:
        case "named":
            names = [dataset.name for dataset in answer.datasets if dataset.role == "training"]
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            yield passed(f"the card names its training data: {', '.join(names[:5])}{more}", *answer.evidence)
        case "described":
            yield failed(
                "the card describes its training data and names no set, so nobody can look at them",
                *answer.evidence,
                severity=Severity.LOW,
            )
        case "undisclosed":
            yield failed("the card speaks of training data and does not say which", *answer.evidence)
        case "absent":
            yield failed("the card does not say what the model was trained on (looked in its text and `datasets`)")
        case "unknown":
            yield unknown("the card could not be read whole, and what was read does not tell")


CHECK = Check(
    id="training-data-stated",
    severity=Severity.MEDIUM,
    remediation="look at the paper and the base model's card, or ask the publisher what it was trained on",
    run=run,
)
