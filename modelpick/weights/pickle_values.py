"""What stands on the stack of a pickle that is walked and not run, and where its walker writes down what it meets."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Made(NamedTuple):
    """What calling or building an imported name would give."""

    name: str


class Name(NamedTuple):
    """An imported name."""

    name: str


class InnerPickle:
    """Bytes of the file that are a pickle, read to its end."""


class Notes(Protocol):
    """Where a machine writes down what it meets."""

    keys: dict[str, None]
    left: int
    unread: str | None

    def add_import(self, name: str) -> None:
        """A name that would be imported."""

    def read_nested(self, data: bytes, depth: int) -> bool:
        """Bytes that look like a pickle; whether they are one and were read to its end."""
