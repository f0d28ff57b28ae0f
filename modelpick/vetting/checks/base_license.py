"""The licence fits those of the models that this one was made from.

What it checks
    For every base up to the root: whether the licence that this model declares may stand beside the base's. The
    agreements of Llama and Gemma, open-rail, copyleft, non-commercial and research-only terms travel with what is made
    of a model; a converted copy is the same work; an adapter needs its base to run.

Why it matters
    A label cannot give away what the base's owner did not: who relies on it may break the terms of the base.

How to fix
    Work with the terms of the base, and pass them on.

Limits
    Says what may conflict, and decides nothing: the maker may hold other rights. Bases that nobody names are not seen,
    nor terms outside our table. No legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Confidence, Severity
from modelpick.vetting.answers.contract_license import Ancestor
from modelpick.vetting.answers.license_rules import Rule, Says, rule_for, says
from modelpick.vetting.answers.lineage import is_free, label_of, licence_worked_with, terms_of
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed

_CLOSED = frozenset({"non-commercial", "research-only"})
_MAX_NAMES = 3


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each licence that a base brings, the nearest base that has it quoted."""
    license_ = reading.answers.license
    if not license_.lineage:
        yield not_applicable("no base model is named")
        return
    own = licence_worked_with(license_)
    found: dict[tuple[str, str], list[Ancestor]] = {}
    matters: dict[tuple[str, str], tuple[Rule, Says]] = {}
    fitting = 0
    for ancestor in license_.lineage:
        licence, family = terms_of(ancestor)
        if family is None:
            continue
        rule = rule_for(licence, family, ancestor.relation_to_subject)
        what = says(own, label_of(license_) is not None, licence, rule) if rule else None
        if rule is None or what is None or what not in rule.levels:
            fitting += 1
            continue
        key = (licence.hub_id if licence else family, rule.why)
        found.setdefault(key, []).append(ancestor)
        matters.setdefault(key, (rule, what))
    for key, bases in found.items():
        yield _conflict(reading, *matters[key], bases)
    if fitting and not found:
        yield passed("it fits the licence of its base" if fitting == 1 else f"it fits the licences of {fitting} bases")
    elif not found:
        yield not_applicable("of no base is the licence known; see `base-known`")


def _conflict(reading: Reading, rule: Rule, what: Says, bases: list[Ancestor]) -> Said:
    """What may not fit, with the line of the model and that of its nearest base."""
    nearest = bases[0]
    severity = rule.levels[what]
    if nearest.relation_to_subject == "adapter":
        severity = min(severity, rule.adapter)
    message = _message(rule, what, label_of(reading.answers.license), nearest)
    if len(bases) > 1:
        message += f"; so is {', '.join(f'`{base.repo_id}`' for base in bases[1 : 1 + _MAX_NAMES])}"
    if all(is_free(base, reading.facts.repo_id or reading.facts.requested) for base in bases):
        severity = min(severity, Severity.LOW)
        message += "; both are of one owner, who may license them apart"
    return failed(
        message,
        *(reading.answers.license.own_evidence[:1] or nearest.named[:1]),
        *nearest.evidence[:1],
        severity=severity,
        remediation=rule.remediation,
        confidence=Confidence.MEDIUM if nearest.inferred else None,
    )


def _message(rule: Rule, what: Says, label: str | None, base: Ancestor) -> str:
    licence, family = terms_of(base)
    under = f"`{licence.hub_id}`" if licence else f"terms that its card calls {family}"
    if licence and family in _CLOSED:
        under += f" ({family})"
    if base.relation_to_subject == "adapter":
        head = "the adapter states no licence" if what == "nothing" else f"the adapter is under {_named(label)}"
        return f"{head}; to run it you need `{base.repo_id}` under {under}: {rule.why}"
    head = f"may conflict: it is under {_named(label)}"
    if what == "nothing":
        head = "it states no licence"
    elif what == "unknown":
        head = f"it is under {_named(label)}, whose terms are not in our table"
    through = f" (through `{base.child}`)" if base.depth > 1 else ""
    copy = "it is a copy of" if base.relation_to_subject == "quantized" else "its base"
    verb = "" if base.relation_to_subject == "quantized" else " is"
    return f"{head}, and {copy} `{base.repo_id}`{through}{verb} under {under}: {rule.why}"


def _named(label: str | None) -> str:
    return f"`{label}`" if label and "`" not in label else label or "no licence"


CHECK = Check(
    id="base-license",
    severity=Severity.HIGH,
    remediation="work with the terms of the base, and ask its owner where you need others",
    run=run,
)
