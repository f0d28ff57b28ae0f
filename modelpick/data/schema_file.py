"""What was inferred about a table, as a small TOML file that a person edits and gives again with `--schema`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, get_args

from modelpick.data import dates
from modelpick.data.dataset import Dataset, Task
from modelpick.data.files import why_unread
from modelpick.data.number_signs import is_number_style
from modelpick.data.number_styles import STYLES
from modelpick.data.table import ColumnKind
from modelpick.errors import CannotFindOut, UsageError

FORMAT = "modelpick.schema/1"
_KINDS = (*get_args(ColumnKind), "drop")
_STYLES = (*STYLES, *dates.FORM_NAMES)
_TYPES: Mapping[str, Mapping[str, type]] = {
    "reading": {
        "encoding": str,
        "sep": str,
        "quote": str,
        "header": bool,
        "second_header": bool,
        "missing": list,
        "format": str,
    },
    "target": {"name": str, "task": str},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A schema file, checked.

    Attributes:
        reading: Encoding, sep, quote, header, second_header, missing: those that are stated.
        kinds: Column -> its kind.
        styles: Column -> how its numbers or dates are written.
        missing_numbers: Column -> numbers that are missing values in it.
        missing_words: Column of numbers -> words that are missing values in it.
    """

    reading: Mapping[str, Any] = field(default_factory=dict)
    target: str | None = None
    task: Task | None = None
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    styles: Mapping[str, str] = field(default_factory=dict)
    missing_numbers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    missing_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load(path: Path) -> Schema:
    """The schema in a file.

    Raises:
        CannotFindOut: It cannot be read.
        UsageError: It is no TOML, or a key is unknown or has a value that makes no sense; line and key are named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = why_unread(error)
        raise CannotFindOut(f"`{path}` cannot be read: {why}", "check the file of `--schema`", kind="data") from None
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"`{path}` is no TOML: {error}", "correct it, or delete it and it is written anew") from None
    return _Checked(path, text).schema(fields)


class _Checked:
    """Checks the fields of one file, and knows the lines of its keys."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text

    def schema(self, fields: Mapping[str, Any]) -> Schema:
        if fields.get("schema") != FORMAT:
            self.refuse("", "schema", f'is not `"{FORMAT}"`', "this version reads no other")
        known = ("schema", "reading", "target", "columns", "styles", "missing_numbers", "missing_words")
        for key, value in fields.items():
            if key not in known:
                self.refuse("", key, "is unknown", f"known are {', '.join(known)}")
            if key != "schema" and not isinstance(value, dict):
                self.refuse("", key, "is no table", f"write it as `[{key}]`")
        self._typed(fields, "reading")
        self._typed(fields, "target")
        reading = fields.get("reading", {})
        if not all(isinstance(code, str) for code in reading.get("missing", [])):
            self.refuse("reading", "missing", "is no list of texts", 'such as `["", "NA"]`')
        target = fields.get("target", {})
        if target.get("task", "regression") not in get_args(Task):
            self.refuse("target", "task", "is no task", f"one of {', '.join(get_args(Task))}")
        columns = fields.get("columns", {})
        for name, kind in columns.items():
            if kind not in _KINDS:
                self.refuse("columns", name, f"has the kind {kind!r}", f"one of {', '.join(_KINDS)}")
        styles = fields.get("styles", {})
        for name, style in styles.items():
            if style not in dates.FORM_NAMES and not is_number_style(style):
                self.refuse("styles", name, f"has the style {style!r}", f"one of {', '.join(_STYLES)}")
        words = fields.get("missing_words", {})
        for name, of_column in words.items():
            if not isinstance(of_column, list) or not all(isinstance(word, str) for word in of_column):
                self.refuse("missing_words", name, "is no list of texts", 'such as `["n.d."]`')
        return Schema(
            reading=reading,
            target=target.get("name"),
            task=target.get("task"),
            kinds={name: kind for name, kind in columns.items() if kind != "drop"},
            drop=tuple(name for name, kind in columns.items() if kind == "drop"),
            styles=styles,
            missing_numbers=self._numbers(fields.get("missing_numbers", {})),
            missing_words={name: tuple(of_column) for name, of_column in words.items()},
        )

    def _typed(self, fields: Mapping[str, Any], section: str) -> None:
        for key, value in fields.get(section, {}).items():
            wanted = _TYPES[section].get(key)
            if wanted is None:
                self.refuse(section, key, "is unknown", f"known are {', '.join(_TYPES[section])}")
            if not isinstance(value, wanted):
                words = {str: "a text", bool: "true or false", list: "a list"}[wanted]
                self.refuse(section, key, f"is not {words}", "correct the line")

    def _numbers(self, codes: Mapping[str, Any]) -> Mapping[str, tuple[float, ...]]:
        made = {}
        for name, values in codes.items():
            if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
                self.refuse("missing_numbers", name, "is no list of numbers", "such as `[-200]`")
            made[name] = tuple(map(float, values))
        return made

    def refuse(self, section: str, key: str, what: str, hint: str) -> NoReturn:
        line = self.line(section, key)
        place = f"`{self.path}`{f', line {line}' if line else ''}"
        raise UsageError(f"{place}: `{key}`{f' in `[{section}]`' if section else ''} {what}", hint)

    def line(self, section: str, key: str) -> int | None:
        """The line on which a key stands, where it stands on a line of its own."""
        inside = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            try:
                found = tomllib.loads(line)
            except tomllib.TOMLDecodeError:
                found = {}
            if line.lstrip().startswith("["):
                inside = next(iter(found), "")
                if not section and inside == key:
                    return number
            elif inside == section and key in found:
                return number
        return None


def check_columns(path: Path, schema: Schema, names: Sequence[str]) -> None:
    """Refuses a column of the schema that the table has not; line and key are named."""
    checked = _Checked(path, path.read_text(encoding="utf-8"))
    kinds = (*schema.kinds, *schema.drop)
    sections = (
        ("columns", kinds),
        ("styles", schema.styles),
        ("missing_numbers", schema.missing_numbers),
        ("missing_words", schema.missing_words),
    )
    for section, keys in sections:
        for key in keys:
            if key not in names:
                checked.refuse(section, key, "is no column of the table", "take the line out, or correct the name")


def write(path: Path, dataset: Dataset) -> None:
    """Writes what was inferred to a new file.

    Raises:
        CannotFindOut: The file cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text_of(dataset))
    except OSError as error:
        raise CannotFindOut(
            f"`{path}` cannot be written: {error.strerror}", "name another `--schema`", kind="disk"
        ) from None


def text_of(dataset: Dataset) -> str:
    """The TOML text of what was inferred."""
    reading = dict(dataset.reading)
    styles, codes = reading.pop("styles", {}), reading.pop("missing_numbers", {})
    words = reading.pop("missing_words", {})
    lines = [
        "# How modelpick read this table. Edit it, and give it again with `--schema`.",
        f"schema = {_value(FORMAT)}",
        "",
        "[reading]",
        *(f"{_key(key)} = {_value(value)}" for key, value in reading.items()),
        "",
        "[target]",
        f"name = {_value(dataset.target_name)}",
        f"task = {_value(dataset.task)}",
        "",
        f"# One of {', '.join(_KINDS)}.",
        "[columns]",
    ]
    lines += [f"{_key(name)} = {_value(kind)}" for name, kind in dataset.features.kinds]
    lines += [f"{_key(column.name)} = {_value(column.kind)}  # kept out by a guard" for column in dataset.kept_out]
    lines += [f'{_key(name)} = "drop"' for name in dataset.dropped]
    lines += ["", "# How numbers and dates are written. One of " + ", ".join(map(_value, _STYLES)) + "."]
    lines += ["# What stands around each number follows the style, as in `1.234,5 €`.", "[styles]"]
    lines += [f"{_key(name)} = {_value(style)}" for name, style in styles.items()]
    lines += ["", "# Numbers that are missing values.", "[missing_numbers]"]
    lines += [f"{_key(name)} = {_value(list(of_column))}" for name, of_column in codes.items()]
    lines += ["", "# Words that are missing values in columns of numbers.", "[missing_words]"]
    lines += [f"{_key(name)} = {_value(list(of_column))}" for name, of_column in words.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name and name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _value(name)


def _value(value: Any) -> str:
    """A value as TOML has it: JSON's texts, numbers, lists and booleans are TOML's too, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
