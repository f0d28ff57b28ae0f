"""Fetch what a plan names: every file hashed, nothing shown before all are there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.hub.cache_layout import RepoCache, default_cache
from modelpick.hub.client import HubClient
from modelpick.hub.disk import check_room, disk_error
from modelpick.hub.faults import Asked, HubRefusal
from modelpick.hub.folder_layout import LocalFolder
from modelpick.hub.hashing import FileHash, hash_file
from modelpick.hub.part_file import kept_bytes
from modelpick.hub.plan import DownloadPlan, PlannedFile
from modelpick.hub.side_by_side import Halt, side_by_side
from modelpick.hub.transfer import Watch, fetch_file
from modelpick.progress import SILENT, Listener, Step
from modelpick.weights.formats import SAFETENSORS, weight_format

_NO_HEAD = frozenset({405, 501})
"""Statuses of a server that does not do HEAD (RFC 9110 sections 15.5.6 and 15.6.2)."""
_AT_ONCE = 4
"""Files that are fetched at once."""
_NAME = 28  # characters of a name, so that bar, amount, rate and time stand beside it in 80 columns


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file that was verified: `fetched` now, or there already."""

    path: str
    bytes: int
    sha256: str
    fetched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one download did.

    Attributes:
        repo_id: As the Hub names it.
        commit: 40 hex.
        folder: Where the files are.
        files: All of the plan, each verified against the hash that the Hub declares.
        seconds: Wall-clock time.
    """

    repo_id: str
    commit: str
    folder: Path
    files: tuple[ReceivedFile, ...]
    seconds: float

    @property
    def bytes(self) -> int:
        """Bytes in all."""
        return sum(file.bytes for file in self.files)

    @property
    def bytes_fetched(self) -> int:
        """Bytes that came over the network."""
        return sum(file.bytes for file in self.files if file.fetched)


class _Place(Protocol):
    """Where a download goes: the shared cache, or a folder of the user's."""

    root: Path

    def candidate(self, file: PlannedFile) -> Path | None: ...
    def destination(self, file: PlannedFile) -> Path: ...
    def open(self, files: Sequence[PlannedFile]) -> None: ...
    def complete(self) -> Path: ...
    def abandon(self, *, forget: bool) -> None: ...


def fetch(
    client: HubClient,
    plan: DownloadPlan,
    *,
    cache_dir: Path | None = None,
    local_dir: Path | None = None,
    listener: Listener = SILENT,
) -> Receipt:
    """Fetches the files of a plan into the shared cache, or into `local_dir`.

    Files that are there already are hashed before they are trusted; a wrong one is fetched again (in `local_dir` it
    is the user's, and refused). On failure the place is as it was, but for verified files that wait for the next try.

    Args:
        client: For the plan's endpoint.
        plan: See `modelpick.hub.plan`.
        cache_dir: The Hugging Face cache to use instead of the user's.
        local_dir: A plain folder instead of the cache.
        listener: Hears of progress, in bytes; of waits from the thread that waits.

    Raises:
        AnswerIsNo: A file is not what the Hub declared, or an answer is forged.
        UsageError: `local_dir` holds another file of that name.
        CannotFindOut: Network, gated or disabled repo, disk, permission.
    """
    place: _Place
    place = LocalFolder(local_dir, plan) if local_dir is not None else RepoCache(cache_dir or default_cache(), plan)
    begun = time.monotonic()
    try:
        hashes, seen = _verified(plan, place, listener)
        missing = [file for file in plan.files if file.path not in hashes]
        check_room(place.root, sum(_needed(file, place) for file in missing))
        try:
            place.open(missing)
            fetched = _fetch_all(client, plan, missing, place, listener, hashes, seen)
            _check_headers(plan, place)
            folder = place.complete()
            _all_there(plan, folder)
        except BaseException as error:  # Ctrl-C included: clean up, then go on unwinding
            place.abandon(forget=isinstance(error, AnswerIsNo))
            raise
    except OSError as error:
        raise disk_error(error, place.root) from error
    files = tuple(
        ReceivedFile(path=f.path, bytes=f.bytes, sha256=hashes[f.path], fetched=f.path in fetched)
        for f in sorted(plan.files, key=lambda f: f.path)
    )
    seconds = time.monotonic() - begun
    return Receipt(repo_id=plan.repo_id, commit=plan.commit, folder=folder, files=files, seconds=seconds)


def check_access(client: HubClient, plan: DownloadPlan) -> None:
    """Asks whether the Hub gives the plan's files to this user, before anything is decided, and before the cache is
    believed: a gate may have been put up, or the files withdrawn. Where a mirror does not do HEAD, the first file
    itself is asked for, and left unread.

    Raises:
        CannotFindOut: It does not (`gated`, `disabled`, ...), or could not be asked.
    """
    path = plan.files[0].path
    asked = Asked(repo_id=plan.repo_id, revision=plan.commit, path=path)
    url = client.resolve_url(plan.repo_id, plan.commit, path)
    try:
        client.head(url, asked=asked)
    except HubRefusal as refusal:
        if refusal.status not in _NO_HEAD:
            raise
        client.get_small(url, 0, asked=asked)


_Stamp = tuple[Path, int, int, int] | None
"""What changes when another process puts a file in place; None where there is none."""


def _stamp(path: Path | None) -> _Stamp:
    try:
        found = None if path is None else path.stat()
    except FileNotFoundError:
        return None
    return None if path is None or found is None else (path, found.st_ino, found.st_size, found.st_ctime_ns)


def _verified(plan: DownloadPlan, place: _Place, listener: Listener) -> tuple[dict[str, str], dict[str, _Stamp]]:
    """path -> sha256 of the files that are there already and are what the Hub declares; and the stamps of all."""
    found = {file: place.candidate(file) for file in plan.files}
    seen = {file.path: _stamp(path) for file, path in found.items()}
    there = [(file, path) for file, path in found.items() if path is not None]
    hashes: dict[str, str] = {}
    with listener.step("checking files that are there", sum(file.bytes for file, _ in there), "bytes") as step:
        for file, path in there:
            same_size = path.is_file() and path.stat().st_size == file.bytes
            known = hash_file(path, file.digest, file.bytes, step.advance) if same_size else None
            if known is not None and known.matches:
                hashes[file.path] = known.sha256
            elif path == place.destination(file):
                listener.notice(f"the copy of `{file.path}` at {path} is damaged and will not be used")
    return hashes, seen


def _needed(file: PlannedFile, place: _Place) -> int:
    """Bytes that are to be written yet: an earlier process may have left a part."""
    return max(0, file.bytes - kept_bytes(place.destination(file)))


def _all_there(plan: DownloadPlan, folder: Path) -> None:
    """Refuses to call a folder whole in which a file is missing: another process may have cleared it meanwhile."""
    for file in plan.files:
        place = folder / file.path
        if not place.is_file() or place.stat().st_size != file.bytes:
            raise CannotFindOut(
                f"`{place}` was verified and is gone again", "does another program clear that folder? try again"
            )


def _check_headers(plan: DownloadPlan, place: _Place) -> None:
    """Refuses weights that were published damaged: the right hash says only that they came as they lie on the Hub."""
    from safetensors import SafetensorError, safe_open

    for file in plan.files:
        path = place.candidate(file)
        if path is None or weight_format(file.path) is not SAFETENSORS:
            continue
        try:
            with safe_open(str(path), framework="numpy"):  # checks the header against the file's size; maps, reads not
                pass
        except SafetensorError as error:
            raise AnswerIsNo(
                f"`{file.path}` of `{plan.repo_id}` is as the Hub declares it, but no sound safetensors file: {error}",
                "its publisher has to upload it anew; choose another revision or another model",
                kind="unfit-weights",
            ) from error


def _fetch_all(
    client: HubClient,
    plan: DownloadPlan,
    files: Sequence[PlannedFile],
    place: _Place,
    listener: Listener,
    hashes: dict[str, str],
    seen: dict[str, _Stamp],
) -> set[str]:
    """Fetches the files and adds their sha256 to `hashes`; returns the paths of those that came over the network."""
    targets: dict[Path, list[PlannedFile]] = {}
    for file in files:  # several files of one content are one in the cache: one after the other
        targets.setdefault(place.destination(file), []).append(file)
    if not files:
        return set()
    with listener.step(f"fetching {plan.repo_id}", sum(file.bytes for file in files), "bytes") as step:
        bar = _SharedBar(step)

        def fetch_those(target: Path, halt: Halt) -> list[tuple[PlannedFile, FileHash, bool]]:
            watch, found = Watch(listener, bar, halt), []
            for file in targets[target]:

                def quicker(file: PlannedFile = file) -> FileHash | None:
                    path = place.candidate(file)
                    if path is None or not path.is_file() or _stamp(path) == seen[file.path]:
                        return None
                    theirs = hash_file(path, file.digest, file.bytes)
                    return theirs if theirs.matches else None

                with bar.shows(file.path):
                    found.append((file, *fetch_file(client, plan, file, target, watch, quicker)))
            return found

        done = [item for those in side_by_side(fetch_those, list(targets), _AT_ONCE) for item in those]
    hashes.update({file.path: found.sha256 for file, found, _ in done})
    return {file.path for file, _, came in done if came}


class _SharedBar:
    """One step for the threads that fetch: one at a time tells it of bytes, and of the files that are under way."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._lock = threading.Lock()
        self._under_way: list[str] = []

    def advance(self, amount: float = 1) -> None:
        with self._lock:
            self._step.advance(amount)

    def describe(self, text: str) -> None:
        with self._lock:
            self._step.describe(text)

    @contextmanager
    def shows(self, path: str) -> Iterator[None]:
        """Names a file in the step for as long as it is under way."""
        with self._lock:
            self._under_way.append(path)
            self._tell()
        try:
            yield
        finally:
            with self._lock:
                self._under_way.remove(path)
                self._tell()

    def _tell(self) -> None:
        if len(self._under_way) == 1:
            name = self._under_way[0]
            self._step.describe(f"fetching {name if len(name) <= _NAME else '...' + name[3 - _NAME :]}")
        elif self._under_way:
            self._step.describe(f"fetching {len(self._under_way)} files")
