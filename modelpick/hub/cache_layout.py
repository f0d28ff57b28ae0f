"""The shared Hugging Face cache, as huggingface_hub lays it out: `blobs/`, `snapshots/`, `refs/` of a repo.

A blob is named by the hash that the Hub declares (sha256 of an LFS file, else git's sha1); a snapshot is a folder of
links to blobs; a ref holds the commit of a branch. Source: huggingface_hub's guide "Understand caching".
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from modelpick.hub.part_file import remove_stale, sync_folder
from modelpick.hub.plan import DownloadPlan, PlannedFile
from modelpick.places import whole_path


def default_cache() -> Path:
    """The cache of this user, as the environment has it (HF_HUB_CACHE, HF_HOME).

    Raises:
        UsageError: It begins with `~`, and nobody knows that home folder.
    """
    from huggingface_hub import constants

    return whole_path(constants.HF_HUB_CACHE)


def is_snapshot(folder: Path) -> bool:
    """Whether a folder is one commit of a repo in some such cache, by the names above it."""
    return folder.parent.name == "snapshots" and folder.parent.parent.name.startswith("models--")


class RepoCache:
    """One repo's folder in the cache; the place that a download goes to."""

    def __init__(self, cache_dir: Path, plan: DownloadPlan) -> None:
        self.root = cache_folder(cache_dir, plan.repo_id)
        self._plan = plan
        self._snapshot = self.root / "snapshots" / plan.commit

    def candidate(self, file: PlannedFile) -> Path | None:
        """A file that may hold the bytes already; to be hashed before it is trusted."""
        places = (self.destination(file), self._snapshot / file.path)
        return next((place for place in places if place.is_file()), None)

    def destination(self, file: PlannedFile) -> Path:
        """Where the bytes are to be written."""
        return self.root / "blobs" / file.digest

    def open(self, files: Sequence[PlannedFile]) -> None:
        """Makes the folders. A repo's folder without snapshots would be reported as corrupt by `hf cache`."""
        for folder in ("blobs", "snapshots"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        remove_stale(self.root / "blobs", {file.digest for file in files})

    def complete(self) -> Path:
        """Shows the files in the snapshot, then points the branch to it; every blob is there and verified."""
        for file in self._plan.files:
            self._show(file)
        if self._plan.revision is not None:
            self._write_ref(self._plan.revision)
        return self._snapshot

    def abandon(self, *, forget: bool) -> None:
        """Removes the folders again that stayed empty. Blobs that are right are right, also where another was not."""
        remove_if_empty(self.root / "blobs")
        if not (self.root / "blobs").exists():
            remove_if_empty(self.root / "snapshots")
            remove_if_empty(self.root)

    def _show(self, file: PlannedFile) -> None:
        blob, shown = self.destination(file), self._snapshot / file.path
        if not blob.exists() or (shown.exists() and shown.samefile(blob)):
            return  # it is there; without a blob it was verified as a plain file, as systems without links have it
        shown.parent.mkdir(parents=True, exist_ok=True)
        fresh = shown.parent / f".modelpick-link-{_mark()}"
        fresh.unlink(missing_ok=True)
        _link(blob, fresh)
        fresh.replace(shown)

    def _write_ref(self, revision: str) -> None:
        ref = self.root / "refs" / revision
        if ref.is_file() and ref.read_bytes() == self._plan.commit.encode():
            return
        ref.parent.mkdir(parents=True, exist_ok=True)
        fresh = ref.parent / f".modelpick-ref-{_mark()}"
        fresh.write_text(self._plan.commit, encoding="utf-8")
        fresh.replace(ref)
        sync_folder(ref.parent)


def cache_folder(cache_dir: Path, repo_id: str) -> Path:
    """The folder of a model repo in the cache."""
    return cache_dir / f"models--{repo_id.replace('/', '--')}"


def newest_snapshot(cache_dir: Path, repo_id: str) -> Path | None:
    """The snapshot of a repo that was made last, None where none can be seen."""
    folder = cache_folder(cache_dir, repo_id) / "snapshots"
    try:
        snapshots = [path for path in folder.iterdir() if path.is_dir()]
        return max(snapshots, key=lambda path: path.stat().st_mtime, default=None)
    except OSError:  # there is none, or none that this user may see
        return None


def remove_if_empty(folder: Path) -> None:
    """Removes a folder that holds nothing."""
    with suppress(OSError):  # not there, or not empty: another process may just have begun to use it
        folder.rmdir()


def _mark() -> str:
    """Keeps apart the names that processes, and threads of one, use for a moment."""
    return f"{os.getpid()}-{threading.get_ident()}"


def _link(blob: Path, name: Path) -> None:
    """A relative symbolic link; where the system has none, a hard link; else a copy."""
    from huggingface_hub import constants

    if not constants.HF_HUB_DISABLE_SYMLINKS:
        try:
            name.symlink_to(os.path.relpath(blob, name.parent))
            return
        except (OSError, NotImplementedError):  # no right to make them (Windows), or a file system without
            pass
    try:
        name.hardlink_to(blob.resolve())
    except (OSError, NotImplementedError):
        shutil.copyfile(blob, name)
