"""How much memory a network takes while it trains, asked before any is taken: the kernel would kill without a word."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise

from modelpick.errors import CannotFindOut

MEASURED_ROWS = 8192
"""Rows that go through the network at once where nothing is learned."""

_COPIES = 6  # weights, gradients, two moments of Adam, its scratch, the best weights so far


def needed_bytes(sizes: Sequence[int], rows: int, batch_size: int, itemsize: int) -> int:
    """Bytes for the parameters with all their copies, and for the activations of a forward and a backward pass.

    Args:
        sizes: Features, hidden layers, outputs.
        rows: Rows of the training part.
        itemsize: Bytes of one number.
    """
    parameters = sum((inputs + 1) * nodes for inputs, nodes in pairwise(sizes))
    at_once = max(min(batch_size, rows), min(MEASURED_ROWS, rows))
    return itemsize * (_COPIES * parameters + 2 * at_once * sum(sizes[1:]))


def check_memory(sizes: Sequence[int], rows: int, batch_size: int, itemsize: int = 4) -> None:
    """Refuses a network that this machine's memory cannot hold.

    Raises:
        CannotFindOut: (kind `memory`) It needs more than the machine has.
    """
    needed, there = needed_bytes(sizes, rows, batch_size, itemsize), _physical_memory()
    if there is not None and needed > there:
        raise CannotFindOut(
            f"to train a network of {', '.join(map(str, sizes))} nodes takes about {needed / 1e9:,.0f} GB of memory, "
            f"and this machine has {there / 1e9:,.0f} GB",
            "take smaller hidden layers, such as `--hidden 128,128`, or smaller batches",
            kind="memory",
        )


def _physical_memory() -> int | None:
    """Bytes of this machine's memory; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None
