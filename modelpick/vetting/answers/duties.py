"""What a user of the model must do: from the columns of the table of licences, of its own licence and its bases'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.licences.lookup import Licence, licence_of
from modelpick.vetting.answers.contract_license import Duty, License, LicenseTerm
from modelpick.vetting.answers.license_sources import read_terms
from modelpick.vetting.answers.lineage import is_free, licence_worked_with, place_of
from modelpick.vetting.answers.words import late

_NOTHING = late(r"(?i)(?:no|none|n/a|unknown|unverified|depends|yes|see condition|read the text)")


def with_duties(license_: License, facts: RepoFacts) -> License:
    """The licence answer with the duties of the licence that is worked with, and of those of the bases."""
    found: dict[str, Duty] = {}
    for source in _sources(license_, facts):
        of = f"`{source.licence.hub_id}`" + (f", of the base `{source.base}`" if source.base else "")
        for text, kind in _duties(source.licence):
            limits = tuple(term.evidence for term in source.limits if term.kind == kind)
            duty = Duty(words=text, of=of, evidence=(*source.evidence, *limits))
            found.setdefault(f"{source.licence.hub_id}: {text}", duty)
    return replace(license_, duties=tuple(found.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A licence whose duties hold: which base brings it, the line that states it, the limits that its file sets."""

    licence: Licence
    base: str | None = None
    evidence: tuple[Evidence, ...]
    limits: tuple[LicenseTerm, ...]


def _sources(license_: License, facts: RepoFacts) -> Iterator[_Source]:
    own = licence_worked_with(license_)
    if own is not None:
        yield _Source(licence=own, evidence=license_.own_evidence[:1], limits=license_.terms)
        for beside in () if license_.conflicts else map(licence_of, license_.declared):
            if beside is not None and beside.hub_id not in {own.hub_id, "other", "unknown"} and not beside.is_family:
                yield _Source(licence=beside, evidence=license_.own_evidence[:1], limits=())
    known = {descent.facts.repo_id: descent.facts for descent in facts.lineage if descent.facts}
    for ancestor in license_.lineage:
        licence = licence_of(ancestor.hub_id) if ancestor.hub_id else None
        if licence is None or is_free(ancestor, facts.repo_id or facts.requested):
            continue
        base = known.get(ancestor.repo_id)
        yield _Source(
            licence=licence,
            base=ancestor.repo_id,
            evidence=ancestor.evidence[:1],
            limits=tuple(_limits_of(base)) if base else (),
        )


def _limits_of(base: RepoFacts) -> Iterator[LicenseTerm]:
    """The limits in the licence files of a base, quoted under its name."""
    for term in read_terms(base):
        yield replace(term, evidence=replace(term.evidence, file=f"{place_of(base)}/{term.evidence.file}"))


def _duties(licence: Licence) -> Iterator[tuple[str, str]]:
    """Each duty in words, and the kind of limit in a licence file that says the same."""
    closed = licence.commercial_use == "no"
    if closed:
        plain = not licence.condition or licence.condition.startswith("non-commercial only")
        yield "no commercial use" + ("" if plain else f": {licence.condition}"), "users"
    bans = licence.use_restrictions or ""
    for value, words in (
        (licence.notice_required, "with every copy: {}"),
        (licence.naming, "names and displays: {}"),
        (
            None if closed and bans.startswith("non-commercial") else bans,
            "keep to the use restrictions, and pass them on: {}",
        ),
        (licence.share_alike, "what you make of it stays under the same terms: {}"),
        (licence.output_restriction, "its outputs: {}"),
    ):
        if value and not _NOTHING.fullmatch(value) and not value.lower().startswith("none"):
            yield words.format(value.removeprefix("yes: ").removeprefix("yes, ")), ""
    if licence.users_threshold:
        per = f" a {licence.users_per}" if licence.users_per else ""
        yield f"from {licence.users_threshold:,} users{per} other terms apply: {licence.condition}", "users"
    elif licence.revenue_threshold:
        per = f" a {licence.revenue_per}" if licence.revenue_per else ""
        yield f"from US${licence.revenue_threshold:,} revenue{per} other terms apply: {licence.condition}", "revenue"
    elif licence.commercial_use == "conditional" and licence.condition:
        yield f"commercial use: {licence.condition}", "users"
    if licence.excluded_territory:
        where = ", ".join(licence.excluded_territory)
        scope = f" for {licence.excluded_scope}" if licence.excluded_scope else ""
        yield f"not licensed in {where}{scope}: {licence.territory}", "territory"
