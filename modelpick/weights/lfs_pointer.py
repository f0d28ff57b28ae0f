"""Git LFS pointers: a few lines of text that stand in a git clone where the big file was not fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_BYTES = 1024
"""A pointer is smaller than this (the LFS specification)."""

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,18})\n(?:[^\n]*\n)*"
)


@dataclass(frozen=True, slots=True)
class LfsPointer:
    """What the file would be: its sha256 (64 hex) and its size in bytes."""

    sha256: str
    bytes: int


def read_pointer(head: bytes) -> LfsPointer | None:
    """The pointer that these bytes are, None where they are something else. `head`: the whole file."""
    if len(head) > MAX_BYTES:
        return None
    found = _POINTER.fullmatch(head.replace(b"\r\n", b"\n"))
    return LfsPointer(found[1].decode(), int(found[2])) if found else None
