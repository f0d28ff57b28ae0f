"""Tolerant readers of what an API says: a member that is absent or of another type is None, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

_LARGEST = 2**63 - 1


def as_object(value: object) -> Mapping[str, Any]:
    """The value, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value, if it is a list; else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """The value, if it is a string with something in it; a lone surrogate becomes a question mark."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def as_texts(value: object) -> tuple[str, ...]:
    """The strings of a list; a bare string counts as a list of one."""
    found = [as_text(item) for item in (value if isinstance(value, list) else [value])]
    return tuple(text for text in found if text is not None)


def as_count(value: object) -> int | None:
    """The value, if it is a whole number that can count something."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        return None
    return value


def as_number(value: object) -> float | None:
    """The value, if it is a finite number of a size that means something."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        return None
    return value


def as_flag(value: object) -> bool | None:
    """The value, if it is true or false."""
    return value if isinstance(value, bool) else None


def as_gated(value: object) -> Literal["auto", "manual", "no"] | None:
    """How access is given: the Hub says false, "auto" or "manual"."""
    if value is False:
        return "no"
    if value == "auto":
        return "auto"
    return "manual" if value == "manual" else None


def as_created(value: object) -> str | None:
    """A creation date; None for the day from which on the Hub keeps them, which all older repos bear."""
    text = as_text(value)
    return None if text is None or text.startswith("2022-03-02T23:29:0") else text


def tagged(tags: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """What follows a prefix such as `license:` in the tags that have it."""
    return tuple(tag[len(prefix) :] for tag in tags if tag.startswith(prefix))
