"""The repo is open to everybody.

What it checks
    Whether the Hub has disabled the repo, and whether access must be asked for (a gate).

Why it matters
    A disabled repo was taken down, often for a reason. A gate makes you accept terms that may not stand in the card.

How to fix
    For a gate: read and accept its terms on the model's page, then log in. For a disabled repo: take another model.

Limits
    It does not tell why a repo was disabled.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Disabled, gated, open, or not told."""
    facts = reading.facts
    if facts.source in {"path", "cards"}:
        yield not_applicable("not on a Hub")
        return
    if facts.disabled:
        yield failed("the Hub has disabled this repo", severity=Severity.HIGH)
    if facts.gated in {"auto", "manual"}:
        how = "at once" if facts.gated == "auto" else "by a person"
        yield failed(f"access must be asked for on the model's page and is granted {how}")
    elif facts.gated is None and not facts.disabled:
        yield unknown("the Hub did not tell whether access must be asked for")
    elif not facts.disabled:
        yield passed("open to everybody")


CHECK = Check(
    id="access-open",
    severity=Severity.LOW,
    remediation="read the terms on the model's page and accept them there, or take another model",
    run=run,
)
