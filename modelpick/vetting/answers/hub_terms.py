"""The Hub's own licence tags of data sets that our table does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from modelpick.facts import DatasetFact
from modelpick.licences.lookup import CommercialUse, licence_of
from modelpick.vetting.answers.contract import Dataset, TrainingData

_NOTE = "by the Hub's tag of the data set"
_FROM_STRICT: tuple[CommercialUse, ...] = ("no", "unknown", "conditional", "yes")


def with_hub_terms(data: TrainingData, asked: Iterable[DatasetFact]) -> TrainingData:
    """The same data, with the terms that the Hub tells where the table tells none."""
    tags = {name.casefold(): fact.licenses for fact in asked for name in (fact.asked, fact.repo_id) if name}
    return replace(data, datasets=tuple(_told(dataset, tags) for dataset in data.datasets)) if tags else data


def _told(dataset: Dataset, tags: Mapping[str, tuple[str, ...]]) -> Dataset:
    licenses = tags.get((dataset.hub_id or dataset.name).casefold(), ())
    if not licenses or dataset.license is not None or dataset.note is not None:
        return dataset
    uses = [found.commercial_use if (found := licence_of(tag)) else "unknown" for tag in licenses]
    strictest = min(uses, key=_FROM_STRICT.index)
    return replace(dataset, license=", ".join(licenses), commercial_use=strictest, note=_NOTE)
