"""The named training data were not taken from people against their will.

What it checks
    Whether a data set that the card names as training data is known to hold pirated books, to have been withdrawn (for
    harm to people or otherwise), or to hold faces, voices or records of patients.

Why it matters
    Such data bring claims of those whose works or faces they are. What that means for a model trained on them is
    unsettled, and for people it may matter more than the law does.

How to fix
    Take a model trained on other data, or ask somebody who can judge the risk.

Limits
    A table of well-known sets, looked up by id and name. A risk to weigh, not a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.licences.datasets import DatasetTerms
from modelpick.vetting.answers.contract import Dataset
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed
from modelpick.vetting.known_data import known_data, license_quote, names_of, quotes_of, sureness

_PERSONAL = {
    "biometric": "faces, voices or bodies of people who can be told by them",
    "medical": "records of patients",
}


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each row of the table that tells such an origin."""
    data = known_data(reading)
    if not data.known:
        yield not_applicable("the card names no training data whose origin is in our table")
        return
    told = [said for terms, datasets in data.known.items() for said in _risks(reading, terms, datasets)]
    yield from told
    if not told:
        yield passed("nothing is known against the origin of the data that the card names")


def _risks(reading: Reading, terms: DatasetTerms, datasets: list[Dataset]) -> Iterator[Said]:
    names, sure = names_of(datasets), sureness(terms, datasets)
    quotes = (*quotes_of(datasets), *license_quote(reading))
    note = terms.note or terms.license
    if terms.status == "pirated":
        yield failed(f"{names}: holds pirated books: {note}", *quotes, severity=Severity.HIGH, confidence=sure)
    elif terms.harm:
        message = f"{names}: withdrawn because of harm to people: {note}"
        yield failed(message, *quotes, severity=Severity.HIGH, confidence=sure)
    elif terms.status == "withdrawn":
        yield failed(f"{names}: withdrawn: {note}", *quotes, confidence=sure)
    if terms.personal:
        message = f"{names}: holds {_PERSONAL[terms.personal]}: {note}"
        yield failed(message, *quotes, severity=Severity.LOW, confidence=sure)


CHECK = Check(
    id="training-data-origin",
    severity=Severity.MEDIUM,
    remediation="weigh whether you want to stand for a model that was trained on these data, or take another",
    run=run,
)
