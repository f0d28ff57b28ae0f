"""Cards that were written to hurt: each ends soon, whatever it answers."""

from __future__ import annotations

import time

import pytest

from modelpick.card.reader import CARD_CAP, read_card
from modelpick.card_facts import FrontMatterStatus as Status

SECONDS = 3.0
"""Of this process's own time; on a quiet machine the slowest takes a third of it."""


def body(piece: str) -> str:
    return piece * (CARD_CAP // len(piece.encode()))


def front(inside: str) -> str:
    return f"---\nlicense: mit\n{inside}\n---\n# Title\n"


HOSTILE = {
    "60,000 tags": front("tags:\n" + "".join(f"- tag{i}\n" for i in range(60_000))),
    "anchor bomb": front("a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{f'*a{i - 1}, ' * 9}]\n" for i in range(1, 10))),
    "merge keys": front(
        "a0: &a0 {k: v}\n" + "".join(f"a{i}: &a{i}\n  <<: [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 30))
    ),
    "circle": front("a: &a [*a]"),
    "deep flow": front("a: " + "[" * 5000),
    "deep block": front("".join(f"{' ' * i}a:\n" for i in range(1000))),
    "model-index": front("model-index:\n" + "- a: {b: c}\n" * 60_000),
    "broken lists": front("\t\n" + "a: b\n- c\n" * 100_000),
    "never closed": "---\nlicense: mit\n" + "a: b\n" * 190_000,
    "fences": body("---\n"),
    "fences with keys": "x\n" + body("---\nlicense: [\n"),
    "front matters in code": front("") + body("```\n---\nlicense: x\n---\n```\n"),
    "10 MB line": "a" * 10_000_000,
    "lone returns": body("a\r"),
    "blank lines": body("\n"),
    "sentences": body("a. "),
    "sentences in Chinese": body("好。"),
    "brackets": body("["),
    "references": body("[a]: b\n\n[a]\n\n"),
    "nested brackets": "[a]: b\n\n" + ("[" * 32_000 + "]" * 32_000 + "\n\n") * 7,
    "stars": body("*a "),
    "backticks": "".join("`" * i + " " for i in range(1900)),
    "HTML in one cell": "<table><tr><td>" + body("<p>a"),
    "scripts": "<div>" + body("<script>"),
    "quotes in quotes": ("> " * 20 + "a\n") * 20_000,
    "lists in quotes": (">- " * 6 + "a\n") * 19_000,
    "wide table": "|".join("a" * 3000) + "\n" + "|".join("-" * 3000) + "\n" + "|a|\n" * 19_000,
    "paragraphs": body("a\n\n"),
    "NULs": body("\0"),
    "one paragraph": "[" * 60_000 + "*a " * 15_000 + "<a " * 15_000 + "`" * 3 + "` `` " * 9000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_ends_soon(name: str) -> None:
    data = HOSTILE[name].encode()
    start = time.process_time()
    card = read_card(data)
    assert time.process_time() - start < SECONDS
    assert len(card.blocks) <= 20_000


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("60,000 tags", Status.OVER_CAP),
        ("anchor bomb", Status.REFUSED),
        ("merge keys", Status.REFUSED),
        ("circle", Status.REFUSED),
        ("deep block", Status.REFUSED),
        ("model-index", Status.READ),
    ],
)
def test_says_what_it_was(name: str, status: Status) -> None:
    card = read_card(HOSTILE[name].encode())
    assert card.front_matter.status is status
    assert card.front_matter.problem in card.problems
    assert card.sections[0].title == "Title"


def test_a_body_that_was_not_read_whole_is_told() -> None:
    card = read_card(("First.\n\n" + body("a\n\n")).encode())
    assert card.truncated
    assert card.blocks[0].text == "First."
    assert any("read up to line" in problem for problem in card.problems)
