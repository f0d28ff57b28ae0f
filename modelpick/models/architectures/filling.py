"""The initial weights of the architectures: as their papers say, or all zero, or plainly random, to see what they do.

Every number is drawn from one generator in the order of the modules, so a seed gives the same network anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import torch
from torch import Generator, Tensor, nn

from modelpick.models.architectures.lenet import SparseConvolution, SubSampling

INITIALISATIONS = ("paper", "zero", "random")
"""`random`: all weights normal with standard deviation 0.05, biases 0."""

_RANDOM = 0.05


@torch.no_grad()
def fill(net: nn.Module, family: str, init: str, generator: Generator) -> None:
    """Fills every parameter and buffer of a network whose memory holds anything yet.

    Normalisations start as the identity whatever `init` is, but for `zero` all weights of the other layers are 0: the
    gradients of all hidden layers vanish then, and only the last biases learn.
    """
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm):
            module.reset_parameters()  # weight 1, bias 0, and where it keeps them mean 0 and variance 1
        elif isinstance(module, nn.Conv2d | nn.Linear | nn.Embedding | nn.LSTM | SparseConvolution | SubSampling):
            if init == "paper":
                _PAPERS[family](module, generator)
            else:
                for name, parameter in module.named_parameters(recurse=False):
                    _plain(name, parameter, init, generator)
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            module.weight[module.padding_idx] = 0
        reset = getattr(module, "reset_buffers", None)
        if reset is not None:
            reset()
    for name, parameter in net.named_parameters(recurse=False):  # the token and the positions of a ViT
        if init == "paper" and name == "pos_embed":
            parameter.normal_(0, 0.02, generator=generator)
        else:
            _plain(name, parameter, "zero" if init == "paper" else init, generator)
    if init == "paper":
        _last_touches(net, family)


def _plain(name: str, parameter: Tensor, init: str, generator: Generator) -> None:
    if init == "zero" or "bias" in name:
        parameter.zero_()
    else:
        parameter.normal_(0, _RANDOM, generator=generator)


def _fans(weight: Tensor) -> tuple[int, int]:
    """Numbers that come in to one node, and that go out of one."""
    area = weight[0, 0].numel() if weight.ndim > 2 else 1
    return weight.shape[1] * area, weight.shape[0] * area


def _bias(module: nn.Module) -> None:
    bias = getattr(module, "bias", None)
    if isinstance(bias, Tensor):
        bias.zero_()


def _lenet_1998(module: nn.Module, generator: Generator) -> None:
    """Uniform over +-2.4 / inputs of a node (section III.B of the paper); sub-sampling starts as the mean."""
    if isinstance(module, SubSampling):
        module.weight.fill_(0.25)
        module.bias.zero_()
        return
    assert isinstance(module, nn.Conv2d | nn.Linear | SparseConvolution)  # noqa: S101 - it has no other layers
    inputs = 25 * 4 if isinstance(module, SparseConvolution) else _fans(module.weight)[0]
    module.weight.uniform_(-2.4 / inputs, 2.4 / inputs, generator=generator)
    _bias(module)


def _normal_001(module: nn.Module, generator: Generator) -> None:
    """Normal with standard deviation 0.01; which biases start at 1 is seen to at the end (section 5 of the paper)."""
    assert isinstance(module, nn.Conv2d | nn.Linear)  # noqa: S101 - it has no other layers
    module.weight.normal_(0, 0.01, generator=generator)
    _bias(module)


def _he(module: nn.Module, generator: Generator) -> None:
    """Normal with variance 2 / outputs of a node for convolutions (He and others, arXiv:1502.01852), 0.01 for dense."""
    assert isinstance(module, nn.Conv2d | nn.Linear)  # noqa: S101 - it has no other layers
    spread = sqrt(2 / _fans(module.weight)[1]) if isinstance(module, nn.Conv2d) else 0.01
    module.weight.normal_(0, spread, generator=generator)
    _bias(module)


def _he_inputs(module: nn.Module, generator: Generator) -> None:
    """Normal with variance 2 / inputs of a node, for every layer (arXiv:1502.01852)."""
    assert isinstance(module, nn.Conv2d | nn.Linear)  # noqa: S101 - it has no other layers
    module.weight.normal_(0, sqrt(2 / _fans(module.weight)[0]), generator=generator)
    _bias(module)


def _lstm(module: nn.Module, generator: Generator) -> None:
    """Uniform over +-1 / root of the width; the forget gate's bias 1 (Gers and others 2000), so that it remembers."""
    if isinstance(module, nn.Embedding):
        module.weight.normal_(0, 0.1, generator=generator)
        return
    if isinstance(module, nn.LSTM):
        width = module.hidden_size
        for name, parameter in module.named_parameters():
            if name.startswith("bias"):
                parameter.zero_()
                if name.startswith("bias_ih"):
                    parameter[width : 2 * width] = 1
            else:
                parameter.uniform_(-1 / sqrt(width), 1 / sqrt(width), generator=generator)
        return
    assert isinstance(module, nn.Linear)  # noqa: S101 - it has no other layers
    bound = 1 / sqrt(module.in_features)
    module.weight.uniform_(-bound, bound, generator=generator)
    _bias(module)


def _glorot(module: nn.Module, generator: Generator) -> None:
    """Uniform by Glorot and Bengio (2010); embeddings normal with variance 1 / width, as they share their scale."""
    if isinstance(module, nn.Embedding):
        module.weight.normal_(0, 1 / sqrt(module.embedding_dim), generator=generator)
        return
    assert isinstance(module, nn.Conv2d | nn.Linear)  # noqa: S101 - it has no other layers
    bound = sqrt(6 / sum(_fans(module.weight)))
    module.weight.uniform_(-bound, bound, generator=generator)
    _bias(module)


_PAPERS: dict[str, Callable[[nn.Module, Generator], None]] = {
    "lenet5": _he_inputs,
    "lenet5-1998": _lenet_1998,
    "alexnet": _normal_001,
    "vgg": _he,
    "resnet": _he,
    "lstm": _lstm,
    "cnn": _he,
    "transformer": _glorot,
    "vit": _glorot,
}


def _last_touches(net: nn.Module, family: str) -> None:
    """What is said of single layers."""
    if family == "alexnet":  # biases of 1 in the second, fourth and fifth convolution and the hidden dense layers
        parts = dict(net.named_modules())
        for name in ("features.3", "features.8", "features.10", "classifier.1", "classifier.4"):
            bias = getattr(parts[name], "bias", None)
            assert isinstance(bias, Tensor)  # noqa: S101 - all its layers have one
            bias.fill_(1)
    if family == "vit":  # the head starts at 0
        head = getattr(net, "head", None)
        assert isinstance(head, nn.Linear)  # noqa: S101 - see vit.py
        head.weight.zero_()
