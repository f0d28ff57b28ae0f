"""JSON lines, one object a line, and JSON files that hold one list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelpick.data.encoding import as_utf8
from modelpick.data.raw_table import RawTable, Reader, Source
from modelpick.data.readers.delimited import from_rows
from modelpick.data.table import listed
from modelpick.errors import CannotFindOut

_LARGEST_LIST = 512 << 20  # bytes: a list is read at once


def _read(source: Source) -> RawTable:
    text = as_utf8(source.path, source.shown, source.options.encoding, source.folder)
    whole = _begins_list(text.path)
    names: dict[str, None] = {}
    nested: dict[str, None] = {}
    count = last = 0
    for last, record in _objects(text.path, source.shown, whole):  # noqa: B007 - the last line is what is wanted
        count += 1
        for name, value in record.items():
            names[name] = None
            if isinstance(value, dict | list):
                nested[name] = None
    columns = list(names)
    notes = [] if text.note is None else [text.note]
    if nested:
        notes.append(f"Lists and objects inside the rows are taken as their text: {listed(list(nested))}.")
    return from_rows(
        ([_cell(record.get(name)) for name in columns] for _, record in _objects(text.path, source.shown, whole)),
        len(columns),
        source,
        how=f"Read as {source.packed + ', ' if source.packed else ''}{'a JSON list' if whole else 'JSON lines'}",
        dialect={"format": "json", "encoding": text.encoding},
        names=columns,
        notes=notes,
        first_line=1 if last == count and not whole else None,
    )


def _begins_list(path: Path) -> bool:
    with path.open(encoding="utf-8-sig") as file:
        return file.read(1000).lstrip().startswith("[")


def _objects(path: Path, shown: str, whole: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects, each with its line (or its number, in a list), from 1."""
    if whole:
        if path.stat().st_size > _LARGEST_LIST:
            raise _wrong(shown, "it is one list that is too large to be read at once", "write one object a line")
        found = _parsed(path.read_text(encoding="utf-8-sig"), shown, "")
        for number, value in enumerate(found if isinstance(found, list) else [found], 1):
            yield number, _object(value, shown, f"entry {number}")
        return
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _object(_parsed(line, shown, f"line {number}"), shown, f"line {number}")


def _parsed(text: str, shown: str, place: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        where = f"{place or f'line {error.lineno}'}, column {error.colno}"
        raise _wrong(shown, f"it is no JSON in {where} ({error.msg})", "write one object a line") from None
    except _TwiceError as error:
        raise _wrong(shown, f"{place or 'an object'} has the name `{error}` twice", "keep one of them") from None
    except RecursionError:
        raise _wrong(shown, "it is nested too deeply", "write one flat object a line") from None


class _TwiceError(ValueError):
    """A name that stands twice in one object."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise _TwiceError(name)
        made[name] = value
    return made


def _object(value: Any, shown: str, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(shown, f"{place} is no object with names and values", 'such as `{"width": 1.5, "kind": "a"}`')
    return value


def _cell(value: Any) -> str:
    """A value as the text of a cell; numbers are their digits in the file already."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _wrong(shown: str, why: str, hint: str) -> CannotFindOut:
    return CannotFindOut(f"`{shown}` cannot be read as JSON: {why}", hint, kind="data")


JSON_LINES = Reader(
    kind="table",
    suffixes=(".jsonl", ".ndjson", ".json"),
    sniff=lambda head: head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[{")),
    read=_read,
)
