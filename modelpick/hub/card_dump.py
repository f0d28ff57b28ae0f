"""Cards in bulk from the disk: a folder of Markdown files, or JSON Lines with the Hub's own answer about each model.

A line is an object with `id`, the card under `README.md`, and the API's answer under `infos.json` (an object, or a
string of one). Where the card is a text that begins with `Error: the path`, the repo has none.
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from modelpick.card.reader import CARD_CAP, read_card
from modelpick.errors import CannotFindOut, UsageError
from modelpick.facts import Missing, RepoFacts
from modelpick.hub.ids import is_commit, is_repo_id
from modelpick.hub.info import facts_of_info
from modelpick.hub.reading import as_object, as_text

MAX_RECORD = 64 * 2**20
"""Bytes of one line; a longer one is told as broken and passed over."""

_NO_CARD = "Error: the path"
_SUFFIXES = (".jsonl", ".jsonl.xz", ".jsonl.gz")
_MARKDOWN = (".md", ".markdown")


class Record(NamedTuple):
    """One card to be read: `path` of a Markdown file, else the bytes of a line; `place` names it in errors."""

    place: str
    line: bytes = b""
    path: Path | None = None


def records(source: Path) -> Iterator[Record]:
    """The cards of a folder (its Markdown files, in the order of their paths) or of a file of JSON Lines.

    Raises:
        UsageError: It is neither.
        CannotFindOut: It is not there or cannot be read; of a file that breaks off, after what stands before.
    """
    if source.is_dir():
        return _in_folder(source)
    if not source.exists():
        raise CannotFindOut(f"there is no `{source}`", "check the path", kind="data")
    if not source.name.endswith(_SUFFIXES):
        raise UsageError(
            f"`{source}` is no folder and no file of JSON Lines",
            f"give a folder of cards, or a file whose name ends in {', '.join(_SUFFIXES)}",
        )
    return _in_file(source)


def facts_of_record(record: Record) -> RepoFacts:
    """The facts of one card; nothing is asked of the network.

    Raises:
        CannotFindOut: The line is no such object, or the file cannot be read.
    """
    if record.path is not None:
        return _of_file(record.place, record.path)
    if len(record.line) > MAX_RECORD:
        raise _broken(record, f"is longer than {MAX_RECORD // 2**20} MiB")
    try:
        value = json.loads(record.line)
    except (ValueError, RecursionError) as error:
        raise _broken(record, "is no JSON") from error
    if not isinstance(value, dict) or as_text(value.get("id")) is None:
        raise _broken(record, "is no object with an `id`")
    return _of_object(value, record)


def id_of_record(record: Record) -> str:
    """By what name a record is told of that could not be read: its id where it has one, else its place."""
    try:
        value = json.loads(record.line) if len(record.line) <= MAX_RECORD else None
    except (ValueError, RecursionError):
        value = None
    return as_text(as_object(value).get("id")) or record.place


def _of_object(value: dict[str, Any], record: Record) -> RepoFacts:
    requested = as_text(value["id"]) or record.place
    info = value.get("infos.json")
    if isinstance(info, str):
        try:
            info = json.loads(info)
        except (ValueError, RecursionError) as error:
            raise _broken(record, "has an `infos.json` that is no JSON") from error
    facts = RepoFacts(requested=requested, source="cards", repo_id=requested if is_repo_id(requested) else None)
    if isinstance(info, dict):
        commit = as_text(info.get("sha"))
        commit = commit if commit and is_commit(commit) else None
        facts = facts_of_info(info, requested=requested, source="cards", repo_id=facts.repo_id, commit=commit)
    text = value.get("README.md")
    if not isinstance(text, str):
        missing = Missing(what="card", reason="the line has no text under `README.md`")
        return replace(facts, missing=(*facts.missing, missing))
    if text.startswith(_NO_CARD):
        return facts
    return replace(facts, card=read_card(text.encode("utf-8", "surrogatepass")))


def _of_file(place: str, path: Path) -> RepoFacts:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(CARD_CAP + 1)
    except OSError as error:
        raise CannotFindOut(f"`{place}` cannot be read: {error.strerror}", kind="data") from error
    return RepoFacts(requested=place, source="cards", card=read_card(data, path.name, size=size))


def _in_folder(folder: Path) -> Iterator[Record]:
    def unreadable(error: OSError) -> None:
        raise CannotFindOut(f"`{error.filename}` cannot be read: {error.strerror}", kind="data") from error

    found = [
        Path(place, name)
        for place, _, names in os.walk(folder, onerror=unreadable)
        for name in names
        if name.lower().endswith(_MARKDOWN)
    ]
    for path in sorted(path for path in found if path.is_file()):
        yield Record(path.relative_to(folder).as_posix(), path=path)


def _in_file(path: Path) -> Iterator[Record]:
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(MAX_RECORD + 1):
                number += 1
                whole = line.endswith(b"\n")
                if line.strip():
                    yield Record(f"{path}:{number}", line)
                while not whole and (more := file.readline(MAX_RECORD)):
                    whole = more.endswith(b"\n")
    except (lzma.LZMAError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise CannotFindOut(
            f"`{path}` is damaged or breaks off after line {number}", "fetch it again", kind="data"
        ) from error
    except OSError as error:
        raise CannotFindOut(f"`{path}` cannot be read: {error.strerror or error}", kind="data") from error


def _opened(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".xz":
        return lzma.open(path, "rb")
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _broken(record: Record, why: str) -> CannotFindOut:
    return CannotFindOut(f"`{record.place}` {why}", kind="data")
