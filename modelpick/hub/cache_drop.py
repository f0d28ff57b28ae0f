"""What of the shared Hugging Face cache is ours, and how it is taken out again: files that a receipt says we fetched,
never one that another program fetched or another snapshot shows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from modelpick.hub.cache_layout import remove_if_empty
from modelpick.hub.part_file import PART, remove_stale
from modelpick.hub.receipts import KeptReceipt


def in_shared_cache(receipt: KeptReceipt) -> bool:
    """Whether a receipt is of a snapshot in a Hugging Face cache; else it is of a folder of the user's."""
    folder, root = receipt.folder, receipt.folder.parent.parent
    named = root.name == f"models--{receipt.repo_id.replace('/', '--')}"
    return named and folder.parent.name == "snapshots" and folder.name == receipt.commit


def bytes_on_disk(receipt: KeptReceipt) -> int:
    """Bytes of the receipt's files that are there."""
    sizes = (_size(receipt.folder / file.path) for file in receipt.files)
    return sum(size for size in sizes if size is not None)


def drop(receipt: KeptReceipt) -> int:
    """Removes the files of a receipt that we fetched, and then the receipt; returns the bytes that became free.

    A blob goes when no snapshot of the repo shows it any more; folders and refs when they lead to nothing.

    Raises:
        OSError: A file cannot be removed.
    """
    folder, root = receipt.folder, receipt.folder.parent.parent
    blobs: set[Path] = set()
    freed = 0
    inside = folder.resolve()
    for file in receipt.files:
        shown = folder / file.path
        if not file.fetched or not shown.parent.resolve().is_relative_to(inside):
            continue
        if shown.is_symlink():
            blob = shown.resolve()
            if blob.parent == (root / "blobs").resolve():
                blobs.add(blob)
        else:
            freed += _size(shown) or 0
        shown.unlink(missing_ok=True)
    for blob in blobs - _shown(root):
        freed += _size(blob) or 0
        blob.unlink(missing_ok=True)
    freed += drop_parts(root / "blobs")
    _remove_empty(folder)
    _remove_refs(root)
    for name in ("blobs", "snapshots", "refs"):
        remove_if_empty(root / name)
    if not (root / "snapshots").exists() and not (root / "blobs").exists():
        with suppress(OSError):  # lists that huggingface_hub kept beside; what is not ours and not empty stays
            (root / "trees" / f"{receipt.commit}.json").unlink(missing_ok=True)
            remove_if_empty(root / "trees")
        remove_if_empty(root)
    receipt.place.unlink(missing_ok=True)
    return freed


def parts_in(cache: Path) -> Iterator[Path]:
    """The part files of downloads that were interrupted."""
    yield from cache.glob(f"models--*/blobs/*{PART}")


def drop_parts(blobs: Path) -> int:
    """Removes the part files in a folder that nobody writes to; returns the bytes that became free."""
    before = sum(_size(path) or 0 for path in blobs.glob(f"*{PART}"))
    remove_stale(blobs, seconds=0)
    return before - sum(_size(path) or 0 for path in blobs.glob(f"*{PART}"))


def bytes_of(folder: Path) -> int:
    """Bytes of all files under a folder, or of a file; links count nothing."""
    if folder.is_file():
        return folder.stat().st_size
    total = 0
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # gone meanwhile
                found = (Path(above) / name).lstat()
                total += found.st_size if not Path(above, name).is_symlink() else 0
    return total


def _shown(root: Path) -> set[Path]:
    """The blobs that some snapshot of the repo still shows."""
    return {path.resolve() for path in (root / "snapshots").rglob("*") if path.is_symlink()}


def _remove_empty(folder: Path) -> None:
    """Removes a folder's empty folders, and itself where nothing is left."""
    below: Iterable[Path] = sorted((p for p in folder.rglob("*") if p.is_dir() and not p.is_symlink()), reverse=True)
    for path in (*below, folder):
        remove_if_empty(path)


def _remove_refs(root: Path) -> None:
    """Removes branches that lead to a snapshot that is gone."""
    for ref in sorted(path for path in (root / "refs").rglob("*") if path.is_file()):
        commit = ref.read_text(encoding="utf-8", errors="replace").strip()
        if not (root / "snapshots" / commit).is_dir():
            ref.unlink(missing_ok=True)
    _remove_empty(root / "refs")


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
