"""`catalog --summary`: an architecture's layers in numbers, for any input and count of classes."""

from __future__ import annotations

import json

import pytest

from modelpick import catalog
from modelpick.errors import UsageError


def test_the_sums_are_those_of_the_layers_and_a_dense_layer_has_a_x_b_plus_b():
    result = catalog("resnet18", summary=True, input_shape="3x224x224", classes=10)
    data = json.loads(json.dumps(result.to_dict()))
    assert data["schema"] == "modelpick.catalog-summary/1"
    assert data["parameters"] == sum(layer["parameters"] for layer in data["layers"]) == 11_181_642
    assert data["multiply_adds"] == pytest.approx(1.81e9, rel=0.01)
    last = data["layers"][-1]
    assert (last["name"], last["weights"], last["biases"], last["parameters"]) == ("fc", [[512, 10]], 10, 512 * 10 + 10)
    assert data["layers"][0]["output"] == [64, 112, 112]
    assert data["bytes"]["training"] == 4 * data["bytes"]["weights"] == 16 * data["parameters"]


def test_what_is_published_is_what_comes_without_further_words():
    assert catalog("vit-b16", summary=True).counted.parameters == 86_567_656
    assert catalog("LeNet-5", summary=True).document().quiet == ["61706"]
    assert catalog("lstm-audio", summary=True).counted.parameters == 571_914


@pytest.mark.parametrize(
    ("name", "options", "hint"),
    [
        ("resnet18", {"input_shape": "224"}, "3x224x224"),
        ("resnet18", {"input_shape": "3x64x32"}, "squares"),
        ("lenet5", {"input_shape": "1x8x8"}, "1x32x32"),
        ("resnt18", {}, "`resnet18`"),
        ("vgg16", {"input_shape": "axb"}, "3x224x224"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(name, options, hint):
    with pytest.raises(UsageError) as raised:
        catalog(name, summary=True, **options)
    assert hint in (raised.value.hint or "")


def test_input_and_classes_are_for_a_summary():
    with pytest.raises(UsageError):
        catalog("resnet18", classes=10)
    with pytest.raises(UsageError):
        catalog(summary=True)
