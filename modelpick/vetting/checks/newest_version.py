"""No newer version of the model is named.

What it checks
    Whether the header names a `new_version`, or the card says that the model is deprecated, superseded or moved; and
    when the repo was made and last changed.

Why it matters
    An old version gets no fixes, and its publisher may have replaced it for a reason.

How to fix
    Look at the newer one; where you need this one, pin its commit.

Limits
    Only what the publisher says counts; an old date alone is told and is no fault. The Hub keeps creation dates since
    March 2022 only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.card_facts import CardFacts
from modelpick.facts import RepoFacts
from modelpick.findings import Confidence, Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of, unknown

_WHAT = r"(?:models?|repo|repository|checkpoints?|version|weights|card|project)"
_OVER = re.compile(
    rf"(?i)\b(?:this|these|the)\s+(?:\w+[ -]){{0,3}}{_WHAT}\s+(?:\w+\s+)?(?:is|are|has|have|was|were)\s+"
    r"(?:now\s+|been\s+|being\s+|already\s+|officially\s+){0,2}"
    r"(?:deprecated|superseded|obsolete|outdated|archived|discontinued|retired|no longer (?:maintained|supported)"
    r"|moved\s+(?:to|here)|replaced\s+by|unmaintained)\b"
    r"|^\W*(?:deprecated|obsolete|archived)\b\W*(?:$|[.:!-])"
    r"|^\W*(?:(?:this )?(?:model|repo|repository) )?(?:has )?moved (?:to|here)\b"
    r"|\bin favou?r of (?:the )?(?:new|newer|latest)\b"
)
_SIGNS = ("deprecat", "supersed", "obsolete", "outdated", "archived", "discontinued", "retired", "no longer", "moved")
_MORE_SIGNS = ("replaced by", "unmaintained", "in favor of", "in favour of")


def run(reading: Reading) -> Iterator[Said]:
    """The header's word, the text's, or the dates."""
    facts, card = reading.facts, reading.facts.card
    newer = _new_version(facts)
    if newer is not None:
        name, quotes = newer
        yield failed(f"the publisher names a newer version: `{name}`", *quotes)
    said = _said(card) if card else None
    if said is not None:
        yield failed("the card says that this model is no longer the current one", said, confidence=Confidence.MEDIUM)
    if newer or said:
        return
    if facts.source in {"path", "cards"}:
        yield not_applicable("no newer version is named, and a local copy does not tell when it was last changed")
    elif facts.last_modified is None:
        yield unknown("no newer version is named; the Hub did not tell when the repo was last changed")
    else:
        made = f", made {facts.created[:10]}" if facts.created else ", made on an unknown day"
        yield passed(f"no newer version is named; last changed {facts.last_modified[:10]}{made}")


def _new_version(facts: RepoFacts) -> tuple[str, tuple[Evidence, ...]] | None:
    card = facts.card
    value = card.front_matter.values.get("new_version") if card else facts.card_data.get("new_version")
    if not isinstance(value, str) or not value.strip():
        return None
    line = card.front_matter.lines.get("new_version") if card else None
    return value, (quote_of(card, line),) if card and line else ()


def _said(card: CardFacts) -> Evidence | None:
    lower = card.text.lower()
    if not any(sign in lower for sign in (*_SIGNS, *_MORE_SIGNS)):
        return None
    for block in card.blocks:
        for sentence in block.sentences:
            if _OVER.search(sentence.text):
                return Evidence(
                    file=card.path,
                    line=sentence.line,
                    quote=sentence.quote,
                    section=section.title if (section := card.section_of(block)) else None,
                )
    return None


CHECK = Check(
    id="newest-version",
    severity=Severity.LOW,
    remediation="look at the newer version, or pin the commit of this one",
    run=run,
)
