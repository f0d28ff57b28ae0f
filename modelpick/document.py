"""The few blocks that a report is made of. Rooms build documents; render/ turns them into a screen, JSON or a page.

Every string in a block is plain text: no format ever parses markup out of it, and each sanitises it for its medium.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """What a text means, never how it looks."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    MUTED = "muted"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; level 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; an item of a list where `item` is set; where `whole` is set, a line to be copied (a path, a line of
    code), which no format breaks.
    """

    text: str
    tone: Tone = Tone.PLAIN
    item: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim text from outside, with its place (`README.md:12, Intended uses`)."""

    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table that has a tone."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. A column named in `right` is aligned right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    title: str = ""
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: points (x, y), equally many of each; points alone where `line` is not set."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    line: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart, such as accuracy by epoch."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]


Block = Heading | Text | Quote | Table | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one command answers.

    Attributes:
        blocks: For people, in reading order.
        data: For machines, exactly as `--format json` prints it (with its `schema`); a list where several subjects
            were asked for.
        quiet: For pipes, one line each: bare ids, the verdict word, class names, the run folder.
        brief: What a screen shows instead of a long report: what a person needs first. Empty: all blocks.
    """

    blocks: Sequence[Block]
    data: Any
    quiet: Sequence[str] = field(default_factory=tuple)
    brief: Sequence[Block] = field(default_factory=tuple)


class Result(ABC):
    """Base of what the verbs return: a typed value that can show itself as a document."""

    __slots__ = ()

    @abstractmethod
    def document(self) -> Document:
        """The report of this result."""

    def to_dict(self) -> Any:
        """The result as its JSON contract has it."""
        return self.document().data
