"""The array operations that batched training is written in: numpy on the CPU, torch on any other device.

Both go by the same names, and write into arrays that are there already (the last argument, `out`). numpy costs less a
call and multiplies matrices as fast; torch's fused Adam works on the same memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Array = Any
"""A numpy array or a torch tensor."""

Into = Callable[..., Any]
"""A function whose last argument gets the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """What arrays of one kind can do.

    Attributes:
        device: Where they are.
        tensor: (shape, dtype) -> zeros, and the same memory as a torch tensor.
        array: numpy values -> on the device, in the same memory where that can be.
        host: The way back.
        take: (rows, index, out): `out[i] = rows[index[i]]`.
        matmul: One product a model, of arrays of three dimensions.
        at_least: The larger one of each number and a bound, a number or an array: (a, bound, out).
        positive: 1 where a number is above 0, else 0.
        softplus: log(1 + e^a), a new array.
        largest: (a, axis) -> along an axis, which stays with length 1.
        total: (a, axis, keep) -> sums, along one axis; `keep`: it stays with length 1.
    """

    device: torch.device
    tensor: Callable[[tuple[int, ...], str], tuple[Array, torch.Tensor]]
    array: Callable[[NDArray[Any]], Array]
    host: Callable[[Array], NDArray[Any]]
    take: Into
    matmul: Into
    add: Into
    subtract: Into
    multiply: Into
    divide: Into
    exp: Into
    sqrt: Into
    tanh: Into
    sigmoid: Into
    erf: Into
    at_least: Into
    positive: Into
    log: Callable[[Array], Array]
    softplus: Callable[[Array], Array]
    largest: Callable[[Array, int], Array]
    total: Callable[[Array, int, bool], Array]
    argmax: Callable[[Array, int], Array]

    @property
    def on_cpu(self) -> bool:
        """Whether they are numpy's."""
        return self.add is np.add

    @property
    def exact(self) -> str:
        """The dtype that losses are added up in: the finest that the device knows."""
        return "float32" if self.device.type == "mps" else "float64"

    def zeros(self, shape: tuple[int, ...], dtype: str) -> Array:
        """Zeros on the device."""
        return self.tensor(shape, dtype)[0]


def numpy_arrays() -> Arrays:
    """numpy on the CPU."""

    def tensor(shape: tuple[int, ...], dtype: str) -> tuple[Array, torch.Tensor]:
        made = torch.zeros(shape, dtype=getattr(torch, dtype))
        return made.numpy(), made

    def take(rows: Array, index: Array, out: Array) -> None:
        rows.take(index, axis=0, out=out, mode="clip")  # the mode that does not copy `out` first

    def sigmoid(a: Array, out: Array) -> None:
        np.multiply(a, 0.5, out)
        np.tanh(out, out)
        np.multiply(out, 0.5, out)
        np.add(out, 0.5, out)

    def erf(a: Array, out: Array) -> None:
        from scipy.special import erf

        erf(a, out)

    def positive(a: Array, out: Array) -> None:
        np.greater(a, 0, out, casting="unsafe")

    def largest(a: Array, axis: int) -> Array:
        return np.maximum.reduce(a, axis=axis, keepdims=True)

    def total(a: Array, axis: int, keep: bool) -> Array:
        return np.sum(a, axis=axis, keepdims=keep)

    return Arrays(
        device=torch.device("cpu"),
        tensor=tensor,
        array=lambda values: values,
        host=lambda array: array,
        take=take,
        matmul=np.matmul,
        add=np.add,
        subtract=np.subtract,
        multiply=np.multiply,
        divide=np.divide,
        exp=np.exp,
        sqrt=np.sqrt,
        tanh=np.tanh,
        sigmoid=sigmoid,
        erf=erf,
        at_least=lambda a, bound, out: np.maximum(a, bound, out=out),
        positive=positive,
        log=np.log,
        softplus=lambda a: np.logaddexp(a.dtype.type(0), a),
        largest=largest,
        total=total,
        argmax=np.argmax,
    )


def torch_arrays(device: torch.device) -> Arrays:
    """torch on a device of its own, or on the CPU for tests. No call waits for the device, apart from `host`."""

    def tensor(shape: tuple[int, ...], dtype: str) -> tuple[Array, torch.Tensor]:
        made = torch.zeros(shape, dtype=getattr(torch, dtype), device=device)
        return made, made

    def into(function: Callable[..., torch.Tensor]) -> Into:
        return lambda *arguments: function(*arguments[:-1], out=arguments[-1])

    return Arrays(
        device=device,
        tensor=tensor,
        array=lambda values: torch.from_numpy(np.ascontiguousarray(values)).to(device, non_blocking=True),
        host=lambda array: array.cpu().numpy(),
        take=lambda rows, index, out: torch.index_select(rows, 0, index, out=out),
        matmul=into(torch.bmm),
        add=into(torch.add),
        subtract=into(torch.sub),
        multiply=into(torch.mul),
        divide=into(torch.div),
        exp=into(torch.exp),
        sqrt=into(torch.sqrt),
        tanh=into(torch.tanh),
        sigmoid=into(torch.sigmoid),
        erf=into(torch.erf),
        at_least=into(torch.clamp_min),
        positive=lambda a, out: torch.gt(a, 0, out=out),
        log=torch.log,
        softplus=torch.nn.functional.softplus,
        largest=lambda a, axis: torch.amax(a, axis, keepdim=True),
        total=lambda a, axis, keep: torch.sum(a, axis, keepdim=keep),
        argmax=torch.argmax,
    )
