"""The terms of the named training data leave the use open.

What it checks
    Whether a data set that the card names as training data is known to be withdrawn, to hold pirated books, never to
    have been public, or to be licensed for non-commercial use or research only.

Why it matters
    Whether such terms bind a model trained on the data is not settled. It is a risk that you should know of, above all
    where the model itself is offered under an open licence.

How to fix
    Ask a lawyer if it matters, or take a model trained on data with open terms.

Limits
    A table of well-known sets, looked up by name. Sets that are not in it are not judged; terms may have changed. A
    risk, not a verdict, and no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.licences.datasets import DatasetTerms, dataset_terms
from modelpick.vetting.answers.contract import Dataset
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each row of the table that tells such terms; several spellings of a set are one."""
    training = [dataset for dataset in reading.answers.training_data.datasets if dataset.role == "training"]
    if not training:
        yield not_applicable("the card names no training data")
        return
    known: dict[DatasetTerms, list[Dataset]] = {}
    strange: list[str] = []
    for dataset in training:
        terms = (dataset_terms(dataset.hub_id) if dataset.hub_id else None) or dataset_terms(dataset.name)
        if terms is None:
            strange.append(dataset.name)
        else:
            known.setdefault(terms, []).append(dataset)
    risks = [said for terms, datasets in known.items() if (said := _risk(terms, datasets)) is not None]
    yield from risks
    if strange:
        yield unknown(f"the terms of {', '.join(strange[:5])} are not in our table", severity=Severity.LOW)
    elif not risks:
        yield passed("no restricting terms are known of the data that the card names")


def _risk(terms: DatasetTerms, datasets: list[Dataset]) -> Said | None:
    names = ", ".join(dict.fromkeys(dataset.name for dataset in datasets))
    evidence = tuple(dict.fromkeys(quote for dataset in datasets for quote in dataset.evidence))
    note = terms.note or terms.license
    if terms.status == "pirated":
        return failed(f"{names} holds pirated books: {note}", *evidence, severity=Severity.HIGH)
    if terms.status == "withdrawn":
        return failed(f"{names} was withdrawn: {note}", *evidence)
    if terms.status == "private":
        return failed(f"{names} is not public, so nobody can look at it: {note}", *evidence, severity=Severity.LOW)
    if terms.commercial_use == "no":
        unsettled = "whether that binds a model trained on it is unsettled"
        return failed(
            f"{names}: offered for non-commercial use or research only ({terms.license}); {unsettled}", *evidence
        )
    return None


CHECK = Check(
    id="training-data-terms",
    severity=Severity.MEDIUM,
    remediation="read the terms of that data set; for commercial use ask a lawyer, or take a model with other data",
    run=run,
)
