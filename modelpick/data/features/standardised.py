"""Features of images and sounds, centred and scaled by what the training rows had, in one pass over a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.errors import CannotFindOut

MEANS, SCALES = "means", "scales"
_LEAST = 0.1
"""Of the features' typical deviation: a pixel that hardly ever changes must not outweigh all others when it does."""


@dataclass(frozen=True, slots=True, eq=False)
class Standardising:
    """(value - mean) / scale, each feature on its own.

    Attributes:
        means: Shape (features,), float64; as `scales`.
    """

    means: NDArray[np.float64]
    scales: NDArray[np.float64]

    def gather(self, batches: Iterable[NDArray[Any]], rows: int) -> NDArray[np.float32]:
        """Scaled features of all batches, each of shape (some rows, features), as one matrix."""
        whole = np.empty((rows, len(self.means)), dtype=np.float32)
        at = 0
        for batch in batches:
            whole[at : at + len(batch)] = (batch - self.means) / self.scales
            at += len(batch)
        return whole

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Means and scales."""
        return {MEANS: self.means, SCALES: self.scales}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], features: int) -> Standardising:
        """What `arrays` gave; CannotFindOut (kind `checkpoint`) where it is damaged."""
        means, scales = (reading.array(arrays, name, (features,)).astype(np.float64) for name in (MEANS, SCALES))
        if not (scales > 0).all():
            raise reading.damaged("a scale is not positive")
        return cls(means, scales)


def fit_standardising(batches: Iterable[NDArray[Any]]) -> Standardising:
    """Learns means and deviations (of the population) from batches of shape (some rows, features).

    A feature that deviates by less than a tenth of what features do on average is scaled by that tenth.
    """
    stream: Iterator[NDArray[Any]] = iter(batches)
    first = next(stream, None)
    if first is None or not len(first):
        raise CannotFindOut("there are no rows to learn the preprocessing from", kind="data")
    shift = first[0].astype(np.float64)  # near the mean, so that the squares below do not cancel out
    count, total, squares = 0, np.zeros(len(shift)), np.zeros(len(shift))
    while first is not None:
        moved = first - shift
        count += len(moved)
        total += moved.sum(axis=0)
        squares += (moved * moved).sum(axis=0)
        first = next(stream, None)
    mean = total / count
    deviations = np.sqrt(np.maximum(squares / count - mean * mean, 0))
    floor = _LEAST * float(deviations.mean())
    return Standardising(shift + mean, np.maximum(deviations, floor) if floor > 0 else np.ones(len(shift)))


def batched(rows: Iterable[NDArray[Any]], size: int = 64) -> Iterator[NDArray[Any]]:
    """Rows of shape (features,) as batches of shape (up to `size`, features)."""
    held: list[NDArray[Any]] = []
    for row in rows:
        held.append(row)
        if len(held) == size:
            yield np.stack(held)
            held = []
    if held:
        yield np.stack(held)
