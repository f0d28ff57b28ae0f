"""What a reader hands over: cells as they stand in the file, from which typed columns and labels are taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from modelpick.data.read_options import ReadOptions
from modelpick.data.table import Column, ColumnKind
from modelpick.errors import CannotFindOut

MAX_COLUMNS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedColumns:
    """Features, and what was inferred about them, one sentence each.

    Attributes:
        styles: Of the columns whose numbers are not written `1234.5`, and of the dates, how they are written.
        words: Of columns of numbers, the words in them that stand for a missing value.
    """

    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    styles: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class RawTable(Protocol):
    """A table before any decision about its columns."""

    @property
    def names(self) -> tuple[str, ...]:
        """The header."""
        ...

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    @property
    def fingerprint(self) -> str:
        """sha256 (hex) of the file's bytes or, for a built-in data set, of its values."""
        ...

    @property
    def how(self) -> str:
        """How it was read, as the beginning of a sentence."""
        ...

    @property
    def typed(self) -> bool:
        """Whether it says itself what is missing, so that no number is guessed to stand for it."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was inferred in reading, one sentence each."""
        ...

    @property
    def dialect(self) -> Mapping[str, Any]:
        """What was inferred in reading, as a schema file has it: format, encoding, sep, header, missing codes."""
        ...

    def features(
        self,
        names: Sequence[str],
        kinds: Mapping[str, ColumnKind] = ...,
        styles: Mapping[str, str] = ...,
        words: Mapping[str, Sequence[str]] = ...,
    ) -> TypedColumns:
        """These columns, each of the kind given for it, or that its cells show; missing codes are missing values."""
        ...

    def as_kinds(
        self,
        columns: Sequence[tuple[str, ColumnKind]],
        styles: Mapping[str, str] = ...,
        words: Mapping[str, Sequence[str]] = ...,
    ) -> tuple[Column, ...]:
        """These columns as the given kinds, styles and words for missing values.

        An error names the first cell that does not fit.
        """
        ...

    def style(self, name: str) -> str:
        """How the numbers of a column are written: `1.234,5`, or `1.234,5 €` with what stands around them."""
        ...

    def words(self, name: str) -> tuple[str, ...]:
        """Words that stand for a missing value in a column of numbers."""
        ...

    def labels(self, name: str) -> NDArray[Any]:
        """A column verbatim: object array of str, None where the cell is empty."""
        ...

    def place(self, row: int) -> str:
        """Where a row (from 0) stands, in words: `line 5`, or `row 4` where lines cannot be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to be read, unpacked.

    Attributes:
        path: Of the file itself, without compression.
        shown: The path as the user wrote it, for messages.
        fingerprint: sha256 (hex) of the bytes as the user has them.
        folder: Takes what is made on the way; it is gone after the reading.
        codes: Cells that mean a missing value.
        packed: What it was packed with, or "".
    """

    path: Path
    shown: str
    fingerprint: str
    folder: Path
    options: ReadOptions
    codes: tuple[str, ...]
    packed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A format of files.

    Attributes:
        kind: Of the rows that it yields.
        suffixes: Of its files, lower case, with the dot.
        sniff: Whether the first bytes of a file look like this format.
        read: A source -> the table.
    """

    kind: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    read: Callable[[Source], RawTable]


def check_names(names: Sequence[str], shown: str) -> None:
    """Refuses a header in which a name is empty or stands twice, for columns are known by their names."""
    if len(names) > MAX_COLUMNS:
        raise CannotFindOut(
            f"`{shown}` has {len(names)} columns; {MAX_COLUMNS} can be read", "leave some out", kind="data"
        )
    empty = [str(j + 1) for j, name in enumerate(names) if not name]
    twice = [f"`{name}`" for name, count in Counter(names).items() if count > 1 and name]
    if empty or twice:
        parts = []
        if empty:
            parts.append(f"column {', '.join(empty[:5])} has no name")
        if twice:
            parts.append(f"{', '.join(twice[:5])} stands there more than once")
        raise CannotFindOut(
            f"the header of `{shown}` cannot be used: {'; '.join(parts)}",
            "give each column a name of its own",
            kind="data",
        )
