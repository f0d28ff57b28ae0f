"""The front matter as the Hub tells it (`cardData`), within bounds: it counts where the card could not be had."""

from __future__ import annotations

from collections.abc import Mapping

from modelpick.card_facts import Value
from modelpick.hub.reading import as_object, as_text

MAX_NODES = 5_000
MAX_SIGNS = 200_000
_MAX_DEPTH = 6
_LEFT_OUT = frozenset({"model-index", "widget"})
_UNKNOWN: Value = ("unknown",)  # told from a value by identity


class _UnreadableError(Exception):
    """A value that nobody can read back, or one that is over a bound."""


class _Bounds:
    def __init__(self) -> None:
        self.nodes = MAX_NODES
        self.signs = MAX_SIGNS

    @property
    def over(self) -> bool:
        return self.nodes < 0 or self.signs < 0

    def take(self, text: str = "") -> None:
        self.nodes -= 1
        self.signs -= len(text)
        if self.over:
            raise _UnreadableError


def read_card_data(value: object) -> Mapping[str, Value]:
    """The keys of the answer's `cardData`, scalars as strings as the reader of cards gives them.

    The Hub read the header as YAML 1.1 and answers in JSON: a whole number is given back as it was written, but of
    `true` (`yes`, `on`), `false` (`no`: Norwegian) and a fraction (`1.10` is 1.1 there) nobody knows what stood in the
    card. Such a value is left out, of a list the item. So are `model-index`, `widget`, and from the first key on that
    is over 5,000 values or 200,000 characters all that follows.
    """
    bounds = _Bounds()
    found: dict[str, Value] = {}
    for key, item in as_object(value).items():
        if key in _LEFT_OUT or not isinstance(key, str):
            continue
        try:
            bounds.take(key)
            found[key] = _value(item, bounds, 0)
        except _UnreadableError:
            if bounds.over:
                break
    return found


def _value(value: object, bounds: _Bounds, depth: int) -> Value:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else as_text(value)
    bounds.take(text or "")
    if value is None or value == "":
        return None
    if text is not None:
        return text
    if depth < _MAX_DEPTH and isinstance(value, list):
        return [known for item in value if (known := _known(item, bounds, depth)) is not _UNKNOWN]
    if depth < _MAX_DEPTH and isinstance(value, dict):
        members = ((key, _known(item, bounds, depth)) for key, item in value.items())
        return {key: known for key, known in members if known is not _UNKNOWN}
    raise _UnreadableError


def _known(item: object, bounds: _Bounds, depth: int) -> Value:
    """A value inside another; what cannot be read back is left out, what is over a bound ends the whole key."""
    try:
        return _value(item, bounds, depth + 1)
    except _UnreadableError:
        if bounds.over:
            raise
        return _UNKNOWN
