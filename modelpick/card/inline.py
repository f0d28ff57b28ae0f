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

_CANDIDATE = re.compile(r"[\\`\[\]*_<&\n]")
_TICKS = re.compile("`+")
_TARGET = re.compile(r"\((?:[^()\\\n]|\\.|\([^()\n]*+\))*+\)|\[[^\[\]\n]{0,300}+\]")
_BREAK_TAG = re.compile(r"<br\b[^<>]{0,100}+>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}+>")
_AUTOLINK = re.compile(r"<((?:[A-Za-z][A-Za-z0-9+.\-]{1,31}:[^<>\s]*|[^\s<>@]+@[^\s<>@]+))>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NEW_ITEM = re.compile(r"\n[ \t]*(?:[•●▪◦]|\*\*[^*\n]{1,60}(?::\*\*|\*\*[ ]?:))")
"""A line that its author surely wanted to stand alone: a bullet, or a bold key."""
_LONGEST_LABEL = 999
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


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
    if _CANDIDATE.search(source) is None or len(source) > MAX_MARKUP:
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
        source, position = self.source, 0
        while (match := _CANDIDATE.search(source, position)) is not None:
            start = match.start()
            character = source[start]
            if character in "*_":
                position = self._run(start)
            elif character == "[":
                image = start > position and source[start - 1] == "!"
                self.brackets.append((len(self.cuts), cut := _Cut(start - image, start + 1)))
                self.cuts.append(cut)
                position = start + 1
            elif character == "]":
                position = self._close(start)
            elif character == "`":
                position = self._code(start)
            else:
                position = self._other(character, start)

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

    def _other(self, character: str, start: int) -> int:
        """Line breaks, HTML, entities and escapes; gives back where to go on."""
        source, end = self.source, start + 1
        text = None
        if character == "\n":
            if source.startswith("  ", start - 2) or _NEW_ITEM.match(source, start):
                text = BREAK
        elif character == "\\":
            following = source[end : end + 1]
            if following == "\n" or following in _PUNCTUATION:
                text, end = BREAK if following == "\n" else following, end + 1
        elif character == "&":
            if (entity := _ENTITY.match(source, start)) is not None:
                text, end = html.unescape(entity.group()), entity.end()
        elif source.startswith("<!--", start):
            closing = -1 if self.no_more_comments else source.find("-->", start + 4)
            self.no_more_comments = closing < 0
            if closing >= 0:
                text, end = " ", closing + 3
                self.comments.append((start, end))
        elif (tag := _TAG.match(source, start)) is not None:
            link = _AUTOLINK.match(source, start)
            text, end = link.group(1) if link else BREAK if _BREAK_TAG.match(source, start) else "", tag.end()
        if text is not None:
            self.cuts.append(_Cut(start, end, text))
        return end

    def _run(self, start: int) -> int:
        source = self.source
        end = start + 1
        while source.startswith(source[start], end):
            end += 1
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
        return end

    def _close(self, start: int) -> int:
        """A `]`: with its opener, and a target behind it, it is a link or an image."""
        if not self.brackets:
            return start + 1
        index, opener = self.brackets.pop()
        match = _TARGET.match(self.source, start + 1)
        target = match.group() if match else ""
        if not target.startswith("("):
            if not self.references or start - opener.end > _LONGEST_LABEL:
                return start + 1
            label = " ".join((target[1:-1] or self.source[opener.end : start]).split()).upper()
            if label not in self.references:
                return start + 1
        end = start + 1 + len(target)
        if opener.end - opener.start == 2:  # an image
            del self.cuts[index:]
            self.cuts.append(_Cut(opener.start, end, ""))
        else:
            opener.text = ""
            self.cuts.append(_Cut(start, end, ""))
        return end

    def _code(self, start: int) -> int:
        """A run of backticks: code up to the next run of its length."""
        end = start + 1
        while self.source.startswith("`", end):
            end += 1
        if self.ticks is None:
            places: dict[int, list[int]] = {}
            for run in _TICKS.finditer(self.source):
                places.setdefault(run.end() - run.start(), []).append(run.start())
            self.ticks = {length: iter(starts) for length, starts in places.items()}
        for closing in self.ticks.get(end - start, iter(())):
            if closing > start:
                self.cuts.append(_Cut(start, end, ""))
                self.cuts.append(_Cut(closing, closing + end - start, ""))
                return closing + end - start
        return end
