"""What the training loop takes: rows that come in batches, in a new order each epoch, or in their own order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows, ready for the network.

    Attributes:
        inputs: What the network is called with; the first axis of each is the rows.
        targets: Shape (rows, outputs): 0 and 1 for classes, else numbers.
        weights: How much each row counts, shape (rows,); None: all the same.
    """

    inputs: tuple[Tensor, ...]
    targets: Tensor
    weights: Tensor | None = None


class Source(Protocol):
    """Rows to learn from or to measure on. Only a batch of them need ever be in memory."""

    def __len__(self) -> int:
        """How many rows."""
        ...

    def batches(self, size: int, generator: torch.Generator) -> Iterator[Batch]:
        """One epoch: all rows in a new order drawn from the generator, `size` at a time."""
        ...

    def parts(self, size: int) -> Iterator[Batch]:
        """All rows in their own order, at most about `size` at a time, as they are when nothing is learned."""
        ...
