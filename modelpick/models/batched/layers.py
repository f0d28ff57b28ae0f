"""Parameters of many nets as rows of one array, and their forward and backward passes, written by hand.

A net's weights and biases lie in one row, padded to a multiple of 16 numbers: then vector loops over the whole array
treat each row alike, and no bit of a net depends on its neighbours. A layer is a view (models, out, in + 1) whose last
column is the bias. Activations lie as (models, units + 1, batch), the last row all ones, so a bias needs no operation
of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi, sqrt
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from modelpick.models.batched.arrays import Array, Arrays
from modelpick.models.mlp import INITIALISATIONS

_PAD = 16
_ROOT_HALF, _GAUSS = sqrt(0.5), 1 / sqrt(2 * pi)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the layers of a net stand in its row.

    Attributes:
        sizes: Features, hidden layers, outputs.
        length: Numbers in a row.
    """

    sizes: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, sizes: Sequence[int]) -> Layout:
        """The layout of nets of these sizes."""
        numbers = sum((a + 1) * b for a, b in pairwise(sizes))
        return cls(tuple(sizes), -(-numbers // _PAD) * _PAD)

    def layers(self, flat: Array) -> list[Array]:
        """Each layer as a view (models, out, in + 1) of rows (models, length)."""
        views, start = [], 0
        for a, b in pairwise(self.sizes):
            end = start + (a + 1) * b
            views.append(flat[:, start:end].reshape(len(flat), b, a + 1))
            start = end
        return views

    def draw(self, init: str, generator: torch.Generator, row: NDArray[Any]) -> None:
        """Initial weights into a row on the host, drawn as `mlp.MLP` draws them."""
        for view in self.layers(row[None]):
            out, inputs = view.shape[1], view.shape[2] - 1
            dtype = torch.float64 if row.dtype == np.float64 else torch.float32
            weight, bias = torch.empty(out, inputs, dtype=dtype), torch.empty(out, dtype=dtype)
            INITIALISATIONS[init](weight, bias, generator)
            view[0, :, :-1], view[0, :, -1] = weight.numpy(), bias.numpy()

    def tensors(self, row: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        """The weights of a row by name; copies."""
        named: dict[str, NDArray[Any]] = {}
        for i, view in enumerate(self.layers(row[None])):
            named[f"layers.{i}.weight"] = np.ascontiguousarray(view[0, :, :-1])
            named[f"layers.{i}.bias"] = view[0, :, -1].copy()
        return named


class Passes:
    """Forward and backward of a block of nets over batches of one width; owns the buffers between the layers.

    Args:
        weights: Views of the layers, as of `Layout.layers`.
        width: Rows in a batch.
        training: Whether gradients are wanted.
        dropout: Whether `masks` are multiplied in: `masks[i]` of shape (models, units, width), to be filled before
            each forward pass.
    """

    def __init__(
        self,
        arrays: Arrays,
        weights: Sequence[Array],
        activation: str,
        width: int,
        dtype: str,
        *,
        training: bool,
        dropout: bool = False,
    ) -> None:
        self._arrays = arrays
        self._weights = weights
        self._forward, self._backward = _FORWARD[activation], _BACKWARD[activation]
        models = len(weights[0])
        shapes = [(models, len(w[0]), width) for w in weights[:-1]]
        self._inputs: list[Array] = []  # what goes into layers 1, 2, ...: with its row of ones
        self._active: list[Array] = []  # activations before dropout
        for shape in shapes:
            with_ones = arrays.zeros((models, shape[1] + 1, width), dtype)
            with_ones[:, -1] = 1
            self._inputs.append(with_ones)
            self._active.append(arrays.zeros(shape, dtype) if dropout else with_ones[:, :-1])
        keep = activation == "gelu"
        self._kept = [arrays.zeros(shape, dtype) if keep else None for shape in shapes]
        if activation == "relu":  # numpy compares with an array of zeros twice as fast as with the number 0
            self._kept = [arrays.zeros((1, *shape[1:]), dtype) for shape in shapes]
        self._scratch = [arrays.zeros(shape, dtype) if training or keep else None for shape in shapes]
        self.masks = [arrays.zeros(shape, dtype) for shape in shapes] if dropout else []
        self._units = [x[:, :-1] for x in self._inputs]
        if training:
            self._deltas = [arrays.zeros(shape, dtype) for shape in shapes]
            self._inputs_t = [_flip(x) for x in self._inputs]
            self._weights_t = [None, *(_flip(w[:, :, :-1]) for w in weights[1:])]

    def forward(self, x: Array, out: Array) -> None:
        """The last layer's sums (models, outputs, width) of inputs (models, features + 1, width)."""
        arrays = self._arrays
        for i, active in enumerate(self._active):
            arrays.matmul(self._weights[i], x, active)
            self._forward(arrays, active, self._kept[i], self._scratch[i])
            if self.masks:
                arrays.multiply(active, self.masks[i], self._units[i])
            x = self._inputs[i]
        arrays.matmul(self._weights[-1], x, out)

    def backward(self, x_t: Array, delta: Array, gradients: Sequence[Array]) -> None:
        """Gradients of all layers from that of the last sums, for the inputs of the last forward pass, transposed."""
        arrays = self._arrays
        for i in range(len(gradients) - 1, 0, -1):
            arrays.matmul(delta, self._inputs_t[i - 1], gradients[i])
            below = self._deltas[i - 1]
            arrays.matmul(self._weights_t[i], delta, below)
            if self.masks:
                arrays.multiply(below, self.masks[i - 1], below)
            self._backward(arrays, below, self._active[i - 1], self._kept[i - 1], self._scratch[i - 1])
            delta = below
        arrays.matmul(delta, x_t, gradients[0])


def _flip(array: Array) -> Array:
    return array.swapaxes(1, 2)


# Forward: sums become activations in place; `kept` remembers what the way back needs and the activation does not tell
# (of relu, it is zeros).


def _identity(arrays: Arrays, z: Array, kept: Array, scratch: Array) -> None:
    pass


def _relu(arrays: Arrays, z: Array, kept: Array, scratch: Array) -> None:
    arrays.at_least(z, kept, z)


def _tanh(arrays: Arrays, z: Array, kept: Array, scratch: Array) -> None:
    arrays.tanh(z, z)


def _sigmoid(arrays: Arrays, z: Array, kept: Array, scratch: Array) -> None:
    arrays.sigmoid(z, z)


def _gelu(arrays: Arrays, z: Array, kept: Array, scratch: Array) -> None:
    """z Phi(z); the derivative Phi(z) + z phi(z) is kept."""
    arrays.multiply(z, z, kept)
    arrays.multiply(kept, -0.5, kept)
    arrays.exp(kept, kept)
    arrays.multiply(kept, z, kept)
    arrays.multiply(kept, _GAUSS, kept)
    arrays.multiply(z, _ROOT_HALF, scratch)
    arrays.erf(scratch, scratch)
    arrays.add(scratch, 1, scratch)
    arrays.multiply(scratch, 0.5, scratch)
    arrays.add(kept, scratch, kept)
    arrays.multiply(z, scratch, z)


# Backward: the gradient of activations `h` becomes that of their sums, in place.


def _relu_back(arrays: Arrays, delta: Array, h: Array, kept: Array, scratch: Array) -> None:
    arrays.positive(h, scratch)
    arrays.multiply(delta, scratch, delta)


def _tanh_back(arrays: Arrays, delta: Array, h: Array, kept: Array, scratch: Array) -> None:
    arrays.multiply(h, h, scratch)
    arrays.multiply(scratch, delta, scratch)
    arrays.subtract(delta, scratch, delta)


def _sigmoid_back(arrays: Arrays, delta: Array, h: Array, kept: Array, scratch: Array) -> None:
    arrays.multiply(delta, h, delta)
    arrays.multiply(delta, h, scratch)
    arrays.subtract(delta, scratch, delta)


def _gelu_back(arrays: Arrays, delta: Array, h: Array, kept: Array, scratch: Array) -> None:
    arrays.multiply(delta, kept, delta)


def _identity_back(arrays: Arrays, delta: Array, h: Array, kept: Array, scratch: Array) -> None:
    pass


_FORWARD = {"identity": _identity, "relu": _relu, "tanh": _tanh, "sigmoid": _sigmoid, "gelu": _gelu}
_BACKWARD = {
    "identity": _identity_back,
    "relu": _relu_back,
    "tanh": _tanh_back,
    "sigmoid": _sigmoid_back,
    "gelu": _gelu_back,
}
