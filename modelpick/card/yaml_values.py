"""YAML to plain values, built from parser events one by one, so that nothing hostile is ever expanded.

Anchors, aliases, tags and merge keys are refused when they are seen; depth and number of nodes are counted on the
way. Scalars stay strings, for YAML 1.1 would make False of `no` and 1.1 of `1.10`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from modelpick.card.salvage import NULLS
from modelpick.card_facts import FrontMatterStatus, Value

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: the same events, some twenty times slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_DEPTH = 20
MAX_NODES = 50_000


class YamlFault(Exception):  # noqa: N818 - never leaves this room; becomes the status of a front matter
    """Why a text gave no value: BROKEN, REFUSED or OVER_CAP, the reason in words, and the offset where it was seen."""

    def __init__(self, status: FrontMatterStatus, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.offset = offset


@dataclass(slots=True)
class Reading:
    """A YAML document: its root value, and (key, offset in characters) for each top-level key in order."""

    root: Value = None
    keys: list[tuple[str, int]] = field(default_factory=list)


def read_yaml(text: str, *, max_nodes: int = MAX_NODES, max_depth: int = MAX_DEPTH) -> Reading:
    """Reads one YAML document; an empty text gives None.

    Raises:
        YamlFault: The text is not one YAML document of plain values within the caps.
    """
    reading = Reading()
    try:
        _build(yaml.parse(text, Loader=_Loader), reading, max_nodes, max_depth)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it holds characters that YAML does not allow"
        raise YamlFault(FrontMatterStatus.BROKEN, what, mark.index if mark is not None else None) from error
    except UnicodeError as error:
        raise YamlFault(FrontMatterStatus.BROKEN, "it holds characters that are not Unicode text") from error
    return reading


def _build(events: Iterator[Any], reading: Reading, max_nodes: int, max_depth: int) -> None:
    # Each open collection is (container, pending key); a mapping's pending key is None while it awaits one.
    stack: list[Any] = []
    keys: list[Any] = []
    nodes = 0
    documents = 0
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                raise _refused(event)
            plain = event.value if event.style else None if event.value in NULLS else event.value
            if stack and type(stack[-1]) is dict and keys[-1] is None:
                _take_key(event, stack, keys, reading)
            else:
                _put(plain, stack, keys, reading)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.anchor is not None or event.tag is not None:
                raise _refused(event)
            if stack and type(stack[-1]) is dict and keys[-1] is None:
                raise YamlFault(FrontMatterStatus.BROKEN, "a key is itself a list or a mapping", event.start_mark.index)
            if len(stack) >= max_depth:
                raise YamlFault(
                    FrontMatterStatus.REFUSED, f"it is nested deeper than {max_depth} levels", event.start_mark.index
                )
            value: Any = {} if kind is yaml.MappingStartEvent else []
            _put(value, stack, keys, reading)
            stack.append(value)
            keys.append(None)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            stack.pop()
            keys.pop()
            continue
        elif kind is yaml.AliasEvent:
            raise _refused(event)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise YamlFault(FrontMatterStatus.BROKEN, "it holds more than one document")
            continue
        else:
            continue
        nodes += 1
        if nodes > max_nodes:
            raise YamlFault(FrontMatterStatus.OVER_CAP, f"it holds more than {max_nodes:,} values")


def _take_key(event: Any, stack: list[Any], keys: list[Any], reading: Reading) -> None:
    if event.value == "<<" and not event.style:
        raise YamlFault(FrontMatterStatus.REFUSED, "it holds a merge key (`<<`)", event.start_mark.index)
    keys[-1] = event.value
    if len(stack) == 1:
        reading.keys.append((event.value, event.start_mark.index))


def _put(value: Any, stack: list[Any], keys: list[Any], reading: Reading) -> None:
    if not stack:
        reading.root = value
    elif type(stack[-1]) is dict:
        stack[-1][keys[-1]] = value
        keys[-1] = None
    else:
        stack[-1].append(value)


def _refused(event: Any) -> YamlFault:
    name = str(event.anchor or event.tag)[:40]
    if type(event) is yaml.AliasEvent:
        what = f"an alias (`*{name}`)"
    elif event.anchor is not None:
        what = f"an anchor (`&{name}`)"
    else:
        what = f"a tag (`{name}`)"
    return YamlFault(FrontMatterStatus.REFUSED, f"it holds {what}", event.start_mark.index)
