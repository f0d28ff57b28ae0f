"""The HTML of a card's body: visible text by element, headings, table rows, comments."""

from __future__ import annotations

import re

from modelpick.card.builder import Builder
from modelpick.card.source import Content
from modelpick.card_facts import BlockKind

_ELEMENTS = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form "
    "h[1-6] header hr html iframe li main nav ol p pre section summary table tbody td tfoot th thead tr ul video"
)
_BOUNDARY = re.compile(
    rf"""
    (?P<comment><!--)
  | <(?P<hidden>script|style|template|svg)\b
  | <(?P<slash>/?)(?P<element>{_ELEMENTS.replace(" ", "|")})(?![\w\-])[^<>]{{0,4000}}+>
    """,
    re.VERBOSE | re.IGNORECASE,
)


class HtmlReader:
    """Reads one HTML block; which element is open is not remembered beyond it."""

    def __init__(self, builder: Builder, content: Content) -> None:
        self._builder = builder
        self._content = content
        self._kind = BlockKind.HTML
        self._heading = 0
        self._cells: list[list[str]] | None = None  # the pieces of text of each cell of the row that is open
        self._is_header = False
        self._row_start = 0

    def read(self) -> None:
        """Gives all text of the block to the builder."""
        text = self._content.text
        position = 0
        while (match := _BOUNDARY.search(text, position)) is not None:
            self._text(position, match.start())
            if match.group("comment"):
                closing = text.find("-->", match.end())
                position = closing + 3 if closing >= 0 else len(text)
                self._builder.comment(self._content, match.start(), position)
            elif match.group("hidden"):
                position = _closing(text, match.group("hidden"), match.end())
            else:
                position = match.end()
                self._element(match.group("element").lower(), bool(match.group("slash")), match)
        self._text(position, len(text))
        self._end_row(len(text))

    def _element(self, name: str, closes: bool, match: re.Match[str]) -> None:
        if name in ("td", "th"):
            if not closes and self._cells is not None:
                self._cells.append([])
                self._is_header = self._is_header and name == "th"
        elif name in ("tr", "table"):
            self._end_row(match.end() if closes else match.start())
            if name == "tr" and not closes:
                self._cells, self._is_header, self._row_start = [], True, match.start()
        elif name[0] == "h" and name[1:].isdigit():
            self._heading = 0 if closes else int(name[1])
        elif name == "li":
            self._kind = BlockKind.HTML if closes else BlockKind.LIST_ITEM
            self._heading = 0
        elif name in ("hr", "ol", "p", "pre", "ul") and not closes:
            self._heading = 0  # no heading holds these: it was never closed

    def _text(self, start: int, end: int) -> None:
        piece = self._content.text[start:end]
        start += len(piece) - len(piece.lstrip())
        piece = piece.strip()
        end = start + len(piece)
        if not piece:
            return
        if self._cells:
            self._cells[-1].append(piece)
        elif self._heading:
            index = self._content.line_index
            self._builder.heading(piece, self._heading, index(start), index(end))
        else:
            self._builder.text(self._kind, self._content, start, end)

    def _end_row(self, end: int) -> None:
        if self._cells:
            cells = [" ".join(pieces) for pieces in self._cells]
            self._builder.row(cells, self._is_header, self._content, self._row_start, end)
        self._cells = None


def _closing(text: str, element: str, position: int) -> int:
    match = re.compile(rf"</{element}\s*>", re.IGNORECASE).search(text, position)
    return match.end() if match else len(text)
