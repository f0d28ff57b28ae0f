"""A file that says which of the user's classes each label of a given model means: `--label-map FILE`.

TOML: `"LABEL_0" = "ham"`, one label a line; under `["org/name"]` stand pairs for that model alone. CSV: `label,class`
or `label,class,model`, with or without such a first line. For zero-shot models the left side is a text that describes
the class: `"an unwanted message" = "spam"`, as many for a class as one likes.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelpick.data.files import why_unread
from modelpick.errors import CannotFindOut, UsageError

_HEADER = ["label", "class", "model"]
_MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPair:
    """One line of the file.

    Attributes:
        label: Of the model, or a text that describes the class.
        name: The user's class.
        line: Where it stands, counted from 1.
        model: The only model that it counts for; None: for all.
    """

    label: str
    name: str
    line: int
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMap:
    """A label map as it was read.

    Attributes:
        path: As the user gave it.
        pairs: In the order of the file.
    """

    path: str
    pairs: tuple[LabelPair, ...]

    def of(self, model: str) -> tuple[LabelPair, ...]:
        """The pairs that count for a model; where it has pairs of its own, these alone."""
        own = tuple(pair for pair in self.pairs if pair.model == model)
        return own or tuple(pair for pair in self.pairs if pair.model is None)

    def place(self, pair: LabelPair) -> str:
        """Where a pair stands, for messages: `labels.toml`, line 3."""
        return f"`{self.path}`, line {pair.line}"


def read_label_map(given: str | Path) -> LabelMap:
    """Reads a label map; the suffix `.toml` tells the one format from the other.

    Raises:
        UsageError: It is no TOML or CSV of pairs, says two things of one label, or nothing; the line is named.
        CannotFindOut: It cannot be read.
    """
    path, shown = Path(given).expanduser(), str(given)
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = why_unread(error)
        raise CannotFindOut(
            f"`{shown}` cannot be read: {why}", "check the file of `--label-map`", kind="data"
        ) from None
    if len(data) > _MOST_BYTES:
        raise UsageError(f"`{shown}` is larger than {_MOST_BYTES:,} bytes", "it has one line for each label")
    pairs = _toml(text, shown) if path.suffix.lower() == ".toml" else _csv(text, shown)
    seen: dict[tuple[str, str | None], LabelPair] = {}
    for pair in pairs:
        before = seen.setdefault((pair.label, pair.model), pair)
        if before.name != pair.name:
            raise UsageError(
                f"`{shown}`, line {pair.line}: label `{pair.label}` means `{before.name}` in line {before.line} and "
                f"`{pair.name}` here",
                "leave one of the two lines out",
            )
    if not pairs:
        raise UsageError(f"`{shown}` maps no label", 'write a line for each, such as `"LABEL_0" = "ham"`')
    return LabelMap(path=shown, pairs=tuple(seen.values()))


def _toml(text: str, shown: str) -> list[LabelPair]:
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"`{shown}` is no TOML: {error}", 'a line is `"LABEL_0" = "ham"`') from None
    lines = text.splitlines()
    pairs: list[LabelPair] = []
    for key, value in fields.items():
        if isinstance(value, dict):
            after = _line(lines, key, 0)
            pairs += [_pair(shown, label, name, _line(lines, label, after), key) for label, name in value.items()]
        else:
            pairs.append(_pair(shown, key, value, _line(lines, key, 0), None))
    return pairs


def _line(lines: Sequence[str], key: str, after: int) -> int:
    """The line in which a key stands, from 1; `after` where it is written in a way that is not found."""
    wanted = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[=\]]""")
    for number, line in enumerate(lines[after:], after + 1):
        if wanted.match(line.replace(r"\"", '"').replace(r"\\", "\\")):
            return number
    return max(1, after)


def _pair(shown: str, label: str, name: Any, line: int, model: str | None) -> LabelPair:
    if isinstance(name, bool) or not isinstance(name, str | int) or not str(name).strip():
        raise UsageError(
            f"`{shown}`, line {line}: label `{label}` does not have the name of a class behind it",
            'a line is `"LABEL_0" = "ham"`',
        )
    return LabelPair(label=label, name=str(name), line=line, model=model)


def _csv(text: str, shown: str) -> list[LabelPair]:
    pairs: list[LabelPair] = []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UsageError(f"`{shown}`, line {reader.line_num}: {error}", "a line is `label,class`") from None
        if row is None:
            return pairs
        cells = [cell.strip() for cell in row]
        if not any(cells) or (not pairs and [cell.lower() for cell in cells] == _HEADER[: len(cells)]):
            continue
        if len(cells) not in (2, 3) or not cells[0] or not cells[1]:
            raise UsageError(
                f"`{shown}`, line {reader.line_num} is no pair of a label and a class",
                "a line is `label,class`, or `label,class,model`; what has a comma in it stands in quotes",
            )
        model = cells[2] if len(cells) == 3 and cells[2] else None
        pairs.append(LabelPair(label=cells[0], name=cells[1], line=reader.line_num, model=model))


def texts_of(names: Sequence[str], template: str, given: LabelMap | None, model: str) -> Mapping[str, tuple[str, ...]]:
    """Class -> the texts that describe it to a zero-shot model: those of the label map, else the template's.

    Args:
        names: The user's classes.
        template: With `{}` where the class goes, such as `a photo of a {}`.

    Raises:
        CannotFindOut: The label map names a class that the data do not have.
    """
    pairs = () if given is None else given.of(model)
    if given is not None:
        check_names(pairs, names, given)
    found = {name: tuple(pair.label for pair in pairs if pair.name == name) for name in names}
    return {name: texts or (template.replace("{}", spoken(name)),) for name, texts in found.items()}


def spoken(name: str) -> str:
    """A class as it stands in a sentence: `traffic_light` is `traffic light`."""
    return " ".join(re.sub(r"[_\s]+", " ", name).split())


def check_names(pairs: Sequence[LabelPair], names: Sequence[str], given: LabelMap) -> None:
    """Refuses pairs that name a class which the data do not have.

    Raises:
        CannotFindOut: (kind `data`) With the line, and the class that may be meant.
    """
    from difflib import get_close_matches

    for pair in pairs:
        if pair.name not in names:
            close = get_close_matches(pair.name, names, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"the classes are {', '.join(names[:5])}"
            raise CannotFindOut(f"{given.place(pair)}: the data have no class `{pair.name}`", hint, kind="data")
