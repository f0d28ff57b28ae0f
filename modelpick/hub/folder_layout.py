"""A folder of the user's own (`--local-dir`): the files of the repo, laid out as in the repo, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from modelpick.errors import UsageError
from modelpick.hub.cache_layout import remove_if_empty
from modelpick.hub.part_file import remove_stale, sync_folder
from modelpick.hub.plan import DownloadPlan, PlannedFile

STAGING = ".modelpick-staging"
"""The folder inside the user's where files wait until all are there."""
_ELSEWHERE = "name another folder with --local-dir"


class LocalFolder:
    """The user's folder as the place that a download goes to. What the user has there is never overwritten."""

    def __init__(self, local_dir: Path, plan: DownloadPlan) -> None:
        self.root = local_dir
        self._plan = plan
        self._staging = local_dir / STAGING
        self._existed = local_dir.exists()

    def candidate(self, file: PlannedFile) -> Path | None:
        """The user's own file of that name, or one that waits; to be hashed before it is trusted."""
        place = self.root / file.path
        if place.is_symlink() or place.exists():
            return place
        waiting = self.destination(file)
        return waiting if waiting.is_file() else None

    def destination(self, file: PlannedFile) -> Path:
        """Where the bytes are to be written: a name that depends on path and content alone."""
        name = hashlib.sha256(file.path.encode()).hexdigest()[:16]
        return self._staging / f"{name}-{file.digest[:16]}"

    def open(self, files: Sequence[PlannedFile]) -> None:
        """Makes the folder that files wait in.

        Args:
            files: Those that are to be fetched.

        Raises:
            UsageError: One of them is there already with other content, or its folder leads elsewhere or is a file.
        """
        if self._staging.is_symlink():
            raise UsageError(f"`{self._staging}` is a link", f"remove it, or {_ELSEWHERE}")
        inside = self.root.resolve()
        for file in files:
            place = self._free_place(file)
            if not place.parent.resolve().is_relative_to(inside):
                raise UsageError(f"`{place.parent}` leads out of `{self.root}`", _ELSEWHERE)
            above = next(folder for folder in place.parents if folder.exists())
            if not above.is_dir():
                raise UsageError(f"`{above}` is a file where the folder of `{file.path}` should be", _ELSEWHERE)
        self._staging.mkdir(parents=True, exist_ok=True)

    def complete(self) -> Path:
        """Moves the files that wait to their places; each was verified, and all are there."""
        for file in self._plan.files:
            waiting = self.destination(file)
            if waiting.is_file():
                place = self._free_place(file)
                place.parent.mkdir(parents=True, exist_ok=True)
                waiting.replace(place)
                sync_folder(place.parent)
        remove_stale(self._staging, seconds=0)
        remove_if_empty(self._staging)
        return self.root

    def abandon(self, *, forget: bool) -> None:
        """Removes the folders again that stayed empty; verified files wait for the next try, unless to be forgotten."""
        if forget and self._staging.is_dir():
            shutil.rmtree(self._staging, ignore_errors=True)  # the error that led here says more
        remove_if_empty(self._staging)
        if not self._existed:
            remove_if_empty(self.root)

    def _free_place(self, file: PlannedFile) -> Path:
        place = self.root / file.path
        if place.is_symlink() or place.exists():
            raise UsageError(
                f"`{place}` exists and is not the file of `{self._plan.repo_id}`",
                f"move it away, or {_ELSEWHERE}",
            )
        return place
