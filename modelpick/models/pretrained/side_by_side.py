"""Batches side by side on a CPU: each thread takes a batch of its own, and its own copy of the network with it.

Threads that share each product wait for each other at its end, some ten times a layer, and where others use the cores
that takes many times as long as the product. With a batch each they never wait.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, TypeVar

import torch

from modelpick.models.torch_threads import own_torch_threads, paying_torch_threads

Part = TypeVar("Part")
Batch = TypeVar("Batch")
Made = TypeVar("Made")


def side_by_side(
    model: Any,
    parts: Sequence[Part],
    prepare: Callable[[Part], Batch],
    work: Callable[[Any, Batch], Made],
    done: Callable[[Part, Made], None],
    most: int,
) -> None:
    """Does `done(part, work(model, prepare(part)))` for each part in order, with the work of several at a time.

    What is made of a part depends neither on the others nor on which thread took it. The first error ends it all.

    Args:
        model: A network, on the CPU where `most` is above 1. Its copies share its weights, which nobody may change.
        prepare, done: Run in the caller's thread; at most two parts a thread are prepared ahead.
        work: Runs in several threads, each with a copy of the network. It changes nothing else.
        most: Parts at a time; where there are more threads than that, each part takes several.
    """
    threads = own_torch_threads()
    count = min(threads, len(parts), most)
    if count < 2:
        with paying_torch_threads(threads if most > 1 else None):  # one batch: the same count, and bits, at any load
            for part in parts:
                done(part, work(model, prepare(part)))
        return
    free: SimpleQueue[Any] = SimpleQueue()
    for own in (model, *(twin(model) for _ in range(count - 1))):
        free.put(own)

    def one(batch: Batch) -> Made:
        own = free.get()
        try:
            return work(own, batch)
        finally:
            free.put(own)

    each = threads // count
    waiting: deque[tuple[Part, Future[Made]]] = deque()
    with paying_torch_threads(each):
        pool = ThreadPoolExecutor(count, "batch", torch.set_num_threads, (each,))
        try:
            for part in parts:
                if len(waiting) >= 2 * count:
                    first, future = waiting.popleft()
                    done(first, future.result())
                waiting.append((part, pool.submit(one, prepare(part))))
            for first, future in waiting:
                done(first, future.result())
        finally:
            pool.shutdown(cancel_futures=True)


def twin(model: Any) -> Any:
    """A copy of a network that shares its weights; what it keeps for itself while it computes is its own."""
    return copy.deepcopy(model, {id(weight): weight for weight in model.parameters()})
