"""Licences as data: a table that is read once when first asked.

`licences.csv` holds every licence id of the Hub and the texts behind frequent `other` names. Each row says where it
was read and how sure it is. Nothing here is legal advice. `datasets.py` holds the terms of data sets.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, cast

CommercialUse = Literal["yes", "no", "conditional", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """One licence and its terms in short.

    Attributes:
        hub_id: Its id on the Hub, or the `license_name` that goes with `license: other`.
        on_hub: Whether the Hub lists the id.
        aliases: Other names it goes by.
        is_family: The id names a family of texts (`cc`, `gpl`, `openrail`), not one text.
        family: One of `families()`.
        commercial_use: Of the model under this licence; `conditional` needs `condition`.
        condition: What commercial use depends on.
        notice_required: What must go along with a copy. Like all terms below in words, None where not told.
        naming: What a product or derivative must be called or display.
        output_restriction: What the model's outputs may not be used for.
        territory: Who is left out, by place or number of users.
        name_prefix: What the name of a derived model must begin with (`Llama`); `naming` tells when.
        display: What a product or derived model must show (`Built with Llama`); `naming` tells when.
        users_threshold: Users from which other terms apply, counted per `users_per`.
        revenue_threshold: US dollars from which other terms apply, counted per `revenue_per`.
        excluded_territory: Where nothing is licensed; `excluded_scope`: only for these models, None for all.
        meant_for: What the text was written for: software, model, data, content.
        verified: How the row was checked; `source`: where.
    """

    hub_id: str
    on_hub: bool
    aliases: tuple[str, ...]
    name: str
    spdx: str | None
    is_family: bool
    family: str
    commercial_use: CommercialUse
    condition: str | None
    notice_required: str | None
    share_alike: str | None
    use_restrictions: str | None
    naming: str | None
    output_restriction: str | None
    territory: str | None
    name_prefix: str | None
    display: str | None
    users_threshold: int | None
    users_per: Literal["month", "day"] | None
    revenue_threshold: int | None
    revenue_per: Literal["year", "month"] | None
    excluded_territory: tuple[str, ...]
    excluded_scope: str | None
    patent_grant: str | None
    termination: str | None
    derivative_relicense: str | None
    meant_for: str | None
    caution: str | None
    verified: str
    source: str

    @property
    def is_read(self) -> bool:
        """Whether somebody read the text for this row; what is told from memory or by the name alone may be wrong."""
        return not any(words in self.verified for words in ("NOT RE-VERIFIED", "NAME ONLY"))


@lru_cache(maxsize=4_096)
def licence_of(hub_id: str) -> Licence | None:
    """The licence of that Hub id, `license_name`, SPDX id or full name; None where not in the table.

    Case, punctuation and the words "license" and "version" do not matter: `Apache License, Version 2.0` is
    `apache-2.0`.
    """
    return _licence_index().get(_key(hub_id))


def licences() -> tuple[Licence, ...]:
    """All licences of the table, those of the Hub first."""
    return tuple(dict.fromkeys(_licence_index().values()))


def families() -> tuple[str, ...]:
    """The families of licences, in alphabetic order: `community`, `non-commercial`, `open-rail`, ..."""
    return tuple(sorted({licence.family for licence in licences()}))


def _key(name: str) -> str:
    words = re.findall(r"[\w.+]+", name.casefold().replace("_", " "))
    words = [re.sub(r"^v(?=\d)", "", word) for word in words]
    return "-".join(word for word in words if word not in {"the", "license", "licence", "version"})


@cache
def _licence_index() -> Mapping[str, Licence]:
    index: dict[str, Licence] = {}
    rows = list(_licences_from_table())
    for licence in rows:
        index[_key(licence.hub_id)] = licence
    for licence in rows:
        for name in (*licence.aliases, licence.spdx, licence.name):
            if name:
                index.setdefault(_key(name), licence)
    return index


def _licences_from_table() -> Iterator[Licence]:
    for row in _rows("licences.csv"):
        yield Licence(
            hub_id=row["hub_id"],
            on_hub=row["on_hub"] == "yes",
            aliases=_list(row["aliases"]),
            name=row["name"],
            spdx=row["spdx"] or None,
            is_family=row["is_family"] == "yes",
            family=row["family"],
            commercial_use=cast(CommercialUse, row["commercial_use"]),
            condition=row["condition"] or None,
            notice_required=row["notice_required"] or None,
            share_alike=row["share_alike"] or None,
            use_restrictions=row["use_restrictions"] or None,
            naming=row["naming"] or None,
            output_restriction=row["output_restriction"] or None,
            territory=row["territory"] or None,
            name_prefix=row["name_prefix"] or None,
            display=row["display"] or None,
            users_threshold=int(row["users_threshold"]) if row["users_threshold"] else None,
            users_per=cast('Literal["month", "day"] | None', row["users_per"] or None),
            revenue_threshold=int(row["revenue_threshold"]) if row["revenue_threshold"] else None,
            revenue_per=cast('Literal["year", "month"] | None', row["revenue_per"] or None),
            excluded_territory=_list(row["excluded_territory"]),
            excluded_scope=row["excluded_scope"] or None,
            patent_grant=row["patent_grant"] or None,
            termination=row["termination"] or None,
            derivative_relicense=row["derivative_relicense"] or None,
            meant_for=row["meant_for"] or None,
            caution=row["caution"] or None,
            verified=row["verified"],
            source=row["source"],
        )


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = files("modelpick.licences").joinpath(table).read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
