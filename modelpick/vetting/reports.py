"""The reports about several subjects, those that could not be vetted among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modelpick.document import Block, Document, Heading, Result, Tone
from modelpick.errors import ModelpickError
from modelpick.vetting.comparison import comparison
from modelpick.vetting.report import SCHEMA, VetReport, line_of
from modelpick.vetting.report_blocks import short_blocks_of
from modelpick.vetting.wording import say


@dataclass(frozen=True, slots=True, kw_only=True)
class VetFailure:
    """A subject of several that could not be vetted, and why."""

    requested: str
    error: ModelpickError

    @property
    def name(self) -> str:
        """What was asked for."""
        return self.requested

    def to_dict(self) -> dict[str, Any]:
        """Its object in the list of `modelpick.vet/1`: an `error` member instead of answers."""
        error = self.error
        return {
            "schema": SCHEMA,
            "subject": {
                "requested": self.requested,
                "repo_id": None,
                "commit": None,
                "source": None,
                "card_sha256": None,
            },
            "error": {
                "kind": error.kind,
                "message": error.message,
                "hint": error.hint,
                "exit_code": error.exit_code,
            },
        }

    def to_line(self) -> str:
        """The same object as JSON on one line."""
        return line_of(self.to_dict())


@dataclass(frozen=True, slots=True, kw_only=True)
class VetReports(Result):
    """The reports about several subjects, in the order asked, those that failed among them."""

    items: tuple[VetReport | VetFailure, ...]

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts of those that could be vetted."""
        return tuple(item.verdict for item in self.items if isinstance(item, VetReport))

    @property
    def exit_code(self) -> int:
        """The highest exit code of those that could not be vetted; 0 where there are none."""
        return max((item.error.exit_code for item in self.items if isinstance(item, VetFailure)), default=0)

    def document(self) -> Document:
        """A table that compares them, then each in short; the JSON is a list of whole objects, in the order asked;
        quiet gives a verdict (or `error`) a line.
        """
        blocks = [*comparison(self.items), *(block for item in self.items for block in _short(item))]
        quiet = [item.verdict if isinstance(item, VetReport) else "error" for item in self.items]
        return Document(blocks=blocks, data=[item.to_dict() for item in self.items], quiet=quiet)


def _short(item: VetReport | VetFailure) -> Iterator[Block]:
    if isinstance(item, VetReport):
        yield from short_blocks_of(item)
        return
    yield Heading(item.name)
    yield say(f"Could not find out: {item.error.message}", Tone.BAD)
    if item.error.hint:
        yield say(item.error.hint, Tone.MUTED)
