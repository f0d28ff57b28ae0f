"""The local index: one SQLite file in the user's cache folder.

SQLite, because its text search (FTS5, with BM25) is compiled in; DuckDB's is an extension that is fetched from the
network at run time. DuckDB without it has to walk over all text: on the 29,432 models and 16,590 cards of a dump of
2022 (`tests/bench/bench_index.py`) its `LIKE` takes 5.8 ms for a task, a family of licences, a number of downloads and
a word, unranked, and grows with the text; this index takes 5.1 ms, and most of that counts what was left out. SQLite
also gives what a long crawl needs: every page of it is one transaction that a kill cannot tear (write-ahead log),
readers go on while one process writes, and further writers wait for their turn.

Tables: `models` holds what is filtered and sorted by, narrow, so that a scan of millions stays cheap; `details` the
tags, the facts and the card, packed; `words` the full-text index (contentless: the text itself is in `details`);
`licences` the distinct lists of licences, so that families are judged by today's table, not by that of the import;
`totals` what would take a scan to count; `crawls` what is under way or done on the Hub; `sources` what was imported.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from modelpick.errors import CannotFindOut
from modelpick.hub.index.rows import Damaged
from modelpick.places import own_folder

FORMAT = 1
"""Of the file; an index of another format is refused."""

_WAIT = 60.0  # seconds for which a writer waits for another one
_CACHE = -65_536  # KiB of pages in memory, at most
_NOT_WRITTEN = "readonly|unable to open"  # in SQLite's words
_SCHEMA = """
CREATE TABLE models (
    n INTEGER PRIMARY KEY,
    repo_id TEXT NOT NULL UNIQUE,
    author TEXT NOT NULL,
    task TEXT, library TEXT, licence INTEGER,
    parameters INTEGER, bytes INTEGER, used_storage INTEGER,
    formats TEXT NOT NULL, architecture TEXT, card INTEGER, kind TEXT,
    downloads INTEGER, likes INTEGER, trending REAL, created TEXT, modified TEXT, gated TEXT,
    seen INTEGER
);
CREATE INDEX by_task ON models (task, downloads DESC);
CREATE INDEX by_downloads ON models (downloads DESC);
CREATE INDEX by_licence ON models (licence, downloads DESC);
CREATE INDEX by_author ON models (author);
CREATE TABLE licences (n INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE);
CREATE TABLE details (n INTEGER PRIMARY KEY, tags TEXT NOT NULL, facts BLOB NOT NULL, card BLOB);
CREATE VIRTUAL TABLE words USING fts5 (id, tags, card, content='', tokenize='unicode61 remove_diacritics 2');
CREATE TABLE crawls (
    scope TEXT PRIMARY KEY, generation INTEGER NOT NULL, endpoint TEXT NOT NULL, mode TEXT NOT NULL, most INTEGER,
    next TEXT, listed INTEGER NOT NULL, started TEXT NOT NULL, finished TEXT, newest TEXT
);
CREATE TABLE totals (models INTEGER NOT NULL, cards INTEGER NOT NULL, newest TEXT);
INSERT INTO totals VALUES (0, 0, NULL);
CREATE TABLE sources (name TEXT PRIMARY KEY, models INTEGER NOT NULL, started TEXT NOT NULL, finished TEXT);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where models of the index come from.

    Attributes:
        name: A file's name, `the Hub`, or a task of it.
        kind: `import` or `crawl`.
        models: How many it gave so far; where it is `updated`, how many of them had changed.
        finished: When it was done (UTC); None while it is under way or was interrupted.
        updated: All of this is of its last update, after a crawl that was whole.
    """

    name: str
    kind: str
    models: int
    started: str
    finished: str | None
    updated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an index holds.

    Attributes:
        endpoint: The Hub that was crawled last; None where none was.
        cards: Models whose card is in it.
        newest: The last change of any model (the Hub's date).
    """

    path: Path
    bytes: int
    models: int
    cards: int
    newest: str | None
    endpoint: str | None
    sources: tuple[Source, ...]

    @property
    def words(self) -> str:
        """In a few words, for the foot of an answer."""
        dates = [source.finished or source.started for source in self.sources]
        made = f", made {max(dates)[:10]}" if dates else ""
        return f"{self.models:,} models{made}" + (f", last change {self.newest[:10]}" if self.newest else "")


def index_path() -> Path:
    """Where the index lies (`MODELPICK_HOME`, else the user's cache folder)."""
    return own_folder() / "index" / "models.sqlite"


class Index:
    """An open index; a context manager."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is written inside, or nothing; other writers wait.

        Raises:
            CannotFindOut: Another process writes for too long, the disk is full, or the file is damaged.
        """
        with errors(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()

    def about(self) -> About:
        """What it holds."""
        with errors(self.path):
            one = self.connection.execute
            models, cards, newest = one("SELECT models, cards, newest FROM totals").fetchone()
            endpoint = one("SELECT endpoint FROM crawls ORDER BY started DESC LIMIT 1").fetchone()
            crawls = one("SELECT scope, listed, started, finished, mode FROM crawls ORDER BY started").fetchall()
            imports = one("SELECT name, models, started, finished FROM sources ORDER BY started").fetchall()
        sources = [
            Source(
                name=row[0] or "the Hub",
                kind="crawl",
                models=row[1],
                started=row[2],
                finished=row[3],
                updated=row[4] == "update",
            )
            for row in crawls
        ]
        sources += [
            Source(name=row[0], kind="import", models=row[1], started=row[2], finished=row[3]) for row in imports
        ]
        return About(
            path=self.path,
            bytes=self.path.stat().st_size,
            models=models,
            cards=cards,
            newest=newest,
            endpoint=endpoint[0] if endpoint else None,
            sources=tuple(sources),
        )


def open_index(path: Path | None = None) -> Index:
    """The index, to read from.

    Raises:
        CannotFindOut: There is none, it has another format, is damaged, or may not be read.
    """
    path = path or index_path()
    if not path.is_file():
        raise CannotFindOut(
            "there is no local index yet",
            "make one with `modelpick index build --task image-classification` or `modelpick index import FILE`",
            kind="offline",
        )
    with errors(path):
        connection = _readable(path)
    return Index(path, connection)


def make_index(path: Path | None = None) -> Index:
    """The index, to write to; made where there is none.

    Raises:
        CannotFindOut: It has another format, is damaged, cannot be written, or this Python's SQLite has no FTS5.
    """
    path = path or index_path()
    with errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path, "rwc")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            empty = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] == 0
            if empty:
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.commit()
            _check_format(path, connection)
        except BaseException:
            connection.close()
            raise
    return Index(path, connection)


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """Turns what SQLite and the disk say into our own errors.

    Raises:
        CannotFindOut: Any of it; `kind` is disk, permission or data.
    """
    try:
        yield
    except (sqlite3.Error, Damaged) as error:
        raise _explained(path, error) from error
    except OSError as error:
        what = error.strerror or str(error)
        raise CannotFindOut(f"the index at {path} cannot be opened: {what}", _ELSEWHERE, kind="disk") from error


_ELSEWHERE = "name another folder for modelpick's own files in MODELPICK_HOME"


def _explained(path: Path, error: Exception) -> CannotFindOut:
    text = str(error)
    if "no such module: fts5" in text:
        return CannotFindOut(
            "the SQLite of this Python has no full-text search (FTS5)", "use a Python that has it", kind="system"
        )
    if "locked" in text or "busy" in text:
        return CannotFindOut(
            "another process is writing the index and does not end", "wait until it is done, and try again", kind="disk"
        )
    if "disk is full" in text:
        return CannotFindOut(f"no space is left for the index at {path}", f"free some, or {_ELSEWHERE}", kind="disk")
    if re.search(_NOT_WRITTEN, text):
        return CannotFindOut(f"the index at {path} may not be written", _ELSEWHERE, kind="permission")
    return CannotFindOut(
        f"the index at {path} is damaged: {text}", f"remove {path.parent} and build or import it again", kind="data"
    )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)
    try:
        connection.execute(f"PRAGMA cache_size = {_CACHE}")
    except BaseException:
        connection.close()
        raise
    return connection


def _readable(path: Path) -> sqlite3.Connection:
    """A connection to read from; in a read-only place the log's side files cannot be made, and none is needed."""
    try:
        return _checked(path, "ro")
    except sqlite3.OperationalError as error:
        if not re.search(_NOT_WRITTEN, str(error)):
            raise
    return _checked(path, "ro&immutable=1")


def _checked(path: Path, mode: str) -> sqlite3.Connection:
    connection = _connect(path, mode)
    try:
        _check_format(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_format(path: Path, connection: sqlite3.Connection) -> None:
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != FORMAT:
        raise CannotFindOut(
            f"the index at {path} has format {found}, and this modelpick reads format {FORMAT}",
            f"remove {path.parent} and build or import it again, or use the modelpick that made it",
            kind="data",
        )
