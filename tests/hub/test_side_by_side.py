"""Several pieces of work at once: the first error ends the others, and nothing runs on."""

from __future__ import annotations

import threading
import time

import pytest

from modelpick.hub.side_by_side import Halt, Halted, side_by_side


def test_all_are_done_and_several_at_once() -> None:
    meeting = threading.Barrier(3, timeout=5)

    def work(item: int, halt: Halt) -> int:
        meeting.wait()
        return item * item

    assert sorted(side_by_side(work, range(6), 3)) == [0, 1, 4, 9, 16, 25]


def test_one_alone_needs_no_thread() -> None:
    assert side_by_side(lambda item, halt: threading.current_thread(), [1], 4) == [threading.main_thread()]
    assert side_by_side(lambda item, halt: item, [], 4) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_first_error_stops_the_rest_which_tidy_up_first(error: type[BaseException]) -> None:
    begun: list[int] = []
    tidied: list[type[BaseException]] = []

    def work(item: int, halt: Halt) -> None:
        begun.append(item)
        if item == 1:
            time.sleep(0.1)
            raise error("first")
        try:
            halt.pause(10)
        except Halted as halted:
            tidied.append(type(halted))
            raise

    start = time.monotonic()
    with pytest.raises(error, match="first"):
        side_by_side(work, range(9), 3)
    assert time.monotonic() - start < 2
    assert sorted(begun) == [0, 1, 2]
    assert tidied == [Halted, Halted]


def test_work_that_does_not_hear_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelpick.hub.side_by_side._TIDY", 0.2)
    deaf = threading.Event()

    def work(item: int, halt: Halt) -> None:
        if item:
            raise ValueError
        deaf.wait(10)

    start = time.monotonic()
    with pytest.raises(ValueError):
        side_by_side(work, [0, 1], 2)
    assert time.monotonic() - start < 2
    deaf.set()
