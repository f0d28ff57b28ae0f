"""A multi-layer perceptron from scratch: weighted sums, activations, initialisations, in plain torch operations.

Background: D. E. Rumelhart, G. E. Hinton, R. J. Williams, Learning representations by back-propagating errors,
Nature 323 (1986), doi:10.1038/323533a0. Initialisations: Glorot and Bengio 2010 (AISTATS), He et al. 2015
(arXiv:1502.01852); `torch` is what `nn.Linear` does, uniform over +-1/sqrt(inputs) for weights and biases alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor, nn

from modelpick.models.summary import layers_table

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "gelu": nn.functional.gelu,
}
"""The same functions as `data.forward.ACTIVATIONS`, through which gradients flow; a test holds the two equal."""


def _uniform(tensor: Tensor, bound: float, generator: torch.Generator) -> None:
    tensor.uniform_(-bound, bound, generator=generator)


def _fill_zero(weight: Tensor, bias: Tensor, generator: torch.Generator) -> None:
    weight.zero_()
    bias.zero_()


def _fill_normal(weight: Tensor, bias: Tensor, generator: torch.Generator) -> None:
    weight.normal_(0, 0.05, generator=generator)
    bias.zero_()


def _fill_uniform(weight: Tensor, bias: Tensor, generator: torch.Generator) -> None:
    _uniform(weight, 0.05, generator)
    bias.zero_()


def _fill_glorot(weight: Tensor, bias: Tensor, generator: torch.Generator) -> None:
    _uniform(weight, sqrt(6 / sum(weight.shape)), generator)
    bias.zero_()


def _fill_he(weight: Tensor, bias: Tensor, generator: torch.Generator) -> None:
    weight.normal_(0, sqrt(2 / weight.shape[1]), generator=generator)
    bias.zero_()


def _fill_torch(weight: Tensor, bias: Tensor, generator: torch.Generator) -> None:
    bound = 1 / sqrt(weight.shape[1])
    _uniform(weight, bound, generator)
    _uniform(bias, bound, generator)


INITIALISATIONS: dict[str, Callable[[Tensor, Tensor, torch.Generator], None]] = {
    "zero": _fill_zero,  # never learns to tell its hidden nodes apart: here to show why
    "normal": _fill_normal,  # standard deviation 0.05, zero biases
    "uniform": _fill_uniform,  # +-0.05, zero biases
    "glorot": _fill_glorot,  # uniform, zero biases
    "he": _fill_he,  # normal, zero biases
    "torch": _fill_torch,
}


class Dense(nn.Module):
    """One layer of B nodes over A inputs: weights of shape (B, A), biases of shape (B,)."""

    def __init__(self, inputs: int, nodes: int, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(nodes, inputs, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(nodes, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        """The weighted sums plus biases: (rows, A) -> (rows, B)."""
        return torch.addmm(self.bias, x, self.weight.T)


class MLP(nn.Module):
    """Dense layers with an activation between them; without hidden layers a linear, logistic or softmax regression.

    The network ends at the last layer's sums (logits): the cost owns the softmax, and `outputs` gives
    probabilities.

    Args:
        sizes: Features, hidden layers, outputs.
        activation: Of the hidden layers, one of `ACTIVATIONS`.
        output: `softmax`, `sigmoid` or `identity`.
        init: One of `INITIALISATIONS`.
        generator: The random stream of this model; its initial weights are the first that it draws.
        dropout: Share of each hidden layer's nodes that a training step leaves out.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = "relu",
        output: str = "softmax",
        init: str = "torch",
        generator: torch.Generator,
        dropout: float = 0.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self.activation = activation
        self.output = output
        self.dropout = dropout
        self.generator = generator
        layers = [Dense(a, b, dtype) for a, b in pairwise(sizes)]
        self.layers = nn.ModuleList(layers)
        with torch.no_grad():
            for layer in layers:
                INITIALISATIONS[init](layer.weight, layer.bias, generator)

    def forward(self, x: Tensor) -> Tensor:
        """The last layer's sums, shape (rows, outputs)."""
        activate = ACTIVATIONS[self.activation]
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(self.layers) - 1:
                x = activate(x)
                if self.dropout and self.training:
                    kept = torch.empty(x.shape, dtype=x.dtype).bernoulli_(1 - self.dropout, generator=self.generator)
                    x = x * kept.to(x.device) / (1 - self.dropout)
        return x

    def outputs(self, sums: Tensor) -> Tensor:
        """What the last layer's sums mean: probabilities, or the number itself."""
        if self.output == "softmax":
            return torch.softmax(sums, dim=1)
        return torch.sigmoid(sums) if self.output == "sigmoid" else sums

    def summary(self) -> str:
        """The layers with weights A x B and biases B, and the total."""
        return layers_table(self.sizes, self.activation, self.output)
