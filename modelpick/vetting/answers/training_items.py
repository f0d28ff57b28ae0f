"""The name that an item of a list of training data is, or begins with."""

from __future__ import annotations

import re

from modelpick.card_facts import BlockKind
from modelpick.licences.datasets import dataset_terms
from modelpick.vetting.answers.dataset_names import Named, hub_ids, looks_like_name, names_in, trimmed
from modelpick.vetting.answers.dataset_patterns import MODEL_URL
from modelpick.vetting.answers.view import Line
from modelpick.vetting.answers.words import late

_MAX_ITEM_WORDS = 5
_ITEM_SIZE = late(r"^~?\d[\d.,]*\s?[kKmMbB%]?(?: (?:of|from))?(?= )")
_LABEL = late(r"[^\W\d_a-z]|[a-z][\d_-]|\d[a-z]|^\w+$")  # more than some plain words
# "PII Filtering: ...": what was done to the data.
_STEP = late(r"\W*(?:[A-Z][\w-]*,? (?:and |& )?){0,4}[A-Za-z-]*ing\b\W*(?:[:(–—-]|$)")
_ITEM_END = late(r"\s[-–—:(/|]|:\s|,\s")
_NAMES_AFTER = late(r"(?:, (?:and )?| and | & )(?=[A-Z]\w*[A-Z\d]|[A-Z]\w+-|[A-Z]\w+(?: and |, ))")
_LATIN_NAME = late(r"[A-Za-z][A-Za-z0-9./_-]{2,60}(?: [A-Z][A-Za-z0-9.-]+){0,3}")
_TWO_PARTS = late(r"[A-Z][a-z]+-[A-Z][a-z]+")
_LOWER = late(r"[a-z]+")


def is_step(text: str) -> bool:
    """Whether an item tells what was done to the data: `PII Filtering: ...`."""
    return _STEP.match(text) is not None


def item_names(line: Line) -> tuple[Named, ...]:
    """The name that a list item of a data section is or begins with: `- **WebNLG**`, `- [C4](...)`, `- 40K X data`."""
    if line.kind is not BlockKind.LIST_ITEM:
        return ()
    hub = hub_ids(line.quote)
    link = re.match(r"^\W*\[([^\[\]]{2,80})\]\(", line.quote.lstrip("-*+ 0123456789."))
    if link and not hub and not MODEL_URL.search(line.quote):
        label = link[1].strip("`* ")
        return (Named(label, line.text.find(label)),) if _LABEL.search(label) else ()
    if link or hub:
        return ()
    size = _ITEM_SIZE.match(line.text)
    head = _ITEM_END.split(line.text[size.end() :] if size else line.text, maxsplit=1)[0].strip(" .`*")
    first = head.split(" ", 1)[0]
    if not size and _NAMES_AFTER.match(line.text, len(head)):  # "X, Y and Z": more than one, as in a sentence
        return names_in(line.text, line.quote, listed=True)
    if not head.isascii() and (latin := _LATIN_NAME.search(head)) and looks_like_name(latin[0]):
        return (Named(latin[0], latin.start()),)  # "BELLE の日本語訳"
    if dataset_terms(head) and len(head) > 1:
        return (Named(head, 0),)
    if "_" in first and looks_like_name(first):
        return (Named(first, 0),)
    if len(head.split()) > _MAX_ITEM_WORDS:
        return ()
    if not 2 <= len(head) <= 60 or not (looks_like_name(head) or _TWO_PARTS.fullmatch(head)):
        return names_in(head, head, known_only=True)[:1]
    if is_step(head):
        return ()
    lower = [word for word in head.split() if _LOWER.fullmatch(word)]
    return trimmed(head, 0)[:1] if len(lower) <= 1 else ()
