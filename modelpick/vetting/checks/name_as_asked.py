"""The repo is the one that was asked for.

What it checks
    Whether the Hub answered with the id that was asked for, or with another (a rename, another owner, another case).

Why it matters
    A name that leads elsewhere may have been renamed, or taken over by somebody else after it became free.

How to fix
    Check the new owner, and use the new id from now on.

Limits
    It compares what was asked with what was answered; it does not know who owned the name before.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed


def run(reading: Reading) -> Iterator[Said]:
    """The same, another case, another name, another owner."""
    asked, got = reading.facts.requested, reading.facts.repo_id
    if reading.facts.source != "hub" or got is None:
        yield not_applicable("not asked for by name")
    elif asked == got:
        yield passed(f"the Hub answers to `{asked}`")
    elif asked.lower() == got.lower():
        yield failed(f"asked for `{asked}`, which the Hub spells `{got}`", severity=Severity.INFO)
    elif "/" in asked and asked.split("/")[0].lower() != got.split("/")[0].lower():
        yield failed(f"asked for `{asked}`, got `{got}`: the repo belongs to another owner now")
    else:
        yield failed(f"asked for `{asked}`, got `{got}`: the repo was renamed", severity=Severity.LOW)


CHECK = Check(
    id="name-as-asked",
    severity=Severity.MEDIUM,
    remediation="make sure that you trust the owner of the repo that answered, and use its id",
    run=run,
)
