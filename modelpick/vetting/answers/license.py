"""The licence: what the key says, what other places say, where they contradict, and what that means for commerce.

The strictest statement is the one to work with until the publisher settles it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modelpick.facts import BlockKind, FrontMatterStatus, RepoFacts
from modelpick.findings import Evidence
from modelpick.licences.lookup import CommercialUse, Licence, licence_of
from modelpick.vetting.answers.contract import Conflict, License, LicenseSource, LicenseSubject, Restriction
from modelpick.vetting.answers.license_words import (
    Mention,
    is_open,
    mentions,
    restriction_in,
    speaks_of_licence,
    subject_of,
)
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line

_ORDER: dict[CommercialUse, int] = {"no": 0, "unknown": 1, "conditional": 2, "yes": 3}
_MAX_QUOTES = 4
_MAX_MENTIONS = 100
_STRENGTH: dict[Restriction, int] = {"none": 0, "other": 1, "non-commercial": 2, "research-only": 3}


@dataclass(frozen=True, slots=True)
class _Prose:
    """What the body and the gate text say."""

    named: tuple[tuple[Mention, Line], ...]
    apart: tuple[LicenseSubject, ...]
    restriction: Restriction
    restricting: tuple[Line, ...]


def read_license(facts: RepoFacts, view: CardView) -> License:
    """All that is said about the licence; `unknown` where nothing is."""
    declared = view.strings("license")
    declared_at = view.key_evidence("license")
    others = tuple(_other_sources(facts, view))
    prose = _read_prose(view)
    conflicts = tuple(_conflicts(view, declared, declared_at, others, prose))
    ids = [*_effective_ids(declared, others)] or [mention.hub_id for mention, _ in prose.named[:1]]
    licence, use, reason = _work_with(ids, prose)
    quotes = [*declared_at, *(view.evidence(line) for _, line in prose.named[:2])]
    restricting = [view.evidence(line) for line in prose.restricting[:2]]
    decided_by_prose = prose.restriction in {"non-commercial", "research-only"}
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
        evidence=tuple(dict.fromkeys([*restricting, *quotes] if decided_by_prose else [*quotes, *restricting])),
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
        if re.fullmatch(r"(?i)(?:licen[sc]e|copying|use_policy)[\w.-]*", file.path):
            yield LicenseSource(source="file", value=file.path)
    for line in view.gate:
        for mention in mentions(line.text) if speaks_of_licence(line.low) else ():
            yield LicenseSource(source="gate text", value=mention.words, evidence=view.evidence(line))
            return


def _effective_ids(declared: Sequence[str], others: Sequence[LicenseSource]) -> list[str]:
    """The ids to work with: those declared (for `other` its name), else the tag's."""
    ids: list[str] = []
    names = [source.value for source in others if source.source == "license_name"]
    for value in declared:
        named = [name for name in names if licence_of(name)] if value.strip().lower() == "other" else []
        ids += named or [value]
    return ids or [source.value for source in others if source.source == "tag"]


def _work_with(ids: Sequence[str], prose: _Prose) -> tuple[Licence | None, CommercialUse, str]:
    known = [licence for licence in map(licence_of, ids) if licence is not None]
    if not ids:
        licence, use, reason = None, "unknown", "no licence is stated, so nobody has granted any right"
    elif len(known) < len(ids):
        strange = ", ".join(f"`{value[:60]}`" for value in ids if licence_of(value) is None)
        licence, use, reason = None, "unknown", f"the licence {strange} is not in our table: read its text"
    else:
        licence = min(known, key=lambda one: _ORDER[one.commercial_use])
        use, reason = licence.commercial_use, _reason(licence)
    if prose.restriction == "research-only":
        return licence, "no", "the card says that it is for research only"
    if prose.restriction == "non-commercial":
        return licence, "no", "the card says that it is for non-commercial use"
    return licence, use, reason  # type: ignore[return-value]


def _reason(licence: Licence) -> str:
    name = f"`{licence.hub_id}`"
    if licence.hub_id == "other":
        return "the licence is `other` and its name is not told or not in our table: read its text"
    if licence.commercial_use == "yes":
        duty = licence.notice_required
        keep = f"; keep: {duty}" if duty and duty != "none" else ""
        also = f"; {licence.condition}" if licence.condition else ""
        return f"{licence.name} ({name}) allows it{also}{keep}"
    if licence.commercial_use == "no":
        return f"{licence.name} ({name}) does not allow it" + (f": {licence.condition}" if licence.condition else "")
    return f"{licence.name} ({name}): {licence.condition or licence.caution or 'read its text'}"


def _read_prose(view: CardView) -> _Prose:
    named: list[tuple[Mention, Line]] = []
    apart: list[LicenseSubject] = []
    restricting: list[tuple[Restriction, Line]] = []
    for line in (*view.sentences(), *view.gate):
        text = line.text
        in_license = Topic.LICENSE in line.topics
        about = in_license or speaks_of_licence(line.low)
        subject = subject_of(line.low) if about else "weights"
        in_data = Topic.DATA in line.topics or (about and subject == "data")
        if about and len(named) < _MAX_MENTIONS and (in_license or line.kind is not BlockKind.TABLE_ROW):
            for mention in mentions(text):
                if subject == "code" or in_data:
                    kind = "data" if in_data else "code"
                    apart.append(_subject(kind, mention, view, line))
                elif not line.gate:
                    named.append((mention, line))
        restriction = "none" if in_data or subject == "code" else restriction_in(line.low)
        if line.kind is BlockKind.TABLE_ROW and not about:
            restriction = "none"
        if restriction != "none":
            restricting.append((restriction, line))
    strongest: Restriction = max((r for r, _ in restricting), key=_STRENGTH.__getitem__, default="none")
    return _Prose(
        named=tuple(named),
        apart=tuple(dict.fromkeys(apart)),
        restriction=strongest,
        restricting=tuple(line for restriction, line in restricting if restriction == strongest),
    )


def _subject(kind: str, mention: Mention, view: CardView, line: Line) -> LicenseSubject:
    licence = licence_of(mention.hub_id)
    return LicenseSubject(
        subject=kind,  # type: ignore[arg-type]
        declared=mention.hub_id,
        commercial_use=licence.commercial_use if licence else "unknown",
        evidence=(view.evidence(line),),
    )


# --- contradictions ---------------------------------------------------------------------------------------------


def _conflicts(
    view: CardView,
    declared: Sequence[str],
    declared_at: tuple[Evidence, ...],
    others: Sequence[LicenseSource],
    prose: _Prose,
) -> Iterator[Conflict]:
    ids = [value.strip().lower() for value in declared]
    known = [licence for licence in map(licence_of, ids) if licence is not None]
    if len({licence.commercial_use for licence in known}) > 1:
        why = f"the key `license` lists {', '.join(ids)}, of different terms, and does not say which holds for what"
        yield Conflict(why=why, evidence=declared_at)
    duplicated = view.card.front_matter.duplicates if view.card else ()
    for key, lines in duplicated:
        if key == "license":
            quotes = tuple(view.line_evidence(number) for number in lines[:_MAX_QUOTES])
            if len({quote.quote for quote in quotes}) > 1:
                yield Conflict(why="the front matter has the key `license` twice", evidence=quotes)
    real = [licence for licence in known if licence.hub_id not in {"other", "unknown"}]
    for source in others:
        if source.source in {"license_name", "licence", "tag"} and real:
            said = licence_of(source.value)
            if _contradicts(said, real) or (source.source == "license_name" and said is None and len(source.value) > 2):
                quotes = (*declared_at, *((source.evidence,) if source.evidence else ()))
                why = f"the key `license` says {', '.join(ids)}, the {_place(source)} `{source.value}`"
                yield Conflict(why=why, evidence=quotes)
    yield from _against_prose(view, real, declared_at, prose)
    yield from _second_front_matter(view, real, declared_at)


def _place(source: LicenseSource) -> str:
    return "tag" if source.source == "tag" else f"key `{source.source}`"


def _contradicts(said: Licence | None, declared: Sequence[Licence]) -> bool:
    """Whether a licence named elsewhere is none of the declared ones, nor a family or member of one."""
    if said is None or said.hub_id in {"other", "unknown"}:
        return False
    return not any(_compatible(said, one) for one in declared)


def _compatible(a: Licence, b: Licence) -> bool:
    if a.hub_id == b.hub_id:
        return True
    if a.is_family or b.is_family:
        stem_a, stem_b = (one.hub_id.split("-")[0].rstrip("+") for one in (a, b))
        return stem_a == stem_b or (a.family == b.family == "open-rail")
    return False


def _against_prose(
    view: CardView, declared: Sequence[Licence], declared_at: tuple[Evidence, ...], prose: _Prose
) -> Iterator[Conflict]:
    said = [licence for licence in map(licence_of, {mention.hub_id for mention, _ in prose.named}) if licence]
    confirmed = any(_compatible(other, one) for other in said for one in declared)
    for mention, line in prose.named if declared and not confirmed else ():
        if _contradicts(licence_of(mention.hub_id), declared):
            why = f"the key `license` says {', '.join(one.hub_id for one in declared)}, the text {mention.words}"
            yield Conflict(why=why, evidence=(*declared_at, view.evidence(line)))
            break
    if prose.restriction in {"research-only", "non-commercial"}:
        restricting = view.evidence(prose.restricting[0])
        named_open = [(m, line) for m, line in prose.named if (found := licence_of(m.hub_id)) and is_open(found)]
        if declared and all(is_open(one) for one in declared):
            why = f"{', '.join(one.hub_id for one in declared)} allows commercial use, the text is {prose.restriction}"
            yield Conflict(why=why, evidence=(*declared_at, restricting))
        elif not declared and not view.strings("license") and named_open:
            why = f"the text names {named_open[0][0].words} and also says {prose.restriction}"
            yield Conflict(why=why, evidence=(view.evidence(named_open[0][1]), restricting))
    if prose.restriction == "other" and declared and all(one.family == "permissive" for one in declared):
        asking = [line for line in prose.restricting if "commercial" in line.low]
        if asking:
            why = f"{', '.join(one.hub_id for one in declared)} needs no permission, the text asks for one"
            yield Conflict(why=why, evidence=(*declared_at, view.evidence(asking[0])))


_SECOND = re.compile(r"license:[ \t]*['\"]?([\w.+-]+)")


def _second_front_matter(
    view: CardView, declared: Sequence[Licence], declared_at: tuple[Evidence, ...]
) -> Iterator[Conflict]:
    if view.card is None or not declared or view.card.front_matter.status is FrontMatterStatus.UNCLOSED:
        return
    after = view.card.front_matter.end_line
    ids = [one.hub_id for one in declared]
    for number, row in enumerate(view.rows[after:], after + 1):
        match = _SECOND.match(row)
        said = licence_of(match[1]) if match else None
        if match and said is not None and said.hub_id not in ids:
            why = f"the key `license` says {', '.join(ids)}, a second one below `{match[1]}`"
            yield Conflict(why=why, evidence=(*declared_at, view.line_evidence(number)))
            return
