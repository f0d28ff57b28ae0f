"""Search on the Hub: the pages of its list of models, what it does not filter by filtered here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from modelpick.facts import ListedModel
from modelpick.hub.answers import not_a_hub
from modelpick.hub.client import Answer, HubClient
from modelpick.hub.faults import HubRefusal
from modelpick.hub.list_order import ListOrder
from modelpick.hub.listed import read_entry
from modelpick.hub.query import SORTS, Query, own_wishes, unfit, wanted_tags

MOST_LOOKED_AT = 10_000
"""Entries of the list that one search looks at, at most: ten to twenty of the 500 calls in five minutes that the Hub
allows without a login."""

MOST_ORDERED = 1000
"""Models that are put in an order that the Hub does not have (`parameters`, `size`, `fit`): the most downloaded that
fit."""

_FIELDS = (
    "createdAt",
    "downloads",
    "gated",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "safetensors",
    "tags",
    "trendingScore",
    "usedStorage",
)
_NO_EXPAND = frozenset({400, 404, 405, 422, 501})
"""What mirrors answer to a parameter that they do not know."""
_NO_ROUTE = frozenset({404, 405, 501})
"""What they answer to a route that they do not know."""
_PAGE = 1000
_FILTERED_PAGE = 500
"""Entries of a page where nothing, and where something is filtered here: the first page should mostly be enough."""


@dataclass(slots=True)
class Looked:
    """What a search saw on its way.

    Attributes:
        hidden: How many models were listed and do not fit, by reason.
        models: How many entries were looked at.
        gave_up: It stopped before the list ended and before enough were found.
        unlisted: The source left models out itself, and does not say how many: the Hub, where a number of parameters
            is asked for, those of which it knows none.
        unordered: The list does not fall by what it was asked to be sorted by.
    """

    hidden: Counter[str] = field(default_factory=Counter)
    models: int = 0
    gave_up: bool = False
    unlisted: bool = False
    unordered: bool = False


def search_models(client: HubClient, query: Query, looked: Looked | None = None) -> Iterator[ListedModel]:
    """The models that the Hub lists for a query, in its order, as they arrive.

    Where the Hub has no such order, they come by downloads, up to `MOST_ORDERED` of them.

    Args:
        client: Whom to ask.
        query: What for.
        looked: Is told what was seen and hidden.

    Raises:
        CannotFindOut: At the first `next()` or at a later page.
    """
    looked = Looked() if looked is None else looked
    looked.unlisted = query.min_params is not None or query.max_params is not None
    wanted = query.limit if SORTS[query.sort] else max(query.limit, MOST_ORDERED)
    order, seen = ListOrder(query), set[str]()
    found = 0
    for answer in _pages(client, query):
        page: list[ListedModel] = []
        for model in _models(client, answer):
            if model.repo_id not in seen:  # the list may have moved between two pages
                seen.add(model.repo_id)
                page.append(model)
                order.take(model)
        looked.unordered = not order.kept
        for model in page:
            looked.models += 1
            reason = unfit(model, query)
            if reason is None:
                yield model
                found += 1
            else:
                looked.hidden[reason] += 1
            if found == wanted:
                return
        if order.below_the_wish:
            return
        if looked.models >= MOST_LOOKED_AT:
            looked.gave_up = True
            return


def _models(client: HubClient, answer: Answer) -> list[ListedModel]:
    """The models of one page."""
    if not isinstance(answer.value, list):
        raise not_a_hub(client.settings, "lists models as something else than a list")
    models = [read_entry(entry) for entry in answer.value]
    if any(model is None for model in models):
        raise not_a_hub(client.settings, "lists a model without an id")
    return [model for model in models if model is not None]


def _pages(client: HubClient, query: Query) -> Iterable[Answer]:
    """The pages; a mirror that does not know `expand` is asked for full entries instead."""
    params = _params(query)
    pages = client.pages("/api/models", [*params, *(("expand", name) for name in _FIELDS)])
    try:
        first = next(pages)
    except HubRefusal as refusal:
        if refusal.status not in _NO_EXPAND:
            raise
        pages = client.pages("/api/models", [*params, ("full", "true")])
        try:
            first = next(pages)
        except HubRefusal as again:
            if again.status not in _NO_ROUTE:
                raise
            raise HubRefusal(
                f"{client.settings.host} does not list models (status {again.status}), as many mirrors do not",
                "`modelpick index import FILE` makes a local index of a dump, and `search --offline` answers from it; "
                "or name another --endpoint",
                kind=again.kind,
                status=again.status,
            ) from again
    return chain((first,), pages)


def _params(query: Query) -> list[tuple[str, str]]:
    named = {"pipeline_tag": query.task, "search": query.text, "author": query.author}
    span = [
        f"{bound}:{count}"
        for bound, count in (("min", query.min_params), ("max", query.max_params))
        if count is not None
    ]
    tags = [*wanted_tags(query), *(["safetensors"] if query.safetensors else [])]
    order = SORTS[query.sort]
    whole = order is not None and not any(own_wishes(query))
    return [
        *((name, value) for name, value in named.items() if value),
        *(("filter", tag) for tag in tags),
        *([("num_parameters", ",".join(span))] if span else []),
        *([("gated", "true" if query.gated else "false")] if query.gated is not None else []),
        ("sort", order or "downloads"),
        ("limit", str(min(query.limit, _PAGE) if whole else _FILTERED_PAGE if order else _PAGE)),
    ]
