"""What holds for every card: it is read, and each quote stands in the file where it is said to stand."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelpick.card.front_matter import read_front_matter
from modelpick.card.reader import read_card
from modelpick.card_facts import BlockKind, CardFacts

PIECES = (
    *("---\n", "license: mit\n", "tags:\n- a\n", "a: [b\n", "\n\n", "\r\n", "\r", "\t", "# Title\n", "## 1. *Uses*\n"),
    *(
        "Some words. ",
        "More words!\n",
        "e.g. this",
        "**bold**\n",
        "**bold:** x\n",
        "- item\n",
        "  - inner\n",
        "1. one\n",
    ),
    *("> quote\n", "| a | b |\n", "|---|---|\n", "```\n", "    code\n", "<p>", "</p>\n", "<td>x", "<tr>", "<h2>T</h2>"),
    *("<!-- c -->", "<!--", "-->", "<br>", "[a](b)", "![a](b)", "[a]: b\n", "`", "``", "*", "_", "\\", "\\\n", "  \n"),
    *(
        "&amp;",
        "&",
        "\0",
        "\v",
        "\u2028",
        "\ufeff",
        "é",
        "。",
        "🤗",
        "===\n",
        "TBD\n",
        "N/A",
        "{{ x }}",
        "<script>",
        "word",
    ),
)
CARDS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def check(card: CardFacts) -> None:
    lines = card.text.split("\n")
    for block in card.blocks:
        assert 1 <= block.line <= block.end_line <= len(lines)
        assert block.section is None or 0 <= block.section < len(card.sections)
        assert (block.kind is BlockKind.TABLE_ROW) == bool(block.cells)
        if block.kind in (BlockKind.HEADING, BlockKind.CODE, BlockKind.COMMENT):
            assert not block.sentences
        for sentence in block.sentences:
            assert block.line <= sentence.line <= block.end_line
            assert sentence.text
            window = "\n".join(lines[sentence.line - 1 : sentence.line + 5])
            assert squeezed(sentence.quote) in squeezed(window)
            begin = sentence.quote.split("\n")[0].strip()
            assert begin
            assert begin in lines[sentence.line - 1]
    for index, section in enumerate(card.sections):
        assert section.parent is None or section.parent < index
        assert section.parent is None or card.sections[section.parent].level < section.level
    for key, line in card.front_matter.lines.items():
        assert key in card.text
        assert card.front_matter.start_line <= line <= card.front_matter.end_line


@settings(max_examples=400, deadline=None)
@given(CARDS)
@example("a\tb\n>\tc\n- \td. e\n")
@example("<div>a\n<b>\nc. d</div>")
@example("\xa0\n\v  \nlicense: mit\n")
def test_pieces_of_cards(text: str) -> None:
    check(read_card(text.encode()))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    read_front_matter(f"---\n{text}\n---\n")
    read_front_matter(text)
    check(read_card(text.encode()))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(read_card(data))
    check(read_card(b"---\n" + data, size=3_000_000))


def test_lone_surrogates_in_a_text_are_no_crash() -> None:
    assert read_front_matter("---\nlicense: \ud800\n---\n").values in ({"license": "\ud800"}, {})
