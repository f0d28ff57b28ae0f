"""How library code tells of long work: to a listener that it does not know. Nothing here prints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Step(Protocol):
    """One piece of long work under way."""

    def advance(self, amount: float = 1) -> None:
        """So much more is done, in the step's unit."""
        ...

    def describe(self, text: str) -> None:
        """What is done right now."""
        ...


class Listener(Protocol):
    """Who is told. The command line shows bars and lines on stderr; the Python API's default is `SILENT`."""

    def step(self, text: str, total: float | None = None, unit: str = "") -> AbstractContextManager[Step]:
        """Begins a piece of work; `total` in `unit` ("bytes", "fits", ...) where it is known."""
        ...

    def notice(self, text: str) -> None:
        """Something that a person should know, in one line; the work goes on."""
        ...


class _SilentStep:
    def advance(self, amount: float = 1) -> None:
        pass

    def describe(self, text: str) -> None:
        pass


class _Silent:
    @contextmanager
    def step(self, text: str, total: float | None = None, unit: str = "") -> Iterator[Step]:
        yield _SilentStep()

    def notice(self, text: str) -> None:
        pass


SILENT: Listener = _Silent()
"""Hears everything and says nothing."""
