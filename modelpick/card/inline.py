"""Inline Markdown and HTML to plain text, in linear time, with the way back from each character to its source.

A full inline parser is not needed here and is where Markdown libraries are quadratic. Markup is found by one pass of
one pattern; brackets and emphasis are paired by stacks, and what finds no partner stays text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Container, Iterator
from dataclasses import dataclass

BREAK = "\v"
"""Stands in the plain text where a line is broken on purpose: `<br>`, two blanks or a backslash at a line's end."""

MAX_MARKUP = 65_536
"""Longer texts are taken as they stand: nobody writes such a paragraph by hand."""

_ANY = re.compile(r"[\\`\[\]*_<&]|[ ]{2}\n|\n[ \t]*[•●▪◦]")
_MARKUP = re.compile(
    r"""
    (?P<escape>\\(?:[!-/:-@\[-`{-~]|\n))
  | (?P<ticks>`+)
  | (?P<open>!?\[)
  | (?P<close>\](?:\((?:[^()\\\n]|\\.|\([^()\n]*+\))*+\)|\[[^\[\]\n]{0,300}+\])?+)
  | (?P<run>\*+|_+)
  | (?P<comment><!--)
  | (?P<br><br\b[^<>]{0,100}+>)
  | (?P<tag></?[A-Za-z][^<>]{0,2000}+>)
  | (?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)
  | (?P<hard>[ ]{2,100}\n | \n(?=[ \t]*(?:[•●▪◦]|\*\*[^*\n]{1,60}(?::\*\*|\*\*[ ]?:))))
    """,
    re.VERBOSE,
)
_AUTOLINK = re.compile(r"<((?:[A-Za-z][A-Za-z0-9+.\-]{1,31}:[^<>\s]*|[^\s<>@]+@[^\s<>@]+))>")
_RUN_OF_TICKS = re.compile("`+")


@dataclass(slots=True)
class Stripped:
    """Plain text and its source.

    Attributes:
        plain: Without markup; `\\n` and `BREAK` where the source has line breaks.
        source: What it was made from.
        pieces: (start in plain, start in source, end in source) of what was kept, in order; empty where all was.
        comments: (start, end) in the source of the HTML comments in it.
    """

    plain: str
    source: str
    pieces: list[tuple[int, int, int]]
    comments: list[tuple[int, int]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The source of a span of the plain text, with the markup that clings to it on either side."""
        pieces = self.pieces
        if not pieces:
            return start, end
        first = bisect_right(pieces, (start, len(self.source), 0)) - 1
        plain_start, source_start, source_end = pieces[first]
        begin = min(source_start + start - plain_start, source_end)
        if start == plain_start and first and self._clings(before := pieces[first - 1][2], begin):
            begin = before
        elif start == plain_start and not first and self._clings(0, begin):
            begin = 0
        last = bisect_right(pieces, (end - 1, len(self.source), 0)) - 1
        plain_start, source_start, source_end = pieces[last]
        plain_end = pieces[last + 1][0] if last + 1 < len(pieces) else len(self.plain)
        if end < plain_end:
            return begin, min(source_start + end - plain_start, source_end)
        after = pieces[last + 1][1] if last + 1 < len(pieces) else len(self.source)
        return begin, after if self._clings(source_end, after) else source_end

    def _clings(self, start: int, end: int) -> bool:
        return end - start <= 300 and "\n" not in self.source[start:end]


def strip_markup(source: str, references: Container[str] = ()) -> Stripped:
    """Takes the markup out of the text of one block. The words of an image (its `alt`) go with it.

    Args:
        source: The text of a paragraph, heading, cell or HTML element.
        references: Labels of the card's link references, upper case: `[label]` is a link only for these.
    """
    if _ANY.search(source) is None or len(source) > MAX_MARKUP:
        return Stripped(source, source, [], [])
    scanner = _Scanner(source, references)
    scanner.scan()
    return scanner.result()


@dataclass(slots=True)
class _Cut:
    """A part of the source and what stands for it in the plain text; None leaves it as it is."""

    start: int
    end: int
    text: str | None = None
    used: int = 0  # of a run that may open emphasis: how many of its characters found their partner


class _Scanner:
    """The pass over one text; `cuts` are kept in the order of the source."""

    def __init__(self, source: str, references: Container[str]) -> None:
        self.source = source
        self.references = references
        self.cuts: list[_Cut] = []
        self.comments: list[tuple[int, int]] = []
        self.brackets: list[tuple[int, _Cut]] = []  # (index in cuts, `[` or `![`)
        self.runs: dict[str, list[_Cut]] = {"*": [], "_": []}
        self.ticks: dict[int, Iterator[int]] | None = None
        self.no_more_comments = False

    def scan(self) -> None:
        """Finds all markup."""
        position = 0
        while (match := _MARKUP.search(self.source, position)) is not None:
            position = match.end()
            kind = match.lastgroup
            if kind == "run":
                self._run(match.start(), position)
            elif kind == "open":
                self.brackets.append((len(self.cuts), cut := _Cut(match.start(), position)))
                self.cuts.append(cut)
            elif kind == "close":
                position = self._close(match)
            elif kind == "ticks":
                position = self._code(match.start(), position)
            else:
                position = self._other(match, kind)

    def result(self) -> Stripped:
        """Puts the pieces together."""
        source, position, length = self.source, 0, 0
        parts: list[str] = []
        pieces: list[tuple[int, int, int]] = []
        for cut in self.cuts:
            text = cut.text
            if cut.used:
                text = source[cut.start] * (cut.end - cut.start - cut.used)
            if text is None:
                continue
            if cut.start > position:
                pieces.append((length, position, cut.start))
                parts.append(source[position : cut.start])
                length += cut.start - position
            if text:
                pieces.append((length, cut.start, cut.end))
                parts.append(text)
                length += len(text)
            position = cut.end
        if position < len(source):
            pieces.append((length, position, len(source)))
            parts.append(source[position:])
        return Stripped("".join(parts), source, pieces or [(0, 0, 0)], self.comments)

    def _other(self, match: re.Match[str], kind: str | None) -> int:
        start, end = match.span()
        if kind == "comment":
            closing = -1 if self.no_more_comments else self.source.find("-->", end)
            if closing < 0:
                self.no_more_comments = True
                return end
            end = closing + 3
            self.comments.append((start, end))
            text = " "
        elif kind == "escape":
            text = BREAK if match.group()[1] == "\n" else match.group()[1]
        elif kind == "entity":
            text = html.unescape(match.group())
        elif kind == "tag":
            link = _AUTOLINK.match(self.source, start)
            text = link.group(1) if link else ""
        else:
            text = BREAK
        self.cuts.append(_Cut(start, end, text))
        return end

    def _run(self, start: int, end: int) -> None:
        source = self.source
        before = source[start - 1] if start else " "
        after = source[end] if end < len(source) else " "
        may_close, may_open = not before.isspace(), not after.isspace()
        if source[start] == "_":  # not inside words: snake_case is no emphasis
            may_close, may_open = may_close and not after.isalnum(), may_open and not before.isalnum()
        openers = self.runs[source[start]]
        position = start
        while may_close and openers and position < end:
            opener = openers[-1]
            paired = min(end - position, opener.end - opener.start - opener.used)
            opener.used += paired
            position += paired
            if opener.used == opener.end - opener.start:
                openers.pop()
        if position > start:
            self.cuts.append(_Cut(start, position, ""))
        if may_open and position < end:
            openers.append(cut := _Cut(position, end))
            self.cuts.append(cut)

    def _close(self, match: re.Match[str]) -> int:
        start, end = match.span()
        if not self.brackets:
            return start + 1
        index, opener = self.brackets.pop()
        text = self.source[opener.end : start]
        target = match.group()[1:]
        if not target.startswith("("):
            label = " ".join((target[1:-1] or text).split()).upper()
            if not self.references or label not in self.references:
                return start + 1
        if opener.end - opener.start == 2:  # an image
            del self.cuts[index:]
            self.cuts.append(_Cut(opener.start, end, ""))
        else:
            opener.text = ""
            self.cuts.append(_Cut(start, end, ""))
        return end

    def _code(self, start: int, end: int) -> int:
        if self.ticks is None:
            places: dict[int, list[int]] = {}
            for run in _RUN_OF_TICKS.finditer(self.source):
                places.setdefault(run.end() - run.start(), []).append(run.start())
            self.ticks = {length: iter(starts) for length, starts in places.items()}
        for closing in self.ticks.get(end - start, iter(())):
            if closing > start:
                self.cuts.append(_Cut(start, end, ""))
                self.cuts.append(_Cut(closing, closing + end - start, ""))
                return closing + end - start
        return end
