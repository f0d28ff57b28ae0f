"""What is refused of a pretrained model before anything of it is loaded, each with one line and the way out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import made_models
import pytest
from loopback_hub import safetensors_bytes

from modelpick.errors import AnswerIsNo
from modelpick.models.pretrained.config_checks import read_labels
from modelpick.models.pretrained.folder import is_pretrained, open_folder

CONFIG = {
    "model_type": "bert", "architectures": ["BertForSequenceClassification"], "vocab_size": 40, "hidden_size": 16,
    "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "layer_norm_eps": 1e-12,
    "id2label": {"0": "bad", "1": "good"},
}  # fmt: skip
SHAPES = {"bert.embeddings.word_embeddings.weight": [40, 16], "bert.x.weight": [32, 16], "classifier.weight": [2, 16]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is opened, though its weights are no real model's."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes(SHAPES))
    return tmp_path


def change(folder: Path, **fields: object) -> None:
    (folder / "config.json").write_text(json.dumps({**CONFIG, **fields}))


def refusal(folder: Path, kind: str = "text") -> str:
    with pytest.raises(AnswerIsNo) as caught:
        open_folder(folder, kind)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_a_sound_folder_is_known_without_loading_it(folder):
    found = open_folder(folder, "text", repo_id="org/name", commit="0" * 40)
    assert (found.name, found.layout, found.labels) == ("org/name", "transformers", ("bad", "good"))
    assert (found.has_head, found.parameters) == (True, 40 * 16 + 32 * 16 + 32)
    assert found.identity() == f"org/name@{'0' * 40}"
    own = open_folder(folder, "text").identity()
    (folder / "tokenizer.json").write_text("{ }")
    assert open_folder(folder, "text").identity() != own


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"vocab_size": 60_000_000}, "vocab_size: 60,000,000"),
        ({"num_hidden_layers": -1}, "num_hidden_layers: -1"),
        ({"num_hidden_layers": 0}, "num_hidden_layers: 0"),
        ({"num_hidden_layers": 20_000}, "3 tensors"),
        ({"hidden_size": "wide"}, "hidden_size"),
        ({"depths": [3, 10_000_000]}, "depths"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quantised (gptq)"),
        ({"layer_norm_eps": -1}, "layer_norm_eps"),
        ({"id2label": {str(i): str(i) for i in range(100)}}, "100 labels"),
        ({"id2label": ["a", "b"]}, "id2label"),
        ({"attn_implementation": "someone/kernel"}, "`someone/kernel`"),
        ({"model_type": "my-own", "auto_map": {"AutoModel": "modeling_own.Own"}}, "`modeling_own.py`"),
        ({"model_type": "my-own"}, "`my-own`"),
        ({"model_type": None}, "model_type"),
    ],
)
def test_a_config_that_makes_no_sense_of_its_weights(folder, fields, said):
    change(folder, **fields)
    assert said in refusal(folder)


@pytest.mark.parametrize("junk", ["<html>", "[1, 2]", "", '{"a": NaN}', "[" * 100_000])
def test_a_config_that_is_none(folder, junk):
    (folder / "config.json").write_text(junk)
    assert "config.json" in refusal(folder)


def test_of_a_known_family_code_of_the_repo_is_ignored(folder):
    change(folder, auto_map={"AutoModel": "modeling_own.Own"})
    assert open_folder(folder, "text").model_type == "bert"


def test_weights_that_are_not_there(folder):
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 90868376\n")
    assert "90,868,376 bytes are not here" in refusal(folder)
    weights.write_bytes(whole[:-8])
    assert "safetensors" in refusal(folder)
    weights.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04N.")
    assert "`pytorch_model.bin`, a pickle" in refusal(folder)
    (folder / "model.joblib").write_bytes(b"\x80\x04N.")
    assert "`model.joblib`" in refusal(folder)


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ({"bert.a": "one.safetensors", "bert.b": "two.safetensors"}, "`two.safetensors`"),
        ({"bert.a": "one.safetensors", "bert.c": "one.safetensors"}, "`bert.c`"),
        ({"bert.a": "../one.safetensors"}, "outside"),
    ],
)
def test_an_index_is_held_against_its_shards(folder, index, said):
    (folder / "model.safetensors").unlink()
    (folder / "one.safetensors").write_bytes(safetensors_bytes({"bert.a": [2, 2]}))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    assert said in refusal(folder)


def test_rows_of_another_kind_and_no_preprocessor(folder):
    assert "texts, and rows here are images" in refusal(folder, "image")
    assert "table" in refusal(folder, "table")
    (folder / "tokenizer.json").unlink()
    assert "no tokenizer" in refusal(folder)
    assert "no preprocessor" in refusal(folder, "image")


def test_an_adapter_is_no_model(folder):
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "org/base"}')
    assert "`org/base`" in refusal(folder)


def test_a_link_out_of_the_folder_is_not_followed_but_one_into_a_cache_is(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text("mine")
    (folder / "vocab.txt").symlink_to(outside / "secret.txt")
    assert "`vocab.txt` is a link" in refusal(folder)
    (folder / "vocab.txt").unlink()
    blobs = outside / "models--org--name" / "blobs"
    blobs.mkdir(parents=True)
    (folder / "config.json").rename(blobs / "abc")
    (folder / "config.json").symlink_to(blobs / "abc")
    (folder / "circle.json").symlink_to(folder / "circle.json")
    assert open_folder(folder, "text").model_type == "bert"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"image_mean": [0.5], "size": {"height": 30_000, "width": 30_000}}, "`size: 30000`"),
        ({"image_processor": {"image_mean": [0.5], "crop_size": 30_000}}, "`image_processor.crop_size: 30000`"),
        ({"sampling_rate": 16_000, "chunk_length": 1_000_000}, "`chunk_length: 1000000`"),
    ],
)
def test_a_preprocessor_that_would_fill_the_memory(folder, settings, said):
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    assert said in refusal(folder, "image")


def test_labels_as_they_stand():
    assert read_labels({"id2label": {"1": "b", "0": "a\x1b"}}, "x") == (("a", "b"), None)
    assert read_labels({}, "x")[0] == ("LABEL_0", "LABEL_1")
    assert read_labels({"id2label": {"0": "a", "2": "b"}}, "x")[0] == ()


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ([["", "sentence_transformers.models.Transformer"], ["p", "their.code.Pooling"]], "its own code"),
        ([["", "sentence_transformers.models.Transformer"], ["p", "sentence_transformers.models.CNN"]], "CNN"),
        ([["..", "sentence_transformers.models.Transformer"], ["p", "sentence_transformers.models.Pooling"]], "out of"),
    ],
)
def test_modules_of_sentence_transformers_that_are_not_known(folder, modules, said):
    (folder / "modules.json").write_text(json.dumps([{"path": path, "type": kind} for path, kind in modules]))
    assert said in refusal(folder)


def test_which_folders_are_taken_for_models(folder):
    assert is_pretrained(folder)
    for path in folder.iterdir():
        path.unlink()
    assert not is_pretrained(folder)
    (folder / "model.pkl").write_bytes(b"")
    assert is_pretrained(folder)
    shutil.rmtree(folder)
    assert not is_pretrained(folder)


def test_the_made_texts_tell_their_labels():
    texts, labels = made_models.texts(6)
    assert [any(word in text for word in made_models.GOOD) for text in texts] == [x == "positive" for x in labels]
