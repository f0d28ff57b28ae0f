"""Your policy lets the licence through.

What it checks
    The declared licence, or else the one that was found in a tag, a file or the text, the stricter one where two are
    stated, and the licences of the models that this one was made from, against the lists `allow`, `ask` and `refuse`
    of the policy and its recorded approvals.

Why it matters
    A company or a course may have settled which licences it takes, and who may make an exception.

How to fix
    Take a model under a licence that the policy allows, or have a person record an approval in the policy.

Limits
    It compares ids and families; what a single text says is the matter of the other licence checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from modelpick.findings import Evidence, Severity
from modelpick.licences.lookup import licence_of
from modelpick.vetting.answers.lineage import licence_worked_with
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown
from modelpick.vetting.policy import Approval, LicenseRules


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A licence as somebody names it, and whose it is."""

    whose: str
    value: str
    ids: tuple[str, ...]
    family: str | None
    evidence: tuple[Evidence, ...] = ()


def run(reading: Reading) -> Iterator[Said]:
    """One finding for the licence, or each of several, and one for each base whose licence is known."""
    rules = reading.license_rules
    if not rules.demands:
        yield not_applicable("the policy has no list of licences")
        return
    own = list(_own(reading))
    if not own:
        yield unknown("no licence is known that could be compared with the policy's lists")
    for named in (*own, *_of_bases(reading)):
        yield _said(named, rules)


def _own(reading: Reading) -> Iterator[_Named]:
    found = reading.answers.license
    told = {source.source: source.value for source in found.other_sources}
    known = licence_worked_with(found)
    seen: set[tuple[str, ...]] = set()
    for value in found.declared or tuple(told[source] for source in ("tag", "licence") if source in told):
        named = _named("", value, found.own_evidence[:1])
        if named.ids[:1] == ("other",):
            named = _named("", known.hub_id if known else told.get("license_name") or value, found.own_evidence[:1])
        seen.add(named.ids)
        yield named
    if known is not None and (known.hub_id,) not in seen:
        whose = "the licence that is worked with: " if seen else ""
        yield _named(whose, known.hub_id, found.own_evidence[:1])


def _of_bases(reading: Reading) -> Iterator[_Named]:
    for ancestor in reading.answers.license.lineage:
        if ancestor.declared:
            value = ancestor.hub_id or ancestor.declared
            yield _named(f"the base model {ancestor.repo_id}: ", value, ancestor.evidence[:1])


def _named(whose: str, value: str, evidence: tuple[Evidence, ...] = ()) -> _Named:
    licence = licence_of(value)
    family = licence.family if licence else None
    return _Named(whose=whose, value=value, ids=_ids(value), family=family, evidence=evidence)


def _ids(value: str | None) -> tuple[str, ...]:
    licence = licence_of(value) if value else None
    return (licence.hub_id,) if licence else (value,) if value else ()


def _said(named: _Named, rules: LicenseRules) -> Said:
    demand = rules.demand(named.ids, named.family)
    family = f" ({named.family})" if named.family else ""
    what = f"{named.whose}`{named.value}`{family}"
    if demand is None or demand[0] == "allow":
        return passed(f"{what} is let through by the policy", *named.evidence)
    wanted, by = demand
    if wanted == "refuse":
        return failed(f"{what} is refused by the policy, which names `{by}`", *named.evidence, severity=Severity.HIGH)
    approval = _approval(named, rules)
    if approval is not None:
        words = f"approved by {approval.by} on {approval.on}: {approval.reason} (line {approval.line} of the policy)"
        return passed(f"{what} was {words}", *named.evidence)
    why = f"the policy asks for one for `{by}`" if by else "no list of the policy lets it through"
    return failed(f"{what} needs a person's recorded approval: {why}", *named.evidence)


def _approval(named: _Named, rules: LicenseRules) -> Approval | None:
    return next((approval for approval in rules.approvals if approval.license in named.ids), None)


CHECK = Check(
    id="license-allowed",
    severity=Severity.MEDIUM,
    remediation="take a model under a licence that the policy allows, or have a person record an approval in it",
    run=run,
)
