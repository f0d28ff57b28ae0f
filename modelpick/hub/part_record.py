"""What is known of a part file, beside it: how much of it is hashed and the hash's state, so that the next process goes
on there.

The record counts only while nobody can have touched the bytes since: same machine, not restarted (what a killed process
wrote survives in the kernel, what a power cut leaves does not), same file, ours, and unchanged since the record was
written, by the kernel's own clock of changes. Else the bytes are read and hashed anew, which costs time and no network.
"""

from __future__ import annotations

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelpick.hub.sha256_state import KeptSha256, library_mark, take_up_sha256

_ROOM = 1024
"""Bytes of a record, always: it is overwritten in one piece, in one page."""
_LAG_NS = 200_000_000
"""The record is written at once after the bytes; a longer lag means that somebody else wrote."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a record tells: bytes hashed, the hash's state over them, and the server's ETag."""

    count: int
    sha256: KeptSha256
    etag: str | None


class PartRecord:
    """The record of one part file; made when the first is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def write(self, count: int, state: bytes, etag: str | None, part: int) -> None:
        """Notes that `count` bytes of the part file (open as `part`) are hashed to this state."""
        if _boot() is None:  # nobody could rely on it
            return
        if self._descriptor is None:
            self._descriptor = _open_own(self.path)
        fields = {
            "bytes": count,
            "state": state.hex(),
            "etag": etag if etag is not None and len(etag) <= 256 else None,
            "inode": os.fstat(part).st_ino,
            "boot": _boot(),
            "library": library_mark(),
            "pid": os.getpid(),
        }
        os.pwrite(self._descriptor, json.dumps(fields).encode().ljust(_ROOM), 0)

    def read(self, part: int) -> Known | None:
        """What is known of the part file (open as `part`); None where nothing is, or it may not be relied on."""
        fields = self._fields()
        if fields is None or _boot() is None:
            return None
        found, record = os.fstat(part), self.path.lstat()
        here = {"inode": found.st_ino, "boot": _boot(), "library": library_mark()}
        if any(fields.get(name) != value for name, value in here.items()):
            return None
        if {found.st_uid, record.st_uid} != {os.geteuid()} or found.st_ctime_ns > record.st_ctime_ns + _LAG_NS:
            return None
        count, state, etag = fields.get("bytes"), fields.get("state"), fields.get("etag")
        if not isinstance(count, int) or not 0 < count <= found.st_size or not isinstance(state, str):
            return None
        try:
            sha256 = take_up_sha256(bytes.fromhex(state), count)
        except ValueError:
            return None
        return None if sha256 is None else Known(count, sha256, etag if isinstance(etag, str) else None)

    @property
    def owner(self) -> int | None:
        """The process that wrote it last, where one is noted."""
        pid = (self._fields() or {}).get("pid")
        return pid if isinstance(pid, int) else None

    def remove(self) -> None:
        """Forgets it."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes the file; it stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _fields(self) -> dict[str, Any] | None:
        try:
            with self.path.open("rb") as stream:
                fields = json.loads(stream.read(_ROOM + 1))
        except (OSError, ValueError, RecursionError):
            return None
        return fields if isinstance(fields, dict) else None


def _open_own(path: Path) -> int:
    """The record's file, to be overwritten in place; what is not ours alone (a link, say) gives way to a new one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        pass
    else:
        found = os.fstat(descriptor)
        if found.st_uid == os.geteuid() and found.st_nlink == 1:
            return descriptor
        os.close(descriptor)
    path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


@functools.cache
def _boot() -> str | None:
    """What is another after each start of the machine; None where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
