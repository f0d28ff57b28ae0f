"""The front matter of a card: where it stands, and what it says.

Where: a `---` line at the head (a BOM, blank lines and spaces after it do not matter) up to the next one. Where there
is none at the head, the first pair of such lines further down that holds a mapping with a key of the Hub counts, as
it did on the Hub of 2022, and a problem tells so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from modelpick.card.fences import HUB_KEYS, KEY_LINE, fences
from modelpick.card.salvage import Saved
from modelpick.card.source import LINE_END
from modelpick.card.yaml_values import Reading, YamlFault, read_yaml
from modelpick.card_facts import FrontMatter, FrontMatterStatus, Value

FRONT_MATTER_CAP = 1_000_000
"""Characters between the fences, `model-index` included."""
MODEL_INDEX_NODES = 100_000

_OPENING = re.compile(r"\ufeff?\s*---[ \t]*(?:\r\n|\n|\r|\Z)")
_NEWLINE = re.compile("\n")
_BODY_LINE = re.compile(r"(?<=[\r\n])(?:#{1,6}[ \t]|```)")
_MODEL_INDEX = re.compile(r"(?:\A|(?<=[\r\n]))([\"']?)model-index\1[ \t]*:(?=[ \t\r\n]|\Z)")
_NEXT_KEY = re.compile(r"(?<=[\r\n])[^\s#\-]")
_CODE_BEFORE = re.compile(r"(?:\A|(?<=[\r\n]))[ ]{0,3}(?:```|~~~)[^\r\n]{0,40}\s*\Z")
_CODE_AFTER = re.compile(r"\s{0,40}(?:```|~~~)[ \t]*(?:\r\n|\n|\r|\Z)")
_MAX_TRIES = 50

_Fence = tuple[int, int]
"""Offsets of a line of three dashes: its start, and the start of the next line."""


@dataclass(frozen=True, slots=True)
class Split:
    """A card in two: its front matter, and the spans (start, end) of the text that are body."""

    front_matter: FrontMatter
    body: tuple[tuple[int, int], ...]
    misplaced: bool = False


def read_front_matter(text: str) -> FrontMatter:
    """Reads the front matter of a card; never raises, whatever the text."""
    return split_card(text).front_matter


def split_card(text: str, *, cut: bool = False) -> Split:
    """Separates front matter and body.

    Args:
        text: The whole card, newlines as in the file.
        cut: The text ends where the cap on cards was reached, so a missing end is not the author's.
    """
    head = _OPENING.match(text)
    if head is None:
        return _search_further_down(text)
    opening = (text.index("---"), head.end())
    following = fences(text, head.end(), len(text))
    closing = next(following, None)
    if closing is None:
        return _unclosed(text, opening, cut)
    if not text[opening[1] : closing[0]].strip() and KEY_LINE.match(text, closing[1]):
        # Two fences in a row: for the Hub (and for YAML, where `---` begins a document) the second one opens.
        further = next(following, None)
        if further is not None:
            opening, closing = closing, further
    return _between(text, opening, closing)


def _between(text: str, opening: _Fence, closing: _Fence) -> Split:
    start, end = opening[1], closing[0]
    lines = (line_of(text, opening[0]), line_of(text, end))
    body = ((closing[1], len(text)),)
    if end - start > FRONT_MATTER_CAP:
        problem = f"the front matter is longer than {FRONT_MATTER_CAP:,} characters and was not read"
        return Split(_front_matter(FrontMatterStatus.OVER_CAP, lines, problem), body)
    region = text[start:end]
    outer, inner = _cut_model_index(region)
    try:
        reading = read_yaml(outer)
    except YamlFault as fault:
        if fault.status is FrontMatterStatus.BROKEN:
            return _broken(text, opening, closing, fault)
        return Split(_front_matter(fault.status, lines, _tell(text, start, fault)), body)
    if reading.root is None and not inner:
        return Split(_front_matter(FrontMatterStatus.EMPTY, lines), body)
    if not isinstance(reading.root, dict | None):
        problem = "the front matter is no mapping of keys to values"
        whole = _front_matter(FrontMatterStatus.NOT_A_MAPPING, lines, problem)
        # Plain words between two rules are text for people; a list is a front matter without its key.
        return Split(whole, body if isinstance(reading.root, list) else ((start, len(text)),))
    return Split(_read(text, start, reading, inner, lines), body)


def _read(
    text: str, start: int, reading: Reading, inner: tuple[int, str] | None, lines: tuple[int, int]
) -> FrontMatter:
    """The front matter of a mapping, `model-index` read apart."""
    values: dict[str, Value] = dict(reading.root) if isinstance(reading.root, dict) else {}
    keys = [(key, start + offset) for key, offset in reading.keys]
    model_index: Value = None
    problem = None
    if inner is not None:
        offset, block = inner
        keys.append(("model-index", start + offset))
        try:
            root = read_yaml(block, max_nodes=MODEL_INDEX_NODES).root
            model_index = root.get("model-index") if isinstance(root, dict) else None
        except YamlFault as fault:
            problem = f"`model-index` was not read: {fault.reason}"
    model_index = values.pop("model-index", model_index)  # a second one, or one inside braces, was not cut out
    found = _front_matter(FrontMatterStatus.READ, lines, problem)
    return _with_values(replace(found, model_index=model_index), text, values, keys)


def _with_values(found: FrontMatter, text: str, values: dict[str, Value], keys: list[tuple[str, int]]) -> FrontMatter:
    """Adds the values, and the lines of the keys, which stand at these offsets."""
    last = max((offset for _, offset in keys), default=0)
    newlines = [match.start() for match in _NEWLINE.finditer(text, 0, last)]
    seen: dict[str, list[int]] = {}
    for key, offset in sorted(keys, key=lambda pair: pair[1]):
        seen.setdefault(key, []).append(bisect_left(newlines, offset) + 1)
    return replace(
        found,
        values=values,
        lines={key: lines[-1] for key, lines in seen.items()},
        duplicates=tuple((key, tuple(lines)) for key, lines in seen.items() if len(lines) > 1),
    )


def _line_offsets(text: str, start: int, end: int) -> list[int]:
    """Where each line between the offsets begins."""
    return [start, *(match.end() for match in LINE_END.finditer(text, start, end))]


def _cut_model_index(region: str) -> tuple[str, tuple[int, str] | None]:
    """The front matter without the block of `model-index`, whose line breaks stay, and (offset, that block)."""
    match = _MODEL_INDEX.search(region)
    if match is None:
        return region, None
    following = _NEXT_KEY.search(region, match.end())
    end = following.start() if following else len(region)
    block = region[match.start() : end]
    # Blanks in its place keep the offsets of all that follows.
    blanks = re.sub(r"[^\r\n]", " ", block)
    return region[: match.start()] + blanks + region[end:], (match.start(), block)


def _broken(text: str, opening: _Fence, closing: _Fence, fault: YamlFault) -> Split:
    start, end = opening[1], closing[0]
    lines = LINE_END.split(text[start:end])
    offsets = _line_offsets(text, start, end)
    # A fence that was never closed swallows the card up to its next rule: no key follows the first heading then.
    prefix = Saved(lines, stop=True)
    after = offsets[prefix.end] if prefix.end < len(offsets) else end
    if prefix.keys and _BODY_LINE.search(text, after, end) and not KEY_LINE.search(text, after, end):
        return _unclosed(text, opening, cut=False)
    saved = Saved(lines)
    places = (line_of(text, opening[0]), line_of(text, end))
    found = _front_matter(FrontMatterStatus.BROKEN, places, _tell(text, start, fault))
    keys = [(key, offsets[index]) for key, index in saved.keys]
    return Split(_with_values(found, text, saved.values(), keys), ((closing[1], len(text)),))


def _unclosed(text: str, opening: _Fence, cut: bool) -> Split:
    start = opening[1]
    first = line_of(text, opening[0])
    end = min(len(text), start + FRONT_MATTER_CAP)
    saved = Saved(LINE_END.split(text[start:end]), stop=True)
    if not any(key in HUB_KEYS for key, _ in saved.keys):  # a rule over the first line
        return Split(FrontMatter(status=FrontMatterStatus.ABSENT), ((start, len(text)),))
    if cut:
        problem = "the front matter goes on beyond the part of the card that was read"
        return Split(_front_matter(FrontMatterStatus.OVER_CAP, (first, 0), problem), ())
    offsets = _line_offsets(text, start, end)
    keys = [(key, offsets[index]) for key, index in saved.keys]
    after = offsets[saved.end] if saved.end < len(offsets) else len(text)
    problem = "the front matter has no closing `---`, so the Hub does not read it"
    found = _front_matter(FrontMatterStatus.UNCLOSED, (first, line_of(text, max(start, after - 1))), problem)
    return Split(_with_values(found, text, saved.values(), keys), ((after, len(text)),))


def _search_further_down(text: str) -> Split:
    nothing = Split(FrontMatter(status=FrontMatterStatus.ABSENT), ((0, len(text)),))
    opening: _Fence | None = None
    for tries, fence in enumerate(fences(text, 0, len(text), indented=True)):
        if tries > _MAX_TRIES:
            break
        if opening is not None and KEY_LINE.search(text, opening[1], fence[0]):
            found = _between(text, opening, fence)
            if found.front_matter.status is FrontMatterStatus.READ:
                before, after = _without_code_fence(text, opening[0], fence[1])
                return replace(found, body=((0, before), (after, len(text))), misplaced=True)
        opening = fence
    return nothing


def _without_code_fence(text: str, before: int, after: int) -> tuple[int, int]:
    """Where the text before and after a front matter ends and goes on: the code block around it goes with it."""
    opening = _CODE_BEFORE.search(text, max(0, before - 100), before)
    closing = _CODE_AFTER.match(text, after)
    return (opening.start(), closing.end()) if opening and closing else (before, after)


def _front_matter(status: FrontMatterStatus, lines: tuple[int, int], problem: str | None = None) -> FrontMatter:
    return FrontMatter(status=status, start_line=lines[0], end_line=lines[1], problem=problem)


def _tell(text: str, start: int, fault: YamlFault) -> str:
    where = "" if fault.offset is None else f" (line {line_of(text, start + fault.offset)})"
    word = "is no valid YAML" if fault.status is FrontMatterStatus.BROKEN else "was not read"
    return f"the front matter {word}: {fault.reason}{where}"


def line_of(text: str, offset: int) -> int:
    r"""The line of an offset, counted from 1 at \n."""
    return text.count("\n", 0, offset) + 1
