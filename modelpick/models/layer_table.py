"""The layers of a network counted: output shapes, weights and biases, multiply-adds, without computing a number.

A network of shapes alone (torch's meta device) runs once on one input, and each layer with weights tells what came
out. A multiply-add is counted for each weight that meets a number; biases, normalisations, activations and pooling
are not counted, as in the usual tables. Attention counts the two products of a sequence with itself, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from modelpick.models.architectures.build import shapes_of
from modelpick.models.architectures.known import VOCABULARY, Architecture
from modelpick.models.architectures.layers import SelfAttention
from modelpick.models.architectures.lenet import SparseConvolution

COLUMNS = ("layer", "output", "weights", "biases", "parameters", "multiply-adds")

_NUMBER = 4
_COPIES = 4
"""While it trains: the weights, their gradients, and Adam's two moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer with weights, or the attention between some.

    Attributes:
        name: As in the weights' names.
        output: What comes out for one input, without the axis of the rows.
        weights: Shapes of its weights; a dense layer of A inputs and B nodes has (A, B).
        parameters: Weights and biases.
        multiply_adds: For one input.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...]
    biases: int
    parameters: int
    multiply_adds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A network in numbers.

    Attributes:
        weight_bytes: Of its weights in float32.
        training_bytes: With gradients and the two moments of Adam.
        activation_bytes: What its layers put out for one input, which a training keeps for the way back.
    """

    layers: tuple[Layer, ...]
    parameters: int
    multiply_adds: int
    weight_bytes: int
    training_bytes: int
    activation_bytes: int


def network_arguments(architecture: Architecture, shape: tuple[int, ...]) -> dict[str, Any]:
    """Arguments of the catalogue's own example of a network: a text has 20,000 words, a sound two layers of LSTM."""
    if architecture.family == "transformer" or (architecture.family == "lstm" and len(shape) == 1):
        return {"vocabulary": VOCABULARY}
    return {"layers": 2} if architecture.family == "lstm" else {}


def count(architecture: Architecture, classes: int, shape: tuple[int, ...], **more: Any) -> Counted:
    """The layers of an architecture for one input of this shape.

    Raises:
        ValueError, RuntimeError: The input is too small for it.
    """
    return counted(shapes_of(architecture, classes, shape, **more), shape)


def counted(net: nn.Module, shape: tuple[int, ...]) -> Counted:
    """The same of a network on the meta device."""
    layers: list[Layer] = []
    hooks = [
        module.register_forward_hook(_listener(name, layers))
        for name, module in net.named_modules()
        if name and (isinstance(module, SelfAttention) or any(True for _ in module.parameters(recurse=False)))
    ]
    words = any(isinstance(module, nn.Embedding) for module in net.modules())
    example = torch.empty((1, *shape), device="meta", dtype=torch.int64 if words else torch.float32)
    try:
        net.eval()(example)
    finally:
        for hook in hooks:
            hook.remove()
    own = tuple(parameter for _, parameter in net.named_parameters(recurse=False))
    if own:
        layers.insert(
            0,
            Layer(
                name="token and positions",
                kind="Parameter",
                output=tuple(own[-1].shape[1:]),
                weights=tuple(tuple(p.shape[1:]) for p in own),
                biases=0,
                parameters=sum(p.numel() for p in own),
                multiply_adds=0,
            ),
        )
    total = sum(parameter.numel() for parameter in net.parameters())
    return Counted(
        layers=tuple(layers),
        parameters=total,
        multiply_adds=sum(layer.multiply_adds for layer in layers),
        weight_bytes=_NUMBER * total,
        training_bytes=_NUMBER * _COPIES * total,
        activation_bytes=_NUMBER * sum(prod(layer.output) for layer in layers),
    )


def _listener(name: str, layers: list[Layer]) -> Any:
    def heard(module: nn.Module, inputs: tuple[Tensor, ...], output: Any) -> None:
        first = output if isinstance(output, Tensor) else output[0]
        own = dict(module.named_parameters(recurse=False))
        weights = {key: p for key, p in own.items() if not key.startswith("bias")}
        shapes = [tuple(p.shape) for p in weights.values()]
        if isinstance(module, nn.Linear):
            shapes = [(module.in_features, module.out_features)]
        layers.append(
            Layer(
                name=name,
                kind=type(module).__name__,
                output=tuple(first.shape[1:]),
                weights=tuple(shapes),
                biases=sum(p.numel() for key, p in own.items() if key.startswith("bias")),
                parameters=sum(p.numel() for p in own.values()),
                multiply_adds=_multiply_adds(module, inputs[0], first),
            )
        )

    return heard


def _multiply_adds(module: nn.Module, given: Tensor, output: Tensor) -> int:
    if isinstance(module, nn.Linear):
        return output.numel() * module.in_features
    if isinstance(module, nn.Conv2d):
        return output.numel() * prod(module.weight.shape[1:])
    if isinstance(module, SparseConvolution):
        return module.weight.numel() * prod(output.shape[2:])
    if isinstance(module, nn.LSTM):
        return given.shape[1] * sum(p.numel() for name, p in module.named_parameters() if name.startswith("weight"))
    if isinstance(module, SelfAttention):
        return 2 * given.shape[1] ** 2 * given.shape[2]
    return 0


def rows_of(found: Counted) -> list[tuple[str, ...]]:
    """A row of `COLUMNS` for each layer, and the total."""
    rows = [
        (
            f"{layer.name} ({layer.kind})",
            " x ".join(f"{size:,}" for size in layer.output),
            _weights(layer),
            f"{layer.biases:,}" if layer.biases else "",
            f"{layer.parameters:,}" if layer.parameters else "",
            f"{layer.multiply_adds:,}" if layer.multiply_adds else "",
        )
        for layer in found.layers
    ]
    return [*rows, ("total", "", "", "", f"{found.parameters:,}", f"{found.multiply_adds:,}")]


def _weights(layer: Layer) -> str:
    numbers = sum(map(prod, layer.weights))
    if not numbers:
        return ""
    if len(layer.weights) > 2:
        return f"{numbers:,}"
    shapes = " + ".join(" x ".join(f"{size:,}" for size in shape) for shape in layer.weights)
    return shapes if shapes == f"{numbers:,}" else f"{shapes} = {numbers:,}"
