"""Models that win as they are, or by texts of the classes: saved by name, and asked again without a network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import made_models
import made_zero_shot
import numpy as np
import pytest
import torch
from command_line import call
from loopback_hub import LoopbackHub, write_repo
from made_models import BAD, GOOD, files_of

import modelpick
from modelpick.data.texts import read_texts
from modelpick.models import checkpoint
from modelpick.models.pretrained.base import find_base
from modelpick.models.pretrained.folder import open_folder
from modelpick.models.pretrained.zero_shot_entry import zero_shot_entry
from modelpick.models.run_folder import candidate_folder
from modelpick.models.saved import SavedModel

WORDS = [*((word, "positive") for word in GOOD), *((word, "negative") for word in BAD)]
FEW = {
    "without": ["linear", "perceptron", "knn", "trees", "sklearn-mlp", "mlp", "mlp-stack"],
    "folds": 5,
    "allow_rejected": True,
}


def direct_scores(folder: Path, texts: list[str]) -> np.ndarray:
    """What transformers itself makes of texts."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    batch = AutoTokenizer.from_pretrained(folder)(texts, padding=True, truncation=True, return_tensors="pt")
    with torch.no_grad():
        return AutoModelForSequenceClassification.from_pretrained(folder).eval()(**batch).logits.softmax(1).numpy()


@pytest.fixture
def moods(pretrained_models: Path, repos: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """A run in which a classifier from the Hub was tested as it is; from then on there is no network."""
    data = made_models.write_texts(here / "mood.csv")
    write_repo(repos, "org/moods", files_of(pretrained_models / "text"))
    with LoopbackHub(repos) as hub:
        result = modelpick.evaluate(
            str(data), target="mood", models=["org/moods"], run_dir="run", endpoint=hub.endpoint, **FEW
        )
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return {model["name"]: model for model in result.to_dict()["models"]}


def test_a_classifier_as_it_is_is_saved_and_answers_as_transformers_does(moods, pretrained_models, capsys):
    assert moods["org/moods:as-is"]["saved"] == "."
    texts = ["the film was superb 3", "a dull and awful story"]
    Path("new.csv").write_text("\n".join(["text", *texts]) + "\n", encoding="utf-8")
    told = call(capsys, "predict", "./run", "--input", "new.csv", "--format", "json")
    assert told.data["model"] == "org/moods:as-is"
    labels = json.loads((pretrained_models / "text" / "config.json").read_text())["id2label"]
    names = [labels[str(i)].lower().strip("!") for i in range(2)]
    expected = direct_scores(pretrained_models / "text", texts)
    for prediction, shares in zip(told.data["predictions"], expected, strict=True):
        np.testing.assert_allclose([prediction["probabilities"][name] for name in names], shares, atol=1e-5)
        assert prediction["class"] == names[int(shares.argmax())]
    why = call(capsys, "predict", "./run", "--row", texts[0], "--explain", "--format", "json").data["predictions"][0]
    assert (why["class"], why["moved"][0]["part"]) == ("positive", "superb")


def test_its_card_its_layers_and_the_advice_say_what_it_is(moods, capsys):
    report = json.loads(Path("run/report.json").read_text())
    assert report["advice"]["take"] == "org/moods:as-is"
    assert "cannot be saved" not in report["advice"]["text"]
    assert "Not saved" not in Path("run/report.md").read_text()
    card = " ".join(Path("run/README.md").read_text().split())
    commit = moods["org/moods:as-is"]["commit"]
    assert "org/moods as it was published, its labels taken for the classes here; it predicts" in card
    assert "The model was not trained again" in card
    assert f"modelpick download org/moods --revision {commit}" in card
    shown = call(capsys, "show", "./run", "--summary")
    assert "positive!" in shown.out
    assert "never trained on these data; labels by name" in " ".join(shown.out.split())
    told = call(capsys, "catalog", "./run", "--summary")
    assert (told.code, "holds no weights of its own" in told.err) == (4, True)
    assert {path.suffix for path in Path("run").iterdir()} <= {".json", ".safetensors", ".md", ".png", ""}


def test_as_a_given_model_it_knows_no_row_of_the_data(moods):
    """It learned nothing from them, so none is lost to a test of it."""
    again = modelpick.evaluate("mood.csv", target="mood", models=["./run"], run_dir="again", **FEW)
    rows = {model["name"]: model for model in again.to_dict()["models"]}
    assert rows["run"]["error"] is None
    assert rows["run"]["metrics"]["accuracy"] == moods["org/moods:as-is"]["metrics"]["accuracy"]
    assert again.evaluation.plan.known == 0


@pytest.mark.parametrize("name", ["org/moods:as-is", "org/moods:probe"])
def test_what_it_loads_is_loaded_before_a_row_is_timed(moods, name, monkeypatch):
    model = SavedModel(checkpoint.load(candidate_folder(Path("run"), name))).ready()
    monkeypatch.setattr("modelpick.models.pretrained.features.load", None)
    assert model.predict(read_texts(["the film was superb"])[0]).tolist() == ["positive"]


def test_a_model_that_is_gone_or_changed_is_one_line(moods, capsys):
    commit = moods["org/moods:as-is"]["commit"]
    place = find_base(checkpoint.load(Path("run")).config["base"]).path
    config = place / "config.json"
    content = config.read_bytes()
    config.unlink()
    config.write_bytes(content.replace(b"Negative", b"Neglected"))
    asked = ("predict", "./run", "--row", "good")
    changed = call(capsys, *asked)
    place.rename(place.with_name("elsewhere"))
    gone = call(capsys, *asked)
    for told, words in ((changed, "is not as it was when this was saved"), (gone, "is not at")):
        assert told.code == 4
        assert words in told.err
        assert f"modelpick download org/moods --revision {commit}" in told.err
        assert len(told.err.strip().splitlines()) <= 3


def test_zero_shot_is_saved_with_the_texts_of_the_classes(here, capsys):
    folder = made_zero_shot.clip_model(here / "clip")
    data = made_zero_shot.write_squares(here / "squares")
    result = modelpick.evaluate(str(data), models=["./clip"], run_dir="run", **FEW)
    assert result.saved.keys() >= {"clip:zero-shot", "clip:probe"}
    dataset = result.evaluation.dataset
    candidate = zero_shot_entry(open_folder(folder, "image"), dataset).make(0)
    use = ("predict", "./run", "--use", "clip:zero-shot", "--input", str(data))
    answers = call(capsys, *use, "--format", "json").data["predictions"]
    got = {answer["file"]: list(answer["probabilities"].values()) for answer in answers}
    expected = candidate.predict_proba(dataset.features)
    for path, shares in zip(dataset.features.paths, expected, strict=True):
        np.testing.assert_allclose(got[Path(path).relative_to(data.absolute()).as_posix()], shares, atol=1e-5)
    shown = call(capsys, "show", "./run", "--summary", "--use", "clip:zero-shot")
    assert "a photo of a green" in shown.out
    picture = str(next((data / "red").iterdir()))
    assert "What moved the answer" in call(capsys, *use[:-1], picture, "--explain").out
    shutil.rmtree(folder)
    gone = call(capsys, *use)
    assert (gone.code, "put it back there" in gone.err) == (4, True)


def test_a_model_of_inference_is_saved_as_well(here, capsys):
    made_zero_shot.inference_model(here / "nli")
    rows = [(f"the film was {word} {number}", mood) for word, mood in WORDS for number in range(4)]
    (here / "films.csv").write_text("\n".join(["text,mood", *(f"{text},{mood}" for text, mood in rows)]) + "\n")
    result = modelpick.evaluate("films.csv", target="mood", text="text", models=["./nli"], run_dir="run", **FEW)
    assert "nli:zero-shot" in result.saved
    use = ("predict", "./run", "--use", "nli:zero-shot", "--row", "the film was superb")
    (answer,) = call(capsys, *use, "--format", "json").data["predictions"]
    candidate = zero_shot_entry(open_folder(here / "nli", "text"), result.evaluation.dataset).make(0)
    expected = candidate.predict_proba(read_texts(["the film was superb"])[0])[0]
    np.testing.assert_allclose([answer["probabilities"][name] for name in candidate.classes_], expected, atol=1e-5)
