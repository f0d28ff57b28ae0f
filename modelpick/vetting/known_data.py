"""The training data of one subject beside what the table of data sets knows of them: what several checks ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from modelpick.findings import Confidence, Evidence
from modelpick.licences.datasets import DatasetTerms, dataset_terms, meanings
from modelpick.vetting.answers.contract import Dataset
from modelpick.vetting.check import Reading, quote_of


@dataclass(frozen=True, slots=True)
class KnownData:
    """The sets that the card names as training data.

    Attributes:
        known: Row of the table -> the sets of the card that it speaks of; several spellings of a set are one.
        ambiguous: Sets whose name may mean several rows, with those rows.
        strange: Sets that the table does not hold.
    """

    known: dict[DatasetTerms, list[Dataset]] = field(default_factory=dict)
    ambiguous: list[tuple[Dataset, tuple[DatasetTerms, ...]]] = field(default_factory=list)
    strange: list[Dataset] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.known or self.ambiguous or self.strange)


def known_data(reading: Reading) -> KnownData:
    """The training data of a subject, looked up by Hub id and by name."""
    found = KnownData()
    for dataset in reading.answers.training_data.datasets:
        if dataset.role != "training":
            continue
        terms = (dataset_terms(dataset.hub_id) if dataset.hub_id else None) or dataset_terms(dataset.name)
        if terms is not None:
            found.known.setdefault(terms, []).append(dataset)
        elif several := meanings(dataset.name):
            found.ambiguous.append((dataset, several))
        else:
            found.strange.append(dataset)
    return found


def names_of(datasets: Iterable[Dataset]) -> str:
    """The names as the card spells them, each once."""
    return ", ".join(dict.fromkeys(dataset.name for dataset in datasets))


def quotes_of(datasets: Iterable[Dataset]) -> tuple[Evidence, ...]:
    """Where the card names them, each place once."""
    return tuple(dict.fromkeys(quote for dataset in datasets for quote in dataset.evidence))


def sureness(terms: DatasetTerms, datasets: Iterable[Dataset]) -> Confidence:
    """High where the card gives the very id of the table's row, and the row was read; else a name that matched."""
    exact = terms.hub_id is not None and any(terms.hub_id in (dataset.name, dataset.hub_id) for dataset in datasets)
    return Confidence.HIGH if exact and terms.verified == "read" else Confidence.MEDIUM


def license_quote(reading: Reading) -> tuple[Evidence, ...]:
    """The line that licenses the model: of the front matter's key, else the first that its answer rests on."""
    card = reading.facts.card
    if card is not None and (line := card.front_matter.lines.get("license")):
        return (quote_of(card, line),)
    return reading.answers.license.own_evidence[:1]
