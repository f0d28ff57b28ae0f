"""A policy: what this user demands. Checks only find; the policy says what a finding means for the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from modelpick.findings import Finding, Outcome, Severity

Level = Literal["accept", "review", "reject"]
"""What a finding does to the verdict."""
LEVELS: tuple[Level, ...] = get_args(Level)
"""From mild to harsh."""
Demand = Literal["allow", "ask", "refuse"]
"""What a policy says of a licence; `ask`: only where a person's approval is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What failures and unknowns of each severity mean; of a single check, only where it differs from the rest."""

    failed: Mapping[Severity, Level] = field(default_factory=dict)
    unknown: Mapping[Severity, Level] = field(default_factory=dict)

    def of(self, outcome: Outcome, severity: Severity) -> Level | None:
        """The level of a failure or of an unknown; None where nothing is said. An `error` counts as unknown."""
        return (self.failed if outcome is Outcome.FAIL else self.unknown).get(severity)

    def merged(self, over: Levels) -> Levels:
        """These, with another's in their place where it says something."""
        return Levels(failed={**self.failed, **over.failed}, unknown={**self.unknown, **over.unknown})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """Findings of a check that do not count for some subjects, and why.

    Attributes:
        subject: A repo id or path; `*` and `?` stand for any characters, `org/*` for all repos of an owner.
        until: The last day on which it counts.
        line: Of the policy file.
    """

    check: str
    reason: str
    subject: str = "*"
    until: date | None = None
    line: int = 0

    def covers(self, subject: str) -> bool:
        """Whether the subject is one that this ignore speaks of; case does not matter, as on the Hub."""
        return _matches(subject, self.subject)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contracts."""
        return {
            "check": self.check,
            "subject": self.subject,
            "reason": self.reason,
            "until": str(self.until) if self.until else None,
            "line": self.line,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person let a licence through, on a day and for a reason; `subject` and `until` as in `Ignore`."""

    license: str
    by: str
    on: date
    reason: str
    subject: str = "*"
    until: date | None = None
    line: int = 0

    def covers(self, subject: str) -> bool:
        """Whether the approval was given for this subject."""
        return _matches(subject, self.subject)


def _matches(subject: str, pattern: str) -> bool:
    """Brackets stand for themselves: a folder may be named so, and a class of characters would cover more than it."""
    return fnmatchcase(subject.casefold(), pattern.casefold().replace("[", "[[]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseRules:
    """Which licences are let through. Empty rules let every licence through.

    Attributes:
        demands: Licence id or family -> what is demanded of it; an id counts before its family.
        approvals: Those that count today.
    """

    demands: Mapping[str, Demand] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()

    def for_subject(self, subject: str) -> LicenseRules:
        """The same rules, with those approvals that were given for this subject."""
        return replace(self, approvals=tuple(approval for approval in self.approvals if approval.covers(subject)))

    def demand(self, ids: tuple[str, ...], family: str | None) -> tuple[Demand, str | None] | None:
        """What is demanded of a licence, and by which name of the rules; None where every licence is let through.

        Where some are allowed by name, a licence that no rule names needs an approval.
        """
        for name in (*ids, *([family] if family else [])):
            if name in self.demands:
                return self.demands[name], name
        return ("ask", None) if "allow" in self.demands.values() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Levels by severity, with exceptions by check, licences and ignores.

    Attributes:
        name: As reports name it: of a built-in, or the path of the file as the user wrote it.
        summary: What it is for, in one sentence.
        extends: The built-in that a user's file builds on; None for a built-in.
        sha256: Of the file; None for a built-in.
        levels: For all checks; every severity has one.
        checks: Check id -> where its levels differ.
        ignores: Those that count today; `expired`: those that did once. Neither hides anything from a report.
        expired_approvals: Approvals whose last day is over.
    """

    name: str
    levels: Levels
    summary: str | None = None
    extends: str | None = None
    sha256: str | None = None
    checks: Mapping[str, Levels] = field(default_factory=dict)
    licenses: LicenseRules = LicenseRules()
    ignores: tuple[Ignore, ...] = ()
    expired: tuple[Ignore, ...] = ()
    expired_approvals: tuple[Approval, ...] = ()

    @property
    def title(self) -> str:
        """The name as people read it; of a file with the beginning of its sha256, which tells its content."""
        return f"{self.name}, sha256 {self.sha256[:12]}" if self.sha256 else self.name

    def level(self, finding: Finding) -> Level:
        """What one finding means under this policy, ignores left aside."""
        if finding.outcome is Outcome.PASS or finding.outcome is Outcome.NOT_APPLICABLE:
            return "accept"
        own = self.checks.get(finding.check)
        level = own.of(finding.outcome, finding.severity) if own is not None else None
        level = level or self.levels.of(finding.outcome, finding.severity)
        if level is None:
            raise ValueError(f"the policy {self.name} has no level for {finding.outcome} {finding.severity.word}")
        return level
