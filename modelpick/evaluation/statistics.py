"""Intervals and comparisons that know that the splits overlap.

Five splits of the same rows are not five independent experiments: their training sets share most rows, and the plain t
test on their scores calls every second pair of equal models different. The corrected resampled t test enlarges the
variance for that (Nadeau and Bengio 2003, Machine Learning 52:239-281; Bouckaert and Frank 2004, PAKDD).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtr, stdtrit

Interval = tuple[float, float]
Verdict = Literal["better", "worse", "no clear difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over splits. `std` is over the splits and is no interval; None is what the splits cannot tell."""

    mean: float
    std: float | None
    ci95: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mean difference over splits, its interval, and the two-sided p; None where the splits show no spread."""

    mean: float
    ci95: Interval | None
    p: float | None


def corrected_error(values: Sequence[float], overlap: float, resolution: float = 0.0) -> tuple[float, float, float]:
    """Mean, standard deviation, and the corrected standard error s sqrt(1/J + overlap) of J values.

    Args:
        overlap: n_test / n_train of a split; more where the test parts themselves are much alike.
        resolution: By how much one row changes a value (1 / n_test for accuracy), or 0. The deviation is taken as no
            smaller than if one row of one split had come out otherwise: equal scores on few rows prove no certainty.
    """
    numbers = np.asarray(values, dtype=np.float64)
    count = len(numbers)
    std = float(numbers.std(ddof=1))
    if std < 1e-12 * max(1.0, float(np.abs(numbers).max())):
        std = 0.0  # rounding of equal values
    floor = max(std, resolution / math.sqrt(count))
    return float(numbers.mean()), std, floor * math.sqrt(1 / count + overlap)


def _tells_spread(values: Sequence[float], overlap: float) -> bool:
    return len(values) > 1 and math.isfinite(overlap) and all(map(math.isfinite, values))


def corrected_interval(
    values: Sequence[float],
    overlap: float,
    resolution: float = 0.0,
    bounds: Interval = (-math.inf, math.inf),
) -> Estimate:
    """Mean and 95 % interval by the corrected resampled t, cut to what the metric can be."""
    if not _tells_spread(values, overlap):
        return Estimate(mean=float(np.mean(values)), std=None, ci95=None)
    mean, std, error = corrected_error(values, overlap, resolution)
    half = float(stdtrit(len(values) - 1, 0.975)) * error
    ci95 = (max(mean - half, bounds[0]), min(mean + half, bounds[1])) if error else None
    return Estimate(mean=mean, std=std, ci95=ci95)


def corrected_comparison(
    candidate: Sequence[float],
    baseline: Sequence[float],
    overlap: float,
    resolution: float = 0.0,
    bounds: Interval = (-math.inf, math.inf),
) -> Difference:
    """Candidate minus baseline on the same splits: t = mean / corrected error, J - 1 degrees of freedom.

    The interval is cut to what a difference of two values within `bounds` can be. Without any spread in the
    differences there is no p: all equal is no proof.
    """
    differences = [a - b for a, b in zip(candidate, baseline, strict=True)]
    if not _tells_spread(differences, overlap):
        return Difference(mean=float(np.mean(differences)), ci95=None, p=None)
    mean, std, error = corrected_error(differences, overlap, resolution)
    if not error or (not std and not mean):
        return Difference(mean=mean, ci95=None, p=None)
    degrees = len(differences) - 1
    half = float(stdtrit(degrees, 0.975)) * error
    most = bounds[1] - bounds[0]
    ci95 = (max(mean - half, -most), min(mean + half, most))
    return Difference(mean=mean, ci95=ci95, p=min(1.0, 2 * float(stdtr(degrees, -abs(mean) / error))))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p adjusted for the count of comparisons (Holm 1979, Scand. J. Statist. 6:65-70); None stays None, uncounted."""
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, i) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        adjusted[i] = highest
    return adjusted


def verdict(difference: float, p: float | None, higher_is_better: bool = True) -> Verdict:
    """What an adjusted p allows to say, at 5 %."""
    if p is None or p >= 0.05 or not difference:
        return "no clear difference"
    return "better" if (difference > 0) == higher_is_better else "worse"


def wilson(share: float, rows: int) -> Interval:
    """95 % interval of a share of so many rows (Wilson 1927, J. Am. Stat. Assoc. 22:209-212).

    Centre (p + z^2 / 2n) / (1 + z^2 / n), half width z / (1 + z^2 / n) sqrt(p (1 - p) / n + z^2 / 4n^2).
    """
    z = 1.959963984540054
    shrink = 1 + z * z / rows
    centre = (share + z * z / (2 * rows)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return max(0.0, centre - half), min(1.0, centre + half)
