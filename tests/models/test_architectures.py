"""The architectures: published counts, shapes, first weights, and that padding never changes an answer."""

from __future__ import annotations

import csv
import io

import pytest
import torch

from modelpick.errors import UsageError
from modelpick.models.architectures.build import build, shapes_of
from modelpick.models.architectures.filling import INITIALISATIONS
from modelpick.models.architectures.known import ARCHITECTURES, known, takes
from modelpick.models.architectures.lenet import TABLE_I
from modelpick.models.layer_table import count, network_arguments, rows_of
from modelpick.registry.names import find

PUBLISHED = {
    "lenet5": 61_706,
    "lenet5-1998": 60_000,
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "vgg11-bn": 132_868_840,
    "vgg13-bn": 133_053_736,
    "vgg16-bn": 138_365_992,
    "vgg19-bn": 143_678_248,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "vit-b16": 86_567_656,
    "lstm": 2_824_706,
}
GMACS = """name,gmacs
lenet5,0.00042
alexnet,0.71
vgg11,7.61
vgg16,15.47
vgg19,19.63
resnet18,1.81
resnet34,3.66
resnet50,4.09
resnet101,7.80
resnet152,11.51
vit-b16,17.56
"""


def stream(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts_are_met_exactly(name):
    architecture = known(name)
    more = network_arguments(architecture, architecture.input_shape)
    net = shapes_of(architecture, architecture.classes, architecture.input_shape, **more)
    assert sum(parameter.numel() for parameter in net.parameters()) == PUBLISHED[name]


def test_an_lstm_for_sounds_has_the_count_of_the_catalogue():
    assert count(known("lstm"), 10, (100, 40), layers=2).parameters == 571_914


@pytest.mark.parametrize("row", list(csv.DictReader(io.StringIO(GMACS))), ids=lambda row: row["name"])
def test_multiply_adds_are_those_of_the_usual_tables(row):
    architecture = known(row["name"])
    found = count(architecture, architecture.classes, architecture.input_shape)
    assert found.multiply_adds / 1e9 == pytest.approx(float(row["gmacs"]), rel=0.01)


def test_a_layer_table_adds_up():
    found = count(known("lenet5"), 10, (1, 32, 32))
    assert sum(layer.parameters for layer in found.layers) == found.parameters == 61_706
    rows = rows_of(found)
    assert rows[2][:4] == ("fc1 (Linear)", "120", "400 x 120 = 48,000", "120")
    assert found.training_bytes == 4 * found.weight_bytes == 16 * 61_706


def test_every_architecture_has_its_card_and_every_counted_variant_its_count():
    for architecture in ARCHITECTURES:
        if architecture.card is not None:
            assert find(architecture.card).entry.name == architecture.card
    for name in ("lenet5", "lenet5-1998", "alexnet", "vgg16", "resnet50", "vit-b16"):
        variant = find(name).variant or next(v for v in find(name).entry.variants if v.name == name)
        assert variant.parameters == PUBLISHED[name]


def test_weights_have_the_names_of_torchvision_and_timm():
    names = {name: set(shapes_of(known(name), 1000, (3, 224, 224)).state_dict()) for name in ("resnet50", "vit-b16")}
    assert {"conv1.weight", "bn1.running_mean", "layer1.0.downsample.0.weight", "layer4.2.bn3.bias", "fc.weight"} <= (
        names["resnet50"]
    )
    assert {
        "cls_token",
        "pos_embed",
        "patch_embed.proj.weight",
        "blocks.11.attn.qkv.bias",
        "blocks.0.mlp.fc2.weight",
    } <= (names["vit-b16"])
    vgg = shapes_of(known("vgg16"), 1000, (3, 224, 224)).state_dict()
    assert vgg["features.28.weight"].shape == (512, 512, 3, 3)
    assert vgg["classifier.0.weight"].shape == (4096, 25088)
    stride = shapes_of(known("resnet50"), 1000, (3, 224, 224)).layer2[0].conv2.stride
    assert stride == (2, 2)  # in the 3 x 3, as in the weights


def test_the_second_convolution_of_1998_sees_what_the_papers_table_says():
    assert [len(maps) for maps in TABLE_I] == [3] * 6 + [4] * 9 + [6]
    assert TABLE_I[3:6] == ((3, 4, 5), (0, 4, 5), (0, 1, 5))
    assert TABLE_I[14] == (0, 2, 3, 5)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("lenet5", (1, 32, 32)), ("lenet5-1998", (1, 32, 32)), ("resnet18", (3, 32, 32)), ("cnn", (20, 12))],
)
@pytest.mark.parametrize("init", INITIALISATIONS)
def test_first_weights_are_whole_finite_and_repeatable(name, shape, init):
    nets = [build(known(name), 4, shape, generator=stream(3), init=init).eval() for _ in range(2)]
    x = torch.randn(3, *shape, generator=stream())
    answers = [net(x) for net in nets]
    assert answers[0].shape == (3, 4)
    assert bool(torch.isfinite(answers[0]).all())
    assert torch.equal(*answers)
    if init == "zero":
        assert float(answers[0].detach().std(0).max()) == 0  # all rows get the same answer


def test_small_images_leave_a_small_first_dense_layer():
    assert shapes_of(known("vgg11"), 10, (3, 32, 32)).classifier[0].in_features == 512
    assert shapes_of(known("alexnet"), 10, (3, 64, 64)).classifier[1].in_features == 256


@pytest.mark.parametrize(("name", "more"), [("lstm", {"hidden": 8, "inputs": 6}), ("transformer", {"width": 8})])
def test_padding_changes_no_answer(name, more):
    net = build(known(name), 3, (9,), generator=stream(), vocabulary=20, **more).eval()
    words = torch.randint(1, 20, (2, 9), generator=stream())
    words[1, 4:] = 0
    both = net(words, torch.tensor([9, 4]))
    alone = net(words[1:, :4], torch.tensor([4]))
    assert torch.allclose(both[1], alone[0], atol=1e-6)


def test_an_lstm_reads_both_ways_and_its_steps_in_order():
    net = build(known("lstm"), 3, (6, 2), generator=stream(), hidden=8, pooling="max").eval()
    steps = torch.randn(1, 6, 2, generator=stream())
    assert not torch.allclose(net(steps), net(steps.flip(1)))
    long = torch.cat([steps, torch.full((1, 3, 2), 9.0)], dim=1)
    assert torch.allclose(net(long, torch.tensor([6])), net(steps), atol=1e-6)


def test_names_are_forgiving_and_wrong_ones_are_answered():
    assert known("ResNet-18").name == known("resnet_18").name == "resnet18"
    with pytest.raises(UsageError) as raised:
        known("resnt18")
    assert "`resnet18`" in (raised.value.hint or "")
    with pytest.raises(UsageError) as raised:
        known("vgg")
    assert "`vgg16-bn`" in (raised.value.hint or "")
    with pytest.raises(UsageError) as raised:
        takes(known("resnet18"), "text")
    assert "`lstm`" in (raised.value.hint or "")
    assert "`resnet18` takes images" in raised.value.message
