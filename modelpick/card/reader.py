"""A model card from bytes to facts. A card is text: nothing in it is run, fetched or believed."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import replace
from itertools import islice, pairwise

from modelpick.card.body import read_markdown
from modelpick.card.builder import BodyFull, Builder
from modelpick.card.fences import KEY_LINE, fences
from modelpick.card.front_matter import Split, line_of, split_card
from modelpick.card.plain import PlainReader
from modelpick.card.source import Source
from modelpick.card_facts import Block, BlockKind, CardFacts, FrontMatterStatus

CARD_CAP = 2_000_000
"""Bytes of a card that are read; what lies beyond is unknown, never absent."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_MOST_TOLD = 10
_MOST_FENCES = 1000


def read_card(data: bytes, path: str = "README.md", *, size: int | None = None) -> CardFacts:
    """Reads a model card; never raises, whatever the bytes.

    Args:
        data: The file, or its head where it is larger than `CARD_CAP`.
        path: Inside the repo, for quotes.
        size: True size of the file, where `data` may be only its head.
    """
    total = max(len(data), size or 0)
    cut = total > min(len(data), CARD_CAP)
    data = data[:CARD_CAP]
    problems: list[str] = []
    if cut:
        problems.append(f"only the first {len(data):,} of {total:,} bytes were read; the rest is unknown")
    text = _decode(data, cut, problems)
    return _read_text(text, path, hashlib.sha256(data).hexdigest(), total, cut, problems)


def reread_card(text: str, path: str, *, sha256: str, size: int, cut: bool, problems: tuple[str, ...]) -> CardFacts:
    """A card of which only the text was kept, and what `read_card` said of its bytes."""
    card = _read_text(text[:CARD_CAP], path, sha256, size, cut, [])
    return replace(card, problems=problems)


def _read_text(text: str, path: str, sha256: str, size: int, cut: bool, problems: list[str]) -> CardFacts:
    split = split_card(text, cut=cut)
    problems.extend(_front_matter_problems(split))
    builder, whole = _read_body(text, split, problems)
    problems.extend(_body_problems(text, split, builder.blocks))
    return CardFacts(
        path=path,
        sha256=sha256,
        bytes=size,
        text=text,
        truncated=cut or not whole,
        cut=cut,
        front_matter=split.front_matter,
        sections=tuple(builder.sections),
        blocks=tuple(builder.blocks),
        problems=tuple(problems),
    )


def _decode(data: bytes, cut: bool, problems: list[str]) -> str:
    if data.startswith(_UTF16):
        problems.append("the card is UTF-16; the Hub reads UTF-8 only")
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not (cut and error.start > len(data) - 4 and error.end == len(data)):
            line = data.count(b"\n", 0, error.start) + 1
            problems.append(f"the card is not UTF-8 (first at line {line}); bad bytes were replaced")
        return data.decode("utf-8", errors="replace")


def _read_body(text: str, split: Split, problems: list[str]) -> tuple[Builder, bool]:
    """The blocks of the body, and whether all of it was read."""
    spans = [Source(text, start, end) for start, end in split.body]
    builder = Builder(spans[0] if spans else Source("", 0, 0))
    try:
        for source in spans:
            if not read_markdown(builder, source):
                problems.append("the body is too large or too tangled for a Markdown reader and was read line by line")
                PlainReader(builder, source).read()
    except BodyFull:
        last = builder.blocks[-1].end_line if builder.blocks else 0
        problems.append(f"the body was read up to line {last}; it holds more text than is read, the rest is unknown")
        return builder, False
    return builder, bool(spans)


def _front_matter_problems(split: Split) -> list[str]:
    found = split.front_matter
    problems = [found.problem] if found.problem else []
    if split.misplaced:
        problems.append(
            f"the front matter begins at line {found.start_line}, behind other text, where the Hub no longer reads it"
        )
    for key, lines in found.duplicates[:_MOST_TOLD]:
        where = ", ".join(str(line) for line in lines[:_MOST_TOLD]) + (", ..." if len(lines) > _MOST_TOLD else "")
        problems.append(
            f"the front matter has the key `{key[:80]}` more than once (lines {where}); the last one counts"
        )
    return problems


def _body_problems(text: str, split: Split, blocks: list[Block]) -> list[str]:
    problems = []
    if split.front_matter.status is FrontMatterStatus.ABSENT:
        start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
        if KEY_LINE.match(text[start : start + 100]):
            problems.append(f"line {line_of(text, start)} looks like a front matter, but has no `---` around it")
    else:
        code = [(block.line, block.end_line) for block in blocks if block.kind is BlockKind.CODE]
        for start, end in split.body:
            line = _second_front_matter(text, start, end, code)
            if line:
                problems.append(f"a second front matter stands in the body at line {line}")
                break
    if blocks and blocks[-1].kind is BlockKind.COMMENT and text.rfind("<!--") > text.rfind("-->"):
        problems.append(f"the HTML comment at line {blocks[-1].line} is never closed and hides the rest of the card")
    return problems


def _second_front_matter(text: str, start: int, end: int, code: list[tuple[int, int]]) -> int:
    """Line of a fence in the body that opens a front matter, code aside; 0 where there is none."""
    tries = 0
    for (opening, after), (closing, _) in pairwise(islice(fences(text, start, end), _MOST_FENCES)):
        if KEY_LINE.match(text[after : min(closing, after + 200)].lstrip()):
            line = line_of(text, opening)
            if not any(first <= line <= last for first, last in code):
                return line
            tries += 1
            if tries >= _MOST_TOLD:
                break
    return 0
