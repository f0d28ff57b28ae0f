"""The line of Python that loads what was downloaded."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from modelpick.facts import RepoFacts, TextFile
from modelpick.hub.loading import loading_lines

FOLDER = Path('/models/a "b"')


def facts(config: str | None = None, library: str | None = None) -> RepoFacts:
    texts = () if config is None else (TextFile(path="config.json", text=config),)
    return RepoFacts(requested="org/m", source="hub", library=library, texts=texts)


@pytest.mark.parametrize(
    ("architecture", "name"),
    [
        ("GPT2LMHeadModel", "AutoModelForCausalLM"),
        ("LlamaForCausalLM", "AutoModelForCausalLM"),
        ("ViTForImageClassification", "AutoModelForImageClassification"),
        ("Wav2Vec2ForCTC", "AutoModelForCTC"),
        ("BertModel", "AutoModel"),
    ],
)
def test_transformers_class_follows_the_architecture(architecture: str, name: str) -> None:
    known = facts(f'{{"model_type": "x", "architectures": ["{architecture}"]}}')
    lines = loading_lines(known, FOLDER, ["config.json", "model.safetensors"])
    assert lines[0] == f"from transformers import {name}"


@pytest.mark.parametrize(
    ("known", "paths", "module"),
    [
        (facts("{}"), ["modules.json", "model.safetensors"], "sentence_transformers"),
        (facts(), ["model_index.json", "unet/model.safetensors"], "diffusers"),
        (facts('{"architecture": "resnet18"}', "timm"), ["model.safetensors"], "timm"),
        (facts("not JSON"), ["weights.safetensors"], "safetensors.torch"),
        (facts('{"model_type": "bert"}'), ["pytorch_model.bin"], None),
    ],
)
def test_each_library_has_its_own_line_and_a_pickle_none(
    known: RepoFacts, paths: list[str], module: str | None
) -> None:
    lines = loading_lines(known, FOLDER, paths)
    tree = ast.parse("\n".join(lines))  # the folder's quotes do not break out of the string
    assert len(tree.body) == (0 if module is None else 2)
    assert module is None or module in lines[0]
