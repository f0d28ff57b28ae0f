"""One process at a time: a turn that is taken by locking a small file, and given back when the process ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_LOOK = 0.05  # seconds

if sys.platform == "win32":
    import msvcrt

    def _taken(stream: BinaryIO) -> bool:
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _taken(stream: BinaryIO) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def turn(file: Path, seconds: float) -> Iterator[None]:
    """Inside, no other process (or thread) is, that takes its turn by the same file. The file stays, empty.

    Raises:
        TimeoutError: Another one did not end in that time.
        OSError: The file cannot be made or locked.
    """
    until = time.monotonic() + seconds
    with file.open("ab") as stream:
        while not _taken(stream):
            if time.monotonic() > until:
                raise TimeoutError(None, "another process does not end", str(file))
            time.sleep(_LOOK)
        yield  # closing the file gives the turn back
