"""The licence is one whose terms are known.

What it checks
    Whether the declared licence is in the table of licences, is one text and not a family (`cc`, `gpl`, `openrail`),
    and, for `other`, whether its name is told.

Why it matters
    `other` or a family id does not tell what you may do: the text does.

How to fix
    Read the licence text in the repo before you use the model.

Limits
    The table tells terms in short; only the text counts. Licence files are not compared with their names yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.licences.lookup import licence_of
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each declared value, or for the tag where nothing is declared."""
    license_ = reading.answers.license
    named = {source.source: source.value for source in license_.other_sources}
    values = license_.declared or ((named["tag"],) if "tag" in named else ())
    files = [source.value for source in license_.other_sources if source.source == "file"]
    where = f"; its text may be in {', '.join(f'`{file}`' for file in files[:3])}" if files else ""
    if not values:
        yield not_applicable("no licence is declared")
    for value in values:
        licence = licence_of(value)
        name = named.get("license_name")
        if licence is None:
            yield unknown(
                f"`{value}` is no licence id of the Hub and is not in our table{where}", *license_.own_evidence[:1]
            )
        elif licence.hub_id == "other":
            found = licence_of(name) if name else None
            if found is not None:
                yield passed(f"`other`, named `{name}`: {found.name}", *license_.own_evidence[:1])
            else:
                told = f"and its name `{name}` is not in our table" if name else "and its name is not told"
                yield unknown(f"the licence is `other` {told}{where}", *license_.own_evidence[:1])
        elif licence.hub_id == "unknown":
            yield unknown("the licence is declared as `unknown`", *license_.own_evidence[:1])
        elif licence.is_family:
            yield failed(f"`{value}` names a family of licences, not one text{where}", *license_.own_evidence[:1])
        else:
            yield passed(f"{licence.name} ({licence.family})", *license_.own_evidence[:1])


CHECK = Check(
    id="license-known",
    severity=Severity.MEDIUM,
    remediation="read the licence text in the repo; if there is none, ask the publisher which one is meant",
    run=run,
)
