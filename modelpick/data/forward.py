"""The forward pass of a trained dense network in numpy: what every prediction goes through, without torch.

The baselines, the estimators, a fitted candidate and a model read from disk all answer through these functions, so
that save, load and predict equals predicting in the same process bit for bit, and predicting with a saved model never
pays for importing torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


def _sigmoid(z: Floats) -> Floats:
    return np.exp(-np.logaddexp(z.dtype.type(0), -z))  # type: ignore[no-any-return] # exp(-z) alone overflows for a large negative z


def _gelu(z: Floats) -> Floats:
    from scipy.special import erf

    half = z.dtype.type(0.5)
    return half * z * (1 + erf(z * z.dtype.type(np.sqrt(0.5))))  # type: ignore[no-any-return]


def _softmax(z: Floats) -> Floats:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {
    "identity": lambda z: z,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "gelu": _gelu,
}
"""Name -> function of a hidden layer's sums. GELU is the exact one, by the error function."""

OUTPUTS = ("softmax", "sigmoid", "identity")
"""What turns the last layer's sums into answers: probabilities that exclude each other, single ones, or a number."""


def output_units(output: str, classes: int) -> int:
    """Nodes of the last layer: one for regression and for a sigmoid over two classes, else one a class."""
    if output == "identity" or (output == "sigmoid" and classes <= 2):
        return 1
    return classes


def sums(tensors: Mapping[str, Floats], activation: str, X: Floats) -> Floats:
    """The last layer's sums (logits, or the scaled answer of a regression), shape (rows, nodes).

    Args:
        tensors: `layers.<i>.weight` (out, in) and `layers.<i>.bias` (out,) of layers 0, 1, ...
        activation: Of the hidden layers, one of `ACTIVATIONS`.
        X: Shape (rows, features), of the tensors' own dtype.
    """
    activate = ACTIVATIONS[activation]
    layers = len(tensors) // 2
    for i in range(layers):
        X = X @ tensors[f"layers.{i}.weight"].T + tensors[f"layers.{i}.bias"]
        if i < layers - 1:
            X = activate(X)
    return X


def probabilities(z: Floats, output: str, classes: int) -> NDArray[np.float64]:
    """Class probabilities, shape (rows, classes), from the last layer's sums; each row sums to one."""
    z = z.astype(np.float64)
    if output == "softmax":
        return _softmax(z)
    if classes == 1:
        return np.ones((len(z), 1))
    p = _sigmoid(z)
    if p.shape[1] == 1:
        return np.hstack([1 - p, p])
    total = p.sum(axis=1, keepdims=True)  # one against the rest: the classes' shares of what they claim together
    return np.where(total > 0, p / np.where(total > 0, total, 1), 1 / classes)
