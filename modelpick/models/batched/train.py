"""Many nets trained at once: jobs go into blocks, blocks onto threads. What else is trained changes no result."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from threading import Event, Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from modelpick.data.forward import sums
from modelpick.errors import CannotFindOut
from modelpick.models.batched.arrays import Arrays, numpy_arrays, torch_arrays
from modelpick.models.batched.block import Block
from modelpick.models.batched.job import Job, Trained
from modelpick.models.batched.layers import Layout
from modelpick.models.batched.rows import rounded
from modelpick.models.torch_threads import one_torch_thread
from modelpick.progress import SILENT, Listener

_NUMBERS = 450_000
"""Parameters of a block on the CPU: more leave the caches, fewer waste time between the calls."""
_MOST = 100
_ROW_BYTES = 2**26
"""Of the rows that the nets of one block keep, each scaled in its own way."""
_DEVICE_BYTES = 2**31


def train_many(
    jobs: Sequence[Job],
    *,
    device: str = "cpu",
    threads: int | None = None,
    listener: Listener = SILENT,
    raise_diverged: bool = True,
) -> list[Trained]:
    """Trains every job; one result each, in their order.

    A job's result depends on nothing but the job: on the CPU, not one bit changes with the other jobs or the count of
    threads. BLAS runs on one thread meanwhile, and gets its threads back.

    Args:
        device: `cpu`, or another one of torch.
        threads: Blocks trained at the same time; None: one for each core that this process may use. One on a device.
        listener: Is told of the epochs of all jobs.
        raise_diverged: Otherwise a job whose loss is no longer a finite number just says so in its result.

    Raises:
        CannotFindOut: (kind `diverged`) The loss of a job is no longer a finite number.
    """
    arrays = numpy_arrays() if device == "cpu" else torch_arrays(torch.device(device))
    return train_on(arrays, jobs, threads=threads, listener=listener, raise_diverged=raise_diverged)


def train_on(
    arrays: Arrays,
    jobs: Sequence[Job],
    *,
    threads: int | None = None,
    chunk: int | None = None,
    listener: Listener = SILENT,
    raise_diverged: bool = True,
) -> list[Trained]:
    """As `train_many`, with these arrays, and with this many nets in a block."""
    threads = (threads or _cores()) if arrays.on_cpu else 1
    results: list[Trained | None] = [None] * len(jobs)
    stop, lock = Event(), Lock()
    total = sum(job.options.epochs for job in jobs)
    with one_blas_thread(), listener.step("training", total, "epochs") as step:

        def told(models: int) -> None:
            if stop.is_set():
                raise _StoppedError
            if models:
                with lock:
                    step.advance(models)

        def train(places: list[int]) -> None:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a loss that is no number is told
                trained = Block(arrays, [jobs[i] for i in places], told).train()
            for place, one in zip(places, trained, strict=True):
                results[place] = one

        blocks = list(_blocks(jobs, threads, chunk, arrays.on_cpu))
        if min(threads, len(blocks)) <= 1:
            for places in blocks:
                train(places)
        else:
            with ThreadPoolExecutor(min(threads, len(blocks)), "modelpick-training") as pool:
                try:
                    for _ in pool.map(train, blocks):
                        pass
                finally:
                    stop.set()
    done = [trained for trained in results if trained is not None]
    if raise_diverged:
        check_finite(done)
    return done


class _StoppedError(Exception):
    """Another block failed, or Ctrl-C came."""


def check_finite(trained: Sequence[Trained]) -> None:
    """CannotFindOut (kind `diverged`) if one of these trainings ended in something that is no finite number."""
    for one in trained:
        if one.diverged:
            raise CannotFindOut(
                f"the training diverged: after epoch {len(one.history)} the loss is no longer a finite number",
                "lower the learning rate (`--lr`, `learning_rate`)",
                kind="diverged",
            )


def sums_many(jobs: Sequence[Job], trained: Sequence[Trained], rows: Sequence[NDArray[np.intp]]) -> list[NDArray[Any]]:
    """The last sums of each trained net for rows of its job's features, (rows, outputs), as a saved model gives them.

    `data.forward.probabilities` makes probabilities of them.
    """
    with one_blas_thread():
        return [
            sums(one.tensors, job.options.activation, job.scaled(part))
            for job, one, part in zip(jobs, trained, rows, strict=True)
        ]


def _blocks(jobs: Sequence[Job], threads: int, chunk: int | None, on_cpu: bool) -> Iterator[list[int]]:
    """Places of jobs that are trained together."""
    alike: dict[Hashable, list[int]] = {}
    for place, job in enumerate(jobs):
        alike.setdefault(_kind(job), []).append(place)
    for places in alike.values():
        size = chunk or _chunk(jobs[places[0]], len(places), threads, on_cpu)
        count = -(-len(places) // size)
        for part in np.array_split(places, count):
            yield part.tolist()


def _kind(job: Job) -> Hashable:
    """What jobs of one block have in common, so that no width or count depends on a neighbour."""
    rows = len(job.training_rows)
    held = None if job.validation_rows is None else rounded(len(job.validation_rows))
    batch = job.options.batch_size
    whole = batch is None or batch >= rows
    batches = (1, rounded(rows)) if whole or batch is None else (-(-rows // batch), batch)
    return job.options, job.sizes, whole, batches, held, job.weights is None


def _chunk(job: Job, count: int, threads: int, on_cpu: bool) -> int:
    """How many nets a block takes: near the caches, within memory, and so that every thread has one."""
    numbers = Layout.of(job.sizes).length
    row = job.features.shape[1] + job.targets.shape[1] + 1
    rows = len(job.rows) + (0 if job.validation_rows is None else len(job.validation_rows))
    if not on_cpu:
        width = min(job.options.batch_size or rows, rows)
        return max(1, int(_DEVICE_BYTES // (4 * (rows * row + 6 * numbers + 4 * width * sum(job.sizes)))))
    most = max(1, min(_MOST, _NUMBERS // numbers, int(_ROW_BYTES // (4 * rows * row))))
    return min(most, -(-count // threads))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _blas() -> ThreadpoolController:
    """The BLAS libraries of this process; looking for them takes longer than training a small net."""
    return ThreadpoolController().select(user_api="blas")


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """One thread for torch and BLAS, as small nets want it; whoever ends last gives the threads back."""
    with one_torch_thread():
        _pins.enter()
        try:
            yield
        finally:
            _pins.leave()


class _Pins:
    """Counts who wants one thread of BLAS: trainings of several threads of a caller may overlap."""

    def __init__(self) -> None:
        self._lock, self._wanted, self._limited = Lock(), 0, ExitStack()

    def enter(self) -> None:
        with self._lock:
            if not self._wanted:
                self._limited.enter_context(_blas().limit(limits=1))
            self._wanted += 1

    def leave(self) -> None:
        with self._lock:
            self._wanted -= 1
            if not self._wanted:
                self._limited.close()


_pins = _Pins()
