"""Costs of a block of nets: their gradients at the last sums, and the losses and scores that history tells.

Sums, targets and gradients lie as (models, outputs, batch); shares, how much each row counts in its batch, as
(models, 1, batch), each model's summing to one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from modelpick.models.batched.arrays import Array, Arrays

Gradient = Callable[[Arrays, Array, Array, Array, Array], None]
"""(arrays, sums, targets, shares, out)"""

_TINY = float(np.finfo(np.float32).tiny)


def _softmax(arrays: Arrays, sums: Array, out: Array) -> None:
    arrays.subtract(sums, arrays.largest(sums, 1), out)
    arrays.exp(out, out)
    arrays.divide(out, arrays.total(out, 1, True), out)


def _cross_entropy(arrays: Arrays, sums: Array, targets: Array, shares: Array, out: Array) -> None:
    _softmax(arrays, sums, out)
    arrays.subtract(out, targets, out)
    arrays.multiply(out, shares, out)


def _binary_cross_entropy(arrays: Arrays, sums: Array, targets: Array, shares: Array, out: Array) -> None:
    arrays.sigmoid(sums, out)
    arrays.subtract(out, targets, out)
    arrays.multiply(out, shares, out)


def _perceptron(arrays: Arrays, sums: Array, targets: Array, shares: Array, out: Array) -> None:
    arrays.positive(sums, out)
    arrays.subtract(out, targets, out)
    arrays.multiply(out, shares, out)


def _squared(output: str, root: bool) -> Gradient:
    def gradient(arrays: Arrays, sums: Array, targets: Array, shares: Array, out: Array) -> None:
        answers = sums
        if output == "softmax":
            _softmax(arrays, sums, out)
            answers = out * 1
        elif output == "sigmoid":
            arrays.sigmoid(sums, out)
            answers = out * 1
        arrays.subtract(answers, targets, out)
        if root:
            mean = arrays.total(arrays.total(out * out * shares, 1, True), 2, True) * (1 / out.shape[1])
            arrays.at_least(mean, _TINY, mean)
            arrays.sqrt(mean, mean)
            arrays.divide(out, mean, out)
        arrays.multiply(out, shares, out)
        arrays.multiply(out, (1 if root else 2) / out.shape[1], out)
        if output == "softmax":
            arrays.subtract(out, arrays.total(out * answers, 1, True), out)
            arrays.multiply(out, answers, out)
        elif output == "sigmoid":
            arrays.multiply(out, answers * (1 - answers), out)

    return gradient


def gradient_of(cost: str, output: str) -> Gradient:
    """The gradient of a cost at the last sums, for a net that ends in `output`."""
    if cost in ("mse", "rmse"):
        return _squared(output, cost == "rmse")
    return {
        "cross-entropy": _cross_entropy,
        "binary-cross-entropy": _binary_cross_entropy,
        "perceptron": _perceptron,
    }[cost]


def losses(arrays: Arrays, cost: str, output: str, sums: Array, targets: Array) -> Array:
    """The loss of each row, (..., batch), from sums and targets (..., outputs, batch)."""
    if cost == "cross-entropy":
        top = arrays.largest(sums, -2)
        powers = sums - top
        out = powers * 1
        arrays.exp(powers, out)
        return arrays.log(arrays.total(out, -2, False)) - arrays.total(powers * targets, -2, False)
    if cost == "binary-cross-entropy":
        return arrays.total(arrays.softplus(sums) - sums * targets, -2, False)
    if cost == "perceptron":
        wrong = sums * 1
        arrays.positive(sums, wrong)
        return arrays.total((wrong - targets) * sums, -2, False)
    answers = sums
    if output == "softmax":
        answers = sums - arrays.largest(sums, -2)
        arrays.exp(answers, answers)
        answers = answers / arrays.total(answers, -2, True)
    elif output == "sigmoid":
        answers = sums * 1
        arrays.sigmoid(sums, answers)
    error = answers - targets
    return arrays.total(error * error, -2, False) * (1 / sums.shape[-2])


def hits(arrays: Arrays, output: str, sums: Array, targets: Array) -> Array:
    """What the score counts, for each row: 1 for a right class; the squared error for regression."""
    if output == "identity":
        error = sums - targets
        return arrays.total(error * error, -2, False)
    if sums.shape[-2] == 1:
        return ((sums > 0) == (targets > 0.5))[..., 0, :] * 1.0
    return (arrays.argmax(sums, -2) == arrays.argmax(targets, -2)) * 1.0
