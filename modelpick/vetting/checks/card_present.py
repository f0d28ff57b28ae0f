"""There is a model card to read.

What it checks
    Whether the repo has a README.md, and whether anything stands in it.

Why it matters
    Without a card nobody says what the model is for, what it learned from and what you may do with it.

How to fix
    Ask the publisher, or take another model.

Limits
    A card that is there may still say nothing, or not be true.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.card_facts import BlockKind
from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, passed, unknown

_NO_TEXT = frozenset({BlockKind.HEADING, BlockKind.COMMENT})


def run(reading: Reading) -> Iterator[Said]:
    """Present, empty, absent, or not to be had."""
    facts = reading.facts
    if facts.card is None:
        unread = next((missing for missing in facts.missing if missing.what == "card"), None)
        if unread is None:
            other = next((file.path for file in facts.files or () if file.path.lower() == "readme.md"), None)
            yield failed("the repo has no README.md" + (f": `{other}` is not read as a card" if other else ""))
        else:
            way_out = unread.hint or "read the card on the model's page, or vet the model again later"
            yield unknown(f"the card could not be had: {unread.reason}", remediation=way_out)
    elif not facts.card.text.strip():
        yield failed("the card is empty")
    elif not any(not block.placeholder and block.kind not in _NO_TEXT for block in facts.card.blocks):
        yield failed("the card has no text of its own, only a header, titles or placeholders")
    else:
        yield passed("there is a card")


CHECK = Check(
    id="card-present",
    severity=Severity.MEDIUM,
    remediation="ask the publisher for a model card, or take a model that has one",
    run=run,
)
