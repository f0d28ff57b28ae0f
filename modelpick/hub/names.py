"""File names that a repo may not make us write, whatever the server says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
_OBEYED = frozenset({".git", ".cache", ".huggingface", ".modelpick-staging"})
"""Folders whose content programs obey: git runs hooks, huggingface_hub and we believe our side files."""
_LONGEST = 255  # bytes of one component, on every common file system
_LONGEST_PATH = 1024
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def leaves_folder(path: str) -> bool:
    """Whether a name would be written outside its folder, or cannot be a name: no honest repo has one."""
    parts = re.split(r"[/\\]", path)
    return "\0" in path or any(part in ("", ".", "..") for part in parts) or re.match(r"[A-Za-z]:", path) is not None


def refusal(path: str) -> str | None:
    """Why a file of this name is not written, in words that continue "its name"; None where nothing speaks against it.

    Beside what leaves the folder: invisible characters, what git or huggingface_hub would obey, and what some file
    system reserves or cannot hold, so that a download means the same everywhere.
    """
    if leaves_folder(path):
        return "leads out of the folder"
    if any(unicodedata.category(c) in _HIDDEN for c in path):
        return "holds control or invisible characters"
    if "\\" in path or ":" in path:
        return "holds a character that means something else on Windows"
    if len(path.encode()) > _LONGEST_PATH:
        return "is longer than a path may be"
    for part in path.split("/"):
        if len(part.encode()) > _LONGEST:
            return "is longer than a file name may be"
        if part.lower() in _OBEYED:
            return f"lies in `{part}`, which other programs obey"
        if part.split(".")[0].lower() in _DEVICES or part.endswith((".", " ")):
            return "is reserved on Windows"
    return None


def clash(paths: Sequence[str]) -> tuple[str, str] | None:
    """Two of these names that cannot stand side by side everywhere: differing in case or accents' coding only, or a
    file that is also a folder; None where there are none.
    """
    seen: dict[str, str] = {}
    for path in paths:
        key = _key(path)
        if key in seen:
            return seen[key], path
        seen[key] = path
    for path in paths:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            above = seen.get(_key("/".join(parts[:depth])))
            if above is not None:
                return above, path
    return None


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
