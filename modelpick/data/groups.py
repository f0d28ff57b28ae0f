"""Groups of files whose rows belong together: by a folder, by a pattern over names, and where names suggest one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelpick.data.folders.classes import Row
from modelpick.data.table import listed
from modelpick.errors import UsageError
from modelpick.findings import Confidence, Finding, Outcome, Severity

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_BETWEEN = re.compile(r"[-_. ]+")
_LEAST_FILES, _FILES_A_VALUE, _IN_CLASSES, _LONG_NUMBER = 20, 3, 0.5, 4


def groups_of(rows: Sequence[Row], group: str, first: int = 2) -> tuple[NDArray[np.intp], str]:
    """A number for each row's group, shape (rows,), and a sentence about them.

    Args:
        group: `folder:LEVEL` (1 is the class's folder, 2 the one in it, -1 the file's own) or `name:REGEX`, whose
            first group is searched in the names of the files. A file that does not match is a group of its own.
        first: The first level that can be a group: 2 below class folders, 1 where there are none.

    Raises:
        UsageError: Another form, no such level, a pattern that is none, has no group or fits no file.
    """
    how, _, rule = group.partition(":")
    if how == "folder" and rule:
        values = _by_folder(rows, rule, first)
    elif how == "name" and rule:
        values = _by_name(rows, rule)
    else:
        raise UsageError(
            f"`--group {group}` is no group of files",
            "give `--group folder:LEVEL` (2 is the folder inside the class's) or `--group 'name:REGEX'`",
        )
    alone = sum(value is None for value in values)
    known: dict[str, int] = {}
    numbers = np.array(
        [-1 if value is None else known.setdefault(value, len(known)) for value in values], dtype=np.intp
    )
    numbers[numbers < 0] = len(known) + np.arange(alone)
    note = f"Groups by `{group}`: {len(known):,}"
    note += f", and {alone:,} files that do not match, each on its own." if alone else "."
    return numbers, note


def _by_folder(rows: Sequence[Row], rule: str, first: int) -> list[str | None]:
    try:
        level = int(rule)
    except ValueError:
        level = 0
    if 0 <= level < first:
        raise UsageError(
            f"`--group folder:{rule}` names no level of folders that could be a group",
            f"{first} is the first that can, -1 the folder that the file lies in",
        )
    least = max(first, abs(level))
    at = level - 1 if level > 0 else level
    values = [row.inside[at] if len(row.inside) >= least else None for row in rows]
    if not any(value is not None for value in values):
        deepest = max((len(row.inside) for row in rows), default=0)
        below = "the files lie in no folders of that kind" if deepest < first else f"the deepest level is {deepest}"
        raise UsageError(f"`--group folder:{rule}` fits no file: {below}", "perhaps a pattern: `--group 'name:REGEX'`")
    return values


def _by_name(rows: Sequence[Row], rule: str) -> list[str | None]:
    try:
        pattern = re.compile(rule)
    except re.error as error:
        raise UsageError(
            f"`--group name:{rule}` is no pattern: {error}", r"such as `--group 'name:_([a-z]+)_'`"
        ) from None
    if not pattern.groups:
        raise UsageError(
            f"`--group name:{rule}` has no group in parentheses, which is what names the group",
            r"such as `--group 'name:_([a-z]+)_'`",
        )
    matches = [pattern.search(row.name) for row in rows]
    if not any(matches):
        example = rows[0].name if rows else ""
        raise UsageError(f"`--group name:{rule}` fits no file name", f"the first is `{example}`")
    return [None if match is None else match[1] for match in matches]


@dataclass(frozen=True, slots=True)
class _Token:
    """Something in the paths that could name a group: its value for each row, and the option that takes it."""

    values: list[str | None]
    option: str


def suggested_group(rows: Sequence[Row], first: int = 2) -> list[Finding]:
    """A warning where names or folders hold something with few values that comes back in several classes.

    Plain counters (short numbers) are passed over, and so is what follows the class. `first`: as for `groups_of`.
    """
    if len(rows) < _LEAST_FILES:
        return []
    found = [token for token in _tokens(rows, first) if _names_a_group(rows, token.values)]
    if not found:
        return []
    best = min(found, key=lambda token: len(set(token.values)))
    names = sorted({value for value in best.values if value is not None})
    message = (
        f"the names of the files suggest groups that were not given: {listed(names, 4)} come back in several classes; "
        "if they are speakers, patients or sessions, a score with them on both sides of a split is too high"
    )
    return [
        Finding(
            check="group-not-given",
            outcome=Outcome.FAIL,
            severity=Severity.MEDIUM,
            message=message,
            remediation=f"keep each on one side: `--group '{best.option}'`",
            confidence=Confidence.MEDIUM,
        )
    ]


def _tokens(rows: Sequence[Row], first: int) -> list[_Token]:
    deepest = min(len(row.inside) for row in rows)
    found = [_Token([row.inside[level] for row in rows], f"folder:{level + 1}") for level in range(first - 1, deepest)]
    split = [_BETWEEN.split(_UUID.sub("uuid", row.name.rpartition(".")[0])) for row in rows]
    lengths = np.bincount([len(tokens) for tokens in split])
    usual = int(lengths.argmax())
    if lengths[usual] < 0.9 * len(rows):
        return found
    for place in range(usual):
        values = [tokens[place] if len(tokens) == usual else None for tokens in split]
        before = ("^", "[-_. ]+")[place] if place < 2 else f"^(?:[^-_. ]+[-_. ]+){{{place}}}"
        words = [value for value in values if value]
        telling = sum(not value.isdecimal() or len(value) >= _LONG_NUMBER for value in words)
        if telling >= 0.9 * len(rows):
            found.append(_Token(values, f"name:{before}([^-_. ]+)"))
    return found


def _names_a_group(rows: Sequence[Row], values: Sequence[str | None]) -> bool:
    """Few values, several files each, most of them in more than one class."""
    classes: dict[str, set[str]] = defaultdict(set)
    for row, value in zip(rows, values, strict=True):
        if value is not None:
            classes[value].add(row.label)
    if len(classes) < 2 or len(classes) * _FILES_A_VALUE > len(rows):
        return False
    return sum(len(labels) > 1 for labels in classes.values()) >= max(2, _IN_CLASSES * len(classes))
