"""Fills the index from a dump, batch by batch; what was written stays if it is interrupted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from modelpick.errors import CannotFindOut
from modelpick.hub.index.database import Index, errors
from modelpick.hub.index.dump import read_dump
from modelpick.hub.index.rows import Row
from modelpick.hub.index.writer import Writer, Written
from modelpick.progress import SILENT, Listener

_BATCH = 2000
_MUCH = 10  # from a tenth of all models on; less is merged as it comes


def import_dump(index: Index, path: Path, listener: Listener = SILENT) -> Written:
    """Adds the models of a dump, or replaces them by it.

    Raises:
        UsageError: The file is none of the kinds that are read.
        CannotFindOut: It cannot be read, or holds no model at all; or the index cannot be written.
    """
    reads = read_dump(path)
    writer = Writer(index.connection)
    batch: list[Row] = []
    percent = 0.0
    started = now()
    with listener.step(f"reading {path.name}", 100, "%") as step:
        for read in reads:
            if read.row is None:
                writer.written.skipped += 1
                continue
            batch.append(read.row)
            if len(batch) == _BATCH:
                _write(index, writer, batch, path.name, started)
                batch = []
                step.advance(100 * read.done - percent)
                percent = 100 * read.done
        if batch or writer.written.added + writer.written.replaced:
            _write(index, writer, batch, path.name, started, finished=True)
    if not writer.written.added + writer.written.replaced:
        raise CannotFindOut(
            f"`{path}` holds no model: none of its {writer.written.skipped:,} lines is an entry of the Hub's list",
            "give a dump of the Hub's list of models",
            kind="data",
        )
    tidy(index, writer.written, listener)
    return writer.written


def tidy(index: Index, written: Written, listener: Listener) -> None:
    """After much was written: merges the text index's pieces into one and counts for the planner, for fast searches."""
    changed = written.added + written.replaced
    with listener.step("ordering the words"), errors(index.path):
        total = index.connection.execute("SELECT models FROM totals").fetchone()[0]
        if changed * _MUCH >= total:
            with index.transaction() as connection:
                connection.execute("INSERT INTO words (words) VALUES ('optimize')")
                connection.execute("ANALYZE")
        index.connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(index: Index, writer: Writer, batch: list[Row], name: str, started: str, *, finished: bool = False) -> None:
    """A batch and how far the import is, together."""
    with index.transaction() as connection:
        writer.write(batch)
        written = writer.written.added + writer.written.replaced
        connection.execute(
            "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)", (name, written, started, now() if finished else None)
        )
