"""index: keep the Hub's list of models on this machine, for search and vet without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from modelpick.document import Document, Heading, Result, Table, Text, Tone
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.hub.index.database import About


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexResult(Result):
    """What the index holds, and what was just done to it.

    Attributes:
        action: What was done.
        about: What it holds now.
        done: Models by what happened to them: `added`, `replaced`, `removed`, `skipped`; empty for `stats`.
    """

    action: Literal["build", "update", "import", "stats"]
    about: About
    done: dict[str, int] = field(default_factory=dict)

    def document(self) -> Document:
        """A few lines and a table for people, `modelpick.index/1` for machines, the file's path for pipes."""
        from modelpick.hub.amounts import short_bytes

        about = self.about
        title = f"{about.models:,} models in the local index"
        cards = f"{about.cards:,} with the text of their card; last change of a model {(about.newest or '?')[:10]}"
        lines = [Text(f"{about.path} ({short_bytes(about.bytes)}); {cards}.")]
        if self.done:
            done = ", ".join(f"{number:,} {what}" for what, number in self.done.items() if number) or "nothing new"
            lines.insert(0, Text(f"Just now: {done}."))
        rows = tuple(
            (
                source.name,
                "update" if source.updated else source.kind,
                f"{source.models:,} changed" if source.updated else f"{source.models:,}",
                source.finished or "interrupted",
            )
            for source in about.sources
        )
        unfinished = [source for source in about.sources if source.finished is None]
        if unfinished:
            lines.append(Text("What was interrupted goes on with the same command.", Tone.WARN))
        if not rows:
            lines.append(Text("Nothing is in it yet: `modelpick index build` or `index import FILE`.", Tone.WARN))
        table = [Table(("from", "how", "models", "finished (UTC)"), rows, right=("models",))] if rows else []
        return Document(
            blocks=[Heading(title, level=1), *lines, *table],
            data={
                "schema": "modelpick.index/1",
                "action": self.action,
                "path": str(about.path),
                "bytes": about.bytes,
                "models": about.models,
                "cards": about.cards,
                "newest": about.newest,
                "endpoint": about.endpoint,
                "sources": [asdict(source) for source in about.sources],
                "done": self.done,
            },
            quiet=[str(about.path)],
        )


def build_index(
    tasks: Sequence[str] = (),
    *,
    limit: int | None = None,
    endpoint: str | None = None,
    listener: Listener = SILENT,
) -> IndexResult:
    """Fetches the Hub's list of models, page by page, into the local index; goes on where an earlier run stopped.

    Args:
        tasks: Only models of these tasks, by id or in plain words; all models without any.
        limit: How many of each task at most, the most downloaded first.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of progress and waits.

    Raises:
        UsageError: A task or a limit that is none, or the endpoint is malformed.
        CannotFindOut: The Hub could not be asked, or the index not be written; what was fetched stays.
        NothingMatched: The Hub lists no model of a task, and the index holds none; such a task is not kept.
    """
    from modelpick.errors import UsageError
    from modelpick.hub.client import HubClient
    from modelpick.hub.index.crawl import build
    from modelpick.hub.index.database import make_index
    from modelpick.hub.tasks import task_id

    if limit is not None and limit < 1:
        raise UsageError(f"a limit of {limit} leaves nothing", "give a limit of 1 or more")
    scopes = tuple(dict.fromkeys(task_id(task) for task in tasks)) or ("",)
    with make_index() as index, HubClient.from_environment(endpoint, listener) as client:
        done = build(index, client, scopes, limit, listener)
        return IndexResult(action="build", about=index.about(), done=done)


def update_index(*, endpoint: str | None = None, listener: Listener = SILENT) -> IndexResult:
    """Fetches what has changed on the Hub since the index was built or updated.

    Models are asked for by their last change, newest first, until one is known. Downloads and likes of models that did
    not change, and models that were deleted, are seen by `build_index` only.

    Args and errors as `build_index`; CannotFindOut too where nothing was built yet.
    """
    from modelpick.hub.client import HubClient
    from modelpick.hub.index.crawl import update
    from modelpick.hub.index.database import make_index, open_index

    open_index().close()  # an update of nothing makes no file
    with make_index() as index, HubClient.from_environment(endpoint, listener) as client:
        done = update(index, client, listener)
        return IndexResult(action="update", about=index.about(), done=done)


def import_index(file: str | Path, *, listener: Listener = SILENT) -> IndexResult:
    """Reads a dump of the Hub's metadata into the index: JSON lines (plain, .gz, .xz) or Parquet.

    Each entry is as the API lists a model, with its card under `README.md` or `card` where there is one; Parquet has
    the columns of the data set hub-stats.

    Raises:
        UsageError: The file is none of the kinds that are read.
        CannotFindOut: It cannot be read or holds no model, or the index cannot be written; what was read stays.
    """
    from modelpick.hub.index.database import make_index
    from modelpick.hub.index.dump import check_dump
    from modelpick.hub.index.importing import import_dump
    from modelpick.places import user_path

    path = check_dump(user_path(file))
    with make_index() as index:
        written = import_dump(index, path, listener)
        done = {"added": written.added, "replaced": written.replaced, "skipped": written.skipped}
        return IndexResult(action="import", about=index.about(), done=done)


def index_stats() -> IndexResult:
    """What the index holds, from where, and how old it is.

    Raises:
        CannotFindOut: There is none, or it cannot be read.
    """
    from modelpick.hub.index.database import open_index

    with open_index() as index:
        return IndexResult(action="stats", about=index.about())
