"""Which folder is a class, and which files are an official part: `data/class/...` or `data/train/class/...`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from modelpick.data.folders.scan import visible

Part = Literal["train", "validation", "test"]
Path = tuple[str, ...]

PARTS: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
"""Names of folders that are official parts, in lower case."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file with its class.

    Attributes:
        path: Its parts below the folder that was given.
        label: The class.
        part: Of the official split; None where there is none.
        inside: The parts from the class folder on, without the file: what `--group folder:LEVEL` counts.
        name: Of the file.
    """

    path: Path
    label: str
    part: Part | None
    inside: Path
    name: str


@dataclass(frozen=True, slots=True)
class Classes:
    """What the folders say.

    Attributes:
        rows: In the order of the paths.
        base: The folder below the given one that holds the classes, or the parts; its parts, often none.
        beside: Files that lie beside the class folders and so have no class.
        parts: The official parts, by the names of their folders.
    """

    rows: tuple[Row, ...]
    base: Path
    beside: tuple[Path, ...]
    parts: tuple[str, ...]


def classes_of(files: Sequence[Path]) -> Classes:
    """Reads classes and parts from the paths of files.

    A folder in which nothing but one other folder lies is gone through, until there are several: these are the
    classes, or the official parts with the classes in them. Deeper folders belong to their class.
    """
    base = _base(files)
    depth = len(base)
    names = {path[depth] for path in files if len(path) > depth + 1}
    found = {name: PARTS.get(name.lower()) for name in names}
    official = len(names) > 1 and None not in found.values() and "train" in found.values()
    rows: list[Row] = []
    beside: list[Path] = []
    for path in files:
        at = depth + official
        if len(path) <= at + 1:
            beside.append(path)
            continue
        part = found[path[depth]] if official else None
        *inside, name = visible(path[at:])
        rows.append(Row(path, inside[0], part, tuple(inside), name))
    return Classes(tuple(rows), base, tuple(beside), tuple(sorted(names)) if official else ())


def _base(files: Sequence[Path]) -> Path:
    """The folder that holds the classes: down as long as there is one folder only, and folders below it."""
    base: Path = ()
    while True:
        depth = len(base)
        below = Counter(path[depth] for path in files)
        deeper = any(len(path) > depth + 2 for path in files)
        if len(below) != 1 or not deeper or any(len(path) == depth + 2 for path in files):
            return base
        base = (*base, next(iter(below)))
