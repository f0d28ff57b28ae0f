"""The repo is open to everybody.

What it checks
    Whether the Hub has disabled the repo, whether it is private, and whether access must be asked for (a gate): in
    which case the terms that one accepts there are quoted, and it is said whether this vet could see behind it.

Why it matters
    A disabled repo was taken down, often for a reason. A gate makes you accept terms that may not stand in the card,
    and its owner can close it again.

How to fix
    For a gate: read and accept its terms on the model's page, then log in. For a disabled repo: take another model.

Limits
    It does not tell why a repo was disabled. The terms of a gate are quoted only where the card holds them.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.facts import RepoFacts
from modelpick.findings import Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of, unknown

_GATE_KEYS = ("extra_gated_prompt", "extra_gated_heading", "extra_gated_description", "extra_gated_fields")


def run(reading: Reading) -> Iterator[Said]:
    """Disabled, private, gated, open, or not told."""
    facts = reading.facts
    if facts.source in {"path", "cards"}:
        yield not_applicable("not on a Hub")
        return
    if facts.disabled:
        yield failed("the Hub has disabled this repo", severity=Severity.HIGH, remediation="take another model")
    if facts.private:
        yield failed(
            "the repo is private: others cannot check what you found",
            severity=Severity.INFO,
            remediation="tell others its commit, and give them access",
        )
    if facts.gated in {"auto", "manual"}:
        yield _gate(facts)
    elif facts.gated is None and not facts.disabled:
        yield unknown("the Hub did not tell whether access must be asked for")
    elif not facts.disabled and not facts.private:
        yield passed("open to everybody")


def _gate(facts: RepoFacts) -> Said:
    how = "is granted at once" if facts.gated == "auto" else "is granted by a person"
    closed = next((missing for missing in facts.missing if missing.what == "card"), None)
    seen = f"; this vet could not see behind the gate: {closed.reason}" if closed else ""
    return failed(
        f"access must be asked for on the model's page and {how}{seen}",
        *_terms(facts),
        remediation=closed.hint if closed else None,
    )


def _terms(facts: RepoFacts) -> tuple[Evidence, ...]:
    """The first line of what the card says at the gate."""
    card = facts.card
    lines = [card.front_matter.lines[key] for key in _GATE_KEYS if key in card.front_matter.lines] if card else []
    return (quote_of(card, lines[0]),) if card and lines else ()


CHECK = Check(
    id="access-open",
    severity=Severity.LOW,
    remediation="read the terms on the model's page and accept them there, or take another model",
    run=run,
)
