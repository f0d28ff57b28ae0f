"""A file that is being fetched: written beside its place under a name that stays the same, moved there when whole."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from modelpick.errors import AnswerIsNo
from modelpick.hub.hashing import FileHash
from modelpick.hub.part_record import PartRecord
from modelpick.hub.side_by_side import Halt
from modelpick.hub.write_back import WriteBack
from modelpick.progress import Listener

_TELL_AFTER = 10.0
_NOTE_EVERY = 2**20
_NOTE_SECONDS = 0.05
"""The record is written after so many bytes or seconds, whichever comes first."""
_READ = 2**20
STALE_SECONDS = 86_400.0
"""A part file that nobody went on with for so long is of a download that was given up."""


class PartFile:
    """The part file of `target`, open and locked; moved into place, or kept for the next try.

    The name is the same for every process, so that the next one goes on where a killed one stopped. It goes away
    where the bytes were wrong, the disk failed, or nothing was fetched. The lock keeps two processes from writing one
    file: the second waits, then finds the work done; a dead one's lock is gone with it.
    """

    def __init__(self, target: Path, listener: Listener, halt: Halt, *, shown: str | None = None) -> None:
        """`shown`: what a person is told that this is; a blob of the cache bears a hash for a name."""
        self._target = target
        self._path = target.with_name(target.name + _SUFFIX)
        self._record = PartRecord(target.with_name(target.name + _RECORD))
        self._stream = _open_locked(self._path, self._record, shown or target.name, listener, halt)
        self._write_back = WriteBack(self._stream.fileno())
        self._placed = False
        self._noted, self._noted_at = 0, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        wanted = kind is not None and not issubclass(kind, AnswerIsNo | OSError)
        try:
            if not self._placed and not (wanted and os.fstat(self._stream.fileno()).st_size):
                self._path.unlink(missing_ok=True)
                self._record.remove()
        finally:
            self._record.close()
            self._stream.close()

    def take_up(self, found: FileHash, size: int, advance: Callable[[float], None] = lambda _: None) -> str | None:
        """Hashes what an earlier process left, as little of it as must be read; `found.bytes` of it are of use.

        Args:
            found: The hash of nothing yet.
            size: Of the whole file; a part that is longer is thrown away.
            advance: Hears of the bytes that are of use.

        Returns:
            The ETag that the server gave then, where it is known.
        """
        there = os.fstat(self._stream.fileno()).st_size
        if not 0 < there <= size:
            self.start_over()
            return None
        known = self._record.read(self._stream.fileno())
        etag = None
        if known is not None and found.take_up(known.sha256, known.count):
            etag = known.etag
            advance(found.bytes)
        self._stream.seek(found.bytes)
        while chunk := self._stream.read(_READ):
            found.update(chunk)
            advance(len(chunk))
        return etag

    def start_over(self) -> None:
        """Empties the file."""
        self._record.remove()
        self._stream.seek(0)
        self._stream.truncate()
        self._noted = 0

    def write(self, chunk: bytes) -> None:
        """Appends bytes."""
        written = self._stream.write(chunk)
        while written < len(chunk):  # an unbuffered file may take less, on a disk that is almost full
            written += self._stream.write(chunk[written:])
        self._write_back.written(len(chunk))

    def note(self, found: FileHash, etag: str | None, *, now: bool = False) -> None:
        """Writes down, every so often or `now`, that all bytes so far are hashed, for a process that goes on here."""
        seconds = time.monotonic()
        few = found.bytes - self._noted < _NOTE_EVERY and seconds - self._noted_at < _NOTE_SECONDS
        state = None if few and not now else found.state
        if state is not None:
            self._record.write(found.bytes, state, etag, self._stream.fileno())
            self._noted, self._noted_at = found.bytes, seconds

    def place(self) -> None:
        """Moves the file to its place, safe on the disk; what was there is replaced in one step."""
        self._write_back.finish()
        if sys.platform == "win32":  # an open file cannot be moved there
            self._stream.close()
        self._record.remove()  # first: killed in between, a part without a record is still of use
        self._path.replace(self._target)
        self._placed = True
        sync_folder(self._target.parent)


def kept_bytes(target: Path) -> int:
    """How much of a file an earlier process left to go on with."""
    try:
        return target.with_name(target.name + _SUFFIX).lstat().st_size
    except OSError:
        return 0


def remove_stale(folder: Path, wanted: Collection[str] = (), *, seconds: float = STALE_SECONDS) -> None:
    """Removes part files that nobody writes to and nobody went on with for a time, but for those of `wanted` names."""
    for path in _parts(folder):
        if path.name.partition(".")[0] in wanted:
            continue
        try:
            if path.is_symlink() or time.time() - path.stat().st_mtime < seconds:
                continue
            with open(path, "a+b", opener=_open_no_link) as stream:
                if _lock(stream) and _is_still(stream, path):
                    path.unlink()
                    path.with_name(path.name.removesuffix(_SUFFIX) + _RECORD).unlink(missing_ok=True)
        except OSError:  # of another user, or gone meanwhile; it is in nobody's way
            continue


def _parts(folder: Path) -> Iterator[Path]:
    try:
        yield from [path for path in folder.iterdir() if path.name.endswith(PART)]
    except OSError:  # there is no such folder yet
        return


def _open_locked(path: Path, record: PartRecord, shown: str, listener: Listener, halt: Halt) -> BinaryIO:
    """The part file, ours alone."""
    begun, told = time.monotonic(), False
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)  # another process may have removed it with its last file
        stream = open(path, "a+b", buffering=0, opener=_open_no_link)  # noqa: SIM115 - the caller closes it
        try:
            if _lock(stream) and _is_still(stream, path):
                return stream
        except BaseException:
            stream.close()
            raise
        stream.close()
        if not told and time.monotonic() - begun > _TELL_AFTER:
            owner = record.owner
            who = f"another modelpick (process {owner})" if owner else "another modelpick"
            listener.notice(f"waiting for {who} that fetches `{shown}`; Ctrl-C ends this one")
            told = True
        halt.pause(0.2)


def _open_no_link(path: str, flags: int) -> int:
    """Refuses a link (OSError): in a cache that several users write to, it could make us empty a file elsewhere."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


PART, _RECORD = ".modelpick-part", ".modelpick-part-state"

if sys.platform == "win32":
    _SUFFIX = f".{os.getpid()}{PART}"  # no lock that outlives the move: each process its own file

    def _lock(stream: BinaryIO) -> bool:
        return True
else:
    import fcntl

    _SUFFIX = PART

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
