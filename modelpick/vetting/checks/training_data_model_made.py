"""The named training data were not written by another company's model.

What it checks
    Whether a data set that the card names as training data is known to be written by a model (Alpaca, ShareGPT,
    UltraChat, Orca ...), or said by the card to be so.

Why it matters
    Providers' terms often forbid to train competing models on what theirs wrote; the licences of Llama 2 and 3 do so
    too. Whom such terms bind is unsettled. And a model trained on such data repeats the other one's mistakes.

How to fix
    Read the terms of the provider whose model wrote the data, or take a model trained on what people wrote.

Limits
    A table of well-known sets, and the card's own words. Data that nobody says were written by a model are not found.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed
from modelpick.vetting.known_data import known_data, license_quote, names_of, quotes_of, sureness

_MANY = 5


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each set that the table knows to be written by a model, one for those that the card calls so."""
    data = known_data(reading)
    said_synthetic = [dataset for dataset in reading.answers.training_data.datasets if dataset.synthetic]
    if not data and not said_synthetic:
        yield not_applicable("the card names no training data")
        return
    told = False
    for terms, datasets in data.known.items():
        if terms.model_made_by:
            told = True
            yield failed(
                f"{names_of(datasets)} was written by models of {terms.model_made_by}, whose terms may restrict what "
                "is trained on it; whether they bind this model is unsettled",
                *quotes_of(datasets),
                *license_quote(reading),
                confidence=sureness(terms, datasets),
            )
    strange = [dataset for dataset in data.strange if dataset.synthetic][:_MANY]
    if strange:
        told = True
        yield failed(
            f"the card says that a model made {names_of(strange)}; the terms of that model's provider may restrict "
            "what is trained on it",
            *quotes_of(strange),
            *license_quote(reading),
            severity=Severity.LOW,
        )
    if not told:
        yield passed("none of the data that the card names is known to be written by a model")


CHECK = Check(
    id="training-data-model-made",
    severity=Severity.MEDIUM,
    remediation="read the terms of the provider whose model wrote the data before you build a competing model",
    run=run,
)
