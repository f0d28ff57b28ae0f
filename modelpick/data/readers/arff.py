"""ARFF, the format of Weka: attributes with their types, then rows of values, dense or sparse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from modelpick.data.encoding import as_utf8
from modelpick.data.raw_table import RawTable, Reader, Source
from modelpick.data.readers.delimited import from_rows
from modelpick.data.table import ColumnKind
from modelpick.errors import CannotFindOut

_TOKEN = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"]+)""", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_NUMERIC = ("numeric", "real", "integer")


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A column: its name, its kind where the type says it, and the first value of a nominal one (a sparse zero)."""

    name: str
    kind: ColumnKind | None
    zero: str = "0"


def _read(source: Source) -> RawTable:
    text = as_utf8(source.path, source.shown, source.options.encoding, source.folder)
    attributes, begins = _header(text.path, source.shown)
    declared: dict[str, ColumnKind] = {a.name: a.kind for a in attributes if a.kind is not None}
    return from_rows(
        _rows(text.path, source.shown, attributes, begins),
        len(attributes),
        source,
        how=f"Read as {source.packed + ', ' if source.packed else ''}ARFF, with the types that it states",
        dialect={"format": "arff", "encoding": text.encoding},
        names=[attribute.name for attribute in attributes],
        declared=declared,
        notes=[] if text.note is None else [text.note],
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            stripped = line.strip()
            if stripped and not stripped.startswith("%"):
                yield number, stripped


def _header(path: Path, shown: str) -> tuple[list[_Attribute], int]:
    """The attributes, and the line (from 1) of `@data`."""
    attributes: list[_Attribute] = []
    for number, line in _lines(path):
        word, _, rest = line.partition(" ") if " " in line.split("\t", 1)[0] else line.partition("\t")
        match word.lower():
            case "@relation":
                continue
            case "@attribute":
                attributes.append(_attribute(rest.strip(), number, shown))
            case "@data":
                if not attributes:
                    raise _wrong(shown, f"line {number} begins the data, and no attribute stands before it")
                return attributes, number
            case _:
                raise _wrong(shown, f"line {number} is neither `@relation`, `@attribute` nor `@data`")
    raise _wrong(shown, "it has no line `@data`")


def _attribute(text: str, number: int, shown: str) -> _Attribute:
    if text[:1] in ("'", '"'):
        match = _TOKEN.match(text)
        if match is None:
            raise _wrong(shown, f"the name of the attribute in line {number} is not closed")
        name, rest = _value(match), text[match.end() :].strip()
    else:
        parts = text.split(None, 1)
        if len(parts) < 2:
            brace = text.find("{")
            parts = [text[:brace], text[brace:]] if brace > 0 else parts
        if len(parts) < 2:
            raise _wrong(shown, f"the attribute in line {number} has no type")
        name, rest = parts[0], parts[1].strip()
    if rest.startswith("{"):
        if not rest.endswith("}"):
            raise _wrong(shown, f"the values of `{name}` in line {number} are not closed by `}}`")
        values = _split(rest[1:-1], number, shown)
        return _Attribute(name, "category", values[0] if values else "")
    kind = rest.split(None, 1)[0].lower() if rest else ""
    if kind in _NUMERIC:
        return _Attribute(name, "number")
    if kind in ("string", "date"):
        return _Attribute(name, None, "")
    raise _wrong(shown, f"the type `{rest[:30]}` of `{name}` in line {number} is not known")


def _rows(path: Path, shown: str, attributes: Sequence[_Attribute], begins: int) -> Iterator[list[str]]:
    width = len(attributes)
    for number, line in _lines(path):
        if number <= begins:
            continue
        if line.startswith("{"):
            yield _sparse(line, attributes, number, shown)
            continue
        values = _split(line, number, shown)
        if len(values) == width + 1 and values[-1].startswith("{"):
            values.pop()  # the weight of the row
        if len(values) != width:
            raise _wrong(shown, f"line {number} has {len(values)} values where there are {width} attributes")
        yield values


def _sparse(line: str, attributes: Sequence[_Attribute], number: int, shown: str) -> list[str]:
    row = [attribute.zero for attribute in attributes]
    inner = line[1 : line.rfind("}")] if "}" in line else None
    if inner is None:
        raise _wrong(shown, f"line {number} is not closed by `}}`")
    for item in _items(inner, number, shown):
        place, _, value = item.strip().partition(" ")
        if not place.isdigit() or int(place) >= len(attributes):
            raise _wrong(shown, f"line {number} names the attribute `{place[:20]}`, which is not there")
        match = _TOKEN.fullmatch(value.strip())
        row[int(place)] = "" if match is None else _value(match)
    return row


def _split(text: str, number: int, shown: str) -> list[str]:
    """Values between commas (or tabs, where there are no commas), without their quotes; `?` is a missing one."""
    values = []
    for item in _items(text, number, shown):
        bare = item.strip()
        match = _TOKEN.fullmatch(bare)
        values.append("" if match is None else _value(match))
    return values


def _items(text: str, number: int, shown: str) -> list[str]:
    """The pieces between commas that stand outside quotes."""
    if "'" not in text and '"' not in text:
        return text.split("\t" if "," not in text and "\t" in text else ",")
    items, start, at, quote = [], 0, 0, ""
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"" and not text[start:at].strip(" \t0123456789"):  # at the beginning of a value
            quote = char
        elif char == ",":
            items.append(text[start:at])
            start = at + 1
        at += 1
    if quote:
        raise _wrong(shown, f"a quote in line {number} is not closed")
    return [*items, text[start:]]


def _value(match: re.Match[str]) -> str:
    bare = match[3]
    if bare is not None:
        return "" if bare.strip() == "?" else bare.strip()
    quoted = match[1] if match[1] is not None else match[2]
    return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), quoted)


def _wrong(shown: str, why: str) -> CannotFindOut:
    return CannotFindOut(f"`{shown}` is no regular ARFF file: {why}", "correct that line", kind="data")


ARFF = Reader(
    kind="table",
    suffixes=(".arff",),
    sniff=lambda head: b"@relation" in head[:4096].lower() and b"@attribute" in head.lower(),
    read=_read,
)
