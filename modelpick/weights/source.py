"""Where the bytes of a weight file come from, part by part: a file here, or one on the Hub that is read by range."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Protocol

from modelpick.errors import CannotFindOut

FIRST = 64 * 1024
"""Bytes of a first read: the whole header of most files."""

_LARGEST = 4 * 2**20


class Source(Protocol):
    """A file that can be read in parts."""

    @property
    def size(self) -> int:
        """Of the whole file, in bytes."""

    def read(self, start: int, length: int) -> bytes:
        """The bytes [start, start + length), fewer only at the end of the file.

        Raises:
            CannotFindOut: They cannot be had.
        """


class OverAllowanceError(CannotFindOut):
    """More of a file would be needed than may be read: it is not examined to its end."""


class LocalFile:
    """An open file on this machine."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size

    def read(self, start: int, length: int) -> bytes:
        """As `Source.read`. An `OSError` passes through."""
        self._file.seek(start)
        return self._file.read(length)


class InMemory:
    """Bytes that were read whole."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, start: int, length: int) -> bytes:
        """As `Source.read`."""
        return self._data[start : start + length]


class Window:
    """A source of which at most `allowance` bytes in `max_reads` reads are fetched; what was fetched is kept.

    The pieces are 64 KiB at first and grow while a file is read on: few requests where each costs one.
    """

    def __init__(self, source: Source, allowance: int, max_reads: int = 8) -> None:
        self.size = source.size
        self.spent = 0
        self._source = source
        self._allowance = allowance
        self._reads_left = max_reads
        self._pieces: list[tuple[int, bytearray]] = []

    def read(self, start: int, length: int) -> bytes:
        """The bytes [start, start + length), fewer only at the end of the file.

        Raises:
            OverAllowanceError: That is more than may be read.
            CannotFindOut: The file ends before its size, or cannot be had.
        """
        start, end = min(start, self.size), min(start + length, self.size)
        for begin, data in self._pieces:
            if begin <= start <= begin + len(data):
                if end > begin + len(data):
                    step = min(8 * len(data), _LARGEST)
                    data += self._fetch(begin + len(data), end - begin - len(data), step)
                return bytes(data[start - begin : end - begin])
        if start == end:
            return b""
        piece = bytearray(self._fetch(start, end - start, FIRST))
        self._pieces.append((start, piece))
        return bytes(piece[: end - start])

    def _fetch(self, start: int, needed: int, step: int) -> bytes:
        left = self._allowance - self.spent
        if needed > left or self._reads_left == 0:
            raise OverAllowanceError("it was not read to its end: it is over what is read of one file", kind="data")
        wanted = min(max(needed, step), left, self.size - start)
        self._reads_left -= 1
        data = self._source.read(start, wanted)
        self.spent += len(data)
        if len(data) < needed:
            raise CannotFindOut(f"the file ends at {start + len(data):,} of {self.size:,} bytes", kind="data")
        return data


class WindowFile(io.RawIOBase):
    """A window as the standard library's readers of archives want it: a binary file that can be sought."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """As of any file; not before its begin."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._window.size}[whence]
        if base + offset < 0:
            raise OSError("a place before the begin of the file")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """As `Window.read`; without a size to the end of the file."""
        length = self._window.size - self._position if size is None or size < 0 else size
        data = self._window.read(self._position, max(0, length))
        self._position += len(data)
        return data
