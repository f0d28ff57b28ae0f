"""Several repos at once: a few threads work ahead, the results come in the order asked."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Generic, TypeVar

from modelpick.errors import ModelpickError

THREADS = 24
"""Requests under way at one Hub, at most."""

_AHEAD = 4
"""How many items a thread a slow one may hold up: what is finished meanwhile waits in memory."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def aside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begins `work` in a thread of its own; the function returned waits for its result, or raises what it raised."""
    job: _Job[None, Result] = _Job(None)
    threading.Thread(target=_do, args=(job, lambda _: work()), daemon=True).start()

    def result() -> Result:
        job.done.wait()
        if job.error is not None:
            raise job.error
        return job.result  # type: ignore[return-value]  # done without an error: there is a result

    return result


class _Job(Generic[Item, Result]):
    """One item and, once it is done, what came of it."""

    __slots__ = ("done", "error", "item", "result")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.done = threading.Event()


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int = THREADS
) -> Iterator[tuple[Item, Result | ModelpickError]]:
    """Each item with what `work` made of it, or the error that a user can cause, in order and as soon as it is there.

    The threads end with the process: an interrupt waits for no answer. When the caller stops taking, nothing new is
    begun.

    Raises:
        BaseException: Whatever else `work` raised, at that item's place.
    """
    todo: queue.SimpleQueue[_Job[Item, Result] | None] = queue.SimpleQueue()
    rest = iter(items)
    pending: deque[_Job[Item, Result]] = deque()

    def more(count: int) -> None:
        for item in islice(rest, count):
            pending.append(_Job(item))
            todo.put(pending[-1])

    more(threads * _AHEAD)
    workers = [
        threading.Thread(target=_serve, args=(work, todo), daemon=True) for _ in range(min(threads, len(pending)))
    ]
    for worker in workers:
        worker.start()
    try:
        while pending:
            job = pending[0]
            job.done.wait()
            pending.popleft()
            more(1)
            if job.error is None:
                yield job.item, job.result  # type: ignore[misc]  # done without an error: there is a result
            elif isinstance(job.error, ModelpickError):
                yield job.item, job.error
            else:
                raise job.error
    finally:
        with suppress(queue.Empty):
            while True:
                todo.get_nowait()
        for _ in workers:
            todo.put(None)


def _serve(work: Callable[[Item], Result], todo: queue.SimpleQueue[_Job[Item, Result] | None]) -> None:
    while (job := todo.get()) is not None:
        _do(job, work)


def _do(job: _Job[Item, Result], work: Callable[[Item], Result]) -> None:
    try:
        job.result = work(job.item)
    except BaseException as error:  # carried to the thread that asked
        job.error = error
    job.done.set()
