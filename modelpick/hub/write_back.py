"""Sends what was written to the disk while more of it arrives: the last flush of a large file then waits for little."""

from __future__ import annotations

import os
import threading

_EVERY = 2**26  # bytes: often enough that little is left, seldom enough that the flushes themselves cost nothing


class WriteBack:
    """Early flushes of one open file, one at a time, each in a thread of its own.

    A thread has its own duplicate of the descriptor, so that the file may be closed at any time and nobody waits for a
    slow disk who gives the file up (Ctrl-C). The lock on the file is given back with the last duplicate.

    A system tells of a failed write once, to the flush that meets it: the error is kept, and raised at the next call.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._since = 0
        self._thread: threading.Thread | None = None
        self._error: OSError | None = None

    def written(self, count: int) -> None:
        """So many bytes more were written; begins a flush where there are enough and none is running.

        Raises:
            OSError: The disk failed in an earlier flush.
        """
        self._since += count
        if self._since < _EVERY or (self._thread is not None and self._thread.is_alive()):
            return
        if self._error is not None:
            raise self._error
        self._since = 0
        copy = os.dup(self._descriptor)
        self._thread = threading.Thread(target=self._flush, args=(copy,), daemon=True)
        try:
            self._thread.start()
        except BaseException:  # no thread is to be had: nobody else closes it
            os.close(copy)
            raise

    def finish(self) -> None:
        """Waits, and flushes what is left.

        Raises:
            OSError: The disk failed, now or in an early flush.
        """
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        os.fsync(self._descriptor)

    def _flush(self, copy: int) -> None:
        try:
            os.fsync(copy)
        except OSError as error:
            self._error = error
        finally:
            os.close(copy)
