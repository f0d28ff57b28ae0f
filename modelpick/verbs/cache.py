"""cache: what lies where, and taking out again what was downloaded and nobody needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelpick.document import Block, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import AnswerIsNo, NothingMatched, UsageError
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.hub.receipts import KeptReceipt

_WHAT = {
    "index": "the Hub's list of models",
    "receipts": "what was downloaded",
    "locks": "where locks are",
    "features": "features of data sets",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder or file and its size."""

    what: str
    path: Path
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A download that is there.

    Attributes:
        receipt: What it fetched.
        bytes: Of its files that are there.
        shared: Whether it lies in the Hugging Face cache; else in a folder of the user's own.
        needed_by: The locks that name its commit.
    """

    receipt: KeptReceipt
    bytes: int
    shared: bool
    needed_by: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheResult(Result):
    """What lies where, and what was just removed.

    Attributes:
        action: What was done.
        places: Our own folder, the runs here, the shared cache.
        downloads: That are there now.
        dropped: That were there before.
        freed: Bytes that became free.
        unread: Receipts that this version cannot read.
    """

    action: Literal["show", "drop", "clear"]
    places: tuple[Place, ...]
    downloads: tuple[Kept, ...]
    dropped: tuple[Kept, ...] = ()
    freed: int = 0
    unread: tuple[Path, ...] = field(default=())

    def document(self) -> Document:
        """Two tables for people, `modelpick.cache/1` for machines; the ids for pipes, of a removal those removed."""
        return Document(blocks=self._blocks(), data=self._data(), quiet=self._quiet())

    def _quiet(self) -> list[str]:
        listed = self.downloads if self.action == "show" else self.dropped
        return list(dict.fromkeys(kept.receipt.repo_id for kept in listed))

    def _blocks(self) -> list[Block]:
        from modelpick.hub.disk import in_bytes

        if self.action != "show":
            names = ", ".join(f"{k.receipt.repo_id} at {k.receipt.commit[:12]}" for k in self.dropped)
            said: list[Block] = [
                Text(f"Removed: {names or 'unfinished downloads'}; {in_bytes(self.freed)} free.", Tone.GOOD)
            ]
            return said + [_needed(kept) for kept in self.downloads if kept.needed_by and self.action == "clear"]
        rows = tuple((place.what, in_bytes(place.bytes), str(place.path)) for place in self.places)
        blocks: list[Block] = [
            Heading("What lies where", level=1),
            Table(("what", "size", "where"), rows, right=("size",)),
        ]
        if self.downloads:
            downloads = tuple(
                (
                    kept.receipt.repo_id,
                    kept.receipt.commit[:12],
                    in_bytes(kept.bytes),
                    kept.receipt.date[:10],
                    "shared cache" if kept.shared else str(kept.receipt.folder),
                    ", ".join(map(str, kept.needed_by)) or "-",
                )
                for kept in self.downloads
            )
            columns = ("model", "commit", "size", "date", "where", "needed by")
            blocks += [Heading("Downloaded with modelpick"), Table(columns, downloads, right=("size",))]
            blocks.append(Text("`modelpick cache drop REPO` removes one from the shared cache.", Tone.MUTED))
        else:
            blocks.append(Text("Nothing that was downloaded with modelpick is there."))
        if self.unread:
            blocks.append(Text(f"{len(self.unread)} receipts cannot be read: {self.unread[0]}", Tone.WARN))
        return blocks

    def _data(self) -> dict[str, Any]:
        return {
            "schema": "modelpick.cache/1",
            "action": self.action,
            "places": [{"what": p.what, "path": str(p.path), "bytes": p.bytes} for p in self.places],
            "downloads": [_entry(kept) for kept in self.downloads],
            "dropped": [_entry(kept) for kept in self.dropped],
            "freed": self.freed,
        }


def cache() -> CacheResult:
    """What lies where: our own folder by part, the runs here, and what was downloaded.

    Raises:
        UsageError: MODELPICK_HOME or the cache's folder cannot be one.
        CannotFindOut: A folder cannot be read, or a lock that may need a download.
    """
    return _result("show")


def drop_download(
    repo_id: str, *, yes: bool = False, listener: Listener = SILENT, confirm: Callable[[str], bool] | None = None
) -> CacheResult:
    """Removes from the shared cache what we fetched of a repo, at all commits.

    What another program fetched, what another snapshot shows and what a known lock needs stays; so does what was put
    into a folder of the user's own.

    Args:
        repo_id: `owner/name`.
        yes: Remove without asking.
        listener: Hears of progress.
        confirm: Is asked first; without it nothing is removed unless `yes`.

    Raises:
        NothingMatched: No receipt lists it.
        AnswerIsNo: A lock needs it, or a person said no.
        UsageError: It is no id.
        CannotFindOut: A folder cannot be read, a file not be removed, or a lock not be read.
    """
    from modelpick.hub.ids import check_repo_id

    check_repo_id(repo_id)
    mine = [kept for kept in _downloads()[0] if kept.receipt.repo_id.casefold() == repo_id.casefold()]
    shared = [kept for kept in mine if kept.shared]
    if not shared:
        where = f"; its folder `{mine[0].receipt.folder}` is yours to remove" if mine else ""
        raise NothingMatched(
            f"no receipt lists `{repo_id}` in the shared cache{where}",
            "`modelpick cache` shows what was downloaded; `hf cache ls` what other programs fetched",
        )
    free = [kept for kept in shared if not kept.needed_by]
    if not free:
        raise AnswerIsNo(
            f"`{repo_id}` is needed by `{shared[0].needed_by[0]}`",
            "remove it from that lock first, or delete the lock",
            kind="needed",
        )
    return _remove("drop", free, yes, listener, confirm)


def clear_downloads(
    *, yes: bool = False, listener: Listener = SILENT, confirm: Callable[[str], bool] | None = None
) -> CacheResult:
    """Removes from the shared cache all that we fetched and no known lock needs, unfinished downloads included.

    Args and errors as `drop_download`.
    """
    from modelpick.hub.cache_drop import parts_in
    from modelpick.hub.cache_layout import default_cache

    free = [kept for kept in _downloads()[0] if kept.shared and not kept.needed_by]
    if not free and not any(parts_in(default_cache())):
        raise NothingMatched(
            "nothing in the shared cache was downloaded with modelpick, or locks need it", "`modelpick cache` shows it"
        )
    return _remove("clear", free, yes, listener, confirm)


def _remove(
    action: Literal["drop", "clear"],
    free: Sequence[Kept],
    yes: bool,
    listener: Listener,
    confirm: Callable[[str], bool] | None,
) -> CacheResult:
    from modelpick.hub.cache_drop import bytes_of, drop, drop_parts, parts_in
    from modelpick.hub.cache_layout import default_cache
    from modelpick.hub.disk import disk_error, in_bytes

    parts = list(parts_in(default_cache())) if action == "clear" else []
    size = in_bytes(sum(kept.bytes for kept in free) + sum(map(bytes_of, parts)))
    names = (
        ", ".join(f"{kept.receipt.repo_id} at {kept.receipt.commit[:12]}" for kept in free) or "unfinished downloads"
    )
    if not yes and not (confirm is not None and confirm(f"Remove {names} ({size}) from the Hugging Face cache?")):
        raise AnswerIsNo("nothing was removed", "`--yes` removes without asking", kind="not-confirmed")
    freed = 0
    try:
        with listener.step("removing", len(free), "models") as step:
            for kept in free:
                step.describe(f"removing {kept.receipt.repo_id}")
                freed += drop(kept.receipt)
                step.advance()
        for blobs in {path.parent for path in parts}:
            freed += drop_parts(blobs)
    except OSError as error:
        raise disk_error(error, default_cache()) from error
    return _result(action, tuple(free), freed)


def _result(action: Literal["show", "drop", "clear"], dropped: tuple[Kept, ...] = (), freed: int = 0) -> CacheResult:
    from modelpick.hub.disk import disk_error
    from modelpick.notebook import register
    from modelpick.places import own_folder

    register()
    try:
        downloads, unread = _downloads()
        return CacheResult(
            action=action,
            places=tuple(_places()),
            downloads=tuple(downloads),
            dropped=dropped,
            freed=freed,
            unread=tuple(unread),
        )
    except OSError as error:
        raise disk_error(error, own_folder()) from error


def _downloads() -> tuple[list[Kept], list[Path]]:
    """The downloads that are there, with the locks that need them; and the receipts that cannot be read."""
    from modelpick.hub.cache_drop import bytes_on_disk, in_shared_cache
    from modelpick.hub.receipts import read_receipts

    receipts, unread = read_receipts()
    needed = _needed_commits() if receipts else {}
    kept = [
        Kept(
            receipt=receipt,
            bytes=bytes_on_disk(receipt),
            shared=in_shared_cache(receipt),
            needed_by=tuple(needed.get(receipt.commit, ())),
        )
        for receipt in receipts
        if receipt.folder.is_dir()
    ]
    return kept, unread


def _needed_commits() -> Mapping[str, list[Path]]:
    """commit -> the locks that name it. A lock that cannot be read might need anything, so it ends the command."""
    from modelpick.hub.lock import known_locks, read_lock

    needed: dict[str, list[Path]] = {}
    for place in known_locks():
        try:
            models = read_lock(place).models
        except UsageError as error:
            error.hint = f"nobody can tell what it needs; mend it or delete it ({error.hint})"
            raise
        for model in models:
            needed.setdefault(model.commit, []).append(place)
    return needed


def _places() -> list[Place]:
    from modelpick.hub.cache_drop import bytes_of, parts_in
    from modelpick.hub.cache_layout import default_cache
    from modelpick.models.run_folder import RUNS
    from modelpick.places import own_folder, whole_path

    own, shared, runs = own_folder(), default_cache(), whole_path(RUNS)
    found = [
        Place(what=_WHAT.get(path.name.partition(".")[0], path.name), path=path, bytes=bytes_of(path))
        for path in (sorted(own.iterdir()) if own.is_dir() else [])
    ]
    if runs.is_dir():
        found.append(Place(what="runs here", path=runs, bytes=bytes_of(runs)))
    found.append(Place(what="shared Hugging Face cache, all of it", path=shared, bytes=bytes_of(shared)))
    parts = list(parts_in(shared))
    if parts:
        size = sum(map(bytes_of, parts))
        found.append(Place(what="of it: unfinished downloads", path=parts[0].parent, bytes=size))
    return found


def _needed(kept: Kept) -> Block:
    return Text(
        f"{kept.receipt.repo_id} at {kept.receipt.commit[:12]} stays: {kept.needed_by[0]} needs it.", Tone.MUTED
    )


def _entry(kept: Kept) -> dict[str, Any]:
    return {
        "repo_id": kept.receipt.repo_id,
        "commit": kept.receipt.commit,
        "folder": str(kept.receipt.folder),
        "bytes": kept.bytes,
        "date": kept.receipt.date,
        "shared": kept.shared,
        "needed_by": [str(place) for place in kept.needed_by],
    }
