r"""A span of a card as lines: as the Markdown parser sees them, and where each stands in the file."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate

LINE_END = re.compile(r"\r\n|\n|\r")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_NEWLINE = re.compile("\n")

QUOTE_LINES = 6
"""A quote goes over at most so many lines."""


class Source:
    r"""The lines of `text[start:end]`.

    A line ends at `\n`, `\r\n` or a lone `\r`, as Markdown has it; numbers of lines count `\n` alone, over the whole
    file, as everybody else does.

    Attributes:
        lines: Without their ends, and with U+FFFD for NUL as Markdown has it.
        starts: Offset in the text of each line.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        span = text[start:end].replace("\0", "\ufffd")
        self._first = text.count("\n", 0, start) + 1
        self._numbers: list[int] | None = None
        if _LONE_RETURN.search(span) is None:
            raw = span.split("\n")
            self.starts = list(accumulate((len(line) + 1 for line in raw), initial=start))
            self.lines = [line.removesuffix("\r") for line in raw] if "\r" in span else raw
        else:
            ends = [match.end() for match in LINE_END.finditer(span)]
            self.starts = [start, *(start + end for end in ends)]
            steps = (span[end - 1] == "\n" for end in ends)
            self._numbers = list(accumulate(steps, initial=self._first))
            self.lines = LINE_END.split(span)

    def number(self, index: int) -> int:
        """The number in the file of the line with this index."""
        if self._numbers is not None:
            return self._numbers[min(index, len(self._numbers) - 1)]
        return self._first + index

    def quote(self, first: int, column: int, last: int, end_column: int) -> str:
        """The file's own characters from one place to another, over at most six lines."""
        if last - first >= QUOTE_LINES:
            last = first + QUOTE_LINES - 1
            end_column = len(self.lines[last])
        return self._text[self.starts[first] + column : self.starts[last] + end_column].strip()


class Content:
    """The text of one block as the Markdown parser gives it: without indents, `>` and list marks.

    Args:
        source: Whence it comes.
        text: The text, lines joined by newlines.
        first: Index in the source of its first line.
    """

    __slots__ = ("_breaks", "_placed", "first", "source", "text")

    def __init__(self, source: Source, text: str, first: int) -> None:
        self.source = source
        self.text = text
        self.first = first
        self._breaks = [match.start() for match in _NEWLINE.finditer(text)] if "\n" in text else []
        self._placed = (-1, 0, 0)  # the row that was looked up last, its index and shift

    def line_index(self, offset: int) -> int:
        """Index in the source of the line on which an offset of the text stands."""
        return self.first + bisect_left(self._breaks, offset) if self._breaks else self.first

    def quote(self, start: int, end: int) -> tuple[int, str]:
        """(number of the line, verbatim quote) of a part of the text."""
        first, column = self._place(start)
        last, end_column = self._place(end)
        return self.source.number(first), self.source.quote(first, column, last, end_column)

    def _place(self, offset: int) -> tuple[int, int]:
        """(index of the line, column) in the source of an offset of the text."""
        row = bisect_left(self._breaks, offset) if self._breaks else 0
        if row != self._placed[0]:  # a line of two megabytes is searched once, not for each of its sentences
            self._placed = (row, *self._shift(row))
        _, index, shift = self._placed
        return index, min(max(offset + shift, 0), len(self.source.lines[index]))

    def _shift(self, row: int) -> tuple[int, int]:
        """(index of the line, column in it less offset in the text) of a row of the text."""
        start = self._breaks[row - 1] + 1 if row else 0
        end = self._breaks[row] if row < len(self._breaks) else len(self.text)
        line = self.text[start:end].rstrip()
        index = min(self.first + row, len(self.source.lines) - 1)
        raw = self.source.lines[index]
        # What the parser gives of a line is its end: marks and indents stand before it.
        column = len(raw.rstrip()) - len(line)
        if column < 0 or not raw.startswith(line, column):
            bare = line.lstrip()
            start += len(line) - len(bare)
            column = max(0, raw.rfind(bare))
        return index, column - start
