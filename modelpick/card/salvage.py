"""What can be saved of a front matter that is no YAML: its single `key: value` and simple list lines."""

from __future__ import annotations

import re

from modelpick.card.fences import HUB_KEYS
from modelpick.card_facts import Value

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
"""Plain scalars that mean an empty value."""

_KEY = re.compile(r"(?P<quote>[\"']?)(?P<key>[A-Za-z_][\w.\- ]{0,60}?)(?P=quote)[ \t]*:(?:[ \t]+(?P<value>.*))?\Z")
_ITEM = re.compile(r"[ \t]*-(?:[ \t]+(?P<value>.*))?\Z")
_NESTED = re.compile(r"[\w.\-]+:(?:\s|\Z)")
_COMMENT = re.compile(r"(?:\A|[ \t])#")


class Saved:
    """Reads lines one by one and passes over those that cannot be read.

    Args:
        lines: Of the front matter, without their ends.
        stop: End at the first line that cannot belong to a front matter, for one that was never closed.

    Attributes:
        keys: (key, index of its line) in order.
        end: Index of the line after the last one that was read.
    """

    def __init__(self, lines: list[str], *, stop: bool = False) -> None:
        self.keys: list[tuple[str, int]] = []
        self.end = 0
        self._stop = stop
        self._values: dict[str, str | list[str] | None] = {}
        self._key: str | None = None  # the key that items or indented lines may still belong to
        self._is_text = False  # its value is a `|` or `>` text, whose lines are kept in a list until the end
        self._texts: set[str] = set()
        after_blank = False
        for index, line in enumerate(lines):
            text = line.rstrip()
            if text:
                if not self._take(text, index, after_blank):
                    break
                self.end = index + 1
            after_blank = not text

    def values(self) -> dict[str, Value]:
        """Key -> what could be read of it; keys of which nothing could be read are left out."""
        found: dict[str, Value] = {}
        for key, value in self._values.items():
            if key in self._texts and isinstance(value, list):
                found[key] = "\n".join(value)
            elif key != "model-index" and value != []:
                found[key] = value
        return found

    def _take(self, text: str, index: int, after_blank: bool) -> bool:
        """Reads a line; False where it ends an unclosed front matter."""
        item = None if self._is_text and text[0] in " \t" else _ITEM.match(text)
        if item is not None:
            return self._take_item((item.group("value") or "").strip(), text)
        if text[0] in " \t":
            self._take_indented(text.strip())
            return True
        match = _KEY.match(text)
        if match is not None and not (self._stop and after_blank and match.group("key") not in HUB_KEYS):
            self._take_pair(match.group("key"), (match.group("value") or "").strip(), index)
            return True
        if self._stop:
            return False
        if text[0] != "#":
            self._key, self._is_text = None, False
        return True

    def _take_pair(self, key: str, value: str, index: int) -> None:
        self.keys.append((key, index))
        self._key = key
        self._is_text = value[:1] in ("|", ">")
        self._texts.discard(key)
        if self._is_text:
            self._values[key] = []
            self._texts.add(key)
        elif value[:1] == "[" and value.endswith("]") and not re.search(r"[\[\]{}]", value[1:-1]):
            parts = [_scalar(part.strip()) for part in value[1:-1].split(",")]
            self._values[key] = [part for part in parts if part is not None]
        else:
            scalar = _scalar(value)
            if scalar is None and not _is_nothing(value):
                self._give_up(key)
            else:
                self._values[key] = scalar

    def _take_item(self, text: str, line: str) -> bool:
        held = None if self._key is None else self._values.get(self._key)
        if self._key is None or isinstance(held, str):
            return not self._stop or line[0] != "-"
        value = _scalar(text)
        if value is not None and _NESTED.match(text) is None:
            if isinstance(held, list):
                held.append(value)
            else:
                self._values[self._key] = [value]
        return True  # an item that is no simple text is passed over, its neighbours are kept

    def _take_indented(self, text: str) -> None:
        held = None if self._key is None else self._values.get(self._key)
        if self._key is None or text[0] == "#":
            return
        if self._is_text and isinstance(held, list):
            held.append(text)
        elif isinstance(held, str) and _NESTED.match(text):
            return  # a whole scalar has nothing inside it: the pair strayed there
        elif not isinstance(held, list):
            self._give_up(self._key)  # an inner mapping or a folded line: single lines cannot tell

    def _give_up(self, key: str) -> None:
        self._values.pop(key, None)
        self._key = None


def _is_nothing(text: str) -> bool:
    return text in NULLS or text[0] == "#"


def _scalar(text: str) -> str | None:
    """A plain or quoted scalar without its comment; None for nothing, and for what is not one scalar."""
    if text[:1] in ('"', "'"):
        closing = text.find(text[0], 1)
        rest = text[closing + 1 :].strip() if closing > 0 else "x"
        return text[1:closing] if not rest or rest[0] == "#" else None
    if text[:1] in ("&", "*", "!", "[", "{") and not text.startswith("{{"):
        return None
    comment = _COMMENT.search(text)
    plain = (text[: comment.start()] if comment else text).rstrip()
    return None if plain in NULLS else plain
