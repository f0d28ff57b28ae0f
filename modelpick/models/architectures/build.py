"""From an architecture's name to a network with its first weights, or to its shapes alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from modelpick.models.architectures.alexnet import AlexNet
from modelpick.models.architectures.cnn import SoundCNN
from modelpick.models.architectures.filling import fill
from modelpick.models.architectures.known import Architecture
from modelpick.models.architectures.lenet import LeNet5, LeNet5Paper
from modelpick.models.architectures.lstm import LSTMClassifier
from modelpick.models.architectures.resnet import ResNet
from modelpick.models.architectures.transformer import TransformerClassifier
from modelpick.models.architectures.vgg import VGG
from modelpick.models.architectures.vit import VisionTransformer

Shape = tuple[int, ...]


def _lenet_1998(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
    return LeNet5Paper(classes)


def _image_of_one_size(net: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    def build(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
        return net(classes, channels=shape[0], size=shape[1], **more)

    return build


def _lenet(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
    return LeNet5(classes, shape[0])


def _vgg(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
    return VGG(classes, a.layers, batch_norm=a.batch_norm, channels=shape[0], size=shape[1], **more)


def _resnet(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
    return ResNet(classes, a.layers, channels=shape[0], **more)


def _lstm(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
    return LSTMClassifier(classes, **more) if len(shape) == 1 else LSTMClassifier(classes, inputs=shape[1], **more)


def _transformer(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
    return TransformerClassifier(classes, longest=shape[0], **more)


def _cnn(a: Architecture, classes: int, shape: Shape, more: dict[str, Any]) -> nn.Module:
    return SoundCNN(classes, **more)


_BUILDERS: dict[str, Callable[[Architecture, int, Shape, dict[str, Any]], nn.Module]] = {
    "lenet5": _lenet,
    "lenet5-1998": _lenet_1998,
    "alexnet": _image_of_one_size(AlexNet),
    "vgg": _vgg,
    "resnet": _resnet,
    "vit": _image_of_one_size(VisionTransformer),
    "lstm": _lstm,
    "transformer": _transformer,
    "cnn": _cnn,
}


def shapes_of(architecture: Architecture, classes: int, shape: Shape, **more: Any) -> nn.Module:
    """The network on torch's meta device: shapes without numbers, built in milliseconds whatever its size.

    Args:
        classes: How many outputs.
        shape: Of one input: channels, height, width; steps of a text; steps and numbers a step.
        more: Of its own: `vocabulary`, `hidden`, `layers`, `small_stem`, `dropout`, ...
    """
    with torch.device("meta"):
        return _BUILDERS[architecture.family](architecture, classes, shape, more).eval()


def build(
    architecture: Architecture,
    classes: int,
    shape: Shape,
    *,
    generator: torch.Generator,
    init: str = "paper",
    **more: Any,
) -> nn.Module:
    """The network with its first weights, on the CPU, in float32. Arguments as `shapes_of`.

    Args:
        generator: From which all weights are drawn.
        init: One of `filling.INITIALISATIONS`.
    """
    net = shapes_of(architecture, classes, shape, **more).to_empty(device="cpu")
    fill(net, architecture.family, init, generator)
    return net
