"""The key `modelpick` of a catalogue card's front matter, read strictly: an unknown key or a wrong type is an error."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import cast, get_args

from modelpick.card_facts import Value
from modelpick.errors import CannotFindOut
from modelpick.registry.entry import Checkpoint, Headline, Paper, ParameterSource, Variant


def broken_card(path: str, what: str, hint: str | None = None) -> CannotFindOut:
    """The error for a card of the catalogue that cannot be used."""
    return CannotFindOut(
        f"the catalogue's card `{path}` cannot be read: {what}",
        hint or "mend the card, or install modelpick again",
        kind="data",
    )


class Fields:
    """One mapping of the front matter: each key is taken once, and `done` refuses what is left.

    Args:
        value: What stands there.
        path: Of the card, for messages.
        place: Where in the front matter, for messages: `modelpick.paper`.

    Raises:
        CannotFindOut: It is no mapping; from the readers: a key is missing or of the wrong type.
    """

    def __init__(self, value: Value, *, path: str, place: str) -> None:
        self._path = path
        self._place = place
        if not isinstance(value, Mapping):
            raise self._wrong("should be a mapping of keys to values")
        self._values = value
        self._taken: list[str] = []

    def text(self, key: str) -> str:
        """A text that has to be there."""
        value = self.optional_text(key)
        if value is None:
            raise self._wrong(f"lacks the key `{key}`")
        return value

    def optional_text(self, key: str) -> str | None:
        """A text, or None where the key is absent."""
        value = self._take(key)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise self._wrong(f"has a key `{key}` that should be a text")
        return value

    def choice(self, key: str, among: Sequence[str]) -> str:
        """A text that has to be there and to be one of a few."""
        text = self.text(key)
        if text not in among:
            raise self._wrong(f"has a key `{key}` that should be one of {', '.join(among)}, not `{text}`")
        return text

    def number(self, key: str) -> int:
        """A whole number above zero that has to be there."""
        text = self.text(key)
        if not text.isdecimal() or int(text) < 1:
            raise self._wrong(f"has a key `{key}` that should be a whole number above zero, not `{text}`")
        return int(text)

    def optional_decimal(self, key: str) -> float | None:
        """A decimal number, or None where the key is absent."""
        text = self.optional_text(key)
        if text is None:
            return None
        try:
            return float(text)
        except ValueError:
            raise self._wrong(f"has a key `{key}` that should be a number, not `{text}`") from None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is absent."""
        texts: list[str] = []
        for value in self._list(key):
            if not isinstance(value, str):
                raise self._wrong(f"has a key `{key}` that should be a list of texts")
            texts.append(value)
        return tuple(texts)

    def choices(self, key: str, among: Sequence[str]) -> tuple[str, ...]:
        """A list of texts out of a few; empty where the key is absent."""
        texts = self.texts(key)
        for text in texts:
            if text not in among:
                raise self._wrong(f"has a key `{key}` that should name {', '.join(among)}, not `{text}`")
        return texts

    def mapping(self, key: str) -> Fields | None:
        """A mapping below this one, or None where the key is absent."""
        value = self._take(key)
        return None if value is None else Fields(value, path=self._path, place=f"{self._place}.{key}")

    def mappings(self, key: str) -> tuple[Fields, ...]:
        """A list of mappings; empty where the key is absent."""
        place = f"{self._place}.{key}"
        return tuple(Fields(value, path=self._path, place=place) for value in self._list(key))

    def done(self) -> None:
        """Refuses keys that nobody took."""
        for key in self._values:
            if key not in self._taken:
                close = difflib.get_close_matches(key, self._taken, n=1)
                raise self._wrong(f"has an unknown key `{key}`", f"did you mean `{close[0]}`?" if close else None)

    def _take(self, key: str) -> Value:
        self._taken.append(key)
        return self._values.get(key)

    def _list(self, key: str) -> Sequence[Value]:
        value = self._take(key)
        if value is None:
            return ()
        if isinstance(value, (str, Mapping)):
            raise self._wrong(f"has a key `{key}` that should be a list")
        return value

    def _wrong(self, what: str, hint: str | None = None) -> CannotFindOut:
        return broken_card(self._path, f"`{self._place}` {what}", hint)


def paper_of(fields: Fields) -> Paper:
    """`modelpick.paper`."""
    paper = Paper(title=fields.text("title"), authors=fields.text("authors"), id=fields.text("id"))
    fields.done()
    return paper


def headline_of(fields: Fields) -> Headline:
    """`modelpick.headline`."""
    headline = Headline(figure=fields.text("figure"), source=fields.text("source"))
    fields.done()
    return headline


def variant_of(fields: Fields) -> Variant:
    """One of `modelpick.variants`."""
    variant = Variant(
        name=fields.text("name"),
        parameters=fields.number("parameters"),
        source=cast(ParameterSource, fields.choice("source", get_args(ParameterSource))),
        gmacs=fields.optional_decimal("gmacs"),
        result=fields.optional_text("result"),
        note=fields.optional_text("note"),
    )
    fields.done()
    return variant


def checkpoint_of(fields: Fields) -> Checkpoint:
    """One of `modelpick.checkpoints`."""
    checkpoint = Checkpoint(repo_id=fields.text("repo_id"), license=fields.text("license"))
    fields.done()
    return checkpoint
