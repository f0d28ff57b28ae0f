"""Worker processes for the fits: how many, and started ahead of the first fit, while this process still imports."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from modelpick.data.imports import importing, own_process


def free_cores() -> int:
    """Cores that nobody uses now, this process's own counted; at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 1.0
    return max(1, min(cores, round(cores - busy + 1)))


def several(jobs: int | None) -> bool:
    """More than this process may work: so many were asked for, or another core is free."""
    return (free_cores() if jobs is None else jobs) > 1


@contextmanager
def workers_ahead(jobs: int | None) -> Iterator[int]:
    """Starts the processes that `schedule.perform` will use, and has them import scikit-learn; how many they are.

    Nothing waits for them. 0 where all will be done in this process.

    Args:
        jobs: Processes; None: as many as cores are free.
    """
    processes = free_cores() if jobs is None else jobs
    if processes < 2:
        yield 0
        return
    from joblib import Parallel, delayed

    with _without_interruption():
        arriving = Parallel(n_jobs=processes, return_as="generator_unordered")(
            delayed(_import_baselines)() for _ in range(processes)
        )
    try:
        yield processes
    finally:
        close_quietly(arriving)


@contextmanager
def _without_interruption() -> Iterator[None]:
    """Processes that start meanwhile never hear Ctrl-C: it goes to all of a terminal, and one that is importing would
    answer with a traceback. This process does not hear it either for this moment, and ends them when it does.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def close_quietly(arriving: Generator[Any, None, None]) -> None:
    """Ends what joblib still does; what an interruption cancels is no news to who has interrupted."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(?s).*tasks which were still being processed", UserWarning)
        arriving.close()


def _import_baselines() -> None:
    own_process()
    with importing():
        import_module("modelpick.evaluation.baselines")
