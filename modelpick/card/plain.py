"""A reader of lines for bodies that no person wrote: it knows headings, rows, items, quotes, code and paragraphs."""

from __future__ import annotations

import re

from modelpick.card.builder import BodyFull, Builder
from modelpick.card.markup import HtmlReader
from modelpick.card.source import Content, Source
from modelpick.card_facts import BlockKind

_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^\s`]{0,40})")
_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})[ \t]+(?P<title>\S.{0,400})")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*\Z")
_RULE = re.compile(r"[ \t|:\-=*_]+\Z")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_QUOTE = re.compile(r"[ \t]*>[> \t]*")
_HTML = re.compile(r" {0,3}<[A-Za-z/!]")
_LONGEST_BLOCK = 200
_MOST_CELLS = 1000

MAX_LINES = 100_000
"""What lies beyond is not read."""


class PlainReader:
    """Reads a span line by line."""

    def __init__(self, builder: Builder, source: Source) -> None:
        self._builder = builder
        self._source = source
        self._kind = BlockKind.PARAGRAPH
        self._held: list[str] = []
        self._first = 0

    def read(self) -> None:
        """Gives every block to the builder."""
        self._builder.source = self._source
        lines = self._source.lines
        index = 0
        while index < len(lines):
            line = lines[index]
            if not line or line.isspace():
                self._flush()
            elif (fence := _FENCE.match(line)) is not None:
                index = self._code(fence, index)
            elif (heading := _HEADING.match(line)) is not None:
                self._flush()
                title = heading.group("title").rstrip(" \t#")
                self._builder.heading(title, len(heading.group("marks")), index, index)
            elif _ROW.match(line) is not None:
                self._row(line, index)
            elif _RULE.match(line) is not None:
                self._flush()
            else:
                self._words(line, index)
            index += 1
            if index >= MAX_LINES:
                self._flush()
                raise BodyFull
        self._flush()

    def _words(self, line: str, index: int) -> None:
        if (mark := _ITEM.match(line)) is not None:
            self._begin(BlockKind.LIST_ITEM, index)
        elif (mark := _QUOTE.match(line)) is not None:
            if self._kind is not BlockKind.QUOTE or not self._held:
                self._begin(BlockKind.QUOTE, index)
        elif not self._held or len(self._held) >= _LONGEST_BLOCK:
            self._begin(BlockKind.HTML if _HTML.match(line) else BlockKind.PARAGRAPH, index)
        self._held.append(line[mark.end() :] if mark else line)

    def _begin(self, kind: BlockKind, index: int) -> None:
        self._flush()
        self._kind, self._first = kind, index

    def _flush(self) -> None:
        if not self._held:
            return
        content = Content(self._source, "\n".join(self._held), self._first)
        self._held = []
        if self._kind is BlockKind.HTML:
            HtmlReader(self._builder, content).read()
        else:
            self._builder.text(self._kind, content)

    def _row(self, line: str, index: int) -> None:
        self._flush()
        if _RULE.match(line) is None:
            text = line.strip()
            cells = [cell.strip() for cell in text.strip("|").split("|", _MOST_CELLS)]
            self._builder.row(cells, False, Content(self._source, text, index))

    def _code(self, fence: re.Match[str], index: int) -> int:
        """Reads a fenced block; gives back the index of its last line."""
        self._flush()
        lines, mark = self._source.lines, fence.group("mark")
        last = index + 1
        while last < len(lines):
            end = lines[last].strip()
            if len(end) >= len(mark) and end == mark[0] * len(end):
                break
            last += 1
        text = "".join(f"{line}\n" for line in lines[index + 1 : last])
        last = min(last, len(lines) - 1)
        self._builder.code(text, fence.group("info"), index, last)
        return last
