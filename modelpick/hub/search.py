"""Search: pages of the Hub's list of models, each entry read as a `ListedModel`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from modelpick.errors import UsageError
from modelpick.facts import ListedModel
from modelpick.hub.answers import not_a_hub
from modelpick.hub.client import Answer, HubClient
from modelpick.hub.faults import HubRefusal
from modelpick.hub.reading import as_count, as_created, as_gated, as_object, as_text, as_texts, tagged

SORTS: Mapping[str, str] = {
    "downloads": "downloads",
    "likes": "likes",
    "trending": "trendingScore",
    "created": "createdAt",
    "updated": "lastModified",
}
"""Our word -> the Hub's. It sorts in descending order only."""

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
)
_NO_EXPAND = frozenset({400, 404, 405, 422, 501})
"""What mirrors answer to a parameter that they do not know."""
_PAGE = 1000
_BYTES = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 8),
    **dict.fromkeys(("F32", "I32", "U32"), 4),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 2),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"), 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for; None asks for nothing. Several wishes narrow the search together.

    Attributes:
        task: A task id of the Hub (`hub.tasks`).
        text: Words in the name.
        author: A user or an organisation.
        license, library, language, dataset: As the Hub tags them (`apache-2.0`, `timm`, `de`, `imagenet-1k`).
        sort: A key of `SORTS`.
        limit: How many at most.
    """

    task: str | None = None
    text: str | None = None
    author: str | None = None
    license: str | None = None
    library: str | None = None
    language: str | None = None
    dataset: str | None = None
    sort: str = "downloads"
    limit: int = 20

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise UsageError(f"cannot sort by `{self.sort}`", f"sort by one of {', '.join(SORTS)}")
        if self.limit < 1:
            raise UsageError(f"a limit of {self.limit} leaves nothing", "give a limit of 1 or more")


def search_models(client: HubClient, query: Query, hidden: Counter[str] | None = None) -> Iterator[ListedModel]:
    """The models that the Hub lists for a query, in its order, as they arrive.

    Args:
        client: Whom to ask.
        query: What for.
        hidden: Counts what the Hub listed and the query does not fit, by reason: a mirror may ignore a filter.

    Raises:
        CannotFindOut: At the first `next()` or at a later page.
    """
    seen: set[str] = set()
    found = 0
    for answer in _pages(client, query):
        if not isinstance(answer.value, list):
            raise not_a_hub(client.settings, "lists models as something else than a list")
        for entry in answer.value:
            model = read_entry(entry)
            if model is None:
                raise not_a_hub(client.settings, "lists a model without an id")
            if model.repo_id in seen:  # the list moved between two pages
                continue
            seen.add(model.repo_id)
            unfit = _unfit(model, query)
            if unfit is None:
                yield model
                found += 1
            elif hidden is not None:
                hidden[unfit] += 1
            if found == query.limit:
                return


def read_entry(entry: object) -> ListedModel | None:
    """One entry of the list; None where it has no id. Members of another type than expected are None."""
    fields = as_object(entry)
    repo_id = as_text(fields.get("id")) or as_text(fields.get("modelId"))
    if repo_id is None:
        return None
    tags = as_texts(fields.get("tags"))
    weights = as_object(fields.get("safetensors"))
    return ListedModel(
        repo_id=repo_id,
        task=as_text(fields.get("pipeline_tag")),
        library=as_text(fields.get("library_name")),
        tags=tags,
        licenses=tagged(tags, "license:"),
        parameters=as_count(weights.get("total")),
        bytes=_weight_bytes(as_object(weights.get("parameters"))),
        downloads_30d=as_count(fields.get("downloads")),
        likes=as_count(fields.get("likes")),
        created=as_created(fields.get("createdAt")),
        last_modified=as_text(fields.get("lastModified")),
        gated=as_gated(fields.get("gated")),
    )


def _pages(client: HubClient, query: Query) -> Iterable[Answer]:
    """The pages; a mirror that does not know `expand` is asked for full entries instead."""
    params = _params(query)
    pages = client.pages("/api/models", [*params, *(("expand", field) for field in _FIELDS)])
    try:
        first = next(pages)
    except HubRefusal as refusal:
        if refusal.status not in _NO_EXPAND:
            raise
        pages = client.pages("/api/models", [*params, ("full", "true")])
        first = next(pages)
    return chain((first,), pages)


def _params(query: Query) -> list[tuple[str, str]]:
    named = {"pipeline_tag": query.task, "search": query.text, "author": query.author}
    return [
        *((name, value) for name, value in named.items() if value),
        *(("filter", tag) for tag in _wanted_tags(query)),
        ("sort", SORTS[query.sort]),
        ("limit", str(min(query.limit, _PAGE))),
    ]


def _wanted_tags(query: Query) -> dict[str, str]:
    """The tags that a query asks for -> what a model without it has."""
    wishes = (
        (query.license and f"license:{query.license}", "another licence"),
        (query.library, "another library"),
        (query.language, "another language"),
        (query.dataset and f"dataset:{query.dataset}", "another data set"),
    )
    return {tag: otherwise for tag, otherwise in wishes if tag}


def _unfit(model: ListedModel, query: Query) -> str | None:
    """Why an entry does not fit, as far as the entry tells."""
    if query.task and (model.task or model.tags) and query.task not in (model.task, *model.tags):
        return "another task"
    if query.author and model.repo_id.partition("/")[0].lower() != query.author.lower():
        return "another author"
    wanted = _wanted_tags(query) if model.tags else {}
    known = {tag.lower() for tag in (*model.tags, model.library or "")} if wanted else set()
    return next((otherwise for tag, otherwise in wanted.items() if tag.lower() not in known), None)


def _weight_bytes(parameters: Mapping[str, Any]) -> int | None:
    """Bytes of the safetensors weights: parameters per dtype times its width; None where a dtype is not known."""
    counts = {dtype: as_count(count) for dtype, count in parameters.items()}
    if not counts or any(count is None or dtype not in _BYTES for dtype, count in counts.items()):
        return None
    return sum((count or 0) * _BYTES[dtype] for dtype, count in counts.items())
