"""The licence: what the key says, what other places say, where they contradict, and what that means for commerce.

The answer is for the weights. The strictest statement is the one to work with until the publisher settles it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from modelpick.card.bases import HUBS_HEADER
from modelpick.card_facts import FrontMatterStatus
from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.licences.lookup import CommercialUse, Licence, licence_of
from modelpick.vetting.answers.contract_license import License, LicenseSource, LicenseSubject, LicenseTerm, Subject
from modelpick.vetting.answers.license_components import read_components
from modelpick.vetting.answers.license_conflicts import find_conflicts, rival_values
from modelpick.vetting.answers.license_ids import NO_NAME, files_of_model, ids_to_work_with, kin, recognised
from modelpick.vetting.answers.license_prose import Prose, read_prose
from modelpick.vetting.answers.license_sources import hub_values, read_sources, read_terms
from modelpick.vetting.answers.view import CardView
from modelpick.vetting.answers.words import late

_ORDER: dict[CommercialUse, int] = {"no": 0, "unknown": 1, "conditional": 2, "yes": 3}
_UNREAD = frozenset({FrontMatterStatus.OVER_CAP, FrontMatterStatus.REFUSED})
_RIVALS = ("license_name", "licence", "tag", "hub", "weights header")
_SAYS_NO = late(r"(?i)non[-_ ]?commercial|research[-_ ]only|(?<![a-z])nc(?![a-z])")
_MAX_QUOTES = 8
_MAX_QUOTES_EACH = 3
_MAX_APART = 2


def read_license(facts: RepoFacts, view: CardView) -> License:
    """All that is said about the licence; `unknown` where nothing is.

    Where the card could not be had, the key `license` is what the Hub tells of it, quoted as the Hub's copy.
    """
    declared = view.strings("license") or (hub_values(facts, "license") if view.card is None else ())
    declared_at = view.key_evidence("license")
    if declared and not declared_at:
        declared_at = (Evidence(file=HUBS_HEADER, line=0, quote=f"license: {', '.join(declared)}"),)
    sources = read_sources(facts, view)
    prose = read_prose(view)
    terms = read_terms(facts)
    conflicts = find_conflicts(view, declared, declared_at, sources, prose)
    ids = ids_to_work_with(declared, sources, prose)
    if conflicts:  # all that are known count, so that the strictest of them decides
        stated = [hub_id for place in _RIVALS for hub_id in recognised(sources, place)]
        stated += [file.hub_id for file in files_of_model(sources) if file.hub_id]
        rivals = [*stated, *(mention.hub_id for mention, _ in prose.named), *rival_values(view)]
        ids += [value for value in dict.fromkeys(rivals) if licence_of(value)]
    elif prose.named:
        ids = _of_the_weights(ids, prose) + _stricter_in_text(ids, prose)
    subjects = _subjects(sources, prose, view, read_components(facts, view))
    of = "weights" if any(subject.subject in {"code", "data"} for subject in subjects) else "model"
    licence, use, reason = _work_with(ids, of)
    if licence is not None and not conflicts:
        reason += _beside(ids, licence)
    if not ids:
        reason = _nothing_named(view, sources, prose)
    deciding = {value for value in ids if licence_of(value) is licence}
    quotes = [*declared_at, *(view.evidence(line) for _, line in prose.named[:2])]
    if not deciding.intersection(declared):
        quotes = [*_quotes_of(deciding, view, sources, prose), *quotes]
    if not ids:
        quotes += [view.evidence(line) for line in (prose.tabled, prose.unread) if line][:1]
    use, reason, quotes = _stricter(use, reason, quotes, sources, terms, licence)
    use, reason, quotes = _by_the_text(use, reason, quotes, prose, view, of)
    return License(
        declared=declared,
        other_sources=sources,
        hub_id=licence.hub_id if licence else None,
        spdx=licence.spdx if licence else None,
        family=licence.family if licence else None,
        commercial_use=use,
        condition=licence.condition if licence else None,
        reason=reason + _apart_in_words(subjects),
        prose=prose.named[0][0].hub_id if prose.named else None,
        restriction=prose.restriction,
        subjects=subjects,
        terms=terms,
        conflicts=conflicts,
        evidence=tuple(dict.fromkeys(quotes))[:_MAX_QUOTES],
    )


def _stricter(
    use: CommercialUse,
    reason: str,
    quotes: list[Evidence],
    sources: Sequence[LicenseSource],
    terms: Sequence[LicenseTerm],
    licence: Licence | None,
) -> tuple[CommercialUse, str, list[Evidence]]:
    """What the repo's own licence file adds: clauses that its licence does not have, and thresholds."""
    for file in files_of_model(sources):
        if file.restricts and licence is not None and file.hub_id == licence.hub_id and use in {"yes", "conditional"}:
            use = "conditional" if terms else "unknown"
            reason = f"`{file.value}` is like {licence.name}, with additions: read them"
            quotes = [*(quote for quote in (file.added, file.evidence) if quote), *quotes]
            break
    if terms and use in {"yes", "conditional"}:
        use = "conditional"
        quotes = [*quotes, *(term.evidence for term in terms)]
        known = {licence.users_threshold, licence.revenue_threshold} if licence else set()
        said = bool(licence and licence.excluded_territory)
        new = [term for term in terms if not (said if term.kind == "territory" else term.amount in known)]
        if new:
            reason += "; its file sets limits: " + ", ".join(dict.fromkeys(_limit(term) for term in new))
    return use, reason, quotes


def _limit(term: LicenseTerm) -> str:
    if term.kind == "territory":
        return "some countries are left out"
    amount = f"{term.amount:,}"
    return f"{amount} users a {term.per}" if term.kind == "users" else f"US${amount} revenue a {term.per}"


def _by_the_text(
    use: CommercialUse, reason: str, quotes: list[Evidence], prose: Prose, view: CardView, of: str
) -> tuple[CommercialUse, str, list[Evidence]]:
    """What the text of the card restricts beyond the licence."""
    restricting = [view.evidence(line) for line in prose.restricting[:2]]
    if prose.restriction in {"research-only", "non-commercial"}:
        words = {"research-only": "research", "non-commercial": "non-commercial use"}
        where = "the text of its gate" if prose.restricting[0].gate else "the card's text"
        reason = reason if use == "no" else f"{where} keeps the {of} to {words[prose.restriction]}"
        return "no", reason, [*restricting, *quotes]
    if use == "yes" and prose.asking:
        asks = "the card asks who uses it commercially to get permission or other terms"
        return "conditional", asks, [view.evidence(prose.asking), *quotes]
    return use, reason, [*quotes, *restricting]


def _subjects(
    sources: Sequence[LicenseSource], prose: Prose, view: CardView, components: Sequence[LicenseSubject]
) -> tuple[LicenseSubject, ...]:
    """What is licensed apart, by the text or by files for a part; where something is, the weights stand beside it."""
    apart = list(prose.apart)
    for source in sources:
        if source.source == "file" and source.subject and source.hub_id and source.evidence:
            licence = licence_of(source.hub_id)
            apart.append(
                LicenseSubject(
                    subject=source.subject,
                    declared=source.hub_id,
                    commercial_use=licence.commercial_use if licence else "unknown",
                    evidence=(source.evidence,),
                    name=source.value.rpartition("/")[0] or None,
                )
            )
    if prose.apart and not any(part.subject == "weights" for part in apart):
        for mention, line in prose.named:
            licence = licence_of(mention.hub_id)
            use: CommercialUse = licence.commercial_use if licence else "unknown"
            quote = (view.evidence(line),)
            part = LicenseSubject(subject="weights", declared=mention.hub_id, commercial_use=use, evidence=quote)
            apart.append(part)
    found: dict[tuple[Subject, str | None, str | None], LicenseSubject] = {}
    of_code = {part.declared for part in prose.apart if part.subject == "code"}
    only = [part for part in apart if part.subject == "weights" and part.declared not in of_code]
    for part in (*apart, *components):
        if part.subject == "weights" and part.declared in of_code and only:
            continue  # "the texts: [Apache 2.0](...), [CC BY-NC 4.0](...)", after each was given to one of the two
        key = (part.subject, part.declared, part.name)
        first = found.setdefault(key, part)
        quotes = tuple(dict.fromkeys((*first.evidence, *part.evidence)))[:_MAX_QUOTES_EACH]
        found[key] = replace(first, evidence=quotes)
    return tuple(found.values())


def _apart_in_words(subjects: Sequence[LicenseSubject]) -> str:
    parts = [part for part in subjects if part.subject != "weights" and part.declared]
    return "".join(f"; {_called(part)} is under `{part.declared}`" for part in parts[:_MAX_APART])


def _called(part: LicenseSubject) -> str:
    if part.subject != "component":
        return f"the {part.subject}"
    return f"the part `{part.name}`" if part.name else "a part, or what it was made from,"


def _quotes_of(values: set[str], view: CardView, sources: Sequence[LicenseSource], prose: Prose) -> Iterator[Evidence]:
    """Where these licences are named, the keys of the header first."""
    for source in sources:
        if (source.value in values or source.hub_id in values) and source.evidence:
            yield source.evidence
    yield from [view.evidence(line) for mention, line in prose.named if mention.hub_id in values][:1]


def _nothing_named(view: CardView, sources: Sequence[LicenseSource], prose: Prose) -> str:
    """Why nothing can be said where no licence is named."""
    if view.card is not None and view.card.front_matter.status in _UNREAD:
        return "the header of the card could not be read, and nothing else tells the licence"
    if view.value("license") and not view.strings("license"):
        return "the key `license` holds no name of a licence: read it"
    texts = [source.value for source in sources if source.source in {"file", "license_link", "license_name"}]
    if texts:
        return f"no licence is declared; read what `{texts[0][:100]}` says"
    if prose.tabled:
        return "a table tells the licences of several things: read which one is this model's"
    if prose.unread:
        return "the text speaks of a licence whose name is not in our table: read it"
    if not view.whole:
        return "the card could not be read whole, and what was read tells no licence"
    return "no licence is stated, so nobody has granted any right"


def _work_with(ids: Sequence[str], of: str) -> tuple[Licence | None, CommercialUse, str]:
    """The licence that decides, what it means for commerce, and why in words."""
    known = [licence for licence in map(licence_of, ids) if licence is not None]
    if not ids:
        return None, "unknown", ""
    strictest = min(known, key=lambda one: _ORDER[one.commercial_use], default=None)
    if strictest is not None and (len(known) == len(ids) or strictest.commercial_use == "no"):
        return strictest, strictest.commercial_use, _reason(strictest, of)
    closed = [value for value in ids if licence_of(value) is None and _SAYS_NO.search(value)]
    if closed:
        return (
            None,
            "no",
            f"the licence of the {of} calls itself `{closed[0][:60]}`; it is not in our table: read its text",
        )
    strange = ", ".join(f"`{value[:60]}`" for value in ids if licence_of(value) is None)
    return None, "unknown", f"the licence {strange} of the {of} is not in our table: read its text"


def _of_the_weights(ids: list[str], prose: Prose) -> list[str]:
    """Those ids that the text does not give to the code or the data alone, where it gives another to the model."""
    named = {mention.hub_id for mention, _ in prose.named}
    apart = {part.declared for part in prose.apart} - named
    return [value for value in ids if value.lower() not in apart] if named.intersection(ids) else ids


def _stricter_in_text(ids: list[str], prose: Prose) -> list[str]:
    """Licences that the text names for the model besides, under which less is allowed commercially."""
    stated = [licence for licence in map(licence_of, ids) if licence is not None and licence.hub_id not in NO_NAME]
    if not stated:
        return []
    mildest = max(_ORDER[licence.commercial_use] for licence in stated)
    named = [licence for mention, _ in prose.named if (licence := licence_of(mention.hub_id))]
    return [one.hub_id for one in named if _ORDER[one.commercial_use] < mildest and one.commercial_use != "unknown"]


def _beside(ids: Sequence[str], licence: Licence) -> str:
    """Licences that stand beside the one that is worked with, and say the same of commercial use."""
    others = [one for one in map(licence_of, ids) if one is not None and not kin(one, licence)]
    named = ", ".join(dict.fromkeys(f"`{one.hub_id}`" for one in others if one.hub_id not in NO_NAME))
    return f"; {named} stands beside it, and which holds for what is not told" if named else ""


def _reason(licence: Licence, of: str) -> str:
    return _terms(licence, of) + ("" if licence.is_read else "; told from memory, so read its text")


def _terms(licence: Licence, of: str) -> str:
    name = f"{licence.name} (`{licence.hub_id}`)"
    if licence.hub_id == "other":
        return "the licence is `other` and its name is not told or not in our table: read its text"
    if licence.commercial_use == "yes":
        duty = licence.notice_required
        keep = f"; keep: {duty}" if duty and duty != "none" else ""
        also = f"; {licence.condition}" if licence.condition else ""
        which = "; which text of the family holds is not told" if licence.is_family else ""
        return f"{name} of the {of} allows it{which}{also}{keep}"
    if licence.commercial_use == "no":
        return f"{name} of the {of} does not allow it" + (f": {licence.condition}" if licence.condition else "")
    which = ", exact text unknown" if licence.is_family else ""
    return f"{name} of the {of}{which}: {licence.condition or licence.caution or 'read its text'}"
