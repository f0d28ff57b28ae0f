"""Worker processes for the fits: how many, and started ahead of the first fit, while this process still imports."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Generator, Iterator, Set
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from modelpick.data.imports import importing, own_process

_LOOK = 0.2
"""Seconds over which it is seen who works now, where the mean of the last minute says that all cores are taken."""

_PROC_STAT = Path("/proc/stat")


def free_cores() -> int:
    """Cores that nobody uses now, this process's own counted; at least 1."""
    mine = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    busy = os.getloadavg()[0] - 1 if hasattr(os, "getloadavg") else 0.0
    free = round(len(mine) - busy)
    if free < len(mine):  # the mean of the last minute also counts what has ended since
        now = _busy_now(mine)
        free = free if now is None else max(free, round(len(mine) - now))
    return max(1, min(len(mine), free))


def _busy_now(cores: Set[int]) -> float | None:
    """How many of these cores others keep busy while this process waits; None where the system does not tell."""
    try:
        before = _ticks(cores)
        time.sleep(_LOOK)
        after = _ticks(cores)
    except (OSError, ValueError):
        return None
    whole = sum(after) - sum(before)
    return len(cores) * (after[0] - before[0]) / whole if whole else None


def _ticks(cores: Set[int]) -> tuple[int, int]:
    """Ticks that these cores have worked and idled, from the lines `cpu0 ...` of Linux' /proc/stat (proc_stat(5))."""
    worked = idled = 0
    for line in _PROC_STAT.read_text().splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in cores:
            user, nice, system, idle, waits, hard, soft, *_ = map(int, ticks)
            worked, idled = worked + user + nice + system + hard + soft, idled + idle + waits
    return worked, idled


@contextmanager
def workers_ahead(processes: int) -> Iterator[int]:
    """Starts the processes that `schedule.perform` will use, and has them import scikit-learn; how many they are.

    Nothing waits for them. 0 where all will be done in this process: 1 was given, or less.
    """
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
