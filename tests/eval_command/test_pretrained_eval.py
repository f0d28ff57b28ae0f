"""eval --model with models that others have published: from the Hub to the table, and again without a network."""

from __future__ import annotations

import json
from pathlib import Path

import made_models
import numpy as np
import pytest
import safetensors.torch
import torch
from command_line import call
from loopback_hub import LoopbackHub, write_repo
from made_models import files_of

import modelpick
from modelpick.models import checkpoint
from modelpick.models.run_folder import candidate_folder
from modelpick.models.saved import SavedModel

FEW = {"without": ["perceptron", "knn", "trees", "sklearn-mlp", "mlp", "mlp-stack"], "split": "8:1:1", "repeats": 2}


@pytest.fixture
def made(pretrained_models: Path) -> Path:
    return pretrained_models


def publish(repos: Path, source: Path, name: str, **changed: bytes | None) -> None:
    """A made model as a repo; `changed` are files in other bytes, None for one that is left out."""
    files = files_of(source) | {file.replace("__", "."): data for file, data in changed.items()}
    write_repo(repos, f"org/{name}", {file: data for file, data in files.items() if data is not None})


def rows_of(result) -> dict:
    return {model["name"]: model for model in result.to_dict()["models"]}


def evaluated(data: Path, models: list[str], run_dir: str, **more):
    return modelpick.evaluate(str(data), models=models, run_dir=run_dir, allow_rejected=True, **FEW, **more)


def test_texts_give_the_numbers_of_direct_use_and_again_without_a_network(made, repos, here, monkeypatch, capsys):
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    data = made_models.write_texts(here / "mood.csv")
    publish(repos, made / "text", "moods")
    publish(repos, made / "sentence", "sentences")
    names = ["org/moods", "org/sentences"]
    with LoopbackHub(repos) as hub:
        result = evaluated(data, names, "first", target="mood", endpoint=hub.endpoint)
    rows = rows_of(result)
    assert {name: row["error"] for name, row in rows.items()} == dict.fromkeys(
        ["dummy", "linear", "org/moods:as-is", "org/moods:probe", "org/sentences:probe"]
    )
    for name in ("org/moods:as-is", "org/moods:probe"):
        assert (rows[name]["kind"], rows[name]["way"], len(rows[name]["commit"])) == ("pretrained", name[10:], 40)

    dataset, final = result.evaluation.dataset, result.evaluation.final_rows
    tokenizer = AutoTokenizer.from_pretrained(made / "text")
    model = AutoModelForSequenceClassification.from_pretrained(made / "text").eval()
    with torch.no_grad():
        batch = tokenizer(
            list(dataset.features.values), padding=True, truncation=True, max_length=32, return_tensors="pt"
        )
        output = model(**batch, output_hidden_states=True)
    mask = batch["attention_mask"][:, :, None]
    mean = [((layer * mask).sum(1) / mask.sum(1)).numpy() for layer in output.hidden_states[1:]]
    said = np.array(["positive", "negative"])[output.logits.argmax(1)]
    right = [float((said == dataset.target)[split.test].mean()) for split in result.evaluation.splits]
    assert rows["org/moods:as-is"]["metrics"]["accuracy"]["per_split"] == right

    saved = SavedModel(checkpoint.load(candidate_folder(Path("first"), "org/moods:probe")))
    layers = {"last layer": mean[1], "middle layer": mean[0], "mean of all layers": (mean[0] + mean[1]) / 2}
    features = layers[saved.form.config["base"]["layer"]]
    scaler = StandardScaler().fit(features[final])
    strength = saved.form.config["hyperparameters"]["strength"]
    direct = LogisticRegression(C=strength, max_iter=1000).fit(scaler.transform(features[final]), dataset.target[final])
    expected = direct.predict_proba(scaler.transform(features))
    np.testing.assert_allclose(saved.predict_proba(dataset.features), expected, atol=2e-3)

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    again = evaluated(data, names, "second", target="mood", endpoint=hub.endpoint)
    assert {n: row["metrics"] for n, row in rows_of(again).items()} == {n: row["metrics"] for n, row in rows.items()}
    answer = call(
        capsys, "predict", "first", "--use", "org/moods:probe", "--row", "the film was superb 3", "--format", "quiet"
    )
    assert answer.out == "positive\n"
    absent = call(
        capsys, "eval", str(data), "--target", "mood", "--model", "org/none", "--split", "8:1:1", "--format", "json"
    )
    assert "not in the cache" in {m["name"]: m["error"] for m in absent.data["models"]}["org/none"]


def test_each_bad_repo_has_its_line_and_the_others_go_on(made, repos, here, capsys):
    data = made_models.write_texts(here / "mood.csv")
    weights, config = ((made / "text" / name).read_bytes() for name in ("model.safetensors", "config.json"))
    state = safetensors.torch.load(weights)
    fields = json.loads(config)

    def stored(tensors: dict) -> bytes:
        return safetensors.torch.save(tensors, metadata={"format": "pt"})

    def bad(name: str, **files: bytes | None) -> str:
        publish(repos, made / "text", name, **files)
        return f"org/{name}"

    coded = {**fields, "model_type": "own", "auto_map": {"AutoModel": "m.M"}}
    renamed = {name.replace("layer.1", "layer.5"): tensor for name, tensor in state.items()}
    headless = {name: tensor for name, tensor in state.items() if "classifier" not in name}
    said = {
        bad("pickled", model__safetensors=None, pytorch_model__bin=b"\x80\x04N."): "pickle",
        bad("renamed", model__safetensors=stored(renamed)): "layer.",
        bad("headless", model__safetensors=stored(headless)): "would be random",
        bad("nan", model__safetensors=stored({**state, "classifier.bias": torch.tensor([0.0, torch.nan])})): "NaN",
        bad("huge", config__json=json.dumps({**fields, "vocab_size": 60_000_000}).encode()): "60,000,000",
        bad("coded", config__json=json.dumps(coded).encode()): "`m.py`",
        bad("bare", tokenizer__json=None): "tokenizer",
        bad("junk", config__json=b"<html>"): "not JSON",
    }  # fmt: skip
    publish(repos, made / "sentence", "sentences")
    given = [word for name in ("org/sentences", *said) for word in ("--model", name)]
    few = [word for row in FEW["without"] for word in ("--without", row)]
    with LoopbackHub(repos) as hub:
        outcome = call(
            capsys, "eval", str(data), "--target", "mood", *given, *few, "--split", "8:1:1", "--repeats", "1",
            "--allow-rejected", "--endpoint", hub.endpoint, "--format", "json", "--no-progress",
        )  # fmt: skip
    rows = {model["name"]: model for model in outcome.data["models"]}
    assert rows["org/sentences:probe"]["error"] is None
    for name, words in said.items():
        errors = [row["error"] for row_name, row in rows.items() if row_name.split(":")[0] == name and row["error"]]
        assert errors, name
        assert any(words in error for error in errors), (name, errors)
        assert all("\n" not in error for error in errors)
    assert rows["org/headless:probe"]["error"] is None
    assert rows["org/nan:probe"]["error"] is None
    assert outcome.code in (1, 4)


def test_pictures_and_sounds(made, repos, here):
    pictures, tones = made_models.write_pictures(here / "pictures"), made_models.write_tones(here / "sounds")
    for kind, name in (("image", "lights"), ("timm", "resnet"), ("sound", "tones"), ("text", "moods")):
        publish(repos, made / kind, name)
    with LoopbackHub(repos) as hub:
        seen = rows_of(evaluated(pictures, ["org/lights", "org/moods", "org/resnet"], "seen", endpoint=hub.endpoint))
        heard = rows_of(evaluated(tones, ["org/tones"], "heard", endpoint=hub.endpoint))
    told = "`org/moods` cannot be used: it answers for texts, and rows here are images; choose another model"
    assert seen["org/moods"]["error"] == told
    for rows, names in ((seen, ("org/lights", "org/resnet")), (heard, ("org/tones",))):
        for name in names:
            for way in ("as-is", "probe"):
                assert rows[f"{name}:{way}"]["error"] is None
                assert rows[f"{name}:{way}"]["metrics"]["accuracy"]["mean"] > 0.9, (name, way)
    answer = modelpick.predict("heard", use="org/tones:probe", input=tones / "high" / "01.wav")
    assert answer.predictions[0].answer == "high"
