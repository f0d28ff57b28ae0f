"""Fetches the Hub's list of models into the index, politely: page after page, spread over what the Hub allows.

Each page and the address of the next one are written in one transaction, so a crawl that is interrupted, by a kill
too, goes on at the page where it stopped. A whole crawl goes by the date of creation, which no model changes while it
runs; one with a limit goes by downloads; an update goes by the last change, down to the newest one known before it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from modelpick.errors import CannotFindOut, NothingMatched
from modelpick.hub.answers import not_a_hub
from modelpick.hub.client import Answer, HubClient
from modelpick.hub.faults import HubRefusal
from modelpick.hub.index.database import Index, errors
from modelpick.hub.index.importing import now, tidy
from modelpick.hub.index.rows import COLUMNS, KEPT, Row, row_of
from modelpick.hub.index.writer import Writer
from modelpick.hub.list_order import Falling
from modelpick.hub.retry import in_words
from modelpick.progress import SILENT, Listener, Step

FIELDS = tuple(sorted({*KEPT, "gguf", "siblings"} - {"securityRepoStatus"}))  # which a dump has and no list gives
_MODIFIED = COLUMNS.index("modified")
_PAGE = 500
_LEFT = re.compile(r";\s*r\s*=\s*(\d{1,9})\s*;\s*t\s*=\s*(\d{1,6})")
_LEAST_PAUSE = 0.1
_MOST_PAUSE = 330.0  # the Hub counts over five minutes
_UNKNOWN = frozenset({400, 404, 405, 410, 422, 501})
_CLOCKS = timedelta(minutes=10)
Mode = Literal["build", "update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crawl:
    """One crawl as the table `crawls` keeps it; `scope` is a task, or empty for all models.

    `newest` is the moment down to which an update goes, and of a finished crawl the one down to which the next update
    must go; `next` the page to fetch, None when it is done.
    """

    scope: str
    generation: int
    endpoint: str
    mode: Mode
    most: int | None
    next: str | None
    listed: int
    started: str
    newest: str | None


def build(
    index: Index,
    client: HubClient,
    scopes: Sequence[str],
    limit: int | None,
    listener: Listener = SILENT,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, int]:
    """Crawls the models of each task (or all: the scope ""), and forgets those that a whole crawl saw no more.

    Returns:
        Models `added`, `replaced`, `removed` and entries `skipped`.

    Raises:
        CannotFindOut: The Hub could not be asked, or the index not be written; what was fetched stays.
        NothingMatched: It lists no model of a task, and the index holds none; the tasks before it are done.
    """
    writer = Writer(index.connection)
    removed = 0
    for scope in scopes:
        known = _unfinished(index, scope, client.settings.endpoint, "build", limit)
        crawl = known or _begin(index, client, scope, "build", limit)
        if known is not None and known.listed:
            listener.notice(f"going on after {known.listed:,} models of {scope or 'all tasks'}")
        whole = _run(index, client, crawl, writer, listener, pause)
        if not whole.listed:
            _refuse_empty(index, client, whole)
        removed += _forget(index, whole, writer, listener) if limit is None else 0
    tidy(index, writer.written, listener)
    written = writer.written
    return {"added": written.added, "replaced": written.replaced, "removed": removed, "skipped": written.skipped}


def update(
    index: Index, client: HubClient, listener: Listener = SILENT, pause: Callable[[float], None] = time.sleep
) -> dict[str, int]:
    """Fetches what has changed in each scope that was built.

    Raises:
        CannotFindOut: As `build`; also where nothing was built, or a build is not finished.
    """
    endpoint = client.settings.endpoint
    with errors(index.path):
        built = index.connection.execute(
            "SELECT scope, mode, finished, newest FROM crawls WHERE endpoint = ?", (endpoint,)
        ).fetchall()
    if not built:
        raise CannotFindOut(
            f"nothing of {client.settings.host} was built yet", "run `modelpick index build` first", kind="offline"
        )
    if any(mode == "build" and finished is None for _, mode, finished, _ in built):
        raise CannotFindOut("a build is not finished", "run the same `modelpick index build` again", kind="offline")
    writer = Writer(index.connection)
    for scope, mode, finished, newest in built:
        known = _unfinished(index, scope, endpoint, "update", None) if mode == "update" and finished is None else None
        crawl = known or _begin(index, client, scope, "update", None, newest=newest)
        _run(index, client, crawl, writer, listener, pause)
    tidy(index, writer.written, listener)
    return {"added": writer.written.added, "replaced": writer.written.replaced, "skipped": writer.written.skipped}


def _begin(
    index: Index, client: HubClient, scope: str, mode: Mode, limit: int | None, *, newest: str | None = None
) -> _Crawl:
    """A new crawl, kept in the table; its first page is not asked for yet."""
    order = "lastModified" if mode == "update" else "downloads" if limit is not None else "createdAt"
    params = [*([("pipeline_tag", scope)] if scope else []), ("sort", order)]
    params += [("limit", str(min(limit or _PAGE, _PAGE))), *(("expand", name) for name in FIELDS)]
    first = f"{client.settings.url('/api/models')}?{urlencode(params)}"
    with index.transaction() as connection:
        generation = connection.execute("SELECT COALESCE(MAX(generation), 0) + 1 FROM crawls").fetchone()[0]
        crawl = _Crawl(
            scope=scope,
            generation=generation,
            endpoint=client.settings.endpoint,
            mode=mode,
            most=limit,
            next=first,
            listed=0,
            started=now(),
            newest=newest,
        )
        connection.execute(
            "INSERT OR REPLACE INTO crawls VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
            (scope, generation, crawl.endpoint, mode, limit, first, 0, crawl.started, newest),
        )
    return crawl


def _unfinished(index: Index, scope: str, endpoint: str, mode: Mode, limit: int | None) -> _Crawl | None:
    with errors(index.path):
        row = index.connection.execute(
            "SELECT generation, next, listed, started, newest FROM crawls WHERE scope = ? AND endpoint = ? "
            "AND mode = ? AND most IS ? AND finished IS NULL AND next IS NOT NULL",
            (scope, endpoint, mode, limit),
        ).fetchone()
    if row is None:
        return None
    return _Crawl(
        scope=scope,
        endpoint=endpoint,
        mode=mode,
        most=limit,
        generation=row[0],
        next=row[1],
        listed=row[2],
        started=row[3],
        newest=row[4],
    )


def _run(
    index: Index,
    client: HubClient,
    crawl: _Crawl,
    writer: Writer,
    listener: Listener,
    pause: Callable[[float], None],
) -> _Crawl:
    """Follows the pages to the end."""
    what = crawl.scope or "all models"
    seen: set[str] = set()
    order, told = Falling(), False
    with listener.step(f"fetching {what}", crawl.most, "models") as step:
        step.advance(crawl.listed)
        while (page := crawl.next) is not None:
            if page in seen:
                raise not_a_hub(client.settings, "names the same next page twice")
            try:
                answer = _ask(client, page, first=not crawl.listed)
            except HubRefusal as refusal:
                if seen or not crawl.listed or refusal.status not in _UNKNOWN:
                    raise _resumable(refusal, crawl) from refusal
                listener.notice(f"the Hub no longer knows the page where {what} stopped; starting again")
                crawl = _begin(index, client, crawl.scope, crawl.mode, crawl.most, newest=crawl.newest)
                continue
            except CannotFindOut as error:
                raise _resumable(error, crawl) from error
            seen.add(page)
            crawl = _keep(index, client, crawl, answer, writer, step, order)
            if crawl.mode == "update" and not order.kept and not told:
                told = True
                listener.notice(f"{client.settings.host} does not list by the last change: the whole list is read")
            if crawl.next is not None:
                _wait(answer, listener, pause)
    return crawl


def _ask(client: HubClient, url: str, *, first: bool) -> Answer:
    """A page; a mirror that does not know `expand` is asked for full entries instead."""
    try:
        return client.get_json(url)
    except HubRefusal as refusal:
        plain = re.sub(r"&expand=[^&]*", "", url)
        if refusal.status not in _UNKNOWN or plain == url or not first:
            raise
        return client.get_json(plain + "&full=true")


def _resumable(error: CannotFindOut, crawl: _Crawl) -> CannotFindOut:
    """The error, with what becomes of the pages that are here."""
    if not crawl.listed:
        return error
    kept = f"{crawl.listed:,} models are kept; the same command goes on from there"
    return CannotFindOut(error.message, f"{error.hint}; {kept}" if error.hint else kept, kind=error.kind)


def _keep(
    index: Index,
    client: HubClient,
    crawl: _Crawl,
    answer: Answer,
    writer: Writer,
    step: Step,
    order: Falling,
) -> _Crawl:
    """Writes a page, and where the next one is, together; `order` follows the last changes over all pages."""
    if not isinstance(answer.value, list):
        raise not_a_hub(client.settings, "lists models as something else than a list")
    left = len(answer.value) if crawl.most is None else crawl.most - crawl.listed
    rows = [row_of(entry) for entry in answer.value[:left]]
    found = [row for row in rows if row is not None]
    fresh = [row for row in found if not _known(row, crawl)]
    following = client.next_page(answer)
    for row in found:
        order.take(row.values[_MODIFIED])
    past = order.kept and len(fresh) < len(found)  # an update has come to what was there before it
    done = past or (crawl.most is not None and crawl.listed + len(rows) >= crawl.most)
    after = replace(crawl, next=None if done else following, listed=crawl.listed + len(fresh))
    with index.transaction() as connection:
        writer.written.skipped += len(rows) - len(found)
        writer.write(fresh, generation=crawl.generation)
        ended = after.next is None
        connection.execute(
            "UPDATE crawls SET next = ?, listed = ?, finished = ?, newest = ? WHERE scope = ? AND generation = ?",
            (
                after.next,
                after.listed,
                now() if ended else None,
                _before(crawl.started) if ended else crawl.newest,
                crawl.scope,
                crawl.generation,
            ),
        )
    step.advance(len(fresh))
    return after


def _before(started: str) -> str:
    """The moment from which on an update must look: before the crawl began, for clocks differ."""
    moment = datetime.strptime(started, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - _CLOCKS
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _known(row: Row, crawl: _Crawl) -> bool:
    """Whether an update has come down to what was there before it."""
    modified = row.values[_MODIFIED]
    return crawl.mode == "update" and crawl.newest is not None and modified is not None and modified < crawl.newest


def _forget(index: Index, crawl: _Crawl, writer: Writer, listener: Listener) -> int:
    """Removes models that earlier crawls of this scope saw and this whole one did not; not most of them at once."""
    with index.transaction() as connection:
        gone = connection.execute(
            "SELECT n FROM models WHERE seen < ? AND (? = '' OR task = ?)", (crawl.generation, crawl.scope, crawl.scope)
        ).fetchall()
        if len(gone) <= crawl.listed:
            return writer.forget(number for (number,) in gone)
    listener.notice(
        f"the list holds {crawl.listed:,} models only, and lacks {len(gone):,} of the index: none was removed"
    )
    return 0


def _refuse_empty(index: Index, client: HubClient, crawl: _Crawl) -> None:
    """Forgets a crawl that found nothing where nothing was known: a task that is misspelt would be asked for ever."""
    with index.transaction() as connection:
        if connection.execute("SELECT 1 FROM models WHERE ? IN ('', task) LIMIT 1", (crawl.scope,)).fetchone():
            return
        connection.execute("DELETE FROM crawls WHERE scope = ? AND generation = ?", (crawl.scope, crawl.generation))
    of_task = f" of the task `{crawl.scope}`" if crawl.scope else ""
    raise NothingMatched(
        f"{client.settings.host} lists no model{of_task}", "`modelpick search --task` takes the same names"
    )


def _wait(answer: Answer, listener: Listener, pause: Callable[[float], None]) -> None:
    """Spreads the calls that are left evenly over the time that is left (`RateLimit: "api";r=466;t=45`)."""
    found = _LEFT.search(answer.headers.get("ratelimit", ""))
    left, seconds = (int(found[1]), int(found[2])) if found else (1, 0)
    wait = min(seconds / left if left else seconds + 1.0, _MOST_PAUSE)
    if wait > 10:
        listener.notice(f"the Hub allows no more calls for {in_words(wait)}; waiting")
    pause(max(wait, _LEAST_PAUSE))
