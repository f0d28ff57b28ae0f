"""Others can look at the training data.

What it checks
    Whether the card says that training data are private, in-house or undisclosed, or names a set that is known never
    to have been public.

Why it matters
    Nobody can check what rights others have in such data, whom they leave out, or whether your test data are among
    them.

How to fix
    Ask the publisher, and test the model on data that nobody else has.

Limits
    A heuristic over the card's words, and a table of well-known sets.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown
from modelpick.vetting.known_data import known_data, names_of, quotes_of


def run(reading: Reading) -> Iterator[Said]:
    """Private sets of the table, private or undisclosed data by the card's words, else open or not told."""
    answer = reading.answers.training_data
    if answer.status in {"absent", "unknown"}:
        yield not_applicable("the card does not speak of training data")
        return
    private = [sets for terms, sets in known_data(reading).known.items() if terms.status == "private"]
    for datasets in private:
        yield failed(f"{names_of(datasets)} is not public, so it cannot be checked", *quotes_of(datasets))
    if answer.status == "undisclosed":
        yield failed("the training data are not disclosed, so they cannot be checked", *answer.evidence)
    elif answer.availability in {"private", "mixed"} and not private:
        yield failed("training data are said to be private, so they cannot be checked", *answer.evidence)
    elif answer.availability == "public" and not private:
        yield passed("the training data, or those that the card names, are said to be public", *answer.evidence[:1])
    elif not private:
        yield unknown("the card does not tell whether others can look at the training data", severity=Severity.INFO)


CHECK = Check(
    id="training-data-open",
    severity=Severity.LOW,
    remediation="ask the publisher about the data, and test the model on data that nobody else has",
    run=run,
)
