"""The fits of a comparison in order: in this process, or on several cores through joblib."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby

from modelpick.data.candidate import Entry
from modelpick.errors import UsageError
from modelpick.evaluation.trial import FINAL, Material, Outcome, Part, Pin, attempt
from modelpick.evaluation.workers import close_quietly, free_cores
from modelpick.progress import Step

_TOGETHER_ROWS = 50_000
"""So many training rows, over all its splits, go into one call of `fit_many` at most."""

_WORTH_WORKERS = 5.0
"""Seconds of work from which on new processes, which must first import scikit-learn, pay."""

_QUICK = 2.0
"""Seconds of a candidate that are done at once, so that Ctrl-C finds it finished."""

_MOST_ROWS_ABROAD = 200_000
"""Training rows above which no other process takes part unasked: each would hold them several times over."""

_NO_WORKER = "a worker process died, as a rule for want of memory: fewer `--jobs` may help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is done in one go: some parts of one candidate. `place` is that of the candidate."""

    place: int
    entry: Entry
    material: Material
    parts: tuple[Part, ...]

    @property
    def in_workers(self) -> bool:
        """It is fitted one by one; what is fitted in one batch is faster here than on its way to another process."""
        return not self.entry.fixed and self.entry.fit_many is None


Arrived = Callable[[Unit, list[Outcome], str | None], None]


def units(place: int, entry: Entry, material: Material, parts: Sequence[Part], final: Part) -> Iterator[Unit]:
    """The work of one candidate, its final fit last."""
    size = 1
    if entry.fit_many is not None:
        size = max(1, _TOGETHER_ROWS // max(len(part.split.train) for part in parts))
        size = size if entry.at_once is None else min(size, entry.at_once)
    for start in range(0, len(parts), size):
        yield Unit(place=place, entry=entry, material=material, parts=tuple(parts[start : start + size]))
    yield Unit(place=place, entry=entry, material=material, parts=(final,))


def perform(work: Sequence[Unit], jobs: int | None, pin: Pin, step: Step, arrived: Arrived, *, ahead: int = 0) -> int:
    """Does all units and tells `arrived` of each; how many processes worked.

    The results are the same for any count of processes: each fit has its own seed and one thread.

    Args:
        jobs: Processes for the fits that are done one by one; None: as many as cores are free, where the first fit of
            each candidate shows that new processes pay, and there are not so many rows that they take too much memory.
        ahead: Processes that `workers_ahead` has started already.
    """
    if jobs is not None and jobs < 1:
        raise UsageError(f"{jobs} jobs do nothing", "such as `--jobs 2`")
    failed: set[int] = set()

    def here(unit: Unit) -> float:
        if unit.place in failed:
            return 0.0
        step.describe(_words(unit))
        started = time.perf_counter()
        done, error = attempt(unit.entry, unit.material, unit.parts, pin)
        took = time.perf_counter() - started
        if error is not None:
            failed.add(unit.place)
        arrived(unit, done, error)
        step.advance(len(unit.parts))
        return took

    left, processes = list(work), 1 if jobs is None else jobs
    if jobs is None:
        left, expected = _postponed(work, here)
        if expected > _WORTH_WORKERS and _most_rows(work) <= _MOST_ROWS_ABROAD:
            processes = ahead or free_cores()
    left = [unit for unit in left if unit.place not in failed]
    if processes == 1:
        for unit in left:
            here(unit)
        return 1
    remote, local = ([unit for unit in left if unit.in_workers is there] for there in (True, False))
    _in_workers(remote, processes, pin, step, arrived, local, here)
    return processes


def _postponed(work: Sequence[Unit], here: Callable[[Unit], float]) -> tuple[list[Unit], float]:
    """Does what is quick, and the first fit of what is not; the rest, and how many seconds its fits should take.

    What is fitted in batches is left too: if there are workers, it is done here while they work.
    """
    left, expected = [], 0.0
    for _, mine in groupby(work, key=lambda unit: unit.place):
        first, *others = mine
        if not first.in_workers:
            left += [first, *others]
            continue
        each = here(first)
        if each * len(others) < _QUICK:
            for unit in others:
                here(unit)
        else:
            left += others
            expected += each * len(others)
    return left, expected


def _in_workers(
    remote: Sequence[Unit],
    processes: int,
    pin: Pin,
    step: Step,
    arrived: Arrived,
    local: Sequence[Unit],
    here: Callable[[Unit], float],
) -> None:
    from joblib import Parallel, delayed

    if not remote:
        for unit in local:
            here(unit)
        return
    # Of many rows each process holds much: what is done here then waits, or one more takes part than was asked for.
    many = _most_rows(remote) > _TOGETHER_ROWS
    open_units = dict(enumerate(remote))
    pool = Parallel(n_jobs=processes, return_as="generator_unordered", pre_dispatch="2 * n_jobs")
    arriving = pool(delayed(_numbered)(i, u, pin if u.entry.torch else nullcontext) for i, u in enumerate(remote))
    try:
        for unit in () if many else local:
            here(unit)
        for number, done, error in arriving:
            unit = open_units.pop(number)
            step.describe(_words(unit))
            arrived(unit, done, error)
            step.advance(len(unit.parts))
    except BrokenExecutor:
        for unit in open_units.values():
            arrived(unit, [], _NO_WORKER)
    finally:
        close_quietly(arriving)
    for unit in local if many else ():
        here(unit)


def _most_rows(work: Sequence[Unit]) -> int:
    return max(len(part.split.train) for unit in work for part in unit.parts)


def _numbered(number: int, unit: Unit, pin: Pin) -> tuple[int, list[Outcome], str | None]:
    return number, *attempt(unit.entry, unit.material, unit.parts, pin)


def _words(unit: Unit) -> str:
    first, last = unit.parts[0].number + 1, unit.parts[-1].number + 1
    if unit.parts[0].number == FINAL:
        return f"{unit.entry.name}, once more on all rows"
    return f"{unit.entry.name}, split {first}" + (f" to {last}" if last > first else "")
