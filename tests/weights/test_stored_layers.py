"""The layers of a model that lies here, from the header of its weights alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from loopback_hub.repos import safetensors_bytes

from modelpick import catalog
from modelpick.errors import CannotFindOut, UsageError
from modelpick.verbs.stored_summary import StoredSummary
from modelpick.weights.safetensors_header import Tensor
from modelpick.weights.stored_layers import shape_words, stored_layers, together

SHAPES = {
    "embed.weight": (100, 8),
    **{f"encoder.{i}.dense.{end}": shape for i in range(12) for end, shape in (("weight", (16, 8)), ("bias", (16,)))},
    "norm.running_mean": (8,),
    "norm.weight": (8,),
    "classifier.bias": (3,),
    "classifier.weight": (3, 16),
}
PARAMETERS = 100 * 8 + 12 * (16 * 8 + 16) + 8 + 3 + 3 * 16


def tensors() -> dict[str, Tensor]:
    return {name: Tensor("F32", shape, 0, 4) for name, shape in SHAPES.items()}


def test_layers_stand_in_the_order_of_their_numbers_and_count_a_x_b_plus_b() -> None:
    layers = stored_layers(tensors())
    names = [layer.name for layer in layers if layer.name.startswith("encoder")]
    assert names == [f"encoder.{i}.dense" for i in range(12)]
    dense = next(layer for layer in layers if layer.name == "classifier")
    assert (dense.weights, dense.biases, dense.parameters) == (((3, 16),), 3, 51)
    assert shape_words(dense) == "16 x 3 = 48"
    assert sum(layer.parameters for layer in layers) == PARAMETERS


def test_equal_blocks_share_a_row() -> None:
    rows = together(stored_layers(tensors()))
    assert [(row.name, row.count) for row in rows] == [
        ("classifier", 1),
        ("embed", 1),
        ("encoder.0-11.dense", 12),
        ("norm", 1),
    ]


def test_a_folder_is_summed_up_without_torch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes(SHAPES))
    before = set(sys.modules)
    found = catalog(str(tmp_path), summary=True)
    assert isinstance(found, StoredSummary)
    assert found.document().quiet == [str(PARAMETERS)]
    assert found.to_dict()["layers"][0] == {"name": "classifier", "weights": [[3, 16]], "biases": 3, "parameters": 51}
    assert not {"torch", "transformers"} & (set(sys.modules) - before)


def test_what_is_not_here_or_has_no_weights_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELPICK_HOME", str(tmp_path / "home"))
    with pytest.raises(UsageError) as raised:
        catalog("org/model", summary=True)
    assert raised.value.hint == "fetch it first: `modelpick download org/model`"
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(CannotFindOut, match="no safetensors"):
        catalog(str(tmp_path), summary=True)
    with pytest.raises(UsageError, match="for an architecture"):
        catalog(str(tmp_path), summary=True, classes=3)
