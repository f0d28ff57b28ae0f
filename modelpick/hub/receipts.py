"""Receipts on disk: what each download fetched and where it lies, so that a later clean-up knows what is ours."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from modelpick.hub.disk import whole_path
from modelpick.hub.download import Receipt

FORMAT = "modelpick.receipt/1"


def home() -> Path:
    """The folder of our own files: `MODELPICK_HOME`, else the user's cache folder of this platform.

    Raises:
        UsageError: It begins with `~`, and nobody knows that home folder.
    """
    chosen = os.environ.get("MODELPICK_HOME", "").strip()
    if chosen:
        return whole_path(chosen)
    from platformdirs import user_cache_path

    return whole_path(user_cache_path("modelpick", appauthor=False))


def write_receipt(receipt: Receipt, endpoint: str) -> Path:
    """Writes the receipt as JSON under `home()/receipts`; the same repo, commit and folder replaces its older one.

    Returns:
        The file.

    Raises:
        UsageError: As `home`.
        OSError: The folder cannot be written to.
    """
    folder = home() / "receipts"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{receipt.repo_id.replace('/', '--')}@{receipt.commit}"
    place = folder / f"{name}-{_short_hash(receipt.folder)}.json"
    fields = {
        "format": FORMAT,
        "repo_id": receipt.repo_id,
        "commit": receipt.commit,
        "endpoint": endpoint,
        "folder": str(receipt.folder),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": [{"path": f.path, "size": f.bytes, "sha256": f.sha256, "fetched": f.fetched} for f in receipt.files],
    }
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(fields, file, indent=1)
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return place


def _short_hash(folder: Path) -> str:
    return sha256(os.fsencode(folder)).hexdigest()[:8]
