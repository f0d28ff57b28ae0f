"""The disk: is there room, and what an operating system's error means to the user."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from modelpick.errors import CannotFindOut

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_ELSEWHERE = "name another place with --local-dir, or with HF_HOME"


def check_room(folder: Path, needed: int) -> None:
    """Refuses before anything is written what the disk cannot hold.

    Raises:
        CannotFindOut: Fewer than `needed` bytes are free where `folder` is, or will be.
        OSError: The disk cannot be asked.
    """
    free = free_bytes(folder)
    if needed > free:
        raise CannotFindOut(
            f"{in_bytes(needed)} are needed and {in_bytes(free)} are free at `{_existing(folder)}`",
            f"free some space, or {_ELSEWHERE}",
            kind="disk",
        )


def free_bytes(folder: Path) -> int:
    """Bytes that are free where `folder` is, or will be.

    Raises:
        OSError: The disk cannot be asked.
    """
    return shutil.disk_usage(_existing(folder)).free


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def disk_error(error: OSError, folder: Path) -> CannotFindOut:
    """What the user is told of an operating system's error under `folder`."""
    place = error.filename or folder
    if error.errno in _FULL:
        hint = f"free some space, or {_ELSEWHERE}"
        return CannotFindOut(f"the disk is full at `{place}`", hint, kind="disk")
    if error.errno in _FORBIDDEN:
        return CannotFindOut(f"`{place}` may not be written: {error.strerror}", _ELSEWHERE, kind="permission")
    return CannotFindOut(f"`{place}` cannot be used: {error.strerror or error}", _ELSEWHERE, kind="disk")


def in_bytes(count: float) -> str:
    """A size for people: 512 bytes, 1.3 kB, 440 MB (decimal, as the Hub shows sizes)."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= 0.9995 * size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} bytes"
