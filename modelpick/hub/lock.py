"""`modelpick.lock`: which models a project uses, at which commit, under which licence, every file with its hash."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.atomic import write_whole
from modelpick.hub.turn import turn
from modelpick.places import own_folder

LOCK_NAME = "modelpick.lock"
LARGEST = 64 * 2**20
"""Bytes of a lock that is read."""
_WAIT = 60.0  # seconds for which another process may keep a lock that is to be changed


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """A file: its size and hashes; `git_sha1` where the Hub names it by that (small text files)."""

    path: str
    size: int
    sha256: str
    git_sha1: str | None = None

    @property
    def digest(self) -> str:
        """The hash by which the Hub names it."""
        return self.git_sha1 or self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedModel:
    """A model as it was when it was locked.

    Attributes:
        repo_id: As the Hub named it.
        revision: The branch or tag that the commit came from; None where the commit itself was asked for.
        commit: 40 hex.
        date: When this entry was written, `YYYY-MM-DD` (UTC).
        license: As declared in its card; empty where nobody declared one.
        license_family: Of the licence table; `unknown` too.
        commercial_use: yes, no, conditional or unknown, as vetted.
        verdict: Of the vet.
        card_sha256: Of the card's bytes; None where it has none, or it could not be read.
        include: The patterns that chose the files; empty where modelpick chose.
        files: Sorted by path.
    """

    repo_id: str
    revision: str | None
    commit: str
    date: str
    license: tuple[str, ...]
    license_family: str
    commercial_use: str
    verdict: Literal["accept", "review", "reject"]
    card_sha256: str | None
    include: tuple[str, ...] = ()
    files: tuple[LockedFile, ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock: the models by id."""

    models: tuple[LockedModel, ...] = ()

    def find(self, repo_id: str) -> LockedModel | None:
        """The entry of a repo, None where it is not locked."""
        return next((model for model in self.models if model.repo_id.casefold() == repo_id.casefold()), None)

    def put(self, fresh: LockedModel, *, instead_of: str | None = None) -> Lock:
        """The lock with this entry in place of the one of `instead_of` (its own id by default).

        Where nothing but the date would change, it stays as it is: a lock changes only when something did.
        """
        name = (instead_of or fresh.repo_id).casefold()
        old = self.find(name)
        if old is not None and replace(fresh, date=old.date) == old:
            return self
        names = {name, fresh.repo_id.casefold()}
        kept = [model for model in self.models if model.repo_id.casefold() not in names]
        return Lock(models=tuple(sorted([*kept, fresh], key=lambda model: model.repo_id)))


def read_lock(place: Path) -> Lock:
    """A lock from its file.

    Raises:
        UsageError: It is broken, or of a version that this modelpick does not know; the message names the line.
        CannotFindOut: There is none, or it cannot be read.
    """
    from modelpick.hub.lock_text import parse_lock

    try:
        if place.stat().st_size > LARGEST:
            raise UsageError(f"`{place}` is larger than a lock may be", "restore it from version control", kind="lock")
        data = place.read_bytes()
    except FileNotFoundError as error:
        raise CannotFindOut(
            f"there is no `{place}`", "`modelpick download REPO --lock` writes one", kind="file-not-found"
        ) from error
    except OSError as error:
        raise CannotFindOut(f"`{place}` cannot be read: {error.strerror or error}", kind="permission") from error
    return parse_lock(data, place)


def change_lock(place: Path, change: Callable[[Lock], Lock]) -> None:
    """Reads a lock, changes it and writes it in one step; of several processes one after the other, so that none loses
    what another wrote. Notes in our own folder that the lock is there (`known_locks`).

    Args:
        place: The lock's file; where there is none, an empty lock is changed.
        change: Makes the new lock of the one that is there now. What it raises leaves that as it is.

    Raises:
        CannotFindOut: It cannot be read or written, or another process does not end changing it.
        UsageError: It is broken; or as `own_folder`.
    """
    from modelpick.hub.lock_text import format_lock

    try:
        note = _note_of(place.resolve())
        note.parent.mkdir(parents=True, exist_ok=True)
        with turn(note.with_suffix(".turn"), _WAIT):
            data = format_lock(change(read_lock(place) if place.exists() else Lock())).encode()
            if not place.exists() or place.read_bytes() != data:
                write_whole(place, data)
            if not note.exists():
                text = json.dumps({"format": "modelpick.known-lock/1", "path": str(place.resolve())})
                write_whole(note, text.encode())
    except TimeoutError as error:
        raise CannotFindOut(
            f"another process changes `{place}` and does not end", "try again when it is done", kind="disk"
        ) from error
    except OSError as error:
        raise CannotFindOut(
            f"`{error.filename or place}` cannot be written: {error.strerror or error}",
            "go to a folder that you may write to; modelpick's own files go where MODELPICK_HOME says",
            kind="disk",
        ) from error


def known_locks() -> list[Path]:
    """The locks that were ever written on this machine and are still there.

    Raises:
        UsageError: As `own_folder`.
        OSError: Our own folder cannot be read.
    """
    folder = own_folder() / "locks"
    found: list[Path] = []
    for note in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            path = json.loads(note.read_text(encoding="utf-8"))["path"]
        except (ValueError, LookupError, TypeError):
            continue
        if isinstance(path, str) and Path(path).is_file():
            found.append(Path(path))
    return found


def _note_of(place: Path) -> Path:
    """One file for each lock, so that two processes cannot lose each other's."""
    return own_folder() / "locks" / f"{sha256(os.fsencode(place)).hexdigest()[:16]}.json"
