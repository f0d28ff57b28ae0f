"""Early flushes of a file that is being fetched: a slow disk holds nobody up, a failed one is told of."""

from __future__ import annotations

import errno
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from modelpick.hub import write_back
from modelpick.hub.part_file import PartFile
from modelpick.hub.side_by_side import Halt
from modelpick.hub.write_back import WriteBack
from modelpick.progress import SILENT


def until(true: object) -> None:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.005)
    assert true()  # type: ignore[operator]


def test_who_gives_a_file_up_waits_for_no_slow_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, flushed = threading.Event(), list[int]()

    def slow(descriptor: int) -> None:
        flushed.append(os.fstat(descriptor).st_ino)
        may_end.wait(10)
        flushed.append(os.fstat(descriptor).st_ino)  # raises where another file took the number, or none has it

    monkeypatch.setattr(write_back, "_EVERY", 4)
    monkeypatch.setattr(os, "fsync", slow)
    begun = time.monotonic()
    with suppress(KeyboardInterrupt), PartFile(tmp_path / "file", SILENT, Halt()) as part:
        part.write(b"12345")
        until(lambda: flushed)
        raise KeyboardInterrupt
    assert time.monotonic() - begun < 4
    others = [os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT) for _ in range(4)]  # may take the closed number
    may_end.set()
    until(lambda: len(flushed) == 2)
    assert len(set(flushed)) == 1
    for descriptor in others:
        os.close(descriptor)
    assert (tmp_path / "file.modelpick-part").read_bytes() == b"12345"


def test_a_disk_that_failed_on_the_way_is_told_of_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[int]()

    def failing(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 1:  # a system tells of it once
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(write_back, "_EVERY", 4)
    monkeypatch.setattr(os, "fsync", failing)
    with (tmp_path / "file").open("wb") as stream:
        flushes = WriteBack(stream.fileno())
        flushes.written(4)
        until(lambda: calls and not any(thread.name.endswith("(_flush)") for thread in threading.enumerate()))
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            flushes.written(4)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            flushes.finish()
