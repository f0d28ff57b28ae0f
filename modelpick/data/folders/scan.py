"""What lies in a folder: the files that may be rows, and by name what is passed over."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from modelpick.data.kinds import MediaKind, media_kind
from modelpick.data.table import listed
from modelpick.errors import CannotFindOut

_DEEPEST = 32
_NO_CLASSES = frozenset(
    {"__macosx", "__pycache__", "@eadir", "$recycle.bin", "system volume information", "lost+found"}
)
_NO_FILES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


@dataclass(slots=True)
class Scan:
    """The contents of a folder, links to folders not followed.

    Attributes:
        files: Path below the folder, its parts -> the kind that its suffix tells, in the order of the paths.
        hidden: Folders whose names say that they are no data (`.ipynb_checkpoints`, `__MACOSX`).
        empty: Folders without any file of a kind.
        links: Links to folders, to nothing, and to files outside.
        others: Suffix -> how many files of it were passed over.
        unreadable: Folders that may not be read.
    """

    files: dict[tuple[str, ...], MediaKind] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)

    def notes(self) -> tuple[str, ...]:
        """What was passed over, one sentence each."""
        said = []
        for names, why in (
            (self.hidden, "no class: hidden, or a system's own"),
            (self.empty, "no class: nothing that is read lies in it"),
            (self.links, "not followed: a link to a folder, to nothing, or out of this folder"),
            (self.unreadable, "passed over: it may not be read by you"),
        ):
            if names:
                said.append(f"{listed(names)}: {why}.")
        if self.others:
            words = ", ".join(f"{count:,} {suffix}" for suffix, count in self.others.most_common(6))
            said.append(f"Files of other kinds are passed over: {words}.")
        return tuple(said)


def scan(root: Path, shown: str) -> Scan:
    """Walks a folder, in the order of names.

    Raises:
        CannotFindOut: The folder itself may not be read.
    """
    found, base = Scan(), os.path.realpath(root)
    try:
        _walk(os.fspath(root), (), base, found)
    except PermissionError:
        raise CannotFindOut(f"`{shown}` may not be read by you", "ask for the permission", kind="permission") from None
    except OSError as error:
        raise CannotFindOut(f"`{shown}` cannot be read: {error.strerror}", "check the disk", kind="data") from error
    return found


def _walk(folder: str, parts: tuple[str, ...], base: str, found: Scan) -> bool:
    """Whether a file that is read lies anywhere below."""
    any_file = False
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        below = (*parts, entry.name)
        shown = "/".join(below)
        if entry.is_symlink() and not _stays_inside(entry, base):
            found.links.append(shown)
        elif entry.is_dir(follow_symlinks=False):
            if entry.name.startswith(".") or entry.name.lower() in _NO_CLASSES or len(below) > _DEEPEST:
                found.hidden.append(shown)
                continue
            known = len(found.empty)
            try:
                filled = _walk(entry.path, below, base, found)
            except PermissionError:
                found.unreadable.append(shown)
                continue
            if not filled:
                found.empty[known:] = [shown]  # the topmost one stands for those in it
            any_file = any_file or filled
        elif not entry.name.startswith(".") and entry.name.lower() not in _NO_FILES:
            kind = media_kind(entry.name)
            if kind is None:
                found.others[os.path.splitext(entry.name)[1].lower() or "without a suffix"] += 1  # noqa: PTH122 - fast
            else:
                found.files[below] = kind
                any_file = True
    return any_file


def _stays_inside(entry: os.DirEntry[str], base: str) -> bool:
    """A link to a file of this same folder; a loop leads nowhere."""
    target = os.path.realpath(entry.path)
    return target.startswith(base + os.sep) and os.path.isfile(target)  # noqa: PTH113 - fast


def visible(parts: tuple[str, ...]) -> Iterator[str]:
    """The parts of a path as text that can be encoded: bytes that are no UTF-8 become U+FFFD."""
    for part in parts:
        yield os.fsencode(part).decode("utf-8", "replace")
