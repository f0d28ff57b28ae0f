"""From facts to a verdict: read the answers, run the checks, let the policy decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from modelpick.facts import RepoFacts
from modelpick.findings import Finding, Outcome
from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.check import Reading
from modelpick.vetting.checks import CHECKS
from modelpick.vetting.policy import Level, Policy, stricter
from modelpick.vetting.report import VetReport


def judge(findings: Iterable[Finding], policy: Policy) -> Level:
    """The verdict: the harshest level of any finding. A further failing finding never improves it."""
    verdict: Level = "accept"
    for finding in findings:
        verdict = stricter(verdict, policy.level(finding))
    return verdict


def vet_reading(facts: RepoFacts, policy: Policy, peers: Sequence[RepoFacts] = ()) -> VetReport:
    """Answers, findings (the gravest first) and verdict about one subject; `peers` are vetted along with it."""
    reading = Reading(facts=facts, answers=read_answers(facts), peers=peers)
    found = [finding for check in CHECKS for finding in check.findings(reading)]
    failed_first = {Outcome.FAIL: 0, Outcome.ERROR: 1, Outcome.UNKNOWN: 1}
    findings = sorted(found, key=lambda f: (failed_first.get(f.outcome, 2), -f.severity))
    verdict = judge(findings, policy)
    return VetReport(
        facts=facts,
        answers=reading.answers,
        findings=tuple(findings),
        policy=policy.name,
        verdict=verdict,
        decided_by=tuple(dict.fromkeys(f.check for f in findings if policy.level(f) == verdict != "accept")),
    )
