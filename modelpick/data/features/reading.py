"""Reading what was learned back from JSON: every value is checked, none is believed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.errors import CannotFindOut


def damaged(why: str) -> CannotFindOut:
    """The error for a saved preprocessing that is not what it should be."""
    return CannotFindOut(
        f"the saved preprocessing cannot be read: {why}", "train and save the model again", kind="checkpoint"
    )


def entries(value: Any, what: str) -> list[Mapping[str, Any]]:
    """A list of objects; CannotFindOut (kind `checkpoint`) where it is none, as for all functions here."""
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise damaged(f"{what} is not a list of objects")
    return value


def word(entry: Mapping[str, Any], key: str, known: Sequence[str] = ()) -> str:
    """The text at a key, one of `known` where some are given."""
    value = entry.get(key)
    if not isinstance(value, str) or (known and value not in known):
        raise damaged(f"`{key}` is {value!r}")
    return value


def flag(entry: Mapping[str, Any], key: str) -> bool:
    """True or false at a key."""
    value = entry.get(key)
    if not isinstance(value, bool):
        raise damaged(f"`{key}` is neither true nor false")
    return value


def number(value: Any, what: str) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise damaged(f"{what} is not a number")
    try:
        finite = float(value)
    except OverflowError:
        raise damaged(f"{what} is too large") from None
    if not math.isfinite(finite):
        raise damaged(f"{what} is not finite")
    return finite


def whole(entry: Mapping[str, Any], key: str, least: int, most: int) -> int:
    """A whole number at a key, within bounds."""
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise damaged(f"`{key}` is {value!r}")
    return value


def numbers(value: Any, what: str, count: int) -> NDArray[np.float64]:
    """So many finite numbers, shape (count,)."""
    if not isinstance(value, list) or len(value) != count:
        raise damaged(f"{what} is not a list of {count} numbers")
    return np.array([number(item, what) for item in value], dtype=np.float64)


def flags(value: Any, what: str, count: int) -> NDArray[np.bool_]:
    """So many of true and false, shape (count,)."""
    if not isinstance(value, list) or len(value) != count or not all(isinstance(item, bool) for item in value):
        raise damaged(f"{what} is not a list of {count} of true and false")
    return np.array(value, dtype=bool)


def names_list(value: Any, what: str) -> tuple[str, ...]:
    """A list of different strings."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise damaged(f"{what} is not a list of strings")
    if len(set(value)) != len(value):
        raise damaged(f"{what} names something twice")
    return tuple(value)


def array(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """A learned array of that shape, of finite numbers."""
    found = arrays.get(name)
    if found is None or found.shape != shape or not np.isfinite(found).all():
        raise damaged(f"the array `{name}` is missing, or not of the shape {shape}")
    return found
