"""The card gives no orders to programs that read it.

What it checks
    Whether the card speaks to a language model that reads it ("ignore previous instructions", "if you are an AI
    assistant"), in its text, in comments, in code, or in places that people do not see.

Why it matters
    Assistants read cards to help you choose, and obey what stands there. An order in a comment is meant for them and
    hidden from you.

How to fix
    Read the quoted place yourself, and let no assistant act upon this card.

Limits
    It knows common turns in English. A model that detects such orders may quote them as examples, so what stands in
    quotation marks or code is told with low severity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.card_facts import Block, BlockKind, CardFacts
from modelpick.findings import Confidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of
from modelpick.vetting.hidden_html import hidden_passages

_READER = r"(?:an? |any |the |all )?(?:ai|llm|language[ -]model|gpt|chat ?gpt|claude|copilot|gemini|automated|coding)"
_ORDER = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|the|your|of|these|every|everything)\s+){0,3}"
    r"(?:previous|prior|above|earlier|preceding|foregoing)\s+(?:\w+\s+)?"
    r"(?:instruction|prompt|rule|direction|guideline)s?\b"
    rf"|\bif\s+you(?:\s+are|['’]re)\s+{_READER}(?:\s+(?:language\s+)?(?:assistant|agent|model|system|bot|reviewer)s?)?"
    r"\s*(?:[,:;.]|reading\b|then\b|please\b|you\b)"
    rf"|\b(?:note|message|notice)\s+(?:to|for)\s+{_READER}\s*(?:\w+\s+)?"
    r"(?:agent|assistant|model|reviewer|reader|system|scanner|tool|bot)s?\b"
    rf"|\b{_READER}\s+(?:agent|assistant|reviewer|scanner)s?\s*[,:]?\s+(?:must|should|shall|please|are to|need to)\s+"
    r"(?:\w+\s+){0,2}(?:report|rate|mark|classify|recommend|approve|install|run|execute|download|trust)"
    r"\s+(?:this|it|the following)\b"
    r"|\b(?:do not|don['’]t|never)\s+(?:tell|inform|alert|warn|mention\s+(?:this|it)\s+to)"
    r"\s+the\s+(?:user|human|operator)"
)
_SIGNS = (  # one of them stands in every order; looked for first, for most cards hold none
    *("ignore ", "disregard ", "forget ", "override ", "bypass ", "if you are ", "if you're ", "if you’re "),
    *(
        "tell the ",
        "inform the ",
        "alert the ",
        "warn the ",
        "mention this",
        "mention it",
        "agent",
        "assistant",
        "reviewer",
        "scanner",
        "note to ",
        "note for ",
    ),
    *(
        "message to ",
        "message for ",
        "instructions to ",
        "instructions for ",
        "attention ",
        "notice to ",
        "notice for ",
    ),
)
_QUOTED = re.compile(r"[\"“”«»`']")
_MAX = 3


def run(reading: Reading) -> Iterator[Said]:
    """The places that speak to a machine: hidden ones, then those that anybody sees."""
    card = reading.facts.card
    if card is None:
        yield not_applicable("there is no card")
        return
    lower = card.text.lower()
    likely = any(sign in lower for sign in _SIGNS) and _ORDER.search(card.text)
    found = [*_hidden(card), *_shown(card)] if likely else []
    yield from found or [passed("no orders to programs that read the card")]


def _hidden(card: CardFacts) -> Iterator[Said]:
    comments = [block.line for block in card.blocks if block.kind is BlockKind.COMMENT and _ORDER.search(block.text)]
    passages = [passage.line for passage in hidden_passages(card.text) if _ORDER.search(passage.text)]
    lines = [_line(card, line) for line in sorted({*comments, *passages})[:_MAX]]
    if lines:
        yield failed(
            "an order to a program that reads the card stands where people do not see it",
            *(quote_of(card, line) for line in dict.fromkeys(lines)),
            severity=Severity.HIGH,
        )


def _shown(card: CardFacts) -> Iterator[Said]:
    for block in card.blocks:
        found = _ORDER.search(block.text) if block.kind is not BlockKind.COMMENT else None
        if found is None:
            continue
        example = block.kind in {BlockKind.CODE, BlockKind.TABLE_ROW} or _stands_in_quotes(block, found.start())
        yield failed(
            "the card holds an order to a program that reads it" + (", as an example or in quotes" if example else ""),
            quote_of(card, _line(card, block.line)),
            severity=Severity.LOW if example else Severity.MEDIUM,
            confidence=Confidence.LOW if example else Confidence.MEDIUM,
        )
        return


def _stands_in_quotes(block: Block, start: int) -> bool:
    return bool(_QUOTED.search(block.text[max(0, start - 30) : start]))


def _line(card: CardFacts, first: int) -> int:
    """The line of the order itself, in a block that begins before it."""
    rows = card.text.split("\n")[first - 1 : first + 200]
    return next((number for number, row in enumerate(rows, first) if _ORDER.search(row)), first)


CHECK = Check(
    id="prompt-injection",
    severity=Severity.MEDIUM,
    remediation="read the quoted place yourself, and let no assistant act upon this card",
    run=run,
)
