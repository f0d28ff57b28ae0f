"""The blocks of a report in a file, so that `show` prints them again as they were: `blocks.json` of a run folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from modelpick.document import Block, Cell, Chart, Heading, Quote, Series, Table, Text, Tone
from modelpick.errors import CannotFindOut

FILE = "blocks.json"
SCHEMA = "modelpick.blocks/1"

_MAX_BYTES = 64_000_000
_NAMES: dict[type[Any], str] = {Heading: "heading", Text: "text", Quote: "quote", Table: "table", Chart: "chart"}


def blocks_text(blocks: Sequence[Block]) -> str:
    """The blocks as JSON; what is no number (a NaN of a chart) is null."""
    from modelpick.render.as_json import to_json

    return to_json({"schema": SCHEMA, "blocks": [_fields(block) for block in blocks]}, indent=None) + "\n"


def read_blocks(folder: Path) -> list[Block] | None:
    """The blocks of a run; None where the folder has none (an older run).

    Raises:
        CannotFindOut: (kind `data`) The file is damaged, or of a newer version.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("it is too large")
        stored = json.loads(path.read_bytes())
        if not isinstance(stored, dict) or stored.get("schema") != SCHEMA:
            raise ValueError(f"it is not `{SCHEMA}`")
        return [_block(item) for item in stored["blocks"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotFindOut(
            f"`{path}` cannot be read: {str(error) or type(error).__name__}",
            f"remove it, and what {folder / 'report.json'} holds is shown",
            kind="data",
        ) from None


def _fields(block: Block) -> dict[str, Any]:
    return {"block": _NAMES[type(block)], **{field.name: _plain(getattr(block, field.name)) for field in fields(block)}}


def _plain(value: Any) -> Any:
    if isinstance(value, Cell):
        return {"text": value.text, "tone": value.tone.value}
    if isinstance(value, Series):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Tone):
        return value.value
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _block(item: Any) -> Block:
    given = dict(item)
    kind = given.pop("block")
    if kind == "heading":
        return Heading(_text(given["text"]), max(1, min(6, int(given["level"]))))
    if kind == "text":
        whole = bool(given.get("whole"))  # older reports do not say
        return Text(_text(given["text"]), Tone(given["tone"]), item=bool(given["item"]), whole=whole)
    if kind == "quote":
        return Quote(_text(given["text"]), _text(given["place"]))
    if kind == "table":
        columns = tuple(map(_text, given["columns"]))
        rows = tuple(tuple(map(_cell, row)) for row in given["rows"])
        if any(len(row) != len(columns) for row in rows):
            raise ValueError("a row of a table has too few or too many cells")
        return Table(columns, rows, title=_text(given["title"]), right=tuple(map(_text, given["right"])))
    if kind == "chart":
        series = tuple(map(_series, given["series"]))
        return Chart(_text(given["title"]), _text(given["x_label"]), _text(given["y_label"]), series)
    raise ValueError(f"it has a block {kind!r} that this version does not know")


def _series(given: Any) -> Series:
    x, y = (tuple(float("nan") if number is None else float(number) for number in given[axis]) for axis in "xy")
    if len(x) != len(y):
        raise ValueError("a line of a chart has not as many x as y")
    return Series(_text(given["name"]), x, y, line=bool(given["line"]))


def _cell(given: Any) -> str | Cell:
    return given if isinstance(given, str) else Cell(_text(given["text"]), Tone(given["tone"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is none")
    return value
