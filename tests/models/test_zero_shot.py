"""Zero-shot: rows against texts of the classes, with the numbers that transformers itself gives."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import made_models
import made_zero_shot
import numpy as np
import pytest
import torch
from PIL import Image

from modelpick.data.label_map import read_label_map
from modelpick.data.read import read_dataset
from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.models.pretrained.entries import pretrained_entries
from modelpick.models.pretrained.folder import open_folder
from modelpick.models.pretrained.zero_shot_entry import entailment, zero_shot_entry
from modelpick.progress import SILENT


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    @contextmanager
    def step(self, text, total=None, unit=""):
        with SILENT.step(text, total, unit) as step:
            yield step

    def notice(self, text: str) -> None:
        self.notices.append(text)


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODELPICK_HOME", str(tmp_path / "own"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_zero_shot.clip_model(tmp_path_factory.mktemp("clip") / "clip")


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_zero_shot.inference_model(tmp_path_factory.mktemp("nli") / "nli")


def test_images_against_texts_as_transformers_does_it(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

    monkeypatch.setattr("modelpick.models.pretrained.zero_shot._TEXTS", 2)
    data = read_dataset(str(made_zero_shot.write_squares(tmp_path / "squares")), target=None)
    entry = zero_shot_entry(open_folder(clip, "image"), data)
    assert entry is not None
    assert (entry.name, entry.way, entry.fixed) == ("clip:zero-shot", "zero-shot", True)
    candidate = entry.make(0)
    shares = candidate.predict_proba(data.features)
    assert candidate.classes_ == ("blue", "green", "red")
    assert float((candidate.predict(data.features) == data.target).mean()) >= 0.9
    model = CLIPModel.from_pretrained(clip)
    images = [Image.open(path).convert("RGB") for path in data.features.paths]
    pixels = AutoImageProcessor.from_pretrained(clip)(images, return_tensors="pt")["pixel_values"]
    words = [f"a photo of a {name}" for name in candidate.classes_]
    said = AutoTokenizer.from_pretrained(clip)(words, padding=True, return_tensors="pt")
    with torch.no_grad():
        theirs = model(pixel_values=pixels, **said).logits_per_image.softmax(1).numpy()
    np.testing.assert_allclose(shares, theirs, atol=1e-5)
    assert "blue: 'a photo of a blue'" in entry.note


def test_all_rows_are_ready_before_one_is_timed(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report says that the time of a row is without what is computed once, also where there is one split."""
    data = read_dataset(str(made_zero_shot.write_squares(tmp_path / "squares", 12)), target=None)
    entry = zero_shot_entry(open_folder(clip, "image"), data)
    assert entry is not None
    candidate = entry.make(0)
    monkeypatch.setattr("modelpick.models.pretrained.features.load", None)
    monkeypatch.setattr("modelpick.models.pretrained.zero_shot.load", None)
    assert candidate.predict_proba(data.features).shape == (12, 3)


def test_a_label_map_gives_the_texts_of_classes(clip: Path, tmp_path: Path) -> None:
    root = made_zero_shot.write_squares(tmp_path / "squares", 12)
    (root / "red").rename(root / "tomato")
    data = read_dataset(str(root), target=None)
    path = tmp_path / "texts.toml"
    path.write_text('"a photo of a red" = "tomato"\n"a red" = "tomato"\n', encoding="utf-8")
    entry = zero_shot_entry(open_folder(clip, "image"), data, read_label_map(path))
    assert entry is not None
    assert "tomato: 'a photo of a red' | 'a red'" in entry.note
    assert float((entry.make(0).predict(data.features) == data.target).mean()) >= 0.9
    path.write_text('"a photo of a red" = "tomatoes"\n', encoding="utf-8")
    with pytest.raises(CannotFindOut, match="line 1: the data have no class `tomatoes`"):
        zero_shot_entry(open_folder(clip, "image"), data, read_label_map(path))


def test_texts_by_entailment_as_transformers_does_it(
    inference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    monkeypatch.setattr("modelpick.models.pretrained.zero_shot._PAIRS", 6)  # three texts at once
    data = read_dataset(str(made_zero_shot.write_films(tmp_path / "texts.csv")), target="mood")
    heard = Heard()
    entry = zero_shot_entry(open_folder(inference, "text"), data, listener=heard)
    assert entry is not None
    assert "reads each tested row once for each of 2 hypotheses; of all 10 rows that would be 20" in heard.notices[0]
    candidate = entry.make(0)
    shares = candidate.predict_proba(data.features)
    assert float((candidate.predict(data.features) == data.target).mean()) >= 0.9
    tokenizer = AutoTokenizer.from_pretrained(inference)
    model = AutoModelForSequenceClassification.from_pretrained(inference)
    columns = []
    for name in candidate.classes_:
        texts = [str(text) for text in data.features.values]
        batch = tokenizer(texts, [f"This example is {name}."] * len(texts), padding=True, return_tensors="pt")
        with torch.no_grad():
            columns.append(model(**batch).logits[:, 0])
    np.testing.assert_allclose(shares, torch.stack(columns, 1).softmax(1).numpy(), atol=1e-5)


def test_a_hypothesis_longer_than_the_model_reads_is_one_line(inference: Path, tmp_path: Path) -> None:
    data = read_dataset(str(made_zero_shot.write_films(tmp_path / "texts.csv")), target="mood")
    (tmp_path / "labels.csv").write_text(f"{'good ' * 60},positive\n", encoding="utf-8")
    entry = zero_shot_entry(open_folder(inference, "text"), data, read_label_map(tmp_path / "labels.csv"))
    assert entry is not None
    with pytest.raises(AnswerIsNo, match="hypothesis") as caught:
        entry.make(0).predict_proba(data.features)
    assert "\n" not in caught.value.message


def test_inference_without_entailment_by_name_is_refused_and_the_others_go_on(inference: Path, tmp_path: Path) -> None:
    data = read_dataset(str(made_zero_shot.write_films(tmp_path / "texts.csv")), target="mood")
    config = json.loads((inference / "config.json").read_text())
    for labels, why in ((("yes", "contradiction"), "no row"), (("contradiction", "neutral"), "called entailment")):
        copy = tmp_path / why.replace(" ", "-")
        copy.mkdir()
        for file in inference.iterdir():
            (copy / file.name).write_bytes(file.read_bytes())
        (copy / "config.json").write_text(json.dumps({**config, "id2label": dict(enumerate(labels))}))
        heard = Heard()
        entries = pretrained_entries(open_folder(copy, "text"), data, listener=heard)
        assert [entry.way for entry in entries] == ["probe"]
        assert any("is called entailment" in notice for notice in heard.notices)
        with pytest.raises(AnswerIsNo, match="order says nothing"):
            entailment(open_folder(copy, "text"))


def test_a_plain_classifier_has_no_row(tmp_path: Path) -> None:
    folder = made_models.image_classifier(tmp_path / "vit")
    data = read_dataset(str(made_models.write_pictures(tmp_path / "pictures", 8)), target=None)
    assert zero_shot_entry(open_folder(folder, "image"), data) is None
