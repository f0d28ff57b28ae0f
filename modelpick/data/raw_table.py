"""What a reader hands over: cells as they stand in the file, from which typed columns and labels are taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from modelpick.data.table import Column, ColumnKind
from modelpick.errors import CannotFindOut

MAX_COLUMNS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedColumns:
    """Features, and what was inferred about them, one sentence each."""

    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()


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

    def features(self, names: Sequence[str]) -> TypedColumns:
        """These columns, each of the kind that its cells show; missing codes are missing values."""
        ...

    def as_kinds(self, columns: Sequence[tuple[str, ColumnKind]]) -> tuple[Column, ...]:
        """These columns as the given kinds; an error names the first cell that does not fit."""
        ...

    def labels(self, name: str) -> NDArray[Any]:
        """A column verbatim: object array of str, None where the cell is empty."""
        ...

    def place(self, row: int) -> str:
        """Where a row (from 0) stands, in words: `line 5`, or `row 4` where lines cannot be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A format of files.

    Attributes:
        kind: Of the rows that it yields.
        suffixes: Of its files, lower case, with the dot.
        sniff: Whether the first bytes of a file look like this format.
        read: (path, path as the user wrote it) -> the table.
    """

    kind: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    read: Callable[[Path, str], RawTable]


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
