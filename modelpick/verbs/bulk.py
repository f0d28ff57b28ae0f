"""What vets many subjects: a line for each, in order and as soon as it is there, and counts over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self

from modelpick.errors import ModelpickError
from modelpick.vetting.tally import Tally

if TYPE_CHECKING:
    from modelpick.facts import RepoFacts
    from modelpick.hub.card_dump import Record
    from modelpick.vetting.policy import Policy
    from modelpick.vetting.report import VetReport
    from modelpick.vetting.reports import VetFailure


class Line(NamedTuple):
    """What came of one subject.

    Attributes:
        requested: The id as asked for, or where the card stands.
        verdict: accept, review, reject, or `error` where it could not be vetted.
        reason: What the verdict rests on, or the error.
        exit_code: That of the error; 0 without one.
        kind: The error's kind; "" without one.
        json: The object of `modelpick.vet/1` on one line; "" where nobody asked for it.
    """

    requested: str
    verdict: str
    reason: str
    exit_code: int
    kind: str
    json: str


@dataclass(slots=True)
class Bulk:
    """An iterator over the lines; `tally` and `exit_code` are whole once it is exhausted. Close it to stop early."""

    lines: Iterator[tuple[list[Line], Tally]]
    tally: Tally = field(default_factory=Tally)
    exit_code: int = 0
    limited: int = 0
    """How many could not be asked for because the Hub allowed no more requests."""

    def __iter__(self) -> Iterator[Line]:
        for lines, tally in self.lines:
            self.tally.add(tally)
            for line in lines:
                self.exit_code = max(self.exit_code, line.exit_code)
                self.limited += line.kind == "rate-limit"
                yield line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        close = getattr(self.lines, "close", None)
        if close is not None:
            close()


class Vetter:
    """Vets facts and writes lines; what it counted since the last time is taken with them.

    Args:
        policy: What is demanded.
        wants_json: Whether the lines carry their JSON.
    """

    def __init__(self, policy: Policy, *, wants_json: bool) -> None:
        self._policy = policy
        self._wants_json = wants_json

    def of_records(self, records: list[Record]) -> tuple[list[Line], Tally]:
        """The lines of some cards from the disk; one that cannot be read gets a line with its error."""
        from modelpick.hub.card_dump import facts_of_record, id_of_record
        from modelpick.vetting import verdict  # noqa: F401 - imported before the first card, not with it

        tally = Tally()
        lines = []
        for record in records:
            try:
                facts = facts_of_record(record)
            except ModelpickError as error:
                lines.append(self.failure(id_of_record(record), error, tally))
            else:
                lines.append(self.line(facts, tally))
        return lines, tally

    def line(self, facts: RepoFacts, tally: Tally) -> Line:
        """The line of one subject."""
        from modelpick.vetting.verdict import vet_reading

        report = vet_reading(facts, self._policy)
        tally.count(report)
        reason = ", ".join(report.decided_by)
        unread = report.unread
        code = 0 if unread is None or facts.source == "cards" else 4
        if code and unread is not None:
            reason = unread.reason
        return Line(report.name, report.verdict, reason, code, "", self._json(report))

    def failure(self, requested: str, error: ModelpickError, tally: Tally) -> Line:
        """The line of a subject that could not be vetted."""
        from modelpick.vetting.reports import VetFailure

        tally.verdicts["error"] += 1
        failure = VetFailure(requested=requested, error=error)
        return Line(requested, "error", error.message, error.exit_code, error.kind, self._json(failure))

    def _json(self, item: VetReport | VetFailure) -> str:
        return item.to_line() if self._wants_json else ""
