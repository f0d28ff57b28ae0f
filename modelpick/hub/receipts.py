"""Receipts on disk: what each download fetched and where it lies, so that a later clean-up knows what is ours."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from modelpick.hub.download import Receipt
from modelpick.places import own_folder

FORMAT = "modelpick.receipt/1"


def write_receipt(receipt: Receipt, endpoint: str) -> Path:
    """Writes the receipt as JSON under `own_folder()/receipts`, in place of an older one of the same folder.

    Returns:
        The file.

    Raises:
        UsageError: As `own_folder`.
        OSError: The folder cannot be written to.
    """
    folder = own_folder() / "receipts"
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
