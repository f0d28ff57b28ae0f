"""search: find models on the Hub, or in the local index of it, with what a chooser needs to see first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, cast

from modelpick.document import Document, Result
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.facts import ListedModel
    from modelpick.hub.candidates import Candidate
    from modelpick.hub.listed import Kind
    from modelpick.hub.query import Query
    from modelpick.hub.search import Looked


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult(Result):
    """What a search found, in the order that was asked for.

    Attributes:
        query: What was asked.
        source: Who answered: the Hub, or the local index.
        endpoint: The Hub that was asked, or from which the index was made; None where nobody knows.
        candidates: The hits; empty where nothing matched.
        hidden: How many models were listed but not shown, by reason.
        notes: What a person should know about the answer.
    """

    query: Query
    source: Literal["hub", "index"] = "hub"
    endpoint: str | None
    candidates: tuple[Candidate, ...]
    hidden: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def document(self) -> Document:
        """A table for people, `modelpick.search/1` for machines, bare ids for pipes."""
        from modelpick.hub.search_report import blocks

        return Document(
            blocks=blocks(self.candidates, self.query, self.hidden, self.notes, offline=self.source == "index"),
            data={
                "schema": "modelpick.search/1",
                "query": asdict(self.query),
                "source": self.source,
                "endpoint": self.endpoint,
                "candidates": [candidate.to_dict() for candidate in self.candidates],
                "hidden": dict(self.hidden),
                "notes": list(self.notes),
            },
            quiet=[candidate.repo_id for candidate in self.candidates],
        )

    def advice(self) -> str:
        """What to do where nothing matched: a licence that may have been meant, what was left out, a wider search."""
        from modelpick.hub.licence_wish import close_licences
        from modelpick.hub.search_report import left_out
        from modelpick.hub.tasks import TASKS

        close = close_licences(self.query.license) if self.query.license and not self.query.families else ()
        if close:
            return "did you mean --license " + " or ".join(close) + "?"
        if self.query.task and self.query.task not in TASKS:
            where = f"; its tasks are at {self.endpoint}/tasks" if self.source == "hub" else ""
            return f"`{self.query.task}` may be no task of the Hub{where}"
        if self.hidden:
            return f"what was left out: {left_out(self.hidden)}; loosen one of the options"
        if self.notes and self.source == "hub":
            return self.notes[0]
        wider = "leave out one of the options" + (", or shorten --text" if self.query.text else "")
        held = "; `modelpick index stats` shows what the index holds" if self.source == "index" else ""
        return wider + held


def search(
    *,
    task: str | None = None,
    text: str | None = None,
    author: str | None = None,
    license: str | None = None,  # noqa: A002 - the Hub's own word
    commercial: bool = False,
    library: str | None = None,
    language: str | None = None,
    dataset: str | None = None,
    arch: str | None = None,
    kind: str | None = None,
    min_params: int | str | None = None,
    max_params: int | str | None = None,
    max_size: int | str | None = None,
    fits: bool | int | str = False,
    safetensors: bool = False,
    gated: bool | None = None,
    min_downloads: int | str | None = None,
    min_likes: int | str | None = None,
    updated_since: str | None = None,
    sort: str | None = None,
    limit: int = 20,
    offline: bool = False,
    endpoint: str | None = None,
    listener: Listener = SILENT,
) -> SearchResult:
    """Models on the Hub that fit all wishes.

    Args:
        task: `image-classification`, or in plain words: `classify images`, `sentiment`.
        text: Part of the name; offline: words of the name, the tags and the card.
        author: A user or an organisation.
        license: An id such as `apache-2.0` (`Apache License 2.0` works too), or a family such as `permissive`.
        commercial: Only what may be used commercially without a condition.
        library: Such as `transformers` or `timm`.
        language: A language code, such as `de`.
        dataset: What the card names as its training data, such as `imagenet-1k`.
        arch: An architecture: a name of the catalogue, or a `model_type` such as `deberta-v2`.
        kind: `original`, `finetune`, `adapter`, `merge` or `quantized`.
        min_params, max_params: Such as `100M` or `1.5B`.
        max_size: Of the weights, such as `500MB` or `2GiB`.
        fits: Only what fits in this machine's memory, or in so much of it (`8GB`).
        safetensors: Only what has weights in this form.
        gated: False for models that anybody may have, True for the others only.
        min_downloads: In 30 days.
        min_likes: In all.
        updated_since: A year, month or day: `2025`, `2025-06`, `2025-06-30`.
        sort: `downloads` (the default), `likes`, `trending`, `created`, `modified` (the largest or newest first),
            `parameters`, `size` (the smallest first), `fit`, or offline `relevance` (there the default with a text).
        limit: How many at most.
        offline: Ask the local index (`modelpick index`) instead of the Hub.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of waits.

    Returns:
        A `SearchResult`, with empty `candidates` where nothing matched.

    Raises:
        UsageError: A wish, the endpoint or a variable of the environment is malformed; a task is close to known ones.
        CannotFindOut: The Hub could not be asked, what answered is no Hub, or there is no index.
    """
    from modelpick.errors import UsageError
    from modelpick.hub.amounts import parse_count, parse_day
    from modelpick.hub.licence_wish import licence_wish
    from modelpick.hub.memory import machine_memory
    from modelpick.hub.query import Query
    from modelpick.hub.tasks import task_id
    from modelpick.notebook import register

    register()
    if offline and endpoint is not None:
        raise UsageError("nobody is asked offline", "leave out `--endpoint`, or `--offline`")
    memory = machine_memory()
    query = Query(
        task=task_id(task) if task else None,
        text=text,
        author=author,
        license=licence_wish(license) if license else None,
        commercial=commercial,
        library=library,
        language=language,
        dataset=dataset,
        arch=_arch_names(arch) if arch else (),
        kind=cast("Kind | None", kind),
        min_params=None if min_params is None else parse_count(min_params, "--min-params"),
        max_params=None if max_params is None else parse_count(max_params, "--max-params"),
        max_size=None if max_size is None else _bytes(max_size, "--max-size"),
        fits=_memory_wish(fits, memory),
        safetensors=safetensors,
        gated=gated,
        min_downloads=None if min_downloads is None else parse_count(min_downloads, "--min-downloads"),
        min_likes=None if min_likes is None else parse_count(min_likes, "--min-likes"),
        updated_since=None if updated_since is None else parse_day(updated_since, "--updated-since"),
        sort=_sort(sort, text, offline),
        limit=limit,
    )
    return _from_index(query, memory) if offline else _from_hub(query, memory, endpoint, listener)


def _from_hub(query: Query, memory: int | None, endpoint: str | None, listener: Listener) -> SearchResult:
    from modelpick.hub.client import HubClient
    from modelpick.hub.query import SORTS
    from modelpick.hub.search import Looked, search_models

    looked = Looked()
    with (
        HubClient.from_environment(endpoint, listener) as client,
        listener.step("asking the Hub", query.limit if SORTS[query.sort] else None, "models") as step,
    ):
        found: list[ListedModel] = []
        for model in search_models(client, query, looked):
            found.append(model)
            step.advance()
        asked = client.settings.endpoint
    return SearchResult(
        query=query,
        endpoint=asked,
        candidates=_ordered(found, query, memory),
        hidden=dict(looked.hidden),
        notes=_notes(query, looked, len(found)),
    )


def _from_index(query: Query, memory: int | None) -> SearchResult:
    from modelpick.hub.index.database import open_index
    from modelpick.hub.index.search import search_index
    from modelpick.hub.search import Looked

    looked = Looked()
    with open_index() as index:
        found = search_index(index, query, looked)
        about = index.about()
    notes = (*_notes(query, looked, len(found)), f"From the local index: {about.words}.")
    return SearchResult(
        query=query,
        source="index",
        endpoint=about.endpoint,
        candidates=_ordered(found, query, memory),
        hidden=dict(looked.hidden),
        notes=notes,
    )


def _ordered(found: list[ListedModel], query: Query, memory: int | None) -> tuple[Candidate, ...]:
    from modelpick.hub.candidates import candidate_of
    from modelpick.hub.ordering import in_order

    today = date.today()  # noqa: DTZ011 - the age in years of a model
    return tuple(in_order([candidate_of(model) for model in found], query, memory=memory, today=today))


def _notes(query: Query, looked: Looked, found: int) -> tuple[str, ...]:
    from modelpick.hub.amounts import short_bytes
    from modelpick.hub.query import SORTS
    from modelpick.hub.search import MOST_ORDERED

    notes = []
    if looked.gave_up:
        notes.append(f"Stopped after the first {looked.models:,} models of the list: narrow the search for more.")
    if looked.unlisted:
        notes.append(
            "The Hub itself leaves out models of which it knows no parameter count (pickles only), and does not say "
            "how many."
        )
    if SORTS[query.sort] is None and query.sort != "relevance" and found >= MOST_ORDERED:
        which = "first" if looked.unordered else "most downloaded"
        notes.append(f"Ordered are the {found:,} {which} models that fit, no others.")
    elif looked.unordered and found >= query.limit:
        notes.append(
            f"The list does not come by {query.sort}, as it was asked for: these are the first that fit, in order."
        )
    if query.sort == "fit":
        notes.append(
            "Best fit: task, then licence, safe weights, memory, maintenance; downloads decide between equals only."
        )
    if query.fits is not None:
        notes.append(f"Memory is estimated: the weights and a fifth more, to fit in {short_bytes(query.fits)}.")
    return tuple(notes)


def _sort(sort: str | None, text: str | None, offline: bool) -> str:
    from modelpick.errors import UsageError

    if sort == "relevance" and not (offline and text):
        why = "without a text nothing is more relevant" if offline else "the Hub has no order by relevance"
        raise UsageError(why, "give `--text` and `--offline` with it, or sort by downloads or fit")
    return sort or ("relevance" if offline and text else "downloads")


def _bytes(size: int | str, option: str) -> int:
    from modelpick.hub.amounts import parse_bytes

    return parse_bytes(size, option)


def _memory_wish(fits: bool | int | str, memory: int | None) -> int | None:
    """The memory in which a model must fit, None where that was not asked."""
    from modelpick.errors import CannotFindOut

    if fits is False:
        return None
    if fits is not True:
        return _bytes(fits, "--fits")
    if memory is None:
        raise CannotFindOut("this system does not tell how much memory it has", "name it: `--fits 16GB`", kind="memory")
    return memory


def _arch_names(arch: str) -> tuple[str, ...]:
    """The names by which the Hub's ids and tags may call an architecture, in lower case."""
    from modelpick.errors import UsageError
    from modelpick.registry.names import find

    typed = "-".join(arch.lower().split())
    try:
        entry = find(arch).entry
    except UsageError:  # the Hub has far more architectures than the catalogue
        return (typed,)
    if typed not in (entry.name, entry.title.lower()):
        return (typed,)
    names = (entry.name, *entry.aliases, *(variant.name for variant in entry.variants))
    return tuple(dict.fromkeys("-".join(name.lower().split()) for name in names))
