"""Asks the Hub about the data sets that a card's front matter names: are they there, open, and under that name?"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from modelpick.errors import CannotFindOut
from modelpick.facts import DatasetFact, Missing, RepoFacts
from modelpick.hub.client import HubClient
from modelpick.hub.faults import Asked
from modelpick.hub.pool import in_order
from modelpick.hub.reading import as_flag, as_gated, as_text, as_texts

MAX_DATASETS = 8
"""Data sets that one vet asks for."""

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


def named_datasets(facts: RepoFacts) -> tuple[str, ...]:
    """The ids, `owner/name`, under the key `datasets` of the card; bare names belong to nobody and are not asked for.

    Where the card could not be had, the Hub's copy of its front matter counts.
    """
    values = facts.card.front_matter.values if facts.card else facts.card_data
    value = values.get("datasets")
    named = [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else []
    ids = [item.strip() for item in named if isinstance(item, str) and _ID.fullmatch(item.strip())]
    return tuple(dict.fromkeys(ids))[:MAX_DATASETS]


def look_at_datasets(client: HubClient, ids: tuple[str, ...]) -> tuple[DatasetFact, ...]:
    """What the Hub says of each, in order. Optional: a vet does not fail for what cannot be had here."""
    if not ids:
        return ()
    found = in_order(lambda asked: _look(client, asked), ids, threads=len(ids))
    return tuple(fact if isinstance(fact, DatasetFact) else _missing(asked, fact.message) for asked, fact in found)


def _look(client: HubClient, asked: str) -> DatasetFact:
    try:
        answer = client.get_json(f"/api/datasets/{quote(asked)}", asked=Asked(repo_id=asked))
    except CannotFindOut as error:
        if error.kind == "repo-not-found":
            return _missing(asked, "not there, or private")
        return _missing(asked, error.message)
    fields: dict[str, Any] = answer.value if isinstance(answer.value, dict) else {}
    repo_id = as_text(fields.get("id"))
    if repo_id is None:
        return _missing(asked, "the Hub's answer does not name it")
    tags = as_texts(fields.get("tags"))
    return DatasetFact(
        asked=asked,
        repo_id=repo_id,
        gated=as_gated(fields.get("gated")),
        disabled=as_flag(fields.get("disabled")),
        licenses=tuple(tag.removeprefix("license:") for tag in tags or () if tag.startswith("license:")),
    )


def _missing(asked: str, reason: str) -> DatasetFact:
    return DatasetFact(asked=asked, missing=Missing(what=f"datasets/{asked}", reason=reason))
