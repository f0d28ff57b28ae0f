"""The header of a numpy array's file: whether it holds numbers, or objects, which are a pickle.

Layout: magic, version, length, then the text of a Python table with `descr`. Source: `numpy.lib.format`.
"""

from __future__ import annotations

import ast

MAGIC = b"\x93NUMPY"

_MAX_HEADER = 10_000


def data_start(head: bytes) -> int | None:
    """Where the data begin, of the first bytes of a `.npy` file; None where that cannot be told."""
    if not head.startswith(MAGIC) or len(head) < 12:
        return None
    wide = head[6] >= 2
    length = int.from_bytes(head[8:12] if wide else head[8:10], "little")
    start = (12 if wide else 10) + length
    return start if length <= _MAX_HEADER and start <= len(head) else None


def holds_objects(head: bytes) -> bool | None:
    """Whether an array holds Python objects; None where its header cannot be read.

    Args:
        head: The first bytes of the file, 10 KiB or all of it.
    """
    start = data_start(head)
    if start is None:
        return None
    try:
        fields = ast.literal_eval(head[12 if head[6] >= 2 else 10 : start].decode("latin-1").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return "O" in str(fields.get("descr")) if isinstance(fields, dict) else None
