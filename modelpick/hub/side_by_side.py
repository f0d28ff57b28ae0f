"""A few pieces of long work at once, a thread each: the first error, or Ctrl-C, stops them all, and each tidies up."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_LOOK = 0.5  # seconds: some systems tell of Ctrl-C only between two waits
_TIDY = 2.0  # seconds that threads get to end in; one that waits for a silent server ends with the process


class Halted(Exception):  # noqa: N818 - no error: somebody asked for it
    """The work is to stop, because another piece of it failed or a person wants it; raised in its thread alone."""


class Halt:
    """Whether the work is to stop: asked often, at places where it can."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def stop(self) -> None:
        """From now on the work is to stop."""
        self._event.set()

    def check(self) -> None:
        """Raises `Halted` where the work is to stop."""
        if self._event.is_set():
            raise Halted

    def pause(self, seconds: float) -> None:
        """Sleeps; raises `Halted` as soon as the work is to stop."""
        if self._event.wait(seconds):
            raise Halted


def side_by_side(work: Callable[[Item, Halt], Result], items: Sequence[Item], threads: int) -> list[Result]:
    """What `work` made of each item, in the order in which they were done; begun in the order of `items`.

    Args:
        work: Is given an item and the halt that it has to ask.
        items: One alone is worked on in this thread.
        threads: At most so many at once.

    Raises:
        BaseException: The first that `work` raised, or that came to this thread meanwhile (Ctrl-C), once the others
            have stopped.
    """
    halt = Halt()
    if min(threads, len(items)) < 2:
        return [work(item, halt) for item in items]
    todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
    for item in items:
        todo.put(item)
    done: queue.SimpleQueue[tuple[Result, None] | tuple[None, BaseException]] = queue.SimpleQueue()

    def serve() -> None:
        try:
            while True:
                halt.check()
                done.put((work(todo.get_nowait(), halt), None))
        except queue.Empty:
            return
        except BaseException as error:  # carried to the thread that asked; before the halt, so that it is the first
            done.put((None, error))
            halt.stop()

    workers = [threading.Thread(target=serve, daemon=True) for _ in range(min(threads, len(items)))]
    results: list[Result] = []
    try:
        for worker in workers:
            worker.start()
        while len(results) < len(items):
            try:
                result, error = done.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if error is not None:
                raise error
            results.append(result)  # type: ignore[arg-type]  # without an error there is a result
    finally:
        halt.stop()
        until = time.monotonic() + _TIDY
        for worker in workers:
            if worker.ident is not None:  # it was started
                worker.join(max(0.0, until - time.monotonic()))
    return results
