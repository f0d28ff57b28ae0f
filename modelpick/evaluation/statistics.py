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
from scipy.special import bdtr, ndtri, stdtr, stdtrit

Interval = tuple[float, float]
Verdict = Literal["better", "worse", "no clear difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over splits. `std` is over the splits and is no interval; None is what the splits cannot tell."""

    mean: float
    std: float | None
    ci95: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What the splits make one believe of a difference, by Bayes; the three chances sum to one.

    Attributes:
        worse, equal, better: Of the candidate; equal is a difference of less than `rope`, either way.
        rope: The region of practical equivalence, in the metric's unit.
    """

    worse: float
    equal: float
    better: float
    rope: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mean difference over splits, its interval, and the two-sided p; None where the splits show no spread.

    Attributes:
        error: The corrected standard error; None likewise.
        degrees: Of freedom of its t distribution.
    """

    mean: float
    ci95: Interval | None
    p: float | None
    error: float | None = None
    degrees: int = 0


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
    p = min(1.0, 2 * float(stdtr(degrees, -abs(mean) / error)))
    return Difference(mean=mean, ci95=ci95, p=p, error=error, degrees=degrees)


def posterior(difference: Difference, rope: float, higher_is_better: bool = True) -> Posterior | None:
    """The Bayesian correlated t test: Student's t around the mean, as wide as the corrected error.

    Corani and Benavoli 2015, Machine Learning 100:285-304; Benavoli et al. 2017, JMLR 18(77). None where the splits
    show no spread.
    """
    if difference.error is None:
        return None
    low, high = (
        float(stdtr(difference.degrees, (bound - difference.mean) / difference.error)) for bound in (-rope, rope)
    )
    below, above = low, 1 - high
    worse, better = (below, above) if higher_is_better else (above, below)
    return Posterior(worse=worse, equal=max(0.0, high - low), better=better, rope=rope)


def rows_needed(difference: Difference, rows: int, comparisons: int = 1) -> int | None:
    """About how many rows in all would tell such a difference, if it is one, in four of five tries.

    n ((z + 0.84) se / |d|)^2, for the error falls with the root of the rows; z is 1.96 for one comparison and more
    among several, as for the smallest p of `holm`. None where nothing can be told.
    """
    if difference.error is None or not difference.mean:
        return None
    z = float(ndtri(1 - 0.025 / comparisons)) + float(ndtri(0.8))
    needed = rows * (z * difference.error / abs(difference.mean)) ** 2
    return math.ceil(needed) if needed < _TOO_MANY else None


_TOO_MANY = 1e9
"""Rows that nobody collects: the difference is as good as none."""


def mcnemar(only_one: int, only_other: int) -> float:
    """Two-sided mid-p of McNemar's test, from the rows that only one of two got right.

    2 P(X <= min) - P(X = min), X ~ Bin(n, 1/2) (Fagerland et al. 2013, BMC Med. Res. Methodol. 13:91).
    """
    rows, fewer = only_one + only_other, min(only_one, only_other)
    if only_one == only_other:
        return 1.0
    return min(1.0, 2 * float(bdtr(fewer, rows, 0.5)) - math.comb(rows, fewer) / int(2**rows))


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
