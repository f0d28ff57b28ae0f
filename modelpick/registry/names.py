"""Finding an architecture by the names that people use."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from modelpick.errors import NothingMatched, UsageError
from modelpick.registry.cards import entries
from modelpick.registry.entry import Entry, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The entry that a name leads to, and its variant where the name is that of one."""

    entry: Entry
    variant: Variant | None = None


def find(name: str) -> Match:
    """The architecture of that name, alias or variant: `resnet`, `LeNet-5`, `vgg16`, `bert`, ...

    Case, hyphens, underscores, dots and spaces do not matter.

    Raises:
        UsageError: There is none; the hint has close names.
    """
    known = _names()
    match = known.get(_key(name))
    if match is not None:
        return match
    close = difflib.get_close_matches(_key(name), known, n=3, cutoff=0.6)
    found = dict.fromkeys(known[key].entry.name for key in close)
    if found:
        hint = "did you mean " + " or ".join(f"`{architecture}`" for architecture in found) + "?"
    else:
        hint = "the catalogue has " + ", ".join(entry.name for entry in entries())
    raise UsageError(f"the catalogue has no architecture `{name}`", hint)


def with_task(task: str) -> tuple[Entry, ...]:
    """The architectures for a task of the Hub, by its id (`image-classification`).

    Raises:
        NothingMatched: None is for that task.
    """
    found = tuple(entry for entry in entries() if task in entry.tasks)
    if not found:
        raise NothingMatched(
            f"the catalogue has no architecture for the task `{task}`",
            f"ask the Hub with `modelpick search --task {task}`; `modelpick catalog` shows all architectures",
        )
    return found


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _names() -> dict[str, Match]:
    names: dict[str, Match] = {}
    for entry in entries():
        for name in (entry.name, entry.title, *entry.aliases):
            names[_key(name)] = Match(entry=entry)
    for entry in entries():
        for variant in entry.variants:
            names.setdefault(_key(variant.name), Match(entry=entry, variant=variant))
    return names
