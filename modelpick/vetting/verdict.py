"""From facts to a verdict: read the answers, run the checks, let the policy decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from modelpick.facts import RepoFacts
from modelpick.findings import Finding, Outcome
from modelpick.vetting.answers.contract import Answers
from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.check import Reading
from modelpick.vetting.checks import CHECKS
from modelpick.vetting.policy import LEVELS, Ignore, Level, Policy
from modelpick.vetting.report import VetReport
from modelpick.vetting.ruling import Ignored, Ruling

_OPEN = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN})
_FAILED_FIRST = {Outcome.FAIL: 0, Outcome.ERROR: 1, Outcome.UNKNOWN: 1}


def judge(findings: Iterable[Finding], policy: Policy) -> Level:
    """The verdict, ignores left aside: the harshest level of any finding. A further finding never improves it."""
    return max((policy.level(finding) for finding in findings), key=LEVELS.index, default="accept")


def rule(findings: Sequence[Finding], policy: Policy, subject: str) -> Ruling:
    """The verdict about a subject, with what was ignored for it and which ignores had nothing to ignore."""
    mine = [ignore for ignore in policy.ignores if ignore.covers(subject)]
    counted: list[Finding] = []
    ignored: list[Ignored] = []
    used: set[Ignore] = set()
    for finding in findings:
        if finding.outcome not in _OPEN:
            continue
        by = [ignore for ignore in mine if ignore.check == finding.check]
        used.update(by)
        if by:
            ignored.append(Ignored(finding=finding, ignore=by[0]))
        else:
            counted.append(finding)
    verdict = judge(counted, policy)
    deciding = (f.check for f in counted if policy.level(f) == verdict != "accept")
    return Ruling(
        policy=policy,
        verdict=verdict,
        decided_by=tuple(dict.fromkeys(deciding)),
        ignored=tuple(ignored),
        unused=tuple(ignore for ignore in mine if ignore not in used),
        expired=tuple(ignore for ignore in policy.expired if ignore.covers(subject)),
        expired_approvals=tuple(a for a in policy.expired_approvals if a.covers(subject)),
    )


def vet_reading(
    facts: RepoFacts, policy: Policy, peers: Sequence[RepoFacts] = (), answers: Answers | None = None
) -> VetReport:
    """Answers, findings (the gravest first) and verdict about one subject; `peers` are vetted along with it.

    `answers`: those of these facts, where they were read already.

    Ignores and approvals go by the id that answered, not by the one that was asked for: who took over a name is not
    trusted for the sake of the one before.
    """
    subject = facts.repo_id or facts.requested
    reading = Reading(
        facts=facts,
        answers=read_answers(facts) if answers is None else answers,
        peers=peers,
        license_rules=policy.licenses.for_subject(subject),
    )
    found = [finding for check in CHECKS for finding in check.findings(reading)]
    findings = sorted(found, key=lambda f: (_FAILED_FIRST.get(f.outcome, 2), -f.severity))
    ruling = rule(findings, policy, subject)
    return VetReport(
        facts=facts,
        answers=reading.answers,
        findings=tuple(findings),
        policy=policy.name,
        verdict=ruling.verdict,
        decided_by=ruling.decided_by,
        ruling=ruling,
    )
