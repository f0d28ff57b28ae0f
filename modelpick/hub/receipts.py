"""Receipts on disk: what each download fetched and where it lies, so that a later clean-up knows what is ours."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from modelpick.hub.atomic import write_whole
from modelpick.hub.cache_layout import is_snapshot
from modelpick.hub.download import Receipt, ReceivedFile
from modelpick.hub.ids import is_commit, is_repo_id
from modelpick.hub.names import leaves_folder
from modelpick.places import own_folder

FORMAT = "modelpick.receipt/1"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReceipt:
    """A receipt as it lies in our folder.

    Attributes:
        place: The receipt's own file.
        repo_id: As the Hub named it.
        commit: 40 hex.
        endpoint: The Hub that it came from.
        folder: Where the files were put.
        date: When, ISO 8601.
        files: Each with size and sha256; `fetched` then, or there already.
    """

    place: Path
    repo_id: str
    commit: str
    endpoint: str
    folder: Path
    date: str
    files: tuple[ReceivedFile, ...]

    @property
    def bytes(self) -> int:
        """Bytes in all."""
        return sum(file.bytes for file in self.files)


def receipts_folder() -> Path:
    """Where the receipts are.

    Raises:
        UsageError: As `own_folder`.
    """
    return own_folder() / "receipts"


def read_receipts() -> tuple[list[KeptReceipt], list[Path]]:
    """The receipts, oldest first; and the files there that are none that this version reads.

    Raises:
        UsageError: As `own_folder`.
        OSError: The folder cannot be read.
    """
    folder = receipts_folder()
    receipts: list[KeptReceipt] = []
    unread: list[Path] = []
    for place in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        receipt = _read(place)
        if receipt is None:
            unread.append(place)
        else:
            receipts.append(receipt)
    return sorted(receipts, key=lambda receipt: receipt.date), unread


def _read(place: Path) -> KeptReceipt | None:
    """A receipt; None where it is none. What it lists may be removed later, so nothing is believed unseen."""
    try:
        if place.stat().st_size > _LARGEST:
            return None
        fields: Any = json.loads(place.read_text(encoding="utf-8"))
        texts = [fields[name] for name in ("repo_id", "commit", "endpoint", "folder", "date")]
        listed = [(f["path"], f["size"], f["sha256"], f["fetched"] is True) for f in fields["files"]]
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return None
    if fields.get("format") != FORMAT or not all(isinstance(text, str) for text in texts):
        return None
    repo_id, commit, endpoint, folder, date = texts
    if not is_repo_id(repo_id) or not is_commit(commit) or not Path(folder).is_absolute():
        return None
    for path, size, digest, _ in listed:
        if not isinstance(path, str) or leaves_folder(path) or not isinstance(size, int):
            return None
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            return None
    files = tuple(ReceivedFile(path=path, bytes=size, sha256=digest, fetched=f) for path, size, digest, f in listed)
    return KeptReceipt(
        place=place, repo_id=repo_id, commit=commit, endpoint=endpoint, folder=Path(folder), date=date, files=files
    )


def write_receipt(receipt: Receipt, endpoint: str) -> Path:
    """Writes the receipt as JSON under `own_folder()/receipts`, in place of an older one of the same folder.

    What that one fetched and is the same still counts as fetched, and so does, in a Hugging Face cache, what we fetched
    for another commit of the repo, for snapshots share their blobs: it says what is ours to remove.

    Returns:
        The file.

    Raises:
        UsageError: As `own_folder`.
        OSError: The folder cannot be written to.
    """
    folder = receipts_folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{receipt.repo_id.replace('/', '--')}@{receipt.commit}"
    place = folder / f"{name}-{_short_hash(receipt.folder)}.json"
    ours = _fetched_before(receipt, place)
    fields = {
        "format": FORMAT,
        "repo_id": receipt.repo_id,
        "commit": receipt.commit,
        "endpoint": endpoint,
        "folder": str(receipt.folder),
        "date": datetime.now(UTC).isoformat(timespec="microseconds"),  # of two in one second, one is the later
        "files": [
            {"path": f.path, "size": f.bytes, "sha256": f.sha256, "fetched": f.fetched or ours(f)}
            for f in receipt.files
        ],
    }
    write_whole(place, json.dumps(fields, indent=1).encode())
    return place


def _fetched_before(receipt: Receipt, place: Path) -> Callable[[ReceivedFile], bool]:
    """Whether a file that is there already is there because we fetched it: in a cache for whichever snapshot."""
    if is_snapshot(receipt.folder):
        others = (_read(path) for path in place.parent.glob(f"{place.name.partition('@')[0]}@*.json"))
        of_repo = (old for old in others if old is not None and old.folder.parent == receipt.folder.parent)
        known = ((old.folder / file.path, file) for old in of_repo for file in old.files if file.fetched)
        blobs = {file.sha256 for path, file in known if path.exists()}  # else it was removed since, by whomever
        return lambda file: file.sha256 in blobs
    same = _read(place) if place.exists() else None
    files = {(file.path, file.sha256) for file in same.files if file.fetched} if same is not None else set()
    return lambda file: (file.path, file.sha256) in files


def _short_hash(folder: Path) -> str:
    return sha256(os.fsencode(folder)).hexdigest()[:8]
