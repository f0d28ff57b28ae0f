"""One file among many: read whole under a cap, or left out with the reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 200_000_000
"""Of one image or sound; a larger file is left out unread."""

_AT_ONCE = 128

Result = TypeVar("Result")


class BadFile(ValueError):  # noqa: N818 - what it is, in words for a list
    """A file cannot be used; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is no row, and why."""

    path: str
    why: str


def read_whole(path: str) -> bytes:
    """The bytes of a regular file.

    Raises:
        BadFile: It is gone, may not be read, is a pipe or a device, or larger than `MOST_BYTES`.
    """
    try:
        # Opened without waiting: a pipe would block until somebody writes into it.
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BadFile("no regular file")
            if status.st_size > MOST_BYTES:
                raise BadFile(f"too large: {status.st_size / 1e6:,.0f} MB, over {MOST_BYTES // 1_000_000}")
            return file.read(status.st_size + 1)
    except FileNotFoundError:
        raise BadFile("not there") from None
    except IsADirectoryError:
        raise BadFile("a folder") from None
    except PermissionError:
        raise BadFile("may not be read by you") from None
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}") from None


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def worker_count() -> int:
    """Threads for decoding: the cores that this process may use, at most four."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(4, cores)


def side_by_side(work: Callable[[int], Result], items: Sequence[int], *, heavy: bool) -> Iterator[Result]:
    """The results of `work` for each of the items, in their order, few in memory at a time.

    Args:
        heavy: One item takes some milliseconds outside of Python; threads make lighter work slower.
    """
    if not heavy or len(items) < 4 or worker_count() == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(worker_count()) as pool:
        for start in range(0, len(items), _AT_ONCE):
            yield from pool.map(work, items[start : start + _AT_ONCE])


def contents_fingerprint(names: Sequence[str], digests: NDArray[Any]) -> str:
    """sha256 (hex) of a set of files by name and content; the order in which they are named does not matter.

    Args:
        digests: sha256 of each file, shape (files, 32), uint8.
    """
    whole = sha256()
    for i in sorted(range(len(names)), key=names.__getitem__):
        whole.update(os.fsencode(names[i]) + b"\0" + digests[i].tobytes())
    return whole.hexdigest()


def row_hashes_of(digests: NDArray[Any]) -> NDArray[np.uint64]:
    """The first 64 bits of each digest, shape (files,)."""
    return np.ascontiguousarray(digests[:, :8]).view("<u8")[:, 0].astype(np.uint64)
