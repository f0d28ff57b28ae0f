"""The terms of the named training data leave the use open.

What it checks
    Whether a data set that the card names as training data is known to be licensed for non-commercial use or research
    only, under share-alike terms, or under a licence that covers the collection and not what was collected. Licences
    that free the results of working with the data are told too.

Why it matters
    Whether such terms bind a model trained on the data is unsettled. It is a risk that you should know of, above all
    where the model itself is offered under an open licence.

How to fix
    Ask a lawyer if it matters, or take a model trained on data with open terms.

Limits
    A table of well-known sets, looked up by id and name, and the Hub's own tag where the table has no row and the
    header names the set by its id. Other sets are not judged; terms may have changed. A risk, not a verdict, and no
    legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Evidence, Outcome, Severity
from modelpick.licences.datasets import DatasetTerms
from modelpick.vetting.answers.contract import Dataset
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown
from modelpick.vetting.known_data import known_data, license_quote, names_of, quotes_of, sureness

_UNSETTLED = "whether that binds a model trained on it is unsettled"
_MANY = 5


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each row of the table that tells such terms; several spellings of a set are one."""
    data = known_data(reading)
    if not data:
        yield not_applicable("the card names no training data")
        return
    told = [said for terms, datasets in data.known.items() if (said := _risk(reading, terms, datasets))]
    told += [said for dataset, several in data.ambiguous if (said := _any_of(reading, dataset, several))]
    strange = [dataset for dataset in data.strange if dataset.license is None or dataset.commercial_use == "unknown"]
    told += _by_the_hub(reading, [dataset for dataset in data.strange if dataset.commercial_use == "no"])
    yield from told
    open_names = [*strange, *(dataset for dataset, several in data.ambiguous if not _all_bar(several))]
    if open_names:
        first = open_names[:_MANY]
        more = f" and {len(open_names) - _MANY} more" if len(open_names) > _MANY else ""
        yield unknown(
            f"the terms of {names_of(first)}{more} are not in our table", *quotes_of(first), severity=Severity.LOW
        )
    elif not any(said.outcome is Outcome.FAIL for said in told):
        yield passed("no restricting terms are known of the data that the card names")


def _risk(reading: Reading, terms: DatasetTerms, datasets: list[Dataset]) -> Said | None:
    names, sure = names_of(datasets), sureness(terms, datasets)
    quotes = (*quotes_of(datasets), *license_quote(reading))
    if terms.commercial_use == "no" and terms.status != "private":
        return _barred(reading, f"{names}: offered for non-commercial use or research only ({terms.license})", quotes)
    if terms.share_alike:
        message = f"{names}: share-alike terms ({terms.license}) ask that adapted material stays under them"
        return failed(f"{message}; {_UNSETTLED}", *quotes, severity=Severity.LOW, confidence=sure)
    if terms.packaging:
        message = f"{names}: the licence ({terms.license}) covers the collection only, not the rights in what it holds"
        return failed(message, *quotes, severity=Severity.INFO, confidence=sure)
    if terms.results_free:
        return passed(f"{names}: its licence ({terms.license}) frees the results of working with it", *quotes)
    return None


def _by_the_hub(reading: Reading, barred: list[Dataset]) -> Iterator[Said]:
    """Data of which the Hub's own tag tells that they are not for commercial use."""
    by_license: dict[str, list[Dataset]] = {}
    for dataset in barred:
        by_license.setdefault(dataset.license or "", []).append(dataset)
    for license_, datasets in by_license.items():
        what = f"{names_of(datasets)}: not for commercial use (`{license_}`, by the Hub's tag of the data set)"
        yield _barred(reading, what, (*quotes_of(datasets), *license_quote(reading)))


def _barred(reading: Reading, what: str, quotes: tuple[Evidence, ...]) -> Said:
    """Data that bar commercial use: graver beside a model licence that allows it."""
    license_ = reading.answers.license
    if license_.commercial_use == "no":
        return failed(f"{what}, as the model is", *quotes, severity=Severity.LOW)
    beside = f" beside a model under {', '.join(license_.declared)}" if license_.declared else ""
    return failed(f"{what}{beside}; {_UNSETTLED}", *quotes)


def _any_of(reading: Reading, dataset: Dataset, several: tuple[DatasetTerms, ...]) -> Said | None:
    """A name that may mean several sets: told only where it makes no difference which one is meant."""
    if not _all_bar(several):
        return None
    may_be = " or ".join(terms.names[0] for terms in several)
    what = f"{dataset.name} may be {may_be}; each is offered for non-commercial use or research only"
    return _barred(reading, what, (*dataset.evidence, *license_quote(reading)))


def _all_bar(several: tuple[DatasetTerms, ...]) -> bool:
    return len(several) > 1 and all(terms.commercial_use == "no" and terms.names for terms in several)


CHECK = Check(
    id="training-data-terms",
    severity=Severity.MEDIUM,
    remediation="read the terms of that data set; for commercial use ask a lawyer, or take a model with other data",
    run=run,
)
