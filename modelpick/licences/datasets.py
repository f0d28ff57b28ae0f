"""The terms of well-known data sets, and names of data sets, as data: two tables, read once when first asked.

`datasets.csv` holds the sets that cards name most, each with what was read of its terms, where, and how sure that is.
`known_datasets.txt` holds names only: of those sets nothing more is said. Nothing here is legal advice.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from modelpick.licences.lookup import CommercialUse

DatasetStatus = Literal["public", "withdrawn", "private", "pirated"]
Personal = Literal["biometric", "medical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetTerms:
    """What is known about a data set: its terms and its status.

    Attributes:
        hub_id: On the Hub, None where it is not there or not known.
        names: How texts spell it.
        ambiguous: Names that may mean it or something else (`ImageNet`); they are never resolved to its terms.
        license: As its publisher states it, in words.
        commercial_use: Whether its terms allow commercial use of the data. What that means for a model is
            unsettled.
        share_alike: Its terms ask that adapted material stays under them.
        packaging: The licence covers the collection (the links, annotations or scripts), not what was collected.
        results_free: Its licence frees the results of working with the data, models among them, expressly.
        model_made_by: Whose models wrote it, in whole or part; None where people did or it is not known.
        personal: Faces, voices or bodies of identifiable people (`biometric`), or records of patients (`medical`).
        harm: It was withdrawn because of harm to people.
        status: `pirated`: holds books from shadow libraries; `withdrawn`: by its publisher; `private`: never public.
        access: In words.
    """

    hub_id: str | None
    names: tuple[str, ...]
    ambiguous: tuple[str, ...]
    license: str
    commercial_use: CommercialUse
    share_alike: bool
    packaging: bool
    results_free: bool
    model_made_by: str | None
    personal: Personal | None
    harm: bool
    status: DatasetStatus
    access: str
    note: str | None
    verified: str
    source: str


def dataset_terms(name: str) -> DatasetTerms | None:
    """The terms of a data set by its Hub id (owner or not) or name in prose.

    None where it is not in the table, or where the name may mean several sets.
    """
    index = _index()
    key = dataset_key(name)
    return index.get(key) or index.get(dataset_key(name.rsplit("/", 1)[-1]))


def meanings(name: str) -> tuple[DatasetTerms, ...]:
    """The sets that an ambiguous name may mean; empty where the name is none of those."""
    return _ambiguous().get(dataset_key(name), ())


def dataset_rows() -> tuple[DatasetTerms, ...]:
    """All rows of the table, in its order."""
    return tuple(_rows())


@cache
def known_names() -> tuple[str, ...]:
    """Every name by which a text may speak of a data set: of the table, ambiguous ones, and of the list of names."""
    table = [name for terms in _rows() for name in (*terms.names, *terms.ambiguous)]
    listed = [line.strip() for line in _text("known_datasets.txt").splitlines() if line.strip() and line[0] != "#"]
    return tuple(dict.fromkeys([*table, *listed]))


def dataset_key(name: str) -> str:
    """A data set's name for comparing: lower case, letters and digits only (`MS-COCO` is `ms coco`)."""
    return re.sub(r"[\W_]+", "", name.casefold())


@cache
def _rows() -> tuple[DatasetTerms, ...]:
    return tuple(_from_table())


@cache
def _index() -> Mapping[str, DatasetTerms]:
    index: dict[str, DatasetTerms] = {}
    for terms in _rows():
        hub = [terms.hub_id, terms.hub_id.rsplit("/", 1)[-1]] if terms.hub_id else []
        for name in (*terms.names, *hub):
            index.setdefault(dataset_key(name), terms)
    return index


@cache
def _ambiguous() -> Mapping[str, tuple[DatasetTerms, ...]]:
    found: dict[str, tuple[DatasetTerms, ...]] = {}
    for terms in _rows():
        for name in terms.ambiguous:
            key = dataset_key(name)
            found[key] = (*found.get(key, ()), terms)
    return found


def _from_table() -> Iterator[DatasetTerms]:
    for row in csv.DictReader(io.StringIO(_text("datasets.csv"), newline="")):
        yield DatasetTerms(
            hub_id=row["hub_id"] or None,
            names=_list(row["aliases"]),
            ambiguous=_list(row["ambiguous"]),
            license=row["license"],
            commercial_use=cast(CommercialUse, row["commercial_use"]),
            share_alike=row["share_alike"] == "yes",
            packaging=row["packaging"] == "yes",
            results_free=row["results_free"] == "yes",
            model_made_by=row["model_made_by"] or None,
            personal=cast(Personal, row["personal"]) if row["personal"] else None,
            harm=row["harm"] == "yes",
            status=cast(DatasetStatus, row["status"]),
            access=row["access"],
            note=row["note"] or None,
            verified=row["verified"],
            source=row["source"],
        )


def _text(name: str) -> str:
    return files("modelpick.licences").joinpath(name).read_text(encoding="utf-8")


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
