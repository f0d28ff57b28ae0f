"""Facts as plain JSON values and back: by the types that their dataclasses declare, nothing else is let in.

A card is kept as its text and read anew, so a saved one cannot tell of sections that its text does not have.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from modelpick.card.reader import reread_card
from modelpick.card_facts import CardFacts, Value
from modelpick.facts import RepoFacts

_MAX_DEPTH = 60
_OF_CARD = ("path", "sha256", "bytes", "cut", "problems", "text")
"""What is kept of a card; the rest follows from the text."""


class NotFacts(ValueError):  # noqa: N818 - what it is
    """A value that is not of its type, and where."""


def to_plain(value: Any) -> Any:
    """A value of the facts as JSON has it; members that have their default value are left out."""
    if isinstance(value, CardFacts):
        return {name: to_plain(getattr(value, name)) for name in _OF_CARD}
    if is_dataclass(value) and not isinstance(value, type):
        plain = {}
        for field in fields(value):
            held = getattr(value, field.name)
            if held != _default(field):
                plain[field.name] = to_plain(held)
        return plain
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_plain(item) for item in value]
    return value


def facts_of_plain(value: object) -> RepoFacts:
    """The facts of one subject.

    Raises:
        NotFacts: A member is unknown or not of its type; the message says where.
    """
    found = _read(RepoFacts, value, "facts", 0)
    assert isinstance(found, RepoFacts)  # noqa: S101 - for the type checker
    return found


def _read(kind: Any, value: Any, place: str, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise NotFacts(f"{place} is nested too deeply")
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(kind, value, place, depth)
    if origin is Literal:
        return _held(value in get_args(kind) and isinstance(value, str), value, place)
    if kind is CardFacts:
        return _card(value, place, depth)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind, value, place, depth)
    if origin is tuple:
        _held(isinstance(value, list), value, place)
        inner = get_args(kind)[0]
        return tuple(_read(inner, item, f"{place}[{n}]", depth + 1) for n, item in enumerate(value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        _held(isinstance(value, dict), value, place)
        inner = get_args(kind)[1]
        return {key: _read(inner, item, f"{place}.{key[:40]}", depth + 1) for key, item in value.items()}
    return _held(type(value) is kind, value, place)


def _one_of(kind: Any, value: Any, place: str, depth: int) -> Any:
    choices = get_args(kind)
    if value is None:
        return _held(type(None) in choices, value, place)
    inner = [choice for choice in choices if choice is not type(None)]
    if len(inner) > 1:  # facts have no other union than `Value`
        return _front_matter_value(value, place, depth)
    return _read(inner[0], value, place, depth)


def _dataclass(kind: Any, value: Any, place: str, depth: int) -> Any:
    _held(isinstance(value, dict), value, place)
    hints = _hints(kind)
    unknown = sorted(value.keys() - hints.keys())
    if unknown:
        raise NotFacts(f"{place} has an unknown member `{unknown[0][:40]}`")
    members = {name: _read(hints[name], item, f"{place}.{name}", depth + 1) for name, item in value.items()}
    try:
        return kind(**members)
    except TypeError as error:
        raise NotFacts(f"{place} lacks a member") from error


def _card(value: Any, place: str, depth: int) -> CardFacts:
    _held(isinstance(value, dict), value, place)
    hints = _hints(CardFacts)
    if sorted(value) != sorted(_OF_CARD):
        raise NotFacts(f"{place} does not have the members of a card")
    kept = {name: _read(hints[name], value[name], f"{place}.{name}", depth + 1) for name in _OF_CARD}
    size = kept.pop("bytes")
    return reread_card(kept.pop("text"), kept.pop("path"), size=size, **kept)


def _front_matter_value(value: Any, place: str, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        raise NotFacts(f"{place} is nested too deeply")
    if isinstance(value, list):
        return [_front_matter_value(item, place, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _front_matter_value(item, place, depth + 1) for key, item in value.items()}
    return None if value is None else str(_held(isinstance(value, str), value, place))


def _held(good: bool, value: Any, place: str) -> Any:
    if not good:
        raise NotFacts(f"{place} is not of its type")
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING
