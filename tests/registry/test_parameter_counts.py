"""The catalogue's parameter counts, added up by hand: layer by layer, plain arithmetic, no framework."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest

from modelpick.registry.cards import entries
from modelpick.registry.names import find

VGG = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
RESNET = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


class Sum:
    """Parameters and multiply-adds of the layers added so far."""

    def __init__(self) -> None:
        self.parameters = 0
        self.macs = 0

    def conv(self, inputs: int, outputs: int, kernel: int, side: int, *, bias: bool = True, groups: int = 1) -> None:
        weights = inputs // groups * outputs * kernel * kernel
        self.parameters += weights + (outputs if bias else 0)
        self.macs += weights * side * side

    def dense(self, inputs: int, outputs: int) -> None:
        self.parameters += inputs * outputs + outputs
        self.macs += inputs * outputs

    def norm(self, channels: int) -> None:
        self.parameters += 2 * channels


def dense_chain(*widths: int) -> Sum:
    total = Sum()
    for inputs, outputs in pairwise(widths):
        total.dense(inputs, outputs)
    return total


def lenet5() -> Sum:
    total = Sum()
    total.conv(1, 6, 5, side=28)
    total.conv(6, 16, 5, side=10)
    total.dense(16 * 5 * 5, 120)
    total.dense(120, 84)
    total.dense(84, 10)
    return total


def lenet5_as_in_the_paper() -> Sum:
    """Table I of the paper: 6 maps see three maps, 9 see four, 1 sees six; sub-sampling has two numbers a map."""
    total = Sum()
    total.conv(1, 6, 5, side=28)
    total.norm(6)
    total.parameters += 25 * (6 * 3 + 9 * 4 + 1 * 6) + 16
    total.norm(16)
    total.dense(16 * 5 * 5, 120)
    total.dense(120, 84)  # the codes of the ten digits are fixed and not trained
    return total


def alexnet(channels: tuple[int, ...], groups: tuple[int, ...]) -> Sum:
    total = Sum()
    inputs = 3
    for outputs, group, kernel, side in zip(channels, groups, (11, 5, 3, 3, 3), (55, 27, 13, 13, 13), strict=True):
        total.conv(inputs, outputs, kernel, side, groups=group)
        inputs = outputs
    total.dense(inputs * 6 * 6, 4096)
    total.dense(4096, 4096)
    total.dense(4096, 1000)
    return total


def vgg(blocks: tuple[int, ...]) -> Sum:
    total = Sum()
    inputs, side = 3, 224
    for depth, outputs in zip(blocks, (64, 128, 256, 512, 512), strict=True):
        for _ in range(depth):
            total.conv(inputs, outputs, 3, side)
            inputs = outputs
        side //= 2
    total.dense(512 * 7 * 7, 4096)
    total.dense(4096, 4096)
    total.dense(4096, 1000)
    return total


def resnet(blocks: tuple[int, ...], *, bottleneck: bool) -> Sum:
    """Stride in the 3 x 3 convolution of a bottleneck; a projection on a short cut between different shapes."""
    total = Sum()

    def layer(inputs: int, outputs: int, kernel: int, side: int) -> None:
        total.conv(inputs, outputs, kernel, side, bias=False)
        total.norm(outputs)

    layer(3, 64, 7, 112)
    inputs, before = 64, 56
    for stage, (depth, width) in enumerate(zip(blocks, (64, 128, 256, 512), strict=True)):
        outputs = width * (4 if bottleneck else 1)
        for number in range(depth):
            side = 56 // 2**stage
            if bottleneck:
                layer(inputs, width, 1, before)
                layer(width, width, 3, side)
                layer(width, outputs, 1, side)
            else:
                layer(inputs, width, 3, side)
                layer(width, width, 3, side)
            if number == 0 and inputs != outputs:
                layer(inputs, outputs, 1, side)
            inputs, before = outputs, side
    total.dense(inputs, 1000)
    return total


def lstm(vocabulary: int, inputs: int, hidden: int, layers: int, classes: int) -> Sum:
    """Both directions; four gates, each with weights on the input and on itself and, as in PyTorch, two biases."""
    total = Sum()
    total.parameters += vocabulary * inputs
    for _ in range(layers):
        total.parameters += 2 * 4 * (hidden * (inputs + hidden) + 2 * hidden)
        inputs = 2 * hidden
    total.dense(2 * hidden, classes)
    return total


def blocks(width: int, depth: int) -> int:
    """`depth` times: query, key, value and output of attention, two wider dense layers, two layer norms."""
    total = Sum()
    for _ in range(depth):
        for _ in range(4):
            total.dense(width, width)
        total.dense(width, 4 * width)
        total.dense(4 * width, width)
        total.norm(width)
        total.norm(width)
    return total.parameters


def bert(width: int, depth: int, *, sentences: int = 2, pooler: bool = True) -> int:
    embeddings = (30522 + 512 + sentences) * width + 2 * width
    return embeddings + blocks(width, depth) + (width * width + width if pooler else 0)


def gpt2() -> int:
    return (50257 + 1024) * 768 + blocks(768, 12) + 2 * 768


def vit() -> int:
    patches = 3 * 16 * 16 * 768 + 768
    positions = (14 * 14 + 1) * 768
    return patches + 768 + positions + blocks(768, 12) + 2 * 768 + 768 * 1000 + 1000


def audio_spectrogram_transformer() -> int:
    """Patches of 16 x 16 at a step of 10 over 128 x 1,024; two extra tokens; 527 classes behind a layer norm."""
    patches = 16 * 16 * 768 + 768
    positions = (12 * 101 + 2) * 768
    return patches + 2 * 768 + positions + blocks(768, 12) + 2 * 768 + 2 * 768 + 768 * 527 + 527


def wav2vec2() -> int:
    convolutions = 512 * 10 + 4 * 512 * 512 * 3 + 2 * 512 * 512 * 2 + 2 * 512
    projection = 2 * 512 + 512 * 768 + 768
    positions = 768 * 48 * 128 + 128 + 768  # 16 groups, weight norm
    mask = 768
    return convolutions + projection + positions + 2 * 768 + blocks(768, 12) + mask


COUNTED: dict[str, Sum | int] = {
    "mlp-iris": dense_chain(4, 128, 128, 3),
    "mlp-wine": dense_chain(13, 128, 128, 3),
    "mlp-digits": dense_chain(64, 128, 128, 10),
    "lenet5": lenet5(),
    "lenet5-1998": lenet5_as_in_the_paper().parameters,
    "alexnet": alexnet((64, 192, 384, 256, 256), (1, 1, 1, 1, 1)),
    "alexnet-2012": alexnet((96, 256, 384, 384, 256), (1, 2, 1, 2, 2)),
    **{f"vgg{layers}": vgg(depths) for layers, depths in VGG.items()},
    **{f"resnet{layers}": resnet(depths, bottleneck=layers >= 50) for layers, depths in RESNET.items()},
    "lstm-text": lstm(20_000, 128, 128, layers=1, classes=2).parameters,
    "lstm-audio": lstm(0, 40, 128, layers=2, classes=10).parameters,
    "bert-base": bert(768, 12),
    "distilbert": bert(768, 6, sentences=0, pooler=False),
    "minilm-l6": bert(384, 6),
    "gpt2": gpt2(),
    "vit-b16": vit(),
    "ast": audio_spectrogram_transformer(),
    "wav2vec2-base": wav2vec2(),
}


def counted_variants() -> Iterable[str]:
    return (variant.name for entry in entries() for variant in entry.variants if variant.source == "counted")


def test_every_count_of_the_catalogue_is_added_up_here() -> None:
    assert set(counted_variants()) == set(COUNTED)


@pytest.mark.parametrize("name", COUNTED)
def test_the_catalogue_has_the_sum_of_the_layers(name: str) -> None:
    variant = next(v for entry in entries() for v in entry.variants if v.name == name)
    expected = COUNTED[name]
    if isinstance(expected, int):
        assert variant.parameters == expected
        return
    assert variant.parameters == expected.parameters
    if variant.gmacs is not None:
        assert variant.gmacs == pytest.approx(expected.macs / 1e9, rel=0.01)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("mlp-iris", (4, 128, 128, 3)), ("mlp-wine", (13, 128, 128, 3)), ("mlp-digits", (64, 128, 128, 10))],
)
def test_the_mlp_that_modelpick_builds_has_as_many(name: str, sizes: tuple[int, ...]) -> None:
    import torch

    from modelpick.models.mlp import MLP

    network = MLP(sizes, generator=torch.Generator())
    variant = next(v for v in find("mlp").entry.variants if v.name == name)
    assert sum(parameter.numel() for parameter in network.parameters()) == variant.parameters
