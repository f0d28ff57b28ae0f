"""Hashes of a file while it is written or read: sha256, and git's own sha1 where that is what the Hub declares."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from modelpick.errors import AnswerIsNo
from modelpick.hub.sha256_state import KeptSha256, open_sha256

_CHUNK = 1 << 20


class FileHash:
    """Takes the bytes of a file, piece by piece, and holds them against what was declared.

    Args:
        digest: 64 hex of a sha256, or 40 hex of git's sha1 over `blob <size>\\0` and the bytes.
        size: In bytes.
    """

    def __init__(self, digest: str, size: int) -> None:
        self._digest = digest
        self._size = size
        self._sha256 = open_sha256()
        # git's name of a file; no security rests on it where a sha256 is declared
        self._git = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False) if len(digest) == 40 else None
        self.bytes = 0

    def take_up(self, sha256: KeptSha256, count: int) -> bool:
        """Goes on from a state over `count` bytes, in place of none yet; False where git's hash is needed as well."""
        if self._git is not None:
            return False
        self._sha256, self.bytes = sha256, count
        return True

    @property
    def state(self) -> bytes | None:
        """What `take_up` goes on from; None where it cannot be had."""
        return self._sha256.state if isinstance(self._sha256, KeptSha256) and self._git is None else None

    def update(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self._sha256.update(chunk)
        if self._git is not None:
            self._git.update(chunk)
        self.bytes += len(chunk)

    @property
    def sha256(self) -> str:
        """The sha256 of the bytes so far, whichever kind was declared."""
        return self._sha256.hexdigest()

    @property
    def matches(self) -> bool:
        """Whether these are the bytes that were declared, all of them."""
        return self.bytes == self._size and self.found == self._digest

    def error(self, repo_id: str, path: str) -> AnswerIsNo:
        """What the user is told of bytes that do not match."""
        longer = self.bytes > self._size
        got = f"more than {self._size} bytes" if longer else f"{self.found} ({self.bytes} bytes)"
        return AnswerIsNo(
            f"`{path}` of `{repo_id}` is not the file that the Hub declares: "
            f"expected {self._digest} ({self._size} bytes), got {got}",
            "a proxy or a mirror on the way may change files: try another network, or without --endpoint and "
            "HF_ENDPOINT",
            kind="wrong-hash",
        )

    @property
    def found(self) -> str:
        """The hash of the bytes so far, of the kind that was declared."""
        return self.sha256 if self._git is None else self._git.hexdigest()


def hash_file(path: Path, digest: str, size: int, advance: Callable[[float], None] = lambda _: None) -> FileHash:
    """A file on disk, held against what was declared; reads no more than one byte beyond the size.

    Raises:
        OSError: It cannot be read.
    """
    found = FileHash(digest, size)
    with path.open("rb") as stream:
        while found.bytes <= size and (chunk := stream.read(min(_CHUNK, size + 1 - found.bytes) or 1)):
            found.update(chunk)
            advance(len(chunk))
    return found
