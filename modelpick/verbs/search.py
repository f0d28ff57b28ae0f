"""search: find models on the Hub, with what a chooser needs to see first."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.hub.candidates import Candidate
    from modelpick.hub.search import Query

_TONES = {"yes": Tone.GOOD, "no": Tone.BAD, "conditional": Tone.WARN, "unknown": Tone.MUTED}
_ORDER = {"trending": "trending first", "created": "newest first", "updated": "last updated first"}
_COLUMNS = ("model", "licence", "commercial", "parameters", "downloads", "likes", "updated")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult(Result):
    """What a search found, in the Hub's order.

    Attributes:
        query: What was asked.
        endpoint: Who was asked.
        candidates: The hits; empty where nothing matched.
        hidden: How many models were listed but not shown, by reason.
    """

    query: Query
    endpoint: str
    candidates: tuple[Candidate, ...]
    hidden: Mapping[str, int] = field(default_factory=dict)

    def document(self) -> Document:
        """A table for people, `modelpick.search/1` for machines, bare ids for pipes."""
        return Document(
            blocks=self._blocks(),
            data={
                "schema": "modelpick.search/1",
                "query": asdict(self.query),
                "source": "hub",
                "endpoint": self.endpoint,
                "candidates": [candidate.to_dict() for candidate in self.candidates],
                "hidden": dict(self.hidden),
            },
            quiet=[candidate.repo_id for candidate in self.candidates],
        )

    def advice(self) -> str:
        """What to do where nothing matched: a licence or task that may have been meant, else a wider search."""
        from modelpick.hub.tasks import TASKS
        from modelpick.licences.lookup import licence_of, licences

        wish = self.query.license
        if wish and licence_of(wish) is None:
            ids = [licence.hub_id for licence in licences() if licence.on_hub]
            close = difflib.get_close_matches(wish.lower(), ids, n=3, cutoff=0.6)
            if close:
                return "did you mean --license " + " or ".join(close) + "?"
        if self.query.task and self.query.task not in TASKS:
            return f"`{self.query.task}` may be no task of the Hub; its tasks are at {self.endpoint}/tasks"
        return "leave out one of the options, or shorten --text"

    def _blocks(self) -> list[Block]:
        count = len(self.candidates)
        about = f" for {self.query.task}" if self.query.task else ""
        order = _ORDER.get(self.query.sort, f"by {self.query.sort}")
        title = f"{count} model{'s' if count != 1 else ''}{about}, {order}"
        blocks: list[Block] = [
            Heading(title, level=1),
            self._table(),
        ]
        if self.hidden:
            reasons = ", ".join(f"{number} of {reason}" for reason, number in self.hidden.items())
            blocks.append(Text(f"Listed but not shown: {reasons}.", Tone.MUTED))
        blocks.append(Text("Downloads are of the last 30 days. ? means that the Hub does not tell.", Tone.MUTED))
        if self.candidates:
            blocks.append(Text(f"Next: `modelpick vet {self.candidates[0].repo_id}` reads its card.", Tone.MUTED))
        return blocks

    def _table(self) -> Table:
        """The hits; what each is for as well, where that was not asked."""
        columns: tuple[str, ...] = _COLUMNS
        rows = [_row(candidate) for candidate in self.candidates]
        if not self.query.task:
            columns = (*columns[:1], "task", *columns[1:])
            tasks = [candidate.facts.task or "?" for candidate in self.candidates]
            rows = [(*row[:1], task, *row[1:]) for task, row in zip(tasks, rows, strict=True)]
        return Table(columns, tuple(rows), right=("parameters", "downloads", "likes"))


def search(
    *,
    task: str | None = None,
    text: str | None = None,
    author: str | None = None,
    license: str | None = None,  # noqa: A002 - the Hub's own word
    library: str | None = None,
    language: str | None = None,
    dataset: str | None = None,
    sort: str = "downloads",
    limit: int = 20,
    endpoint: str | None = None,
    listener: Listener = SILENT,
) -> SearchResult:
    """Models on the Hub that fit all wishes.

    Args:
        task: Such as `image-classification`.
        text: Part of the name.
        author: A user or an organisation.
        license: A licence id such as `apache-2.0`; `Apache License 2.0` works too.
        library: Such as `transformers` or `timm`.
        language: A language code, such as `de`.
        dataset: What the card names as its training data, such as `imagenet-1k`.
        sort: `downloads`, `likes`, `trending`, `created` or `updated`; the largest or newest first.
        limit: How many at most.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of waits.

    Returns:
        A `SearchResult`, with empty `candidates` where nothing matched.

    Raises:
        UsageError: A wish, the endpoint or a variable of the environment is malformed; a task is close to known ones.
        CannotFindOut: The Hub could not be asked, or what answered is no Hub.
    """
    from modelpick.hub.candidates import candidate_of
    from modelpick.hub.client import HubClient
    from modelpick.hub.search import Query, search_models
    from modelpick.hub.tasks import task_id
    from modelpick.notebook import register

    register()
    query = Query(
        task=task_id(task) if task else None,
        text=text,
        author=author,
        license=_license_id(license),
        library=library,
        language=language,
        dataset=dataset,
        sort=sort,
        limit=limit,
    )
    hidden = Counter[str]()
    with (
        HubClient.from_environment(endpoint, listener) as client,
        listener.step("asking the Hub", limit, "models") as step,
    ):
        found: list[Candidate] = []
        for facts in search_models(client, query, hidden):
            found.append(candidate_of(facts, place=len(found) + 1, sort=sort))
            step.advance()
        asked = client.settings.endpoint
    return SearchResult(query=query, endpoint=asked, candidates=tuple(found), hidden=dict(hidden))


def _license_id(wish: str | None) -> str | None:
    """The Hub's id of a licence; what is not in the table is asked for as it is."""
    from modelpick.licences.lookup import licence_of

    known = licence_of(wish) if wish else None
    return known.hub_id if known is not None and known.on_hub else wish


def _row(candidate: Candidate) -> tuple[str | Cell, ...]:
    from textwrap import shorten

    facts = candidate.facts
    gated = " (gated)" if facts.gated in ("auto", "manual") else ""
    return (
        candidate.repo_id + gated,
        shorten(candidate.license or "?", 60, placeholder=" ..."),
        Cell(candidate.commercial_use, _TONES[candidate.commercial_use]),
        _short(facts.parameters),
        "?" if facts.downloads_30d is None else f"{facts.downloads_30d:,}",
        "?" if facts.likes is None else f"{facts.likes:,}",
        (facts.last_modified or "?")[:10],
    )


def _short(count: int | None) -> str:
    """A count in three digits: 86.6M."""
    if count is None:
        return "?"
    for unit, name in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if count >= unit:
            return f"{count / unit:.3g}{name}"
    return str(count)
