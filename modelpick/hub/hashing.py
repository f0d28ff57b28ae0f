"""Hashes of a file while it is written or read: sha256, and git's own sha1 where that is what the Hub declares."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from modelpick.errors import AnswerIsNo

_CHUNK = 1 << 20


class FileHash:
    """Takes the bytes of a file of a known size, piece by piece."""

    def __init__(self, size: int) -> None:
        self._sha256 = hashlib.sha256()
        # git prefixes its header; no security rests on it where a sha256 is declared
        self._git_sha1 = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
        self._size = size
        self.bytes = 0

    def update(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self._sha256.update(chunk)
        self._git_sha1.update(chunk)
        self.bytes += len(chunk)

    @property
    def sha256(self) -> str:
        """The sha256 of the bytes so far."""
        return self._sha256.hexdigest()

    def matches(self, digest: str) -> bool:
        """Whether the bytes are all there and have this digest: 64 hex of sha256, or 40 hex of git's sha1."""
        return self.bytes == self._size and self.like(digest) == digest

    def like(self, digest: str) -> str:
        """The digest of the bytes so far, of the same kind as this one."""
        return self.sha256 if len(digest) == 64 else self._git_sha1.hexdigest()


def hash_file(path: Path, size: int, advance: Callable[[float], None] = lambda _: None) -> FileHash:
    """The hash of a file of which `size` bytes are expected; reads no more than one byte beyond.

    Raises:
        OSError: It cannot be read.
    """
    found = FileHash(size)
    with path.open("rb") as stream:
        while found.bytes <= size and (chunk := stream.read(min(_CHUNK, size + 1 - found.bytes) or 1)):
            found.update(chunk)
            advance(len(chunk))
    return found


def not_as_declared(repo_id: str, path: str, digest: str, size: int | None, found: FileHash) -> AnswerIsNo:
    """The error for bytes that are not those whose size and hash the Hub declares."""
    if size is not None and found.bytes > size:
        got = f"more than {size} bytes"
    else:
        got = f"{found.like(digest)} ({found.bytes} bytes)"
    declared = "" if size is None else f" ({size} bytes)"
    return AnswerIsNo(
        f"`{path}` of `{repo_id}` is not the file that the Hub declares: expected {digest}{declared}, got {got}",
        "a proxy or a mirror on the way may change files: try another network, or without --endpoint",
        kind="wrong-hash",
    )
