"""What the model was made from, under which licences, and what that leaves of the answer about commercial use.

A base's quotes name their file as `owner/name@<first 12 digits of the commit>/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from modelpick.card.bases import NamedBase, bases_of, named_bases
from modelpick.facts import Descent, RepoFacts
from modelpick.findings import Evidence
from modelpick.licences.lookup import CommercialUse, Licence, licence_of
from modelpick.vetting.answers.contract import Origin
from modelpick.vetting.answers.contract_license import Ancestor, License
from modelpick.vetting.answers.license import read_license
from modelpick.vetting.answers.license_rules import rule_for, says
from modelpick.vetting.answers.view import CardView

CIRCLE = "circle"
NOT_WALKED = "lineage"
"""`Missing.what` of a base that was made from the model which names it, and of one that was not looked at."""

_ORDER: dict[CommercialUse, int] = {"no": 0, "unknown": 1, "conditional": 2, "yes": 3}
_RESTRICTED = frozenset({"research-only", "non-commercial"})
_NO_TEXT = frozenset({"other", "unknown"})
_WHOLE = frozenset({"strong-copyleft", "network-copyleft"})
_MAX_QUOTES = 2


def read_base_models(facts: RepoFacts, named: Sequence[NamedBase]) -> tuple[Origin, ...]:
    """What the model was made from, as the Hub, the card, a config or the weights name it."""
    gone = {d.base.repo_id for d in facts.lineage if d.depth == 1 and _says_nothing(d, named)}
    return tuple(
        Origin(repo_id=base.repo_id, relation=base.relation, source=base.source, inferred=base.inferred)
        for base in bases_of(facts, named)
        if base.repo_id not in gone
    )


def with_lineage(license_: License, facts: RepoFacts, named: Sequence[NamedBase]) -> License:
    """The licence answer with its lineage; commercial use becomes the stricter of its own and its bases'."""
    ancestors = tuple(_ancestors(facts, named))
    own = replace(license_, lineage=ancestors)
    subject = facts.repo_id or facts.requested
    unseen = {d.base.repo_id for d in facts.lineage if d.missing is not None and d.missing.what == NOT_WALKED}
    if not facts.lineage:
        unseen = {ancestor.repo_id for ancestor in ancestors}
    bound = [a for a in ancestors if a.repo_id not in unseen and not is_free(a, subject)]
    deciding = min(bound, key=lambda ancestor: _ORDER[ancestor.commercial_use], default=None)
    if deciding is None or _ORDER[deciding.commercial_use] >= _ORDER[own.commercial_use]:
        skipped = [a.repo_id for a in ancestors if a.repo_id in unseen]
        if skipped and own.commercial_use in {"yes", "conditional"}:
            others = f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
            return replace(
                own, reason=f"{own.reason}; what it was made from, `{skipped[0]}`{others}, was not looked at"
            )
        whole = next((a for a in bound if a.family in _WHOLE and not _follows(own, a)), None)
        if whole is not None and own.commercial_use in {"yes", "conditional"}:
            binds = f"its base `{whole.repo_id}` is under `{whole.hub_id}`, which binds what is made of it as well"
            return replace(own, reason=f"{own.reason}; {binds}", evidence=(*own.evidence, *whole.evidence[:1]))
        return own
    licence = licence_of(deciding.hub_id) if deciding.hub_id else None
    quotes = (*deciding.evidence[:1], *deciding.named[:1], *own.evidence)
    return replace(
        own,
        commercial_use=deciding.commercial_use,
        condition=licence.condition if licence else None,
        reason=_reason(deciding),
        evidence=tuple(dict.fromkeys(quotes)),
    )


def _follows(own: License, base: Ancestor) -> bool:
    """Whether the model's own licence is one that may follow its base's."""
    licence, family = terms_of(base)
    rule = rule_for(licence, family, base.relation_to_subject)
    return rule is None or says(licence_worked_with(own), True, licence, rule) in {"same", "kin"}


def is_free(ancestor: Ancestor, repo_id: str) -> bool:
    """Whether the base is of the same owner, and its terms leave him free to license what he makes of it."""
    owner = _owner(repo_id)
    if ancestor.missing or not owner or _owner(ancestor.repo_id) != owner:
        return False
    if ancestor.hub_id is None and ancestor.family is None:
        return ancestor.declared is None
    rule = rule_for(*terms_of(ancestor), ancestor.relation_to_subject)
    return rule is not None and rule.owner_may


def terms_of(ancestor: Ancestor) -> tuple[Licence | None, str | None]:
    """The licence of a base and its family; no licence where the base's own words are stricter, and count."""
    licence = licence_of(ancestor.hub_id) if ancestor.hub_id else None
    return (licence if licence and licence.family == ancestor.family else None), ancestor.family


def place_of(facts: RepoFacts) -> str:
    """How quotes from a base name its repo: `owner/name@<first 12 digits of the commit>`."""
    return f"{facts.repo_id or facts.requested}@{(facts.commit or 'unknown commit')[:12]}"


def label_of(license_: License) -> str | None:
    """The licence as a repo states it: in its header, a tag, under a misspelt key, or in its text."""
    named = {source.source: source.value for source in reversed(license_.other_sources)}
    return ", ".join(license_.declared) or named.get("tag") or named.get("licence") or license_.prose


def licence_worked_with(license_: License) -> Licence | None:
    """The licence that is worked with; None where none is, or its text is not known (`other`, `unknown`)."""
    return licence_of(license_.hub_id) if license_.hub_id and license_.hub_id not in _NO_TEXT else None


def _reason(base: Ancestor) -> str:
    name = f"its base `{base.repo_id}`"
    if base.missing:
        return f"{name} could not be looked at, so nobody knows its terms: {base.missing}"
    if base.declared is None and base.commercial_use == "unknown":
        return f"{name} states no licence, so nobody has granted any right to it"
    return f"{name}: {base.reason}"


# --- the bases --------------------------------------------------------------------------------------------------


def _ancestors(facts: RepoFacts, named: Sequence[NamedBase]) -> Iterator[Ancestor]:
    """Each base once, by the id that the Hub knows it by; the nearest first."""
    if not facts.lineage:
        yield from _not_walked(facts, named)
        return
    seen: set[str] = set()
    known = {name: _Named(named, "") for name in (facts.repo_id, facts.requested) if name}
    used: dict[str, str | None] = {}
    for descent in facts.lineage:
        found = descent.facts
        repo_id = (found.repo_id if found else None) or descent.base.repo_id
        key = repo_id.lower()
        if found is not None and repo_id not in known:
            known[repo_id] = _Named(named_bases(found), f"{place_of(found)}/")
        child = known.get(descent.child, _Named((), ""))
        if key in seen or _says_nothing(descent, child.bases) or (descent.missing and descent.missing.what == CIRCLE):
            continue
        seen.add(key)
        before = used.get(descent.child.lower()) if descent.depth > 1 else None
        used[key] = _use_of(descent.base.relation, before, descent.depth)
        yield _ancestor(descent, repo_id, used[key], child.quotes(descent.base.repo_id))


def _ancestor(descent: Descent, repo_id: str, use: str | None, named: tuple[Evidence, ...]) -> Ancestor:
    found = descent.facts
    own = _license_of(found) if found else License()
    licence = licence_worked_with(own)
    family = licence.family if licence else None
    if own.restriction in _RESTRICTED:
        family = own.restriction
    return Ancestor(
        repo_id=repo_id,
        relation=descent.base.relation,
        declared=label_of(own),
        family=family,
        commercial_use=own.commercial_use,
        reason=own.reason,
        hub_id=licence.hub_id if licence else None,
        child=descent.child,
        depth=descent.depth,
        inferred=descent.base.inferred,
        relation_to_subject=use,
        missing=descent.missing.reason if descent.missing else _unread(found, own) if found else None,
        gated=found is not None and found.gated in {"auto", "manual"},
        evidence=tuple(_quotes_of_base(found, own)) if found else (),
        named=named,
    )


def _license_of(base: RepoFacts) -> License:
    had = not any(missing.what == "card" for missing in base.missing)
    return read_license(base, CardView(base.card, whole=had, told=base.card_data))


def _unread(base: RepoFacts, own: License) -> str | None:
    """Why nothing is known of the licence of a base whose card could not be had; None where something tells it."""
    reason = next((missing.reason for missing in base.missing if missing.what == "card"), None)
    return f"its card could not be had: {reason}" if reason and label_of(own) is None and not own.hub_id else None


def _use_of(relation: str | None, before: str | None, depth: int) -> str | None:
    """How the subject uses a base over all steps: what an adapter needs, a copy of a copy, else what the step tells."""
    if depth == 1:
        return relation
    if before == "adapter":
        return "adapter"
    if before == "quantized":
        return relation
    return "finetune" if relation in {"quantized", "adapter", None} else relation


def _quotes_of_base(facts: RepoFacts, own: License) -> Iterator[Evidence]:
    """The lines of a base that state its licence, or the tag where its card could not be had."""
    place = place_of(facts)
    quotes = own.evidence[:_MAX_QUOTES]
    yield from (replace(quote, file=f"{place}/{quote.file}") for quote in quotes)
    if not quotes:
        tags = [source.value for source in own.other_sources if source.source == "tag"]
        yield from (Evidence(file=f"{place}, a tag", line=0, quote=f"license:{tag}") for tag in tags[:1])


@dataclass(frozen=True, slots=True)
class _Named:
    """What a model of the line says about its bases, and what stands before its files in quotes."""

    bases: Sequence[NamedBase]
    prefix: str

    def quotes(self, base: str) -> tuple[Evidence, ...]:
        """Where it names a base, the place with a line first."""
        return tuple(replace(at, file=self.prefix + at.file) for at in quotes_of_naming(self.bases, base))


def quotes_of_naming(named: Sequence[NamedBase], base: str) -> list[Evidence]:
    """The best quote of what names a base, one with a line before one without; empty where nothing does."""
    places = [place.evidence for place in named if place.repo_id.lower() == base.lower()]
    return sorted(places, key=lambda evidence: evidence.line == 0)[:1]


def _not_walked(facts: RepoFacts, named: Sequence[NamedBase]) -> Iterator[Ancestor]:
    """The bases that are named where nobody walked: a folder, a card file, a shallow look."""
    reason = next((missing.reason for missing in facts.missing if missing.what == NOT_WALKED), None)
    for base in bases_of(facts, named):
        yield Ancestor(
            repo_id=base.repo_id,
            relation=base.relation,
            declared=None,
            family=None,
            commercial_use="unknown",
            child=facts.repo_id,
            inferred=base.inferred,
            relation_to_subject=base.relation,
            missing=reason or "the Hub was not asked",
            named=tuple(quotes_of_naming(named, base.repo_id)),
        )


def _says_nothing(descent: Descent, named: Sequence[NamedBase]) -> bool:
    """Whether a name leads nowhere that may be none: `_name_or_path` of config.json, the link of a text to an owner."""
    if descent.facts is not None or (descent.missing and descent.missing.what == NOT_WALKED):
        return False
    places = [base for base in named if base.repo_id.lower() == descent.base.repo_id.lower()]
    return bool(places) and all(
        base.place == "config" or (base.place == "text" and "/" not in base.repo_id) for base in places
    )


def _owner(repo_id: str) -> str:
    return repo_id.lower().partition("/")[0] if "/" in repo_id else ""
