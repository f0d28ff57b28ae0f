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
        pieces: The same rows in parts, where they take too much memory at once: then these go through the network one
            after the other for one update, and there are no `inputs` and no weights.
    """

    inputs: tuple[Tensor, ...]
    targets: Tensor
    weights: Tensor | None = None
    pieces: tuple[Batch, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows that are tensors as a whole; a `Source`.

    Attributes:
        features: Shape (rows, features), of the network's dtype and device.
        targets: Shape (rows, outputs): 0 and 1 for classes, else (scaled) numbers.
        weights: How much each row counts, shape (rows,); None: all the same.
    """

    features: Tensor
    targets: Tensor
    weights: Tensor | None = None

    def __len__(self) -> int:
        """How many rows."""
        return len(self.features)

    def batches(self, size: int, generator: torch.Generator) -> Iterator[Batch]:
        """The rows in a new order, batch by batch; all at once where they fit into one, in the order they have."""
        count = len(self.features)
        if size >= count:
            yield self._part(slice(None), self)
            return
        order = torch.randperm(count, generator=generator).to(self.features.device)
        mixed = Rows(
            features=self.features[order],
            targets=self.targets[order],
            weights=None if self.weights is None else self.weights[order],
        )
        parts = [slice(start, start + size) for start in range(0, count, size)]
        if mixed.weights is not None:  # rows that all count nothing teach nothing; a GPU is asked once, for all batches
            teaching = torch.stack([mixed.weights[part].any() for part in parts]).tolist()
            parts = [part for part, teaches in zip(parts, teaching, strict=True) if teaches]
        for part in parts:
            yield self._part(part, mixed)

    def parts(self, size: int) -> Iterator[Batch]:
        """The rows in their order."""
        for start in range(0, len(self.features), size):
            yield self._part(slice(start, start + size), self)

    @staticmethod
    def _part(part: slice, rows: Rows) -> Batch:
        weights = None if rows.weights is None else rows.weights[part]
        return Batch(inputs=(rows.features[part],), targets=rows.targets[part], weights=weights)
