"""The licence: what the key says, what other places say, where they contradict, and what that means for commerce.

The strictest statement is the one to work with until the publisher settles it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from modelpick.facts import FrontMatterStatus, RepoFacts
from modelpick.findings import Evidence
from modelpick.licences.lookup import CommercialUse, Licence, licence_of
from modelpick.vetting.answers.contract import License, LicenseSource
from modelpick.vetting.answers.license_conflicts import find_conflicts, rival_values
from modelpick.vetting.answers.license_prose import Prose, read_prose
from modelpick.vetting.answers.license_words import mentions, speaks_of_licence
from modelpick.vetting.answers.view import CardView

_ORDER: dict[CommercialUse, int] = {"no": 0, "unknown": 1, "conditional": 2, "yes": 3}
_UNREAD = frozenset({FrontMatterStatus.OVER_CAP, FrontMatterStatus.REFUSED})
_LICENCE_FILE = re.compile(r"(?i)(?:licen[sc]e|copying|use_policy)[\w.-]*")
_MAX_QUOTES = 8


def read_license(facts: RepoFacts, view: CardView) -> License:
    """All that is said about the licence; `unknown` where nothing is."""
    declared = view.strings("license")
    declared_at = view.key_evidence("license")
    others = tuple(_other_sources(facts, view))
    prose = read_prose(view)
    conflicts = tuple(find_conflicts(view, declared, declared_at, others, prose))
    ids = _ids_to_work_with(declared, others, prose)
    if conflicts:  # all that are known count, so that the strictest of them decides
        stated = [source.value for source in others if source.source in {"license_name", "licence", "tag"}]
        rivals = [*stated, *(mention.hub_id for mention, _ in prose.named), *rival_values(view)]
        ids += [value for value in dict.fromkeys(rivals) if licence_of(value)]
    licence, use, reason = _work_with(ids)
    if not ids:
        reason = _nothing_named(view, others, prose)
    deciding = {value for value in ids if licence_of(value) is licence}
    quotes = [*declared_at, *(view.evidence(line) for _, line in prose.named[:2])]
    if not deciding.intersection(declared):
        quotes = [*_quotes_of(deciding, view, others, prose), *quotes]
    if not ids and prose.unread:
        quotes.append(view.evidence(prose.unread))
    restricting = [view.evidence(line) for line in prose.restricting[:2]]
    if prose.restriction in {"research-only", "non-commercial"}:
        words = {"research-only": "research only", "non-commercial": "non-commercial use"}
        use, reason = "no", f"the card says that it is for {words[prose.restriction]}"
        quotes = [*restricting, *quotes]
    elif use == "yes" and prose.asking:
        use, reason = "conditional", "the card asks who uses it commercially to get permission or other terms"
        quotes = [view.evidence(prose.asking), *quotes]
    else:
        quotes = [*quotes, *restricting]
    return License(
        declared=declared,
        other_sources=others,
        spdx=licence.spdx if licence else None,
        family=licence.family if licence else None,
        commercial_use=use,
        condition=licence.condition if licence else None,
        reason=reason,
        prose=prose.named[0][0].hub_id if prose.named else None,
        restriction=prose.restriction,
        subjects=prose.apart,
        conflicts=conflicts,
        evidence=tuple(dict.fromkeys(quotes))[:_MAX_QUOTES],
    )


def _other_sources(facts: RepoFacts, view: CardView) -> Iterator[LicenseSource]:
    for tag in facts.tags or ():
        if tag.startswith("license:"):
            yield LicenseSource(source="tag", value=tag.removeprefix("license:"))
    for key in ("license_name", "license_link", "licence"):
        for value in view.strings(key):
            at = view.key_evidence(key)
            yield LicenseSource(source=key, value=value, evidence=at[0] if at else None)
    for file in facts.files or ():
        if _LICENCE_FILE.fullmatch(file.path):
            yield LicenseSource(source="file", value=file.path)
    for line in view.gate:
        for mention in mentions(line.text) if speaks_of_licence(line.low) else ():
            yield LicenseSource(source="gate text", value=mention.words, evidence=view.evidence(line))
            return


def _ids_to_work_with(declared: Sequence[str], others: Sequence[LicenseSource], prose: Prose) -> list[str]:
    """The ids that count: those declared (for `other` its name), else the tag's, the misspelt key's, the text's."""
    named = list(dict.fromkeys(mention.hub_id for mention, _ in prose.named))
    names = [source.value for source in others if source.source == "license_name"]
    misspelt = [source.value for source in others if source.source == "licence" and licence_of(source.value)]
    ids: list[str] = []
    for value in declared:
        if value.strip().lower() != "other":
            ids.append(value)
        elif names:
            ids += names if all(map(licence_of, names)) else [*names, *named]
        else:
            ids += named or [value]
    return ids or [source.value for source in others if source.source == "tag"] or misspelt or named


def _quotes_of(values: set[str], view: CardView, others: Sequence[LicenseSource], prose: Prose) -> Iterator[Evidence]:
    """Where these names of licences stand, the keys of the header first."""
    yield from (source.evidence for source in others if source.value in values and source.evidence)
    yield from [view.evidence(line) for mention, line in prose.named if mention.hub_id in values][:1]


def _nothing_named(view: CardView, others: Sequence[LicenseSource], prose: Prose) -> str:
    """Why nothing can be said where no licence is named."""
    if view.card is not None and view.card.front_matter.status in _UNREAD:
        return "the header of the card could not be read, and nothing else tells the licence"
    if view.value("license") and not view.strings("license"):
        return "the key `license` holds no name of a licence: read it"
    texts = [source.value for source in others if source.source in {"file", "license_link", "license_name"}]
    if texts:
        return f"no licence is declared; read what `{texts[0][:100]}` says"
    if prose.unread:
        return "the text speaks of a licence whose name is not in our table: read it"
    if not view.whole:
        return "the card could not be read whole, and what was read tells no licence"
    return "no licence is stated, so nobody has granted any right"


def _work_with(ids: Sequence[str]) -> tuple[Licence | None, CommercialUse, str]:
    """The licence that decides, what it means for commerce, and why in words."""
    known = [licence for licence in map(licence_of, ids) if licence is not None]
    if not ids:
        return None, "unknown", ""
    strictest = min(known, key=lambda one: _ORDER[one.commercial_use], default=None)
    if strictest is not None and (len(known) == len(ids) or strictest.commercial_use == "no"):
        return strictest, strictest.commercial_use, _reason(strictest)
    strange = ", ".join(f"`{value[:60]}`" for value in ids if licence_of(value) is None)
    return None, "unknown", f"the licence {strange} is not in our table: read its text"


def _reason(licence: Licence) -> str:
    name = f"`{licence.hub_id}`"
    if licence.hub_id == "other":
        return "the licence is `other` and its name is not told or not in our table: read its text"
    if licence.commercial_use == "yes":
        duty = licence.notice_required
        keep = f"; keep: {duty}" if duty and duty != "none" else ""
        also = f"; {licence.condition}" if licence.condition else ""
        which = "; which text of the family holds is not told" if licence.is_family else ""
        return f"{licence.name} ({name}) allows it{which}{also}{keep}"
    if licence.commercial_use == "no":
        return f"{licence.name} ({name}) does not allow it" + (f": {licence.condition}" if licence.condition else "")
    return f"{licence.name} ({name}): {licence.condition or licence.caution or 'read its text'}"
