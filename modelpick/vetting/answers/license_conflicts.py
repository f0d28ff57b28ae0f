"""Contradictions about the licence: two statements about this model that cannot both hold, both quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from modelpick.facts import FrontMatterStatus
from modelpick.findings import Evidence
from modelpick.licences.lookup import Licence, licence_of
from modelpick.vetting.answers.contract import Conflict, LicenseSource
from modelpick.vetting.answers.license_prose import Prose
from modelpick.vetting.answers.license_words import is_open
from modelpick.vetting.answers.view import CardView

_MAX_QUOTES = 4


def find_conflicts(
    view: CardView,
    declared: Sequence[str],
    declared_at: tuple[Evidence, ...],
    others: Sequence[LicenseSource],
    prose: Prose,
) -> Iterator[Conflict]:
    """All contradictions between the key `license`, the other places that speak of it, and the text.

    None is: `other` beside a named licence, a family beside one of its members, code or data licensed apart.
    """
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


def rival_values(view: CardView) -> Iterator[str]:
    """What the key `license` says besides its value: where the header has it twice, and in a second header below."""
    if view.card is None:
        return
    front = view.card.front_matter
    lines = [number for key, numbers in front.duplicates if key == "license" for number in numbers[:_MAX_QUOTES]]
    if front.status is not FrontMatterStatus.UNCLOSED:
        lines += range(front.end_line + 1, len(view.rows) + 1)
    for number in lines:
        if match := _SECOND.match(view.rows[number - 1]):
            yield match[1]


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
    view: CardView, declared: Sequence[Licence], declared_at: tuple[Evidence, ...], prose: Prose
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
    if prose.asking and declared and all(one.family == "permissive" for one in declared):
        why = f"{', '.join(one.hub_id for one in declared)} needs no permission, the text asks for one"
        yield Conflict(why=why, evidence=(*declared_at, view.evidence(prose.asking)))


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
