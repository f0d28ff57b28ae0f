"""The standard deviation by which a network's numbers are scaled, also where their squares are beyond any float."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def mean_and_spread(
    values: NDArray[Any], weights: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation along the first axis, in float64; a deviation of 0 (all are equal) is told as 1.

    Args:
        values: Finite, shape (rows,) or (rows, columns).
        weights: Shape (rows,), how much each row counts; None: all the same.
    """
    numbers = values.astype(np.float64)
    largest = np.maximum(numbers.max(axis=0), -numbers.min(axis=0))
    unit = np.where((largest > 1e150) | (largest < 1e-150), np.where(largest > 0, largest, 1.0), 1.0)
    numbers = numbers / unit if np.any(unit != 1.0) else numbers
    mean = np.average(numbers, axis=0, weights=weights)
    spread = np.sqrt(np.average((numbers - mean) ** 2, axis=0, weights=weights)) * unit
    return mean * unit, np.where(spread > 0, spread, 1.0)
