"""The licence is one whose terms are known.

What it checks
    Whether the declared licence is in the table of licences, is one text and not a family (`cc`, `gpl`, `openrail`),
    and, for `other`, whether its name, its link or the licence file tells it. A licence file is read: which licence it
    is, and whether it holds clauses that the licence does not have.

Why it matters
    `other` or a family id does not tell what you may do: the text does.

How to fix
    Read the licence text in the repo before you use the model.

Limits
    The table tells terms in short; only the text counts. A file is told by its title and by short phrases, and only
    of the short licences (MIT, BSD, ISC, Apache) whether something was added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelpick.findings import Severity
from modelpick.licences.lookup import licence_of
from modelpick.vetting.answers.contract_license import License, LicenseSource
from modelpick.vetting.answers.license_ids import files_of_model, kin
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown

_HELD = {
    "text": "is the text of {}",
    "title": "bears the title of {}; whether its text was changed nobody compared",
    "named": "names {}",
}


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each declared value, or for the tag where nothing is declared, and one for an unknown file."""
    license_ = reading.answers.license
    named = {source.source: source.value for source in license_.other_sources}
    values = license_.declared or ((named["tag"],) if "tag" in named else ())
    files = [source for source in license_.other_sources if source.source == "file"]
    if not values and not files:
        yield not_applicable("no licence is declared")
    for value in values:
        yield _declared(value, license_, files)
    for file in files_of_model(files):
        quotes = [quote for quote in (file.evidence, file.added) if quote]
        licence = licence_of(file.hub_id) if file.hub_id else None
        if licence is not None and file.sure == "like":
            worse = Severity.MEDIUM if file.restricts else Severity.INFO
            yield failed(f"`{file.value}` is like {licence.name}, with additions", *quotes, severity=worse)
        elif licence is not None:
            yield passed(f"`{file.value}` {_HELD[file.sure or 'named'].format(licence.name)}", *quotes)
    read = {text.path for text in reading.facts.texts}
    for file in files:
        if file.hub_id is None and file.value in read and "policy" not in file.value.lower():
            yield unknown(f"`{file.value}` is a text that is not in our table: read it", severity=Severity.LOW)


def _declared(value: str, license_: License, files: Sequence[LicenseSource]) -> Said:
    at = license_.own_evidence[:1]
    licence = licence_of(value)
    where = f"; its text may be in {', '.join(f'`{file.value}`' for file in files[:3])}" if files else ""
    if licence is None:
        return unknown(f"`{value}` is no licence id of the Hub and is not in our table{where}", *at)
    told = license_.hub_id and license_.hub_id != licence.hub_id and licence_of(license_.hub_id)
    if licence.hub_id == "other":
        name = next((source.value for source in license_.other_sources if source.source == "license_name"), None)
        if told:
            called = f", named `{name}`" if name else ""
            return passed(f"`other`{called}: {told.name}", *license_.own_evidence[:2])
        because = f"and its name `{name}` is not in our table" if name else "and its name is not told"
        return unknown(f"the licence is `other` {because}{where}", *at)
    if licence.hub_id == "unknown":
        return unknown("the licence is declared as `unknown`", *at)
    if licence.is_family:
        if told and kin(told, licence):
            return passed(f"`{value}` names a family; another place tells {told.name}", *license_.own_evidence[:2])
        return failed(f"`{value}` names a family of licences, not one text{where}", *at)
    return passed(f"{licence.name} ({licence.family})", *at)


CHECK = Check(
    id="license-known",
    severity=Severity.MEDIUM,
    remediation="read the licence text in the repo; if there is none, ask the publisher which one is meant",
    run=run,
)
