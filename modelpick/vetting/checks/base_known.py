"""What the model was made from can be found, and its licence is known.

What it checks
    Whether each base that the card, a config or the Hub names is there and open to look at, whether it states a licence
    of known terms, whether the line was followed to its root, and whether the configs that name bases can be read.

Why it matters
    What a model may be used for depends on what it was made from. Nobody has granted rights to a base without a
    licence, and of one that is gone nobody can tell.

How to fix
    Ask the maker which model was used and under which licence, or take a model whose line can be followed.

Limits
    Follows five steps, sixteen models and forty names of one place. Where the Hub is not asked (a folder, a card file,
    a shallow look) bases are named only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from modelpick.card.bases import ADAPTER_CONFIG, MERGE_CONFIGS, named_bases, read_object
from modelpick.card.yaml_values import YamlFault, read_yaml
from modelpick.facts import TextFile
from modelpick.findings import Severity
from modelpick.vetting.answers.lineage import CIRCLE, is_free, place_of, quotes_of_naming
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown, whole_file

_ASK = "ask the maker which model was used and under which licence; a private base needs `hf auth login`"


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each base that is not known, else one pass."""
    ancestors = reading.answers.license.lineage
    said = [*_bases(reading), *_circles(reading), *_nameless(reading), *_unreadable(reading)]
    yield from said
    if not said and ancestors:
        names = ", ".join(f"`{ancestor.repo_id}`" for ancestor in ancestors[:3])
        more = f" and {len(ancestors) - 3} more" if len(ancestors) > 3 else ""
        yield passed(f"made from {names}{more}", *ancestors[0].named)
    elif not said:
        yield not_applicable("no base model is named")


def _bases(reading: Reading) -> Iterator[Said]:
    subject = reading.facts.repo_id or reading.facts.requested
    for ancestor in reading.answers.license.lineage:
        if ancestor.missing is not None:
            yield unknown(
                f"its base `{ancestor.repo_id}` could not be looked at: {ancestor.missing}",
                *ancestor.named,
            )
        elif ancestor.declared is None and ancestor.hub_id is None:
            severity = Severity.LOW if is_free(ancestor, subject) else None
            yield failed(
                f"its base `{ancestor.repo_id}` states no licence: nobody has granted any right to it",
                *ancestor.named,
                severity=severity,
            )
        elif ancestor.hub_id is None or ancestor.commercial_use == "unknown":
            yield unknown(
                f"its base `{ancestor.repo_id}` is under {ancestor.declared}, whose terms nobody here knows",
                *(ancestor.evidence[:1] or ancestor.named),
                remediation=f"read the licence of `{ancestor.repo_id}`",
            )


def _circles(reading: Reading) -> Iterator[Said]:
    """Two models that each name the other: one of them does not tell the truth."""
    for descent in reading.facts.lineage:
        if descent.missing is not None and descent.missing.what == CIRCLE:
            child, base = descent.child, descent.base.repo_id
            made = next((d.facts for d in reading.facts.lineage if d.facts and d.facts.repo_id == child), None)
            named = named_bases(made) if made else reading.answers.named_bases
            prefix = f"{place_of(made)}/" if made else ""
            quotes = [replace(at, file=prefix + at.file) for at in quotes_of_naming(named, base)]
            back = [a.named[:1] for a in reading.answers.license.lineage if (a.child or "").lower() == base.lower()]
            yield failed(
                f"the line goes in a circle: `{child}` says that it was made from `{base}`, which was made from it",
                *(back[0] if back else ()),
                *quotes,
            )


def _nameless(reading: Reading) -> Iterator[Said]:
    """An adapter whose config names a folder of its maker's machine, and nothing else a model."""
    if reading.answers.license.lineage:
        return
    for named in reading.answers.named_bases:
        if named.local and named.place in {"adapter_config", "header"}:
            where = ADAPTER_CONFIG if named.place == "adapter_config" else "the key `base_model`"
            yield unknown(
                f"{where} names `{named.repo_id[:100]}`, which is no model of the Hub: nobody can tell the base",
                named.evidence,
            )


def _unreadable(reading: Reading) -> Iterator[Said]:
    """A config in which the bases stand, and which nobody can read: less grave where another place names some."""
    severity = Severity.LOW if reading.answers.license.lineage else None
    for text in reading.facts.texts:
        why = _fault(text)
        if why is not None:
            yield unknown(
                f"`{text.path}` cannot be read ({why}), so the models that it names are not known",
                whole_file(text.path),
                severity=severity,
                remediation=f"read `{text.path}`, and look at the licence of each model in it",
            )


def _fault(text: TextFile) -> str | None:
    """Why a config that names bases cannot be read; None of what can be, and of other files."""
    if text.path == ADAPTER_CONFIG and not read_object(text):
        return "it is no JSON object, or an empty one"
    if text.path in MERGE_CONFIGS:
        try:
            read_yaml(text.text)
        except YamlFault as fault:
            return fault.reason
    return None


CHECK = Check(
    id="base-known",
    severity=Severity.MEDIUM,
    remediation=_ASK,
    run=run,
)
