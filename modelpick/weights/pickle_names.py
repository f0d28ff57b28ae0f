"""What the names that a pickle imports mean: dangerous, code of its own, harmless, or unknown. The table is data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from modelpick.weights.pickle_machine import CHANGED, COMPUTED

Meaning = Literal["dangerous", "code", "harmless", "unknown"]


@dataclass(frozen=True, slots=True)
class _Table:
    dangerous_roots: frozenset[str]
    dangerous_names: frozenset[str]
    dangerous_parts: frozenset[str]
    code_roots: frozenset[str]
    harmless: frozenset[str]


@cache
def _table() -> _Table:
    text = files("modelpick.weights").joinpath("pickle_names.toml").read_text(encoding="utf-8")
    fields = tomllib.loads(text)
    dangerous = fields["dangerous"]
    return _Table(
        dangerous_roots=frozenset(dangerous["roots"]),
        dangerous_names=frozenset(dangerous["names"]),
        dangerous_parts=frozenset(dangerous["parts"]),
        code_roots=frozenset(fields["code"]["roots"]),
        harmless=frozenset(fields["harmless"]["names"]),
    )


def meaning(name: str) -> Meaning:
    """What importing `module.attribute` and calling it may do.

    A name that stands in no list is unknown. `__builtin__` is the old name of `builtins`; a part in double
    underscores (`__globals__`, `__subclasses__`) is a way round and no name that a pickler writes.
    """
    table = _table()
    if name in (COMPUTED, CHANGED):
        return "dangerous"
    name = name.replace("__builtin__.", "builtins.", 1) if name.startswith("__builtin__.") else name
    if name in table.harmless or _member(name, table):
        return "harmless"
    parts = name.split(".")
    prefixes = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    hidden = any(part in table.dangerous_parts or _special(part) for part in parts[1:])
    if parts[0] in table.dangerous_roots or hidden or not table.dangerous_names.isdisjoint(prefixes):
        return "dangerous"
    return "code" if parts[0] in table.code_roots else "unknown"


def sorted_by_meaning(names: Iterable[str]) -> dict[Meaning, list[str]]:
    """The names of each meaning, in their order."""
    found: dict[Meaning, list[str]] = {"dangerous": [], "code": [], "harmless": [], "unknown": []}
    for name in names:
        found[meaning(name)].append(name)
    return found


def _member(name: str, table: _Table) -> bool:
    """A member of a harmless enumeration: `...IntervalStrategy.STEPS`."""
    owner, _, member = name.rpartition(".")
    return owner in table.harmless and member.isupper() and not member.startswith("_")


def _special(part: str) -> bool:
    return len(part) > 4 and part.startswith("__") and part.endswith("__")
