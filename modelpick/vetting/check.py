"""A check: one question about a model with an id, and the words in which its file explains it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from modelpick.card_facts import CardFacts
from modelpick.facts import RepoFacts
from modelpick.findings import Confidence, Evidence, Finding, Outcome, Severity
from modelpick.vetting.answers.contract import Answers
from modelpick.vetting.policy import LicenseRules

HEADINGS = ("What it checks", "Why it matters", "How to fix", "Limits")
"""The headings that every check's module docstring has, in this order."""

_MAX_QUOTE = 2_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What checks look at: the facts, and the answers that were read from them, once for all checks.

    `peers`: the facts of the other subjects that were vetted along with this one. `license_rules`: which licences the
    policy lets through for this subject.
    """

    facts: RepoFacts
    answers: Answers
    peers: Sequence[RepoFacts] = ()
    license_rules: LicenseRules = field(default_factory=LicenseRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a check says, before it bears the check's name. `severity` only where it differs from the check's own."""

    outcome: Outcome
    message: str
    evidence: tuple[Evidence, ...] = ()
    severity: Severity | None = None
    remediation: str | None = None
    confidence: Confidence | None = None


def passed(message: str, *evidence: Evidence) -> Said:
    """The check found what it wants."""
    return Said(outcome=Outcome.PASS, message=message, evidence=evidence) if evidence else _said(Outcome.PASS, message)


def failed(
    message: str,
    *evidence: Evidence,
    severity: Severity | None = None,
    remediation: str | None = None,
    confidence: Confidence | None = None,
) -> Said:
    """The check found something bad, or missed something."""
    return Said(
        outcome=Outcome.FAIL,
        message=message,
        evidence=evidence,
        severity=severity,
        remediation=remediation,
        confidence=confidence,
    )


def unknown(
    message: str, *evidence: Evidence, severity: Severity | None = None, remediation: str | None = None
) -> Said:
    """The facts do not tell."""
    return Said(outcome=Outcome.UNKNOWN, message=message, evidence=evidence, severity=severity, remediation=remediation)


def not_applicable(message: str) -> Said:
    """The question does not arise for this subject."""
    return _said(Outcome.NOT_APPLICABLE, message)


@lru_cache(maxsize=1024)
def _said(outcome: Outcome, message: str) -> Said:
    """Most of what is said of many subjects is the same few sentences without a quote: made once."""
    return Said(outcome=outcome, message=message)


def quote_of(card: CardFacts, line: int) -> Evidence:
    """The quote of one whole line of the card, of a giant line the beginning."""
    return Evidence(file=card.path, line=line, quote=card.quote(line)[:_MAX_QUOTE])


def whole_file(path: str) -> Evidence:
    """A file as a whole: it has no lines, or all of them matter."""
    return Evidence(file=path, line=0, quote="")


def file_names(paths: Sequence[str], most: int = 3) -> str:
    """The first of some paths as a sentence names them, and how many more there are."""
    more = f" and {len(paths) - most:,} more" if len(paths) > most else ""
    return ", ".join(f"`{path}`" for path in paths[:most]) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question.

    Attributes:
        id: Kebab-case; its file bears the same words in snake_case.
        severity: Of a failure; a check that looks at several things may give another for one of them.
        remediation: What the user of the model can do about a failure.
        run: A pure function; says one thing or several.
    """

    id: str
    severity: Severity
    remediation: str
    run: Callable[[Reading], Iterable[Said]]

    def findings(self, reading: Reading) -> Iterator[Finding]:
        """The findings of this check; remediation stands only where there is something to do."""
        for said in self.run(reading):
            if said.outcome is Outcome.PASS or said.outcome is Outcome.NOT_APPLICABLE:
                severity, remediation = Severity.INFO, None
            else:
                severity = self.severity if said.severity is None else said.severity
                remediation = said.remediation or self.remediation
            make = _made if said.evidence else _kept
            yield make(self.id, said.outcome, severity, said.message, remediation, said.confidence, said.evidence)

    @property
    def explanation(self) -> str:
        """The docstring of the check's file: a title and the four headings."""
        return sys.modules[self.run.__module__].__doc__ or ""


def _made(
    check: str,
    outcome: Outcome,
    severity: Severity,
    message: str,
    remediation: str | None,
    confidence: Confidence | None,
    evidence: tuple[Evidence, ...],
) -> Finding:
    return Finding(
        check=check,
        outcome=outcome,
        severity=severity,
        message=message,
        evidence=evidence,
        remediation=remediation,
        confidence=confidence,
    )


_kept = lru_cache(maxsize=2048)(_made)
"""Of findings without a quote, which are the same for many subjects."""
