"""The data sets of the front matter are on the Hub, open, and under the name that the card gives.

What it checks
    Whether each id under the card's key `datasets` leads to a data set: one that is there, not behind a gate, not
    switched off, and not renamed since.

Why it matters
    A data set that is gone cannot be looked at any more, and a name that its owner gave up may be taken by somebody
    else.

How to fix
    Ask the publisher where the data are now; ask for access where they are gated.

Limits
    The first eight ids of the front matter, asked for once. A private data set looks like one that is not there. Bare
    names without an owner are not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.facts import DatasetFact
from modelpick.findings import Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of, unknown

_NOT_THERE = "not there, or private"


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each data set that is not as the card says, else one that all are."""
    datasets = reading.facts.datasets
    if not datasets:
        yield not_applicable("the front matter names no data set by the Hub's id, or the Hub was not asked")
        return
    told = [said for dataset in datasets if (said := _trouble(dataset, _quotes(reading, dataset)))]
    yield from told
    if not told:
        yield passed(f"the Hub has the data sets that the front matter names ({len(datasets)} asked for)")


def _trouble(dataset: DatasetFact, quotes: tuple[Evidence, ...]) -> Said | None:
    if dataset.missing is not None:
        if dataset.missing.reason == _NOT_THERE:
            return failed(f"the Hub has no data set `{dataset.asked}`, or it is private", *quotes)
        return unknown(f"`{dataset.asked}` could not be asked for: {dataset.missing.reason}", severity=Severity.INFO)
    if dataset.disabled:
        return failed(f"the Hub has switched `{dataset.asked}` off", *quotes, severity=Severity.MEDIUM)
    if dataset.repo_id and dataset.repo_id.casefold() != dataset.asked.casefold():
        return failed(f"`{dataset.asked}` is called `{dataset.repo_id}` now", *quotes)
    if dataset.gated not in (None, "no"):
        return failed(f"`{dataset.asked}` is gated: access to it must be asked for", *quotes, severity=Severity.INFO)
    return None


def _quotes(reading: Reading, dataset: DatasetFact) -> tuple[Evidence, ...]:
    """The line of the front matter that names the set."""
    card = reading.facts.card
    if card is None:
        return ()
    head = card.text.split("\n")[: card.front_matter.end_line]
    line = next((number for number, text in enumerate(head, start=1) if dataset.asked in text), None)
    return () if line is None else (quote_of(card, line),)


CHECK = Check(
    id="training-data-found",
    severity=Severity.LOW,
    remediation="ask the publisher where the data are now, or ask for access to them",
    run=run,
)
