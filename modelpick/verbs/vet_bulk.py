"""vet, of many: ids from a list, asked for some at a time; cards from the disk, over all cores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from modelpick.errors import CannotFindOut, ModelpickError
from modelpick.progress import SILENT, Listener
from modelpick.verbs.bulk import Bulk, Line, Vetter
from modelpick.vetting.tally import Tally

if TYPE_CHECKING:
    from modelpick.hub.card_dump import Record
    from modelpick.vetting.policy import Policy

_CHUNK = 24  # cards that a process takes at a time
_CHUNK_BYTES = 2**20
_AHEAD = 3  # chunks a process that are under way or wait to be written: the memory is bounded by them


def vet_ids(
    ids: Sequence[str],
    *,
    policy: str | Path = "default",
    revision: str | None = None,
    endpoint: str | None = None,
    shallow: bool = False,
    offline: bool = False,
    wants_json: bool = True,
    listener: Listener = SILENT,
) -> Bulk:
    """Vets a list of subjects, two dozen at a time, each for itself.

    Where the Hub allows no more requests, all wait for its next window (up to 330 s); where it asks for a longer wait,
    the rest get lines with an error of kind `rate-limit`, and what was done stands.

    Args and errors as `vet_many`; `wants_json`: whether the lines carry their JSON.
    """
    from modelpick.verbs.policy import load_policy

    vetter = Vetter(load_policy(policy), wants_json=wants_json)

    def lines() -> Iterator[tuple[list[Line], Tally]]:
        from modelpick.verbs.gather import PATIENT, Gatherer

        with (
            Gatherer(revision, endpoint, listener, shallow=shallow, offline=offline, longest_wait=PATIENT) as gatherer,
            listener.step("vetting", total=len(ids), unit="subjects") as step,
        ):
            for subject, found in gatherer.all(ids):
                tally = Tally()
                if isinstance(found, ModelpickError):
                    yield [vetter.failure(subject, found, tally)], tally
                else:
                    yield [vetter.line(found, tally)], tally
                step.advance()

    return Bulk(lines())


def vet_cards(
    source: str | Path,
    *,
    policy: str | Path = "default",
    jobs: int | None = None,
    wants_json: bool = True,
    listener: Listener = SILENT,
) -> Bulk:
    """Vets cards from the disk over all cores; nothing is asked of the network.

    A script that calls this needs `if __name__ == "__main__":` around it, as for everything that starts processes.

    Args:
        source: A folder, of which all Markdown files are read; or a file of JSON Lines (`.jsonl`, `.jsonl.xz`,
            `.jsonl.gz`) with `id`, the card under `README.md`, and the Hub's answer under `infos.json`.
        policy: As in `vet`.
        jobs: Processes; by default as many as there are cores.
        wants_json: Whether the lines carry their JSON.
        listener: Hears of progress.

    Raises:
        UsageError: No such policy, or `source` is neither.
        CannotFindOut: It is not there; a file that breaks off says so after the cards before.
    """
    from modelpick.hub.card_dump import records
    from modelpick.places import user_path
    from modelpick.verbs.policy import load_policy

    demanded = load_policy(policy)
    trouble: list[ModelpickError] = []
    chunks = _chunks(_until(trouble, records(user_path(source))))
    processes = jobs or _cores()

    def lines() -> Iterator[tuple[list[Line], Tally]]:
        first = list(islice(chunks, 2))
        work = _here if processes == 1 or len(first) < 2 else _in_processes
        with listener.step("vetting", unit="cards") as step:
            for done in work(chain(first, chunks), processes, demanded, wants_json):
                yield done
                step.advance(len(done[0]))
        if trouble:
            raise trouble[0]

    return Bulk(lines())


def _until(trouble: list[ModelpickError], records: Iterable[Record]) -> Iterator[Record]:
    """The records up to where they break off: why, is kept until those before are done."""
    try:
        yield from records
    except ModelpickError as error:
        trouble.append(error)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    held = 0
    for record in records:
        chunk.append(record)
        held += len(record.line)
        if len(chunk) >= _CHUNK or held >= _CHUNK_BYTES:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def _here(
    chunks: Iterable[list[Record]], processes: int, policy: Policy, wants_json: bool
) -> Iterator[tuple[list[Line], Tally]]:
    vetter = Vetter(policy, wants_json=wants_json)
    return map(vetter.of_records, chunks)


def _in_processes(
    chunks: Iterable[list[Record]], processes: int, policy: Policy, wants_json: bool
) -> Iterator[tuple[list[Line], Tally]]:
    """The chunks over some processes, in order; raw lines go there and finished lines come back."""
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(policy, wants_json)
    )
    pending: deque[Future[tuple[list[Line], Tally]]] = deque()
    try:
        for chunk in chunks:
            with _undisturbed():
                pending.append(pool.submit(_vet_chunk, chunk))
            if len(pending) >= processes * _AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenProcessPool as error:
        raise CannotFindOut(
            "a process that vets cards ended by itself", "the memory may be full: try `--jobs 1`", kind="memory"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Processes begun meanwhile do not hear of Ctrl-C: this one tells them to end."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_VETTERS: list[Vetter] = []  # of a process of the pool: its one


def _begin(policy: Policy, wants_json: bool) -> None:
    """In a process of the pool: what it works with; it ends with the process that began it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _VETTERS[:] = [Vetter(policy, wants_json=wants_json)]
    _VETTERS[0].of_records([])  # imports all that is needed
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # facts and reports hold no cycles: the usual rate takes a tenth of the time


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _vet_chunk(chunk: list[Record]) -> tuple[list[Line], Tally]:
    return _VETTERS[0].of_records(chunk)
