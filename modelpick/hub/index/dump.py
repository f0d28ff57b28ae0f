"""Reads dumps of the Hub's metadata: JSON lines (plain, .gz, .xz) and Parquet with the columns of hub-stats."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.index.rows import Row, card_text, row_of
from modelpick.hub.reading import as_object

_PACKED = (".gz", ".xz")
_LINES = (".jsonl", ".ndjson", ".json")
_LONGEST = 64 * 2**20  # characters of one line
_FETCH = 2000  # rows of a Parquet file that are in memory at once
_JSON_COLUMNS = ("cardData", "config", "safetensors", "gguf", "baseModels", "siblings")
_CARD_COLUMNS = ("README.md", "card", "readme")


class Read(NamedTuple):
    """A model of a dump, or None for a line that is none; `done` is how far the file was read, from 0 to 1."""

    row: Row | None
    done: float


def check_dump(path: Path) -> Path:
    """The path of a dump as it is.

    Raises:
        UsageError: The file's suffix is none of those that are read.
        CannotFindOut: There is no such file.
    """
    if _suffix(path) not in (*_LINES, ".parquet"):
        raise UsageError(
            f"`{path}` is no dump that can be read", "give a .jsonl, .jsonl.gz, .jsonl.xz or .parquet file"
        )
    if not path.is_file():
        raise CannotFindOut(f"there is no file `{path}`", "name the file of the dump", kind="file-not-found")
    return path


def read_dump(path: Path) -> Iterator[Read]:
    """The models of a dump, in its order.

    Each line is an object as the API lists it, with its card under `README.md` or `card` where there is one; or has
    `id`, `infos.json` (that object as a string) and `README.md`.

    Raises:
        UsageError: As `check_dump`.
        CannotFindOut: As `check_dump`; also where it is damaged or cannot be read.
    """
    check_dump(path)
    return _parquet(path) if _suffix(path) == ".parquet" else _lines(path, path.suffix.lower())


def _suffix(path: Path) -> str:
    """The suffix that tells the form: of `x.jsonl.xz` the inner one."""
    outer = path.suffix.lower()
    return Path(path.stem).suffix.lower() if outer in _PACKED else outer


def _lines(path: Path, suffix: str) -> Iterator[Read]:
    size = max(1, path.stat().st_size)
    try:
        with path.open("rb") as raw:
            stream = _unpacked(raw, suffix)
            while line := stream.readline(_LONGEST + 1):
                if len(line) > _LONGEST:
                    raise CannotFindOut(f"a line of `{path}` is longer than {_LONGEST:,} bytes", kind="data")
                if not line.isspace():
                    yield Read(_read_line(line), raw.tell() / size)
    except (lzma.LZMAError, gzip.BadGzipFile, EOFError) as error:
        raise CannotFindOut(
            f"`{path}` is damaged or cut off: {error}",
            "fetch it again; what was read of it is in the index",
            kind="data",
        ) from error
    except OSError as error:
        raise CannotFindOut(f"`{path}` cannot be read: {error.strerror or error}", kind="disk") from error


def _unpacked(raw: BufferedReader, suffix: str) -> BufferedIOBase:
    if suffix == ".gz":
        return gzip.GzipFile(fileobj=raw)
    return lzma.LZMAFile(raw) if suffix == ".xz" else raw


def _read_line(line: bytes) -> Row | None:
    try:
        record = as_object(json.loads(line))
        inside = record.get("infos.json")
        fields = as_object(json.loads(inside)) if isinstance(inside, str) else record
    except (ValueError, RecursionError):
        return None
    return _row(fields if fields.get("id") or fields.get("modelId") else {**fields, "id": record.get("id")}, record)


def _row(fields: Mapping[str, Any], record: Mapping[str, Any]) -> Row | None:
    card = next((record[name] for name in _CARD_COLUMNS if isinstance(record.get(name), str)), None)
    return row_of(fields, card_text(card))


def _parquet(path: Path) -> Iterator[Read]:
    """Read by DuckDB, whose Parquet reader is compiled in; no extension is fetched."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "memory_limit": "1GB",
        "threads": 2,
    }
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            counted = connection.execute("SELECT COUNT(*) FROM read_parquet(?)", [str(path)]).fetchone()
            total = max(1, counted[0] if counted else 1)
            answer = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [column[0] for column in answer.description or ()]
            done = 0
            while rows := answer.fetchmany(_FETCH):
                for values in rows:
                    done += 1
                    record = {name: _plain(value) for name, value in zip(names, values, strict=True)}
                    yield Read(_row(_from_json(record), record), done / total)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise CannotFindOut(f"`{path}` cannot be read as Parquet: {reason}", "fetch it again", kind="data") from error


def _plain(value: Any) -> Any:
    """A value of DuckDB as the API would write it; members that are null are left out."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return value.isoformat() if isinstance(value, date) else value


def _from_json(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its columns of JSON text read."""
    fields = dict(record)
    for name in _JSON_COLUMNS:
        if isinstance(fields.get(name), str):
            try:
                fields[name] = json.loads(fields[name])
            except (ValueError, RecursionError):
                del fields[name]
    return fields
