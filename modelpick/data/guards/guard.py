"""What a guard is: one question about the rows before anything is trained on them, with an id that `--allow` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from modelpick.data.guards.view import View
from modelpick.findings import Evidence, Finding, Outcome, Severity

MOST_EVIDENCE = 20
"""Pieces of evidence that one finding carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One question about a dataset. Pure: the same rows give the same findings, in whatever order they stand.

    Attributes:
        id: Kebab-case; the `check` of its findings, and what `--allow` names.
        severity: Of its findings; a high one stops the run unless it is allowed.
        run: The findings, none where there is nothing to say.
        keeps_out: Names of the columns that it keeps out of the features; None where it keeps none.
    """

    id: str
    severity: Severity
    run: Callable[[View], Iterator[Finding]]
    keeps_out: Callable[[View], Sequence[str]] | None = None


def finding(
    check: str, severity: Severity, message: str, remediation: str, evidence: Sequence[Evidence] = ()
) -> Finding:
    """A failed check: `message` is a sentence without full stop, `remediation` says what the user can do."""
    return Finding(
        check=check,
        outcome=Outcome.FAIL,
        severity=severity,
        message=message,
        evidence=tuple(evidence[:MOST_EVIDENCE]),
        remediation=remediation,
    )
