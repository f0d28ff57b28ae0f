"""How much each member of a stack counts, from answers for rows that it was not trained on. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STEPS = 50
_LEAST = 1e-6
"""A member is never held to be more wrong than this: one row it is sure about must not silence it."""
_SMALL = 0.02
_PULL = 12.5
"""Of the temperature towards 1: half a standard deviation of 0.2 in its logarithm, squared and inverted."""


def weights_by_log_loss(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights, summing to 1, under which the mixture gives the true classes the greatest likelihood.

    By expectation maximisation from equal weights (Dempster, Laird, Rubin 1977, J. R. Stat. Soc. B 39:1), stopped after
    some steps: that spreads the weights a little more evenly than the greatest likelihood itself.

    Args:
        chances: Shape (members, rows): what each member gave the true class of each row.
    """
    chances = np.maximum(chances, _LEAST)
    weights = np.full(len(chances), 1 / len(chances))
    for _ in range(_STEPS):
        weights = weights * (chances / (weights @ chances)).mean(axis=1)
        weights /= weights.sum()
    return without_small(weights)


def weights_by_squared_error(answers: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights, none negative and summing to 1, under which the weighted mean has the least squared error.

    Args:
        answers: Shape (members, rows), of a target scaled to unit spread; a hundredth of the variance is charged for
            weights that are far from equal.
        truth: Shape (rows,).
    """
    from scipy.optimize import nnls

    members, rows = answers.shape
    pull = np.sqrt(0.01 * rows)
    sums_to_one = 1e3 * np.sqrt(rows)
    left = np.vstack([(answers - truth).T, pull * np.eye(members), np.full((1, members), sums_to_one)])
    right = np.concatenate([np.zeros(rows), np.full(members, pull / members), [sums_to_one]])
    weights: NDArray[np.float64] = nnls(left, right)[0]
    return without_small(weights / weights.sum())


def without_small(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights with those that hardly count as zeros: their members need not be trained again nor kept."""
    kept = np.where(weights < min(_SMALL, weights.max()), 0.0, weights)
    total: NDArray[np.float64] = kept / kept.sum()
    return total


def temperature_of(mixture: NDArray[np.float64], codes: NDArray[np.intp]) -> float:
    """The temperature T under which probabilities ** (1/T) have the least log loss, pulled towards 1 by few rows.

    Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks, 2017, arXiv:1706.04599.

    Args:
        mixture: Shape (rows, classes).
        codes: Column of each row's true class.
    """
    from scipy.optimize import minimize_scalar

    logs = np.log(np.maximum(mixture, _LEAST))
    rows = np.arange(len(codes))

    def cost(log_sharpness: float) -> float:
        scaled = np.exp(log_sharpness) * logs
        top = scaled.max(axis=1)
        norm = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float((norm - scaled[rows, codes]).sum() + _PULL * log_sharpness**2)

    return float(np.exp(-minimize_scalar(cost, bounds=(-1.0, 1.0), method="bounded").x))
