"""A file that is being fetched: written beside its place under a name that stays the same, moved there when whole."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from modelpick.progress import Listener

_TELL_AFTER = 10.0


class PartFile:
    """The part file of `target`, open and locked; removed at the end unless it was moved into place.

    The name is the same for every process, so that what a killed one left is used up and does not stay for ever. The
    lock keeps two processes from writing one file: the second waits, then finds the work done.
    """

    def __init__(self, target: Path, listener: Listener) -> None:
        self._target = target
        self._path = target.with_name(target.name + _SUFFIX)
        self._stream = _open_locked(self._path, listener)
        self._placed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._placed:
            self._path.unlink(missing_ok=True)
        self._stream.close()

    def start_over(self) -> None:
        """Empties the file."""
        self._stream.seek(0)
        self._stream.truncate()

    def write(self, chunk: bytes) -> None:
        """Appends bytes."""
        self._stream.write(chunk)

    def place(self) -> None:
        """Moves the file to its place, safe on the disk; what was there is replaced in one step."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        if sys.platform == "win32":  # an open file cannot be moved there
            self._stream.close()
        self._path.replace(self._target)
        self._placed = True
        sync_folder(self._target.parent)


def _open_locked(path: Path, listener: Listener) -> BinaryIO:
    """The part file, empty and ours alone."""
    begun, told = time.monotonic(), False
    while True:
        stream = open(path, "a+b", opener=_open_no_link)  # noqa: SIM115 - the caller closes it
        try:
            if _lock(stream) and _is_still(stream, path):
                stream.truncate(0)
                return stream
        except BaseException:
            stream.close()
            raise
        stream.close()
        if not told and time.monotonic() - begun > _TELL_AFTER:
            listener.notice(f"waiting for another modelpick that fetches `{path.name.removesuffix(_SUFFIX)}`")
            told = True
        time.sleep(0.2)


def _open_no_link(path: str, flags: int) -> int:
    """Refuses a link (OSError): in a cache that several users write to, it could make us empty a file elsewhere."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


if sys.platform == "win32":
    _SUFFIX = f".{os.getpid()}.modelpick-part"  # no lock that outlives the move: each process its own file

    def _lock(stream: BinaryIO) -> bool:
        return True
else:
    import fcntl

    _SUFFIX = ".modelpick-part"

    def _lock(stream: BinaryIO) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _is_still(stream: BinaryIO, path: Path) -> bool:
    """Whether the open file is the one of that name: its last owner may have moved it into place meanwhile."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False


def sync_folder(folder: Path) -> None:
    """Makes renames in a folder outlive a power cut, where the system can."""
    if os.name == "nt":  # folders cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # some network file systems have no fsync of folders; the rename itself is done
        pass
    finally:
        os.close(descriptor)
