"""The body of a card through the Markdown parser, into blocks.

Only the block rules of the parser are used; what stands inside a block is read by `inline`. That is several times
faster than the whole parser, and the quadratic inputs of Markdown libraries live in the inline rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from modelpick.card.block_rules import Cheap, State, prose, table
from modelpick.card.builder import Builder
from modelpick.card.markup import HtmlReader
from modelpick.card.source import Content, Source
from modelpick.card_facts import BlockKind

MAX_CHARACTERS = 500_000
MAX_LINES = 20_000
MAX_TOKENS = 100_000
"""Beyond any of them the body is read by `plain`, which knows lines only and costs less."""


_FEW_CHARACTERS = 20_000
"""So few cannot become too many tokens, and need not be counted."""

_PARSER_FAULTS = (RuntimeError, LookupError, ValueError)
"""What a Markdown parser raises by a fault of its own, deep recursion included; the card is not to blame for it."""


class _TooMuchError(RuntimeError):
    """Ends a parse."""


class _Tokens(list[Token]):
    """A list that ends the parse where the tokens get too many: nested lists and wide tables make dozens a line."""

    def append(self, token: Token, /) -> None:
        if len(self) >= MAX_TOKENS:
            raise _TooMuchError
        super().append(token)


def read_markdown(builder: Builder, source: Source) -> bool:
    """Reads a span of a card; False where it is too large or too tangled, and nothing was read."""
    if len(source.lines) > MAX_LINES:
        return False
    markdown = "\n".join(source.lines)
    if len(markdown) > MAX_CHARACTERS:
        return False
    parser = _parser("|" in markdown, "<" in markdown, "]:" in markdown)
    tokens: list[Token] = [] if len(markdown) < _FEW_CHARACTERS else _Tokens()
    environment: dict[str, Any] = {}
    try:
        if markdown:
            state = State(markdown, parser, environment, tokens)
            parser.block.tokenize(state, state.line, state.lineMax)
    except _PARSER_FAULTS:
        return False
    builder.source = source
    builder.references = frozenset(label.upper() for label in environment.get("references", ()))
    _Walk(builder, source).walk(tokens)
    return True


@cache
def _parser(tables: bool, html: bool, references: bool) -> MarkdownIt:
    """A parser with the rules that a text can need: the others are tried in vain at each of its blocks."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.before("table", "prose", prose)
    unneeded = {"table": tables, "html_block": html, "reference": references}
    parser.disable([rule for rule, needed in unneeded.items() if not needed])
    for option in ("alerts", "tasklists"):  # asked for at every quote and item; one that is not set costs an exception
        parser.options[option] = False
    return parser


class _Walk:
    """One pass over the block tokens."""

    def __init__(self, builder: Builder, source: Source) -> None:
        self._builder = builder
        self._source = source
        self._around: list[BlockKind] = []  # lists and quotes that are open

    def walk(self, tokens: Sequence[Token]) -> None:
        """Gives every block to the builder."""
        around = self._around
        opening = None
        for token in tokens:
            kind = token.type
            if kind == "inline":
                if opening is not None:
                    self._words(opening, token)
            elif kind == "row" and isinstance(token, Cheap):
                self._row(token)
            elif kind == "list_item_open":
                around.append(BlockKind.LIST_ITEM)
            elif kind == "blockquote_open":
                around.append(BlockKind.QUOTE)
            elif kind in ("list_item_close", "blockquote_close"):
                around.pop()
            elif kind in ("fence", "code_block"):
                first, last = _lines(token)
                words = token.info.split(maxsplit=1)
                self._builder.code(token.content, words[0] if words else "", first, last)
            elif kind == "html_block":
                HtmlReader(self._builder, Content(self._source, token.content, _lines(token)[0])).read()
            elif token.nesting == 1:
                opening = token

    def _words(self, opening: Token, token: Token) -> None:
        first, last = _lines(opening)
        builder, lines = self._builder, self._source.lines
        # The parser strips what Unicode calls blank, and Markdown does not, with its line: go to the first line left.
        head = token.content.split("\n", 1)[0].strip()
        first = next((index for index in range(first, last + 1) if head in lines[index]), first)
        if self._around:
            builder.text(self._around[-1], Content(self._source, token.content, first))
        elif opening.type == "paragraph_open":
            builder.paragraph(token.content, first)
        elif opening.markup in ("=", "-"):
            builder.setext(token.content, int(opening.tag[1]), first, last)
        else:
            builder.heading(token.content, int(opening.tag[1]), first, last)

    def _row(self, row: Cheap) -> None:
        first, _ = _lines(row)
        content = Content(self._source, self._source.lines[first].strip(), first)
        self._builder.row(row.cells, row.tag == "th", content)


def _lines(token: Token) -> tuple[int, int]:
    """Indexes of the first and the last line of a block."""
    first, after = token.map or (0, 1)
    return first, max(first, after - 1)
