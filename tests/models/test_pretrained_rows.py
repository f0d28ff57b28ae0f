"""Rows that are odd for a pretrained model: padding that a head looks for, tokens before the patches, strips, NaN."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from modelpick.data.texts import read_texts
from modelpick.errors import AnswerIsNo
from modelpick.models.pretrained.faults import InOneLine
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.folder import open_folder
from modelpick.models.pretrained.forward import FIRST_TOKEN, LAST, vectors
from modelpick.models.pretrained.inputs import not_too_oblong
from modelpick.models.pretrained.own_weights import OwnImageInputs, load_own


def beside(folder: Path, small: Path) -> Path:
    """The small files of another model, for one that has none."""
    for file in small.iterdir():
        if file.name not in ("config.json", "model.safetensors"):
            shutil.copy(file, folder)
    return folder


def test_a_decoder_with_a_head_finds_the_last_token_of_each_text(pretrained_models, tmp_path):
    from transformers import AutoTokenizer, GPT2Config, GPT2ForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(pretrained_models / "text")
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=1, n_head=2, n_positions=32, initializer_range=0.5,
        bos_token_id=2, eos_token_id=3,
        id2label={0: "negative", 1: "positive"}, label2id={"negative": 0, "positive": 1},
    )  # fmt: skip
    assert config.pad_token_id is None
    GPT2ForSequenceClassification(config).save_pretrained(tmp_path)
    folder = open_folder(beside(tmp_path, pretrained_models / "text"), "text")
    rows, _ = read_texts(["good", "the film was a very dull story", "bad film"])
    got = FeatureBank(folder, "scores", None, "cpu").of(rows)["scores"]
    model = GPT2ForSequenceClassification.from_pretrained(tmp_path).eval()
    for i, text in enumerate(rows.values):
        with torch.no_grad():
            alone = model(**tokenizer(text, return_tensors="pt")).logits[0]
        np.testing.assert_allclose(got[i], alone, atol=1e-5)


def test_the_encoder_of_a_family_with_a_decoder_stands_alone(pretrained_models, tmp_path):
    from transformers import AutoTokenizer, T5Config, T5EncoderModel

    tokenizer = AutoTokenizer.from_pretrained(pretrained_models / "text")
    torch.manual_seed(0)
    config = T5Config(vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2)
    model = T5EncoderModel(config).eval()
    model.save_pretrained(tmp_path)
    folder = open_folder(beside(tmp_path, pretrained_models / "text"), "text")
    rows, _ = read_texts(["good", "the film was a very dull story"])
    got = FeatureBank(folder, "vectors", None, "cpu").of(rows)[LAST]
    for i, text in enumerate(rows.values):
        with torch.no_grad():
            last = model(input_ids=tokenizer(text, return_tensors="pt")["input_ids"]).last_hidden_state[0]
        np.testing.assert_allclose(got[i], last.mean(0), atol=1e-5)


def test_an_answer_that_is_no_number_is_no_score(pretrained_models, tmp_path):
    shutil.copytree(pretrained_models / "text", tmp_path / "text")
    place = tmp_path / "text" / "model.safetensors"
    state = safetensors.torch.load_file(place)
    words = json.loads((tmp_path / "text" / "tokenizer.json").read_text())["model"]["vocab"]
    state["bert.embeddings.word_embeddings.weight"][words["awful"]] = 1e30
    safetensors.torch.save_file(state, place, metadata={"format": "pt"})
    folder = open_folder(tmp_path / "text", "text")
    assert np.isfinite(FeatureBank(folder, "scores", None, "cpu").of(read_texts(["a good film"])[0])["scores"]).all()
    with pytest.raises(AnswerIsNo, match="not finite"):
        FeatureBank(folder, "scores", None, "cpu").of(read_texts(["a good film", "an awful one"])[0])


def test_what_a_model_dies_of_in_the_middle_is_one_line(pretrained_models, monkeypatch):
    folder = open_folder(pretrained_models / "text", "text")
    bank = FeatureBank(folder, "vectors", None, "cpu")
    runner = bank.runner()
    monkeypatch.setattr(bank, "runner", lambda: runner)
    monkeypatch.setattr(runner.model, "forward", lambda **_: {}["absent\nkey"])
    with pytest.raises(AnswerIsNo, match="fails on a row") as caught:
        bank.of(read_texts(["a good film"])[0])
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ("[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory: you tried to", True),
        ("CUDA out of memory. Tried to allocate 2.00 GiB", True),
        ("unsupported memory format option Preserve", False),
    ],
)
def test_lack_of_memory_is_no_fault_of_the_model(said, lacking):
    with pytest.raises(RuntimeError if lacking else AnswerIsNo), InOneLine("m", "it fails"):
        raise RuntimeError(said)


def test_tokens_before_the_patches_are_none_of_them(pretrained_models, tmp_path):
    from transformers import DeiTConfig, DeiTModel

    torch.manual_seed(0)
    config = DeiTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=24, patch_size=8
    )
    model = DeiTModel(config).eval()
    model.save_pretrained(tmp_path)
    folder = open_folder(beside(tmp_path, pretrained_models / "image"), "image")
    pixels = torch.rand(2, 3, 24, 24)
    got = vectors(folder, model, {"pixel_values": pixels})
    with torch.no_grad():
        last = model(pixels).last_hidden_state
    assert last.shape[1] == 2 + 9
    np.testing.assert_allclose(got[LAST], last[:, 2:].mean(1), atol=1e-6)
    np.testing.assert_allclose(got[FIRST_TOKEN], last[:, 0], atol=1e-6)


def test_a_strip_is_cut_to_its_middle_and_nothing_else_is():
    strip = np.arange(100, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    assert not_too_oblong(strip)[0, :, 0].tolist() == list(range(34, 66))
    assert not_too_oblong(strip.transpose(1, 0, 2)).shape == (32, 1, 3)
    whole = np.zeros((5, 160, 3), dtype=np.uint8)
    assert not_too_oblong(whole).shape == whole.shape


@pytest.mark.parametrize(("mode", "same"), [("center", False), ("squash", True)])
def test_timms_crop_mode(pretrained_models, tmp_path, mode, same):
    """Squashed, a wide picture keeps its ends; else they are cut off."""
    shutil.copytree(pretrained_models / "timm", tmp_path / "timm")
    config = json.loads((tmp_path / "timm" / "config.json").read_text())
    config["pretrained_cfg"]["crop_mode"] = mode
    (tmp_path / "timm" / "config.json").write_text(json.dumps(config))
    inputs = OwnImageInputs(open_folder(tmp_path / "timm", "image"))
    wide = np.zeros((32, 128, 3), dtype=np.uint8)
    wide[:, :16] = 255
    seen = inputs._of([wide])["pixel_values"]
    assert bool((seen[0, 0, :, 0] > 0).any()) == same


@pytest.mark.parametrize(("width", "heads"), [(192, 3), (1280, 16), (1408, None)])
def test_the_heads_of_a_vision_transformer_by_its_size(tmp_path, monkeypatch, width, heads):
    from modelpick.models.pretrained import own_weights

    seen = []

    class ToldError(Exception):
        pass

    def tell(*_, **sizes):
        seen.append(sizes["heads"])
        raise ToldError

    monkeypatch.setattr(own_weights, "VisionTransformer", tell)
    state = {
        "norm.weight": torch.ones(width), "head.bias": torch.zeros(2), "blocks.0.norm1.weight": torch.ones(width),
    }  # fmt: skip
    safetensors.torch.save_file(state, tmp_path / "model.safetensors")
    sizes = {"input_size": [3, 28, 28], "mean": [0.5] * 3, "std": [0.5] * 3}
    fields = {"architecture": "vit_any_patch14_224", "pretrained_cfg": sizes}
    (tmp_path / "config.json").write_text(json.dumps(fields))
    with pytest.raises(AnswerIsNo if heads is None else ToldError):
        load_own(open_folder(tmp_path, "image"))
    assert seen == ([] if heads is None else [heads])
