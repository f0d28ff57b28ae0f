"""The terms of the named training data leave the use open.

What it checks
    Whether a data set that the card names as training data is known to be withdrawn, to hold pirated books, or to be
    licensed for non-commercial use or research only.

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
from modelpick.licences.lookup import dataset_terms
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each named training set with such terms."""
    training = [dataset for dataset in reading.answers.training_data.datasets if dataset.role == "training"]
    if not training:
        yield not_applicable("the card names no training data")
        return
    strange: list[str] = []
    risky = False
    for dataset in training:
        terms = (dataset_terms(dataset.hub_id) if dataset.hub_id else None) or dataset_terms(dataset.name)
        if terms is None:
            strange.append(dataset.name)
            continue
        if terms.status == "pirated":
            said = failed(f"{dataset.name}: {terms.note}", *dataset.evidence, severity=Severity.HIGH)
        elif terms.status == "withdrawn":
            said = failed(f"{dataset.name} was withdrawn: {terms.note}", *dataset.evidence)
        elif terms.commercial_use == "no":
            said = failed(
                f"{dataset.name} is offered for non-commercial use or research only ({terms.license}); whether that "
                "binds the model is unsettled",
                *dataset.evidence,
            )
        else:
            continue
        risky = True
        yield said
    if strange and not risky:
        yield unknown(f"the terms of {', '.join(strange[:5])} are not in our table", severity=Severity.LOW)
    elif not risky:
        yield passed("no restricting terms are known of the data that the card names")


CHECK = Check(
    id="training-data-terms",
    severity=Severity.MEDIUM,
    remediation="read the terms of that data set; for commercial use ask a lawyer, or take a model with other data",
    run=run,
)
