"""What a user of the model must do: from the columns of the table of licences, of its own licence and its bases'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.licences.lookup import Licence, licence_of
from modelpick.vetting.answers.contract import Duty, License
from modelpick.vetting.answers.lineage import is_free

_NOTHING = re.compile(r"(?i)(?:no|none|n/a|unknown|unverified|depends|yes|see condition|read the text)")
_POLICY_FILE = re.compile(r"(?i)(?:use[-_]?policy|licen[sc]e)[\w .-]*")
_MAX_QUOTE = 500


def with_duties(license_: License, facts: RepoFacts) -> License:
    """The licence answer with the duties of the licence that is worked with, and of those of the bases."""
    found: dict[str, Duty] = {}
    for licence, base, evidence in _sources(license_, facts):
        of = f"`{licence.hub_id}`" + (f", of the base `{base}`" if base else "")
        for text, at in _duties(licence, facts):
            found.setdefault(f"{licence.hub_id}: {text}", Duty(text=f"{text} ({of})", evidence=(*at, *evidence)))
    return replace(license_, duties=tuple(found.values()))


def _sources(license_: License, facts: RepoFacts) -> Iterator[tuple[Licence, str | None, tuple[Evidence, ...]]]:
    """The licences whose duties hold, with the base that brings each and the line that states it."""
    own = licence_of(license_.licence_id) if license_.licence_id else None
    if own is not None:
        of_bases = {quote for ancestor in license_.lineage for quote in (*ancestor.evidence, *ancestor.named)}
        yield own, None, tuple(quote for quote in license_.evidence if quote not in of_bases)[:1]
    for ancestor in license_.lineage:
        licence = licence_of(ancestor.licence_id) if ancestor.licence_id else None
        if licence is not None and not is_free(ancestor, facts.repo_id or facts.requested):
            yield licence, ancestor.repo_id, ancestor.evidence[:1]


def _duties(licence: Licence, facts: RepoFacts) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    """Each duty in words, with a quote of its own where the repo's files hold one."""
    for value, words in (
        (licence.notice_required, "with every copy: {}"),
        (licence.naming, "names and displays: {}"),
        (licence.use_restrictions, "keep to the use restrictions, and pass them on: {}"),
        (licence.share_alike, "what you make of it stays under the same terms: {}"),
        (licence.output_restriction, "what it puts out: {}"),
    ):
        if value and not _NOTHING.fullmatch(value) and not value.lower().startswith("none"):
            yield words.format(value.removeprefix("yes: ").removeprefix("yes, ")), ()
    if licence.users_threshold:
        per = f" a {licence.users_per}" if licence.users_per else ""
        yield (
            f"from {licence.users_threshold:,} users{per} other terms apply: {licence.condition or 'ask for them'}",
            (),
        )
    elif licence.revenue_threshold:
        per = f" a {licence.revenue_per}" if licence.revenue_per else ""
        yield f"from US${licence.revenue_threshold:,} revenue{per} other terms apply: {licence.condition}", ()
    elif licence.commercial_use in {"conditional", "no"} and licence.condition:
        yield f"commercial use: {licence.condition}", ()
    if licence.excluded_territory:
        where = ", ".join(licence.excluded_territory)
        scope = f" for {licence.excluded_scope}" if licence.excluded_scope else ""
        yield (
            f"not licensed in {where}{scope}: {licence.territory}",
            tuple(_quote_of(licence.excluded_territory, facts)),
        )


def _quote_of(places: tuple[str, ...], facts: RepoFacts) -> Iterator[Evidence]:
    """The first line of a policy or licence file, of the repo or of a base, that names one of these places."""
    for source in (facts, *(descent.facts for descent in facts.lineage if descent.facts)):
        for text in source.texts:
            if not _POLICY_FILE.fullmatch(text.path):
                continue
            for number, line in enumerate(text.text.split("\n"), 1):
                if any(place in line for place in places):
                    prefix = "" if source is facts else f"{source.repo_id}@{(source.commit or 'unknown commit')[:12]}/"
                    yield Evidence(file=prefix + text.path, line=number, quote=line.strip()[:_MAX_QUOTE])
                    return
