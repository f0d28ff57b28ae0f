"""How a policy came to its verdict about one subject: what it ignored and why, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from modelpick.document import Block, Heading, Text, Tone
from modelpick.findings import Finding
from modelpick.vetting.policy import Approval, Ignore, Level, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A finding that did not count, and the line of the policy that says so."""

    finding: Finding
    ignore: Ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A verdict and how the policy came to it.

    Attributes:
        decided_by: The checks that the verdict rests on; empty where it is accept.
        unused: Ignores meant for this subject that found nothing to ignore.
        expired, expired_approvals: Those meant for this subject whose last day is over.
    """

    policy: Policy
    verdict: Level
    decided_by: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    unused: tuple[Ignore, ...] = ()
    expired: tuple[Ignore, ...] = ()
    expired_approvals: tuple[Approval, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The member `policy_details` of `modelpick.vet/1`."""
        return {
            "name": self.policy.name,
            "extends": self.policy.extends,
            "sha256": self.policy.sha256,
            "ignored": [
                {**item.ignore.to_dict(), "severity": item.finding.severity.word, "message": item.finding.message}
                for item in self.ignored
            ],
            "unused_ignores": [ignore.to_dict() for ignore in self.unused],
            "expired_ignores": [ignore.to_dict() for ignore in self.expired],
            "expired_approvals": [
                {"license": a.license, "subject": a.subject, "until": str(a.until), "line": a.line}
                for a in self.expired_approvals
            ],
        }

    def blocks(self) -> Iterator[Block]:
        """For people: nothing where nothing was ignored."""
        notes = [*self._notes()]
        if self.ignored or notes:
            yield Heading("What the policy ignored")
        for item in self.ignored:
            found, ignore = item.finding, item.ignore
            until = f", until {ignore.until}" if ignore.until else ""
            yield _text(
                f"[{found.severity.word}] {found.check}: {found.message} (ignored by {self.policy.name}:{ignore.line}"
                f"{until}: {ignore.reason})",
                Tone.WARN,
            )
        for note in notes:
            yield _text(note, Tone.MUTED)

    def _notes(self) -> Iterator[str]:
        name = self.policy.name
        for ignore in self.expired:
            yield f"{name}:{ignore.line}: the ignore of {ignore.check} ended on {ignore.until} and does not count"
        for approval in self.expired_approvals:
            yield f"{name}:{approval.line}: the approval of {approval.license} ended on {approval.until}"


def unused_ignores(rulings: Iterable[Ruling]) -> tuple[str, ...]:
    """What is said of ignores that were meant for a subject of this run and found nothing to ignore in any.

    An ignore for a subject that was not vetted is not unused.
    """
    rulings = tuple(rulings)
    used = {item.ignore for ruling in rulings for item in ruling.ignored}
    meant = {ignore: ruling.policy.name for ruling in rulings for ignore in ruling.unused if ignore not in used}
    return tuple(
        f"{name}:{ignore.line}: the ignore of {ignore.check} for {ignore.subject} found nothing to ignore"
        for ignore, name in meant.items()
    )


def _text(words: str, tone: Tone) -> Text:
    return Text(" ".join(words.split())[:1_200], tone, item=True)
