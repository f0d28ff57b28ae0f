"""Collects the blocks and sections of a body, whichever parser found them."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from modelpick.card.inline import strip_markup
from modelpick.card.normalise import normalise_title
from modelpick.card.placeholders import is_placeholder
from modelpick.card.sentences import split_sentences
from modelpick.card.source import Content, Source
from modelpick.card_facts import Block, BlockKind, Section, Sentence

MAX_BLOCKS = 20_000
MAX_SENTENCES = 30_000
"""Some ten times what the longest real cards hold; a card that has more is not read to its end."""
BOLD_LEVEL = 7

_BOLD_LINE = re.compile(r"[ \t]*(\*{2,3}|__)(?P<title>[^*_\n]{1,80})\1[ \t]*(?P<colon>:?)[ \t]*(?:\n|\Z)")
_BOLD_WORDS = 9
_TITLE_WORDS = 12
_WORD = re.compile(r"\w")
_LONGEST_KEPT = 2_000  # characters of a block whose words are kept for the next card that has it
_SENTENCE_END = (".", "!", "。", ";", ",")


class BodyFull(Exception):  # noqa: N818 - never leaves this room; becomes a problem of the card
    """The body holds more blocks or sentences than are read."""


class Builder:
    """Takes blocks in the order of the file and numbers their sections.

    Attributes:
        source: The span that the blocks now given stand in.
        references: Labels of its link references, upper case.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.references: Container[str] = ()
        self.blocks: list[Block] = []
        self.sections: list[Section] = []
        self._open: list[int] = []  # sections that the next block stands in, outermost first
        self._sentences_left = MAX_SENTENCES

    def heading(self, title: str, level: int, first: int, last: int) -> None:
        """A heading; one without words (a bare picture) is passed over."""
        text = " ".join(strip_markup(title, self.references).plain.split())
        if _WORD.search(text) is None:
            return
        while self._open and self.sections[self._open[-1]].level >= level:
            self._open.pop()
        parent = self._open[-1] if self._open else None
        line = self.source.number(first)
        self._open.append(len(self.sections))
        self.sections.append(Section(title=text, name=normalise_title(text), level=level, line=line, parent=parent))
        self._add(
            Block(
                kind=BlockKind.HEADING, text=text, line=line, end_line=self.source.number(last), section=self._section()
            )
        )

    def setext(self, text: str, level: int, first: int, last: int) -> None:
        """Words over a line of `=` or `-`; a paragraph whose author meant the line as a rule stays a paragraph."""
        if "\n" in text or len(text.split()) > _TITLE_WORDS or text.rstrip("*_ ").endswith(_SENTENCE_END):
            self.paragraph(text, first)
        else:
            self.heading(text, level, first, last)

    def paragraph(self, text: str, first: int) -> None:
        """A paragraph outside lists and quotes. A bold line at its head, and nothing else on it, is a heading."""
        match = _BOLD_LINE.match(text)
        if match is not None:
            title = match.group("title").strip()
            if len(title.split()) <= _BOLD_WORDS and not title.endswith(_SENTENCE_END):
                self.heading(title, BOLD_LEVEL, first, first)
                text = text[match.end() :]
                first += 1
                if not text.strip():
                    return
        self.text(BlockKind.PARAGRAPH, Content(self.source, text, first))

    def text(self, kind: BlockKind, content: Content, start: int = 0, end: int | None = None) -> None:
        """A block of words: a part of a content. HTML comments inside become blocks of their own behind it."""
        end = len(content.text) if end is None else end
        words = self._words(content.text[start:end])
        if _WORD.search(words.text) is not None:
            number = self.source.number
            self._add(
                Block(
                    kind=kind,
                    text=words.text,
                    line=number(content.line_index(start)),
                    end_line=number(content.line_index(end)),
                    section=self._section(),
                    sentences=self._placed(words, content, start),
                    placeholder=words.placeholder,
                )
            )
        for comment_start, comment_end in words.comments:
            self.comment(content, start + comment_start, start + comment_end)

    def row(self, cells: Sequence[str], header: bool, content: Content, start: int = 0, end: int | None = None) -> None:
        """A row of a table; its one sentence is the row, for a cell alone seldom says anything."""
        end = len(content.text) if end is None else end
        texts = tuple(" ".join(strip_markup(cell, self.references).plain.split()) for cell in cells)
        text = " | ".join(texts)
        if _WORD.search(text) is None:
            return
        line, quote = content.quote(start, end)
        self._sentences_left -= 1
        self._add(
            Block(
                kind=BlockKind.TABLE_ROW,
                text=text,
                line=line,
                end_line=self.source.number(content.line_index(end)),
                section=self._section(),
                sentences=(Sentence(text=text, line=line, quote=quote),),
                placeholder=is_placeholder(text),
                cells=texts,
                header=header,
            )
        )

    def code(self, text: str, language: str, first: int, last: int) -> None:
        """A code block, fenced or indented."""
        number = self.source.number
        self._add(
            Block(
                kind=BlockKind.CODE,
                text=text,
                line=number(first),
                end_line=number(last),
                section=self._section(),
                language=language,
            )
        )

    def comment(self, content: Content, start: int, end: int) -> None:
        """An HTML comment: what it holds between its marks."""
        text = content.text[start:end].removeprefix("<!--").removesuffix("-->").strip()
        number = self.source.number
        self._add(
            Block(
                kind=BlockKind.COMMENT,
                text=text,
                line=number(content.line_index(start)),
                end_line=number(content.line_index(end)),
                section=self._section(),
            )
        )

    def _section(self) -> int | None:
        return self._open[-1] if self._open else None

    def _add(self, block: Block) -> None:
        self.blocks.append(block)
        if len(self.blocks) >= MAX_BLOCKS or self._sentences_left <= 0:
            raise BodyFull

    def _words(self, source: str) -> _Words:
        if self.references or len(source) > _LONGEST_KEPT:
            return _read_words(source, self.references)
        return _kept_words(source)

    def _placed(self, words: _Words, content: Content, offset: int) -> tuple[Sentence, ...]:
        sentences = []
        for text, start, end in islice(words.sentences, self._sentences_left):
            line, quote = content.quote(offset + start, offset + end)
            sentences.append(Sentence(text=text, line=line, quote=quote))
        self._sentences_left -= len(sentences)
        return tuple(sentences)


class _Words(NamedTuple):
    """What a block says, wherever it stands: `sentences` and `comments` with their place in the block's source."""

    text: str
    placeholder: bool
    sentences: tuple[tuple[str, int, int], ...]
    comments: tuple[tuple[int, int], ...]


def _read_words(source: str, references: Container[str] = ()) -> _Words:
    stripped = strip_markup(source, references)
    plain = stripped.plain
    text = " ".join(plain.split())
    sentences = (
        (" ".join(plain[start:end].split()), *stripped.span(start, end))
        for start, end in islice(split_sentences(plain), MAX_SENTENCES)
    )
    return _Words(text, is_placeholder(text), tuple(sentences), tuple(stripped.comments))


@lru_cache(maxsize=4096)
def _kept_words(source: str) -> _Words:
    """Most cards are written from templates: of many cards in a row, two blocks in three were read before."""
    return _read_words(source)
