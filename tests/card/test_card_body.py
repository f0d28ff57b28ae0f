"""The body: blocks, sections, lines, whatever the card is written in."""

from __future__ import annotations

import pytest

from modelpick.card.reader import CARD_CAP, read_card
from modelpick.card_facts import Block, BlockKind, CardFacts


def card_of(text: str) -> CardFacts:
    return read_card(text.encode())


def shape(card: CardFacts) -> list[tuple[str, str, int]]:
    return [(block.kind.value, block.text, block.line) for block in card.blocks]


def sentences(block: Block) -> list[tuple[int, str, str]]:
    return [(s.line, s.text, s.quote) for s in block.sentences]


def test_blocks_with_their_lines_over_the_whole_file() -> None:
    card = card_of(
        "---\nlicense: mit\n---\n\n# The *Title*\n\nOne [link](http://a.b/c_d) and `code_x`.\nSecond line.\n\n"
        "- item\n  goes on\n  1. inner\n\n> quoted\n> words\n\n```python\nx = 1\n```\n\n    indented\n"
    )
    assert shape(card) == [
        ("heading", "The Title", 5),
        ("paragraph", "One link and code_x. Second line.", 7),
        ("list-item", "item goes on", 10),
        ("list-item", "inner", 12),
        ("quote", "quoted words", 14),
        ("code", "x = 1\n", 17),
        ("code", "indented\n", 21),
    ]
    assert [block.end_line for block in card.blocks] == [5, 8, 11, 12, 15, 19, 21]
    assert [block.language for block in card.blocks][-2:] == ["python", ""]
    assert sentences(card.blocks[1]) == [
        (7, "One link and code_x.", "One [link](http://a.b/c_d) and `code_x`."),
        (8, "Second line.", "Second line."),
    ]
    assert sentences(card.blocks[4]) == [(14, "quoted words", "quoted\n> words")]


def test_sections_nest_by_level_and_bold_lines_are_the_lowest() -> None:
    card = card_of(
        "Before.\n\n# Model\n\n## 1. Uses [optional]\n\n**Direct Use:**\nText under it.\n\n**Not a heading.**\n\n"
        "**Label:** text\n\nLimits 🚧\n========\n\nLast.\n"
    )
    assert [(s.title, s.name, s.level, s.line, s.parent) for s in card.sections] == [
        ("Model", "model", 1, 3, None),
        ("1. Uses [optional]", "uses", 2, 5, 0),
        ("Direct Use:", "direct use", 7, 7, 1),
        ("Limits 🚧", "limits", 1, 14, None),
    ]
    where = {block.text: block.section for block in card.blocks}
    assert where["Before."] is None
    assert where["Text under it."] == where["Label: text"] == where["Not a heading."] == 2
    assert where["Last."] == 3
    assert card.blocks[1].section == 0


def test_a_sentence_over_a_rule_is_no_heading() -> None:
    card = card_of("This model may not be used for anything that matters.\n---\n\nShort title\n---\n")
    assert [block.kind for block in card.blocks] == [BlockKind.PARAGRAPH, BlockKind.HEADING]


def test_table_rows() -> None:
    card = card_of("| Set | **Size** |\n|---|:-:|\n| [COCO](x) | 5\\|6 |\n| a |\n")
    rows = [(block.cells, block.header, block.line) for block in card.blocks]
    assert rows == [(("Set", "Size"), True, 1), (("COCO", "5|6"), False, 3), (("a", ""), False, 4)]
    assert sentences(card.blocks[1]) == [(3, "COCO | 5|6", "| [COCO](x) | 5\\|6 |")]


def test_html_is_read_as_text_with_its_lines() -> None:
    card = card_of(
        '<div align="center">\n<h2>Training <i>data</i></h2>\n<p>Trained on\n<b>COCO</b>.<br>Not on &lt;X&gt;.</p>\n'
        "<ul><li>one</li>\n<li>two</li></ul>\n<!-- hidden\nwords --><script>var x = 'no';</script>\n"
        "<table><tr><th>Set</th><th>Size</th></tr>\n<tr><td>A\n</td><td><p>5</p></td></tr></table>\n</div>\n"
    )
    assert shape(card) == [
        ("heading", "Training data", 2),
        ("html", "Trained on COCO. Not on <X>.", 3),
        ("list-item", "one", 5),
        ("list-item", "two", 6),
        ("comment", "hidden\nwords", 7),
        ("table-row", "Set | Size", 9),
        ("table-row", "A | 5", 10),
    ]
    assert sentences(card.blocks[1]) == [
        (3, "Trained on COCO.", "Trained on\n<b>COCO</b>."),
        (4, "Not on <X>.", "Not on &lt;X&gt;."),
    ]
    assert card.blocks[5].header
    assert card.blocks[6].cells == ("A", "5")
    assert card.sections[0].level == 2


def test_comments_inside_a_paragraph_are_blocks_of_their_own() -> None:
    card = card_of("Seen <!-- not\nseen --> again.\n")
    assert shape(card) == [("paragraph", "Seen again.", 1), ("comment", "not\nseen", 1)]


def test_a_comment_that_never_ends_is_told() -> None:
    card = card_of("Text.\n\n<!-- forgotten\n\n# Limits\n\nMany.\n")
    assert [block.kind for block in card.blocks] == [BlockKind.PARAGRAPH, BlockKind.COMMENT]
    assert any("line 3" in problem for problem in card.problems)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(end: str) -> None:
    text = end.join(["---", "license: mit", "---", "# Title", "", "First. Goes", "on.", "", "| a | b |", "|-|-|"])
    card = card_of(text)
    assert card.front_matter.values == {"license": "mit"}
    assert [block.text for block in card.blocks] == ["Title", "First. Goes on.", "a | b"]
    newline = end != "\r"  # lines are counted at \n, and such a file has one line
    assert [block.line for block in card.blocks] == ([4, 6, 9] if newline else [1, 1, 1])
    assert card.blocks[1].sentences[1].quote == f"Goes{end}on."
    assert card.text == text


def test_bytes_that_are_no_utf8_and_utf16() -> None:
    bad = read_card(b"---\nlicense: mit\n---\nCaf\xe9 model.\n")
    assert bad.front_matter.values == {"license": "mit"}
    assert bad.blocks[0].text == "Caf\ufffd model."
    assert "line 4" in bad.problems[0]
    wide = read_card("---\nlicense: mit\n---\nText.\n".encode("utf-16"))
    assert wide.front_matter.values == {"license": "mit"}
    assert "UTF-16" in wide.problems[0]


def test_beyond_the_cap_is_told_and_a_cut_character_is_no_fault() -> None:
    data = b"# Title\n\n" + "é".encode() * CARD_CAP
    card = read_card(data)
    assert card.truncated
    assert card.bytes == len(data)
    assert len(card.text.encode()) <= CARD_CAP + 3
    assert "2,000,000" in card.problems[0]
    assert not any("UTF-8" in problem for problem in card.problems)
    head = read_card(b"# Title\n", size=5_000_000)
    assert head.truncated
    assert (head.bytes, head.sections[0].title) == (5_000_000, "Title")
    assert not read_card(b"# Title\n", size=8).truncated


def test_an_empty_card() -> None:
    card = read_card(b"")
    assert (card.blocks, card.sections, card.problems, card.truncated) == ((), (), (), False)
    assert card.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_body_too_large_for_markdown_is_read_line_by_line() -> None:
    text = (
        "# Title\n\nA *word*\ngoes on.\n\n- item\n> quote\n\n```x\n# code\n```\n\n<p>html</p>\n\n| a | b |\n|---|---|\n"
    )
    card = card_of(text + "\n" * 21_000 + "## End\n")
    assert shape(card)[:7] == [
        ("heading", "Title", 1),
        ("paragraph", "A word goes on.", 3),
        ("list-item", "item", 6),
        ("quote", "quote", 7),
        ("code", "# code\n", 9),
        ("html", "html", 13),
        ("table-row", "a | b", 15),
    ]
    assert (card.blocks[6].cells, card.sections[-1].title, card.truncated) == (("a", "b"), "End", False)
    assert any("line by line" in problem for problem in card.problems)


@pytest.mark.parametrize(
    "text",
    [
        "[More Information Needed]",
        "More information needed.",
        "- **Developed by:** [More Information Needed]",
        "- **Finetuned from model [optional]:** {{ base_model }}",
        "N/A",
        "TBD",
        "- License: TODO",
        "Coming soon!",
        "| Training data | More information needed |\n|-|-|\n",
        "Use the code below to get started with the model.",
    ],
)
def test_placeholders(text: str) -> None:
    assert card_of(text).blocks[0].placeholder


@pytest.mark.parametrize(
    "text",
    [
        "Trained on 5 GB of text, more information needed on the rest.",
        "- **Developed by [optional]:** Somebody",
        "The TODO list of a project is what this model reads.",
        "Limitations: none",
        "Use the code of the authors.",
    ],
)
def test_no_placeholders(text: str) -> None:
    assert not card_of(text).blocks[0].placeholder
