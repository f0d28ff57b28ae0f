"""The header of a numpy array's file: whether it holds numbers, or objects, which are a pickle.

Layout: magic, version, length, then the text of a Python table with `descr`. Source: `numpy.lib.format`.
"""

from __future__ import annotations

import ast
import re

MAGIC = b"\x93NUMPY"

_MAX_HEADER = 10_000
_NUMBERS = re.compile(r"[<>=|]?(?:[biufcSUVa]\d{1,9}|[?b]1?|[mM]8(?:\[\w{1,20}\])?)")
"""How numpy writes the types of numbers and texts. Objects have many names (`O`, `object`): they are all the rest."""


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
    return not _plain(fields["descr"]) if isinstance(fields, dict) and "descr" in fields else None


def _plain(descr: object) -> bool:
    """Whether a type is one of numbers or texts, or a table of such: `[(name, type), (name, type, shape), ...]`."""
    if isinstance(descr, list):
        return all(isinstance(item, tuple) and 2 <= len(item) <= 3 and _plain(item[1]) for item in descr)
    if isinstance(descr, tuple):  # a type and its shape
        return len(descr) == 2 and _plain(descr[0])
    return isinstance(descr, str) and _NUMBERS.fullmatch(descr) is not None
