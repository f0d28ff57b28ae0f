"""How many threads torch uses: one for small networks, as many as pay for large ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

import torch

_pins = Lock()
_pinned = 0
_threads_before = 0


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """One torch thread, as small networks want it; whoever ends last gives the threads back.

    On two busy cores, a second thread made such a loop 20 to 40 times slower. Enter it before anything else limits
    OpenMP: torch counts its threads there, and sets those of its own BLAS (MKL) to the same count on the way out.
    """
    global _pinned, _threads_before
    with _pins:
        if not _pinned:
            _threads_before = torch.get_num_threads()
            torch.set_num_threads(1)
        _pinned += 1
    try:
        yield
    finally:
        with _pins:
            _pinned -= 1
            if not _pinned:
                torch.set_num_threads(_threads_before)


def own_torch_threads() -> int:
    """How many threads torch takes by itself, also inside of `one_torch_thread`."""
    with _pins:
        return _threads_before if _pinned else torch.get_num_threads()


@contextmanager
def paying_torch_threads(count: int | None = None) -> Iterator[None]:
    """As many torch threads as pay for a large network, or just so many, also inside of `one_torch_thread`."""
    with _pins:
        before = torch.get_num_threads()
        torch.set_num_threads(_paying(_threads_before if _pinned else before) if count is None else count)
    try:
        yield
    finally:
        with _pins:
            torch.set_num_threads(1 if _pinned else before)


@cache
def _paying(most: int) -> int:
    """All threads or one, whichever multiplies matrices faster right now; tried once in a process.

    Where others use the cores, threads that wait for each other are many times slower than one. The sums of one and
    of several threads differ in the last bits.
    """
    if most == 1:
        return 1
    matrix = torch.ones(384, 384)
    seconds = {}
    for threads in (1, most):
        torch.set_num_threads(threads)
        times = []
        for _ in range(12):
            start = time.perf_counter()
            torch.mm(matrix, matrix)
            times.append(time.perf_counter() - start)
        seconds[threads] = sum(sorted(times)[:9])  # but for the slowest, which also woke the threads
    return most if seconds[most] < 0.8 * seconds[1] else 1
