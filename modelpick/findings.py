"""Finding, Evidence, Severity, Outcome: what a check of vetting or a guard of data says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Severity(IntEnum):
    """How bad a failed check is; ordered."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The word used in reports and JSON: info, low, medium or high."""
        return self.name.lower()


class Outcome(StrEnum):
    """What one check answers. Unknown is a value of its own and never passes for a pass."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


class Confidence(StrEnum):
    """How sure a heuristic check is; apart from how bad the matter would be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    r"""A verbatim quote and where it stands.

    Attributes:
        file: Path inside the repo or folder, e.g. `README.md`.
        line: Counted from 1 at `\n`; 0 where the file has no lines (a binary, an API answer).
        section: Title of the section that it stands in, if any.
        quote: The file's own characters from that line on, over at most six lines; of a column its cells, one a line.
        column: Of a table.
        rows: Of a table, those quoted; from 0, counted over the rows that have a target.
    """

    file: str
    line: int
    quote: str
    section: str | None = None
    column: str | None = None
    rows: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The object E of the JSON contracts; column and rows only of a table."""
        fields = {"file": self.file, "line": self.line, "section": self.section, "quote": self.quote}
        return fields if self.column is None else {**fields, "column": self.column, "rows": list(self.rows)}


def as_dicts(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Quotes as they stand in the JSON contracts."""
    return [quote.to_dict() for quote in evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer of one check about one subject."""

    check: str
    outcome: Outcome
    severity: Severity
    message: str
    evidence: tuple[Evidence, ...] = ()
    remediation: str | None = None
    confidence: Confidence | None = None

    def to_dict(self) -> dict[str, Any]:
        """The finding as it stands in the JSON contracts; confidence only where the check is heuristic."""
        fields: dict[str, Any] = {
            "check": self.check,
            "outcome": self.outcome.value,
            "severity": self.severity.word,
            "message": self.message,
            "evidence": as_dicts(self.evidence),
            "remediation": self.remediation,
        }
        if self.confidence is not None:
            fields["confidence"] = self.confidence.value
        return fields
