"""Contradictions about the licence: two statements about this model that cannot both hold, both quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelpick.card_facts import FrontMatterStatus
from modelpick.findings import Evidence
from modelpick.licences.lookup import Licence, licence_of
from modelpick.vetting.answers.contract_license import Conflict, LicenseSource
from modelpick.vetting.answers.license_ids import NO_NAME, contradicts, files_of_model, kin, versions
from modelpick.vetting.answers.license_prose import Prose
from modelpick.vetting.answers.license_words import is_open
from modelpick.vetting.answers.view import CardView
from modelpick.vetting.answers.words import late

_MAX_QUOTES = 4
_KEYS = frozenset({"license_name", "licence", "tag", "weights header"})
_STATED = late(r"license:[ \t]*['\"]?([\w.+-]+)")


class _Stated:
    """What the header states: the licences of the key `license`, for `other` that of `license_name`."""

    def __init__(
        self, declared: Sequence[str], declared_at: tuple[Evidence, ...], sources: Sequence[LicenseSource]
    ) -> None:
        known = [licence for licence in map(licence_of, declared) if licence is not None]
        self.declared = [licence for licence in known if licence.hub_id not in NO_NAME]
        self.licences: list[Licence] = self.declared
        self.at = declared_at
        self.words = f"the key `license` says {', '.join(value.strip().lower() for value in declared)}"
        names = [source for source in sources if source.source == "license_name" and source.hub_id]
        if not self.licences and names:
            self.licences = [licence for name in names if name.hub_id and (licence := licence_of(name.hub_id))]
            self.at = (*declared_at, *(name.evidence for name in names if name.evidence))
            self.words = f"the key `license_name` says `{names[0].value}`"


def find_conflicts(
    view: CardView,
    declared: Sequence[str],
    declared_at: tuple[Evidence, ...],
    sources: Sequence[LicenseSource],
    prose: Prose,
) -> tuple[Conflict, ...]:
    """All contradictions between the key `license`, the other places that speak of it, and the text.

    None is: `other` beside a named licence, a family beside one of its members, code or data licensed apart. Of two
    that rest on the same quotes the first is given.
    """
    found: dict[tuple[Evidence, ...], Conflict] = {}
    for conflict in _conflicts(view, declared, declared_at, sources, prose):
        found.setdefault(conflict.evidence, conflict)
    return tuple(found.values())


def _conflicts(
    view: CardView,
    declared: Sequence[str],
    declared_at: tuple[Evidence, ...],
    sources: Sequence[LicenseSource],
    prose: Prose,
) -> Iterator[Conflict]:
    stated = _Stated(declared, declared_at, sources)
    yield from _inside_the_key(view, declared, declared_at, prose)
    for source in sources:
        if source.source in _KEYS and stated.declared:
            said = licence_of(source.hub_id) if source.hub_id else None
            strange = source.source == "license_name" and said is None and len(source.value) > 2
            if strange or contradicts(said, stated.declared):
                quotes = (*stated.at, *((source.evidence,) if source.evidence else ()))
                why = f"{stated.words}, the {_place(source)} `{source.value}`"
                yield Conflict(why=why, evidence=quotes, slight=versions(said, stated.declared))
    yield from _against_files(stated, sources, prose, view)
    yield from _against_prose(view, stated, prose)
    yield from _second_front_matter(view, stated)


def rival_values(view: CardView) -> Iterator[str]:
    """What the key `license` says besides its value: where the header has it twice, and in a second header below."""
    if view.card is None:
        return
    front = view.card.front_matter
    lines = [number for key, numbers in front.duplicates if key == "license" for number in numbers[:_MAX_QUOTES]]
    for number in lines:
        if match := _STATED.match(view.rows[number - 1]):
            yield match[1]
    yield from (value for value, _ in _below(view))


def _below(view: CardView) -> Iterator[tuple[str, int]]:
    """The keys `license` of a second header below the first, and their lines."""
    if view.card is None or view.card.front_matter.status is FrontMatterStatus.UNCLOSED:
        return
    if view.card.text.find("\nlicense:") < 0:
        return
    after = view.card.front_matter.end_line
    for number, row in enumerate(view.rows[after:], after + 1):
        if row.startswith("license:") and (match := _STATED.match(row)):
            yield match[1], number


def _place(source: LicenseSource) -> str:
    if source.source == "tag":
        return "tag"
    return "header of the weights" if source.source == "weights header" else f"key `{source.source}`"


def _inside_the_key(
    view: CardView, declared: Sequence[str], declared_at: tuple[Evidence, ...], prose: Prose
) -> Iterator[Conflict]:
    known = [licence for licence in map(licence_of, declared) if licence is not None]
    apart = {part.declared for part in prose.apart}
    told = apart | {mention.hub_id for mention, _ in prose.named}
    settled = bool(apart) and all(licence.hub_id in told for licence in known)
    if len({licence.commercial_use for licence in known}) > 1 and not settled:
        ids = ", ".join(value.lower() for value in declared)
        why = f"the key `license` lists {ids}, of different terms, and does not say which holds for what"
        yield Conflict(why=why, evidence=declared_at)
    duplicated = view.card.front_matter.duplicates if view.card else ()
    for key, lines in duplicated:
        if key == "license":
            quotes = tuple(view.line_evidence(number) for number in lines[:_MAX_QUOTES])
            if len({quote.quote for quote in quotes}) > 1:
                yield Conflict(why="the front matter has the key `license` twice", evidence=quotes)


def _against_files(
    stated: _Stated, sources: Sequence[LicenseSource], prose: Prose, view: CardView
) -> Iterator[Conflict]:
    """A licence file of another licence than the header says or, where that says none, than the text says.

    The file may be the code's, where the text says so; of several files one that fits is enough.
    """
    of_code = {part.declared for part in prose.apart if part.subject == "code"}
    files = [file for file in files_of_model(sources) if file.hub_id not in of_code and file.evidence]
    found = [(file, licence) for file in files if file.hub_id and (licence := licence_of(file.hub_id))]
    against, at, words = stated.licences, stated.at, stated.words
    if not against and prose.named:
        mention, line = prose.named[0]
        licence = licence_of(mention.hub_id)
        against, at = [licence] if licence else [], (view.evidence(line),)
        words = f"the text says {mention.words}"
    if not against or not found:
        return
    if all(contradicts(licence, against) for _, licence in found):
        file, licence = found[0]
        quotes = (*at, *((file.evidence,) if file.evidence else ()))
        why = f"{words}, the file `{file.value}` is {licence.name}"
        yield Conflict(why=why, evidence=quotes, slight=versions(licence, against))
        return
    for file, licence in found:
        if file.sure == "like" and file.restricts and not licence.is_family:
            quotes = (*at, *(quote for quote in (file.evidence, file.added) if quote))
            why = f"{words}, the file `{file.value}` is like {licence.name} and says more"
            yield Conflict(why=why, evidence=quotes)
            return


def _against_prose(view: CardView, stated: _Stated, prose: Prose) -> Iterator[Conflict]:
    said = [licence for licence in map(licence_of, {mention.hub_id for mention, _ in prose.named}) if licence]
    confirmed = any(kin(other, one) for other in said for one in stated.licences)
    for mention, line in prose.named if stated.licences and not confirmed else ():
        other = licence_of(mention.hub_id)
        if contradicts(other, stated.licences):
            of_code = {part.declared for part in prose.apart if part.subject == "code"}
            only = all(one.hub_id in of_code for one in stated.licences)
            why = f"{stated.words}, the text {mention.words}" + (
                "; it gives the former to the code only" if only else ""
            )
            quotes = (*stated.at, view.evidence(line))
            yield Conflict(why=why, evidence=quotes, slight=versions(other, stated.licences))
            break
    ids = ", ".join(one.hub_id for one in stated.licences)
    if prose.restriction in {"research-only", "non-commercial"}:
        restricting = view.evidence(prose.restricting[0])
        named_open = [(m, line) for m, line in prose.named if (found := licence_of(m.hub_id)) and is_open(found)]
        if stated.licences and all(is_open(one) or one.commercial_use == "conditional" for one in stated.licences):
            why = f"{ids} allows commercial use, the text is {prose.restriction}"
            yield Conflict(why=why, evidence=(*stated.at, restricting))
        elif not stated.licences and not view.strings("license") and named_open:
            why = f"the text names {named_open[0][0].words} and also says {prose.restriction}"
            yield Conflict(why=why, evidence=(view.evidence(named_open[0][1]), restricting))
    if prose.asking and stated.licences and all(one.family == "permissive" for one in stated.licences):
        why = f"{ids} needs no permission, the text asks for one"
        yield Conflict(why=why, evidence=(*stated.at, view.evidence(prose.asking)))


def _second_front_matter(view: CardView, stated: _Stated) -> Iterator[Conflict]:
    ids = {one.hub_id for one in stated.declared}
    for value, number in _below(view) if ids else ():
        said = licence_of(value)
        if said is not None and said.hub_id not in ids:
            why = f"{stated.words}, a second one below `{value}`"
            quotes = (*stated.at, view.line_evidence(number))
            yield Conflict(why=why, evidence=quotes, slight=versions(said, stated.declared))
            return
