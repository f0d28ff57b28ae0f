"""The terms of models that were merged can be kept together.

What it checks
    Where a model was made from several: whether the terms of any two of them exclude each other. Some agreements forbid
    to improve other models (Llama 2 and 3, Hunyuan, Grok 2, Tongyi Qianwen, MiniCPM); two share-alike licences each
    want the whole; GPL 2 fits neither Apache 2 nor GPL 3; a name cannot begin with two words.

Why it matters
    All duties of all parts hold for the whole. Where two exclude each other there may be no way to keep both.

How to fix
    Ask the owners of the parts, or take a model that was made from parts of one kind of licence.

Limits
    Looks at the licences that the bases and their own bases declare. How much of a part is in the whole nobody can see.
    No legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from modelpick.findings import Severity
from modelpick.licences.lookup import Licence, licence_of
from modelpick.vetting.answers.contract_license import Ancestor
from modelpick.vetting.answers.license_rules import rule_for, says
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown

_EXCLUSIVE = frozenset(
    (
        *("grok2-community", "llama2", "llama3", "minicpm-model-license"),
        *("tencent-hunyuan-community", "tongyi-qianwen", "tongyi-qianwen-research"),
    )
)
"""Agreements that forbid to use the model, or what it puts out, to improve other models."""
_WHOLE = frozenset({"strong-copyleft", "network-copyleft"})
_RESTRICTING = frozenset({"community", "open-rail", "non-commercial", "research-only"})
_OLD_GPL, _NOT_WITH_OLD_GPL = "gpl-2.0", frozenset({"apache-2.0", "gpl-3.0", "agpl-3.0"})


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each pair of licences that may exclude each other, both quoted."""
    lines = _lines(reading)
    if len(lines) < 2:
        yield not_applicable("it was not made from several models")
        return
    seen: set[frozenset[str]] = set()
    for first, second in combinations(lines, 2):
        for one in first:
            for other in second:
                a, b = _licence(one), _licence(other)
                pair = frozenset({one.hub_id or "", other.hub_id or ""})
                if a is None or b is None or pair in seen or len(pair) < 2:
                    continue
                found = _clash(a, b)
                if found is not None:
                    seen.add(pair)
                    yield _said(one, other, *found)
    if not seen and any(_licence(ancestor) is None for line in lines for ancestor in line):
        yield unknown("not every part has a licence of known terms", severity=Severity.LOW)
    elif not seen:
        yield passed(f"made from {len(lines)} models whose terms can be kept together; their duties add up")


def _said(one: Ancestor, other: Ancestor, why: str, severity: Severity) -> Said:
    return failed(
        f"may conflict: `{one.repo_id}` is under `{one.hub_id}` and `{other.repo_id}` under `{other.hub_id}`: {why}",
        *one.evidence[:1],
        *other.evidence[:1],
        severity=severity,
    )


def _lines(reading: Reading) -> list[list[Ancestor]]:
    """The bases of the subject, each with what it was made from itself; adapters hold nothing of them."""
    lines: dict[str, list[Ancestor]] = {}
    head: dict[str, str] = {}
    for ancestor in reading.answers.license.lineage:
        if ancestor.relation_to_subject == "adapter":
            continue
        first = ancestor.repo_id if ancestor.depth == 1 else head.get(ancestor.child or "", ancestor.repo_id)
        head[ancestor.repo_id] = first
        lines.setdefault(first, []).append(ancestor)
    return list(lines.values())


def _licence(ancestor: Ancestor) -> Licence | None:
    return licence_of(ancestor.hub_id) if ancestor.hub_id else None


def _clash(a: Licence, b: Licence) -> tuple[str, Severity] | None:
    """Why two licences may not go together in one model, and how bad that is."""
    for one, other in ((a, b), (b, a)):
        if one.hub_id == _OLD_GPL and other.hub_id in _NOT_WITH_OLD_GPL:
            return "GPL 2 alone fits the other in neither direction, unless it says `or later`", Severity.HIGH
    for one, other in ((a, b), (b, a)):
        if one.family in _WHOLE and (
            other.family in _RESTRICTING or (other.family in _WHOLE and not _fits(one, other))
        ):
            return f"`{one.hub_id}` wants the whole under its own terms without further restrictions", Severity.HIGH
    for one, other in ((a, b), (b, a)):
        if one.hub_id in _EXCLUSIVE:
            severity = Severity.HIGH if other.family in _RESTRICTING else Severity.MEDIUM
            return f"`{one.hub_id}` forbids to improve other models with what it licenses", severity
    if a.name_prefix and b.name_prefix and not _begins(a.name_prefix, b.name_prefix):
        return f"a name cannot begin with `{a.name_prefix}` and with `{b.name_prefix}`", Severity.MEDIUM
    return None


def _fits(a: Licence, b: Licence) -> bool:
    """Whether one of two share-alike licences may follow the other."""
    for base, own in ((a, b), (b, a)):
        rule = rule_for(base, base.family, "merge")
        if rule is not None and says(own, True, base, rule) in {"same", "kin"}:
            return True
    return False


def _begins(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


CHECK = Check(
    id="merge-terms",
    severity=Severity.HIGH,
    remediation="ask the owners of the parts, or take a model made from parts of one kind of licence",
    run=run,
)
