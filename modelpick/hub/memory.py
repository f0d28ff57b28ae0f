"""The memory of this machine, and what a model needs of it, before anything of it is downloaded."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_OVERHEAD = 1.2
_CGROUP = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_NO_LIMIT = 2**60  # cgroup version 1 says "none" as a number near 2^63


def needed_memory(weight_bytes: int) -> int:
    """Bytes that a model takes to answer: its weights as they are stored, and a fifth more.

    The fifth is for activations and buffers of small inputs, the rule of thumb of EleutherAI's "Transformer Math 101"
    (2023). Long inputs, large batches and training take more.
    """
    return round(weight_bytes * _OVERHEAD)


def most_weights(memory: int) -> int:
    """Bytes of weights for which so much memory is just enough."""
    weights = int(memory / _OVERHEAD)
    return next(size for size in range(weights + 2, -1, -1) if size == 0 or needed_memory(size) <= memory)


def machine_memory() -> int | None:
    """Bytes of memory that this process may use: of the machine, or of its container where that has less.

    None where the system does not tell.
    """
    known = [amount for amount in (_physical(), *map(_limit, _CGROUP)) if amount is not None]
    return min(known, default=None)


def _physical() -> int | None:
    if sys.platform == "win32":
        return _windows()
    try:
        amount = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    return amount if amount > 0 else None


def _windows() -> int | None:
    """`GlobalMemoryStatusEx` of kernel32: the third member is the physical memory."""
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("amounts", ctypes.c_ulonglong * 7)]

    status = Status(length=ctypes.sizeof(Status))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the type checker knows no windll elsewhere
    return int(status.amounts[0]) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def _limit(file: Path) -> int | None:
    """The limit of the container; `max`, a number beyond all machines and no such file mean that there is none."""
    try:
        text = file.read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() and int(text) < _NO_LIMIT else None
