"""Optimisers over a block of nets: one update of all their rows at once, each as `models.optimizers` does it."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import torch

from modelpick.models.batched.arrays import Array, Arrays
from modelpick.models.batched.layers import Layout

_ADAM: dict[str, Any] = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "amsgrad": False, "maximize": False}


class Optimizer:
    """Parameters (models, length), their gradients, and what an optimiser remembers of each.

    Args:
        name: adam, adamw, momentum, sgd.
        own_rates: Each model has its own learning rate, so that torch's fused Adam, which takes one, is not used.
    """

    def __init__(
        self, arrays: Arrays, layout: Layout, models: int, dtype: str, name: str, decay: float, own_rates: bool
    ) -> None:
        self._arrays, self._layout, self._dtype = arrays, layout, dtype
        self._name, self._decay, self._own_rates = name, decay, own_rates
        self._steps = 0
        self.memories = {"adam": 2, "adamw": 2, "momentum": 1, "sgd": 0}[name]
        self._allocate(models)

    def _allocate(self, models: int) -> None:
        pairs = [self._arrays.tensor((models, self._layout.length), self._dtype) for _ in range(2 + self.memories)]
        self.theta, self.gradient, *self._memory = (array for array, _ in pairs)
        self._tensors = [[tensor] for _, tensor in pairs]
        self._count, self._count_tensor = self._arrays.tensor((), "float32")  # of steps, as torch's fused Adam wants it
        self._arrays.add(self._count, self._steps, self._count)
        self.weights, self.gradients = self._layout.layers(self.theta), self._layout.layers(self.gradient)
        self._fused = self._name in ("adam", "adamw") and not self._own_rates
        self._scratch = None if self._fused else self._arrays.zeros((models, self._layout.length), self._dtype)

    def keep(self, kept: Any) -> None:
        """Goes on with these models only; `theta`, `gradient` and their views are new ones afterwards."""
        old = [self.theta, *self._memory]
        self._allocate(len(kept))
        for new, before in zip([self.theta, *self._memory], old, strict=True):
            new[:] = before[kept]

    def step(self, rate: Any) -> None:
        """One update; `rate` is a number, or (models, 1) where each has its own."""
        self._steps += 1
        apart = self._name == "adamw" and self._fused
        if self._decay and not apart:
            self._take_decay(rate)
        if apart:
            self._fused_adamw(rate)
        elif self._fused:
            self._arrays.add(self._count, 1, self._count)
            torch._fused_adam_(*self._fused_tensors(), weight_decay=0.0, lr=rate, **_ADAM)
        elif self._name in ("sgd", "momentum"):
            self._descend(rate)
        else:
            self._adam(rate)

    def _fused_adamw(self, rate: float) -> None:
        """torch's AdamW, whose decay takes biases too: they get theirs back."""
        self._arrays.add(self._count, 1, self._count)
        taken = [layer[:, :, -1] * (rate * self._decay) for layer in self.weights] if self._decay else []
        torch._fused_adamw_(*self._fused_tensors(), weight_decay=self._decay, lr=rate, **_ADAM)
        for layer, back in zip(self.weights, taken, strict=False):
            layer[:, :, -1] += back

    def _fused_tensors(self) -> tuple[list[torch.Tensor], ...]:
        return (*self._tensors, [], [self._count_tensor])

    def _take_decay(self, rate: Any) -> None:
        """Of the weights, never of the biases: off them (adamw), or onto their gradient."""
        if self._name == "adamw":
            kept = 1 - rate * self._decay
            if self._own_rates:
                kept = kept[:, :, None]
            for layer in self.weights:
                layer[:, :, :-1] *= kept
        else:
            for layer, gradient in zip(self.weights, self.gradients, strict=True):
                gradient[:, :, :-1] += self._decay * layer[:, :, :-1]

    def _descend(self, rate: Any) -> None:
        arrays, moved = self._arrays, self.gradient
        if self.memories:
            (velocity,) = self._memory
            arrays.multiply(velocity, 0.9, velocity)
            arrays.add(velocity, self.gradient, velocity)
            moved = velocity
        arrays.multiply(moved, rate, self._scratch)
        arrays.subtract(self.theta, self._scratch, self.theta)

    def _adam(self, rate: Any) -> None:
        arrays, gradient, scratch = self._arrays, self.gradient, self._scratch
        mean, square = self._memory
        arrays.multiply(gradient, gradient, scratch)
        arrays.multiply(scratch, 1 - 0.999, scratch)
        arrays.multiply(square, 0.999, square)
        arrays.add(square, scratch, square)
        arrays.subtract(gradient, mean, gradient)
        arrays.multiply(gradient, 1 - 0.9, gradient)
        arrays.add(mean, gradient, mean)
        arrays.sqrt(square, scratch)
        arrays.multiply(scratch, 1 / sqrt(1 - 0.999**self._steps), scratch)
        arrays.add(scratch, 1e-8, scratch)
        arrays.divide(mean, scratch, scratch)
        arrays.multiply(scratch, rate * (1 / (1 - 0.9**self._steps)), scratch)
        arrays.subtract(self.theta, scratch, self.theta)


def rate_row(arrays: Arrays, rates: np.ndarray[Any, Any], dtype: str) -> Array:
    """Learning rates of the models as (models, 1) on the device."""
    return arrays.array(rates.astype(dtype)[:, None])
