"""Sends what was written to the disk while more of it arrives: the last flush of a large file then waits for little."""

from __future__ import annotations

import os
import threading

_EVERY = 2**26  # bytes: often enough that little is left, seldom enough that the flushes themselves cost nothing


class WriteBack:
    """Early flushes of one open file, one at a time, each in a thread of its own.

    A system tells of a failed write once, to the flush that meets it: the error is kept, and `finish` raises it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._since = 0
        self._thread: threading.Thread | None = None
        self._error: OSError | None = None

    def written(self, count: int) -> None:
        """So many bytes more were written; begins a flush where there are enough and none is running."""
        self._since += count
        if self._since < _EVERY or (self._thread is not None and self._thread.is_alive()):
            return
        self._since = 0
        self._thread = threading.Thread(target=self._flush, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Waits for a flush that is running: before the file is closed, for its number may be another's at once."""
        if self._thread is not None:
            self._thread.join()

    def finish(self) -> None:
        """Waits, and flushes what is left.

        Raises:
            OSError: The disk failed, now or in an early flush.
        """
        self.wait()
        if self._error is not None:
            raise self._error
        os.fsync(self._descriptor)

    def _flush(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._error = error
