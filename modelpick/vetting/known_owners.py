"""Owners on the Hub whose names are worth imitating, and which other names resemble theirs.

`known_owners.csv`: the owner as the Hub spells it, the organisations behind it as texts name them, and a well-known
repo of theirs as the source.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from modelpick.vetting.confusables import skeleton

How = Literal["look-alike signs", "one sign apart", "an addition"]

_ADDITIONS = frozenset(
    {"ai", "official", "hf", "team", "org", "research", "labs", "lab", "inc", "corp", "models", "model", "llm", "hub"}
    | {"oss", "real", "foundation"}
)
_MIN_LENGTH = 6  # of a name of which another may be one sign apart; shorter ones have too many honest neighbours
_MIN_ADDED = 4  # of a name that another may add to
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOwner:
    """An owner, the organisations that it belongs to as texts name them, and a repo of theirs."""

    owner: str
    organisations: tuple[str, ...]
    example: str


@cache
def known_owners() -> Mapping[str, KnownOwner]:
    """Owner in lower case -> what is known of it."""
    text = files("modelpick.vetting").joinpath("known_owners.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    known = (
        KnownOwner(
            owner=row["owner"],
            organisations=tuple(name for name in row["organisation"].split(";") if name),
            example=row["example"],
        )
        for row in rows
    )
    return {owner.owner.casefold(): owner for owner in known}


@cache
def organisations() -> Mapping[str, frozenset[str]]:
    """Organisation in lower case -> its owners in lower case."""
    found: dict[str, set[str]] = {}
    for owner, known in known_owners().items():
        for name in known.organisations:
            found.setdefault(name.casefold(), set()).add(owner)
    return {name: frozenset(owners) for name, owners in found.items()}


@lru_cache(maxsize=4096)
def resembled(owner: str) -> tuple[KnownOwner, How] | None:
    """The known owner that another owner's name resembles, and how; None for a known owner and for others."""
    if owner.casefold() in known_owners():
        return None
    shape = skeleton(owner)
    if shape in _skeletons():
        return _skeletons()[shape], "look-alike signs"
    bare = _without_additions(owner)
    if len(bare) >= _MIN_ADDED and bare in _bare_names():
        return _bare_names()[bare], "an addition"
    if len(shape) >= _MIN_LENGTH:
        for name, known in _skeletons().items():
            if len(name) >= _MIN_LENGTH and _one_apart(shape, name):
                return known, "one sign apart"
    return None


@cache
def _skeletons() -> Mapping[str, KnownOwner]:
    return {skeleton(owner.owner): owner for owner in known_owners().values()}


@cache
def _bare_names() -> Mapping[str, KnownOwner]:
    """The skeletons, and those of names that bear an addition themselves without it (`deepseek-ai`)."""
    bare = {_without_additions(owner.owner): owner for owner in known_owners().values()}
    return {**bare, **_skeletons()}


def _without_additions(owner: str) -> str:
    """The skeleton without words such as `official`, set apart by a separator, and without a glued one at the end."""
    words = [word for word in _SEPARATORS.split(owner) if word]
    kept = [word for word in words if word.casefold() not in _ADDITIONS]
    if len(kept) < len(words):
        return skeleton("".join(kept))
    glued = next((word for word in ("official", "ai") if owner.casefold().endswith(word)), "")
    return skeleton(owner[: -len(glued)]) if glued else ""


def _one_apart(a: str, b: str) -> bool:
    """Whether one sign after the first was added, left out or changed, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1 or a == b or a[0] != b[0]:
        return False
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) == len(b):
        swapped = a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
        return a[start + 1 :] == b[start + 1 :] or swapped == b[start:]
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return longer[start + 1 :] == shorter[start:]
