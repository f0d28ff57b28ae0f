"""Passages of a card that HTML hides from people: not displayed, of no size, white on white, moved off the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TAG = re.compile(r"<(\w{1,20})\s([^<>]{0,600})>")
_STYLE = re.compile(r"(?i)\bstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_HIDING = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0?(?:\.0\d*)?\s*(?:;|!|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}"
)
_WHITE = re.compile(r"(?i)(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?|rgba?\(\s*255\s*,\s*255\s*,\s*255|transparent)")
_BACKGROUND = re.compile(r"(?i)background")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_MARKUP = re.compile(r"<[^<>]{0,600}>")
_MIN_WORDS = 3
_MAX_TEXT = 2_000
_MAX_PASSAGES = 20


class HiddenPassage(NamedTuple):
    """What stands in a hidden element, and the line of its tag."""

    line: int
    text: str


def hidden_passages(text: str) -> Iterator[HiddenPassage]:
    """The hidden elements with some words in them, at most 20. White text counts where no background is set at all."""
    if "style" not in text.lower():
        return
    painted = _BACKGROUND.search(text) is not None
    found = 0
    for tag in _TAG.finditer(text):
        style = _STYLE.search(tag[2])
        rules = (style[1] or style[2] or "") if style else ""
        if not (_HIDING.search(rules) or (not painted and _WHITE.search(rules))):
            continue
        inside = text[tag.end() : tag.end() + _MAX_TEXT].partition(f"</{tag[1]}")[0]
        if len(_WORDS.findall(_MARKUP.sub(" ", inside))) >= _MIN_WORDS:
            yield HiddenPassage(text.count("\n", 0, tag.start()) + 1, inside)
            found += 1
        if found == _MAX_PASSAGES:
            return
