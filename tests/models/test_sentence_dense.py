"""Dense layers behind the pooling of a sentence-transformers folder, against torch by hand; and what is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import made_models
import numpy as np
import pytest
import safetensors.torch
import torch

from modelpick.data.network_inputs.own import OwnInputs
from modelpick.data.texts import read_texts
from modelpick.errors import AnswerIsNo
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.folder import open_folder
from modelpick.models.pretrained.forward import OWN

TANH, IDENTITY = "torch.nn.modules.activation.Tanh", "torch.nn.modules.linear.Identity"


@pytest.fixture
def encoder(pretrained_models: Path, tmp_path: Path) -> Path:
    """A sentence encoder with two dense layers between its pooling and its normalisation."""
    folder = tmp_path / "encoder"
    shutil.copytree(pretrained_models / "sentence", folder)
    torch.manual_seed(0)
    write_dense(folder / "2_Dense", 32, 12, bias=True, activation=TANH)
    write_dense(folder / "3_Dense", 12, 5, bias=False, activation=IDENTITY)
    write_modules(folder, "Dense", "Dense", "Normalize")
    return folder


def write_dense(place: Path, inputs: int, outputs: int, *, bias: bool, activation: str) -> None:
    place.mkdir()
    fields = {"in_features": inputs, "out_features": outputs, "bias": bias, "activation_function": activation}
    (place / "config.json").write_text(json.dumps(fields))
    tensors = {"linear.weight": torch.randn(outputs, inputs)} | ({"linear.bias": torch.randn(outputs)} if bias else {})
    safetensors.torch.save_file(tensors, place / "model.safetensors")


def write_modules(folder: Path, *behind: str) -> None:
    kinds = ("Transformer", "Pooling", *behind)
    paths = ["", *(f"{i}_{kind}" for i, kind in enumerate(kinds) if i)]
    modules = [
        {"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in zip(paths, kinds, strict=True)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))


def change(place: Path, **fields: object) -> None:
    stated = json.loads((place / "config.json").read_text())
    (place / "config.json").write_text(json.dumps({**stated, **fields}))


def refusal(folder: Path) -> str:
    with pytest.raises(AnswerIsNo) as caught:
        open_folder(folder, "text")
    assert "\n" not in caught.value.message
    return caught.value.message


def vectors(folder: Path) -> np.ndarray:
    rows, _ = read_texts(made_models.texts(6)[0])
    return FeatureBank(open_folder(folder, "text"), "vectors", None, "cpu").of(rows)[OWN]


def test_the_vector_goes_through_the_layers_in_their_order(encoder):
    got = vectors(encoder)
    rows, _ = read_texts(made_models.texts(6)[0])
    mean = torch.from_numpy(pooled(encoder, rows))
    first, second = (safetensors.torch.load_file(encoder / f"{i}_Dense" / "model.safetensors") for i in (2, 3))
    whole = torch.tanh(mean @ first["linear.weight"].T + first["linear.bias"]) @ second["linear.weight"].T
    np.testing.assert_allclose(got, (whole / whole.norm(dim=1, keepdim=True)).numpy(), atol=1e-5)
    assert got.shape == (6, 5)


def pooled(folder: Path, rows) -> np.ndarray:
    """The mean over the tokens of each text, straight by transformers."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        found = [
            model(**tokenizer([text], return_tensors="pt", truncation=True, max_length=24)).last_hidden_state[0].mean(0)
            for text in rows.values
        ]
    return torch.stack(found).numpy()


def test_the_layers_count_for_what_the_model_is(encoder, pretrained_models):
    opened, plain = open_folder(encoder, "text"), open_folder(pretrained_models / "sentence", "text")
    assert opened.parameters == plain.parameters + 32 * 12 + 12 + 12 * 5
    known = {opened.content()}
    change(encoder / "1_Pooling", pooling_mode_cls_token=True)
    known.add(open_folder(encoder, "text").content())
    shutil.copy(encoder / "2_Dense" / "model.safetensors", encoder / "kept")
    tensors = safetensors.torch.load_file(encoder / "kept")
    safetensors.torch.save_file({**tensors, "linear.bias": torch.zeros(12)}, encoder / "2_Dense" / "model.safetensors")
    known.add(open_folder(encoder, "text").content())
    assert len(known) == 3


def test_a_fine_tuned_one_keeps_them(encoder):
    from modelpick.models.pretrained.inputs import inputs_for
    from modelpick.models.pretrained.loading import load
    from modelpick.models.pretrained.tuned_form import answers_of, read_back, tuned_form
    from modelpick.models.pretrained.tuned_net import free, tuned_network

    folder = open_folder(encoder, "text")
    inputs = inputs_for(folder)
    net = tuned_network(folder, load(folder, head=False), inputs, 2)
    free(net, inputs)
    layer = net.encoder.sentence_dense[0].linear
    assert layer.weight.requires_grad
    with torch.no_grad():
        layer.weight.mul_(1.5)  # as if it had learned
    rows, _ = read_texts(made_models.texts(4)[0])
    before = answers_of(net.eval(), inputs, rows)
    form = tuned_form(net, ("a", "b"), "y", {})
    again, its = read_back(form)
    np.testing.assert_allclose(answers_of(again, its, rows), before, atol=1e-6)
    with torch.no_grad():
        layer.weight.div_(1.5)
    assert not np.allclose(answers_of(net, inputs, rows), before, atol=1e-6)
    files = {path: content for path, content in form.preprocessing.files.items() if "Dense" not in path}
    with pytest.raises(AnswerIsNo, match=r"has no `config\.json`"):  # a layer that is named and not there
        read_back(replace(form, preprocessing=OwnInputs("text", "m", files)))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"activation_function": "their.code.Act"}, "'their.code.Act'"),
        ({"activation_function": "torch.hub.load"}, "'torch.hub.load'"),
        ({"activation_function": None}, "not one of those known"),
        ({"out_features": 13}, "has other weights"),
        ({"bias": False}, "has other weights"),
        ({"in_features": True}, "does not say how many"),
        ({"use_residual": True}, "use_residual"),
        ({"module_input_name": "token_embeddings"}, "something else than the text's vector"),
        ({"more": 1}, "`more`, which is not known"),
    ],
)
def test_a_layer_that_is_not_known_is_refused(encoder, fields, said):
    change(encoder / "2_Dense", **fields)
    assert said in refusal(encoder)


def test_layers_that_cannot_be_are_refused(encoder, tmp_path):
    (encoder / "3_Dense" / "model.safetensors").rename(tmp_path / "away.safetensors")
    (encoder / "3_Dense" / "pytorch_model.bin").write_bytes(b"\x80\x02")
    assert "a pickle" in refusal(encoder)
    (encoder / "3_Dense" / "model.safetensors").symlink_to(tmp_path / "away.safetensors")
    assert "leads out of its folder" in refusal(encoder)
    write_modules(encoder, "Normalize", "Dense")
    assert "in this order" in refusal(encoder)
    twice = [{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}] * 2
    modules = json.loads((encoder / "modules.json").read_text())[:2]
    (encoder / "modules.json").write_text(json.dumps(modules + twice))
    assert "two of its modules" in refusal(encoder)


def test_a_layer_for_vectors_of_another_width_is_one_line(encoder):
    shutil.rmtree(encoder / "2_Dense")
    write_dense(encoder / "2_Dense", 31, 12, bias=True, activation=TANH)
    with pytest.raises(AnswerIsNo, match="it fails on a sample") as caught:
        vectors(encoder)
    assert "\n" not in caught.value.message
