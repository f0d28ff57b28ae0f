"""Rows in the order of time: what is held out, in a comparison or inside a fit, comes after what is learned from."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def cut(ordered: NDArray[np.float64], share: float) -> float | None:
    """The moment with about a share of the rows before it, never within rows of one moment; None where all are.

    Args:
        ordered: Shape (rows,): their times, sorted.
    """
    starts = np.flatnonzero(np.diff(ordered)) + 1
    if not len(starts):
        return None
    return float(ordered[starts[np.abs(starts - share * len(ordered)).argmin()]])


def latest(times: NDArray[np.float64], share: float, strata: NDArray[np.intp] | None = None) -> NDArray[np.intp] | None:
    """About the latest share of the rows, sorted by place; None where all are of one moment.

    Args:
        times: Shape (rows,).
        strata: Shape (rows,): the class of each row as a number. One that begins so late is not held out, for a model
            that never saw it could not answer it: None where no row is left then.
    """
    moment = cut(np.sort(times), 1 - share)
    if moment is None:
        return None
    held = times >= moment
    if strata is not None:
        held &= np.isin(strata, strata[~held])
    return np.flatnonzero(held) if held.any() else None


def windows(times: NDArray[np.float64], count: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Up to `count` pairs of rows to learn from and later rows to measure on: all before a moment, and those from it
    to the next one. The moments divide the rows into stretches of about one size. Empty where all are of one moment.
    """
    ordered = np.sort(times)
    moments = sorted({c for i in range(1, count + 1) if (c := cut(ordered, i / (count + 1))) is not None})
    return [
        (np.flatnonzero(times < start), np.flatnonzero((times >= start) & (times < end)))
        for start, end in zip(moments, [*moments[1:], math.inf], strict=True)
    ]
