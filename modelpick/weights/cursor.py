"""Reads a window forwards: fixed counts of bytes, lines, numbers."""

from __future__ import annotations

from modelpick.weights.source import Window

_AHEAD = 16_384
_MAX_LINE = 2**20


class EndedError(Exception):
    """The file ends, or a line does not, where more should come."""


class Cursor:
    """A place in a window that moves forwards. `position` may be set to pass over bytes that nobody needs."""

    def __init__(self, window: Window, start: int = 0) -> None:
        self.position = start
        self.size = window.size
        self._window = window
        self._buffer, self._begin = b"", start

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            EndedError: There are not so many.
            CannotFindOut: They cannot be had, or are more than may be read.
        """
        offset = self.position - self._begin
        if offset < 0 or offset + count > len(self._buffer):
            self._begin, offset = self.position, 0
            self._buffer = self._window.read(self.position, max(count, _AHEAD))
            if len(self._buffer) < count:
                raise EndedError
        self.position += count
        return self._buffer[offset : offset + count]

    def number(self, count: int) -> int:
        """An unsigned little-endian number of so many bytes."""
        return int.from_bytes(self.take(count), "little")

    def line(self) -> bytes:
        """The bytes up to the next line feed, which is passed over."""
        length = 1
        while length <= min(_MAX_LINE, self.size - self.position):
            self.take(length)
            self.position -= length
            offset = self.position - self._begin
            found = self._buffer.find(b"\n", offset)
            if found >= 0:
                self.position = self._begin + found + 1
                return self._buffer[offset:found]
            length = max(length + 1, min(2 * (len(self._buffer) - offset), self.size - self.position))
        raise EndedError
