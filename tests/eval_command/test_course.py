"""`eval --course`: the five steps in order, each with figures of the machinery that eval uses."""

from __future__ import annotations

import csv
import json
import re
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from command_line import call
from toy_table import write_toy

import modelpick
from modelpick.data.lesson_split import lesson_plan
from modelpick.data.read import read_dataset
from modelpick.models import checkpoint
from modelpick.models.saved import SavedModel

STEPS = ("1. Load and preprocess", "2. Create the network", "3. Train", "4. Save and load", "5. Predict")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory):
    return modelpick.evaluate("iris", course=True, run_dir=tmp_path_factory.mktemp("course") / "iris")


def text_of(result) -> str:
    from io import StringIO

    from modelpick.render.human import render_human

    return render_human(result.document(), StringIO())


def test_the_five_steps_stand_in_order_and_tell_the_lesson(course):
    text = text_of(course)
    places = [text.index(step) for step in STEPS]
    assert places == sorted(places)
    load, create, train, save, predict = (
        text[start:end] for start, end in zip(places, [*places[1:], len(text)], strict=True)
    )
    rows = {line.split()[0]: line.split()[1:] for line in load.splitlines() if line.startswith(("tr", "val", "test "))}
    assert (rows["training"][0], rows["validation"][0], rows["test"][0]) == ("120", "15", "15")
    assert "Before" in load
    assert "After" in load
    assert re.search(r"versicolor +1 +0 1 0", load)
    assert "128 x 128 = 16,384" in create
    assert all(word in create for word in ("activation", "initialisation", "cross-entropy", "adam"))
    assert "8 batches x 10 epochs = 80 updates." in train
    for word in ("Epoch:", "Mini-batch:", "Loss:", "Cost:", "Back-propagation:", "accuracy by epoch", "cost by epoch"):
        assert word in train, word
    assert "to the last bit" in save
    assert "6.6, 3, 4.4, 1.4" in predict
    assert "The network answers: versicolor." in predict


def test_what_it_tells_is_what_lies_in_the_folder(course):
    data = course.document().data
    told, folder = data["course"], Path(course.run_dir)
    for name, sha in told["sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == sha
    assert told["difference_after_loading"] == 0
    dataset = read_dataset("iris", target=None)
    model = SavedModel(checkpoint.load(folder))
    test = course.evaluation.plan.test
    right = model.predict(dataset.features.take(test)) == dataset.target[test]
    assert right.mean() == data["models"][0]["metrics"]["accuracy"]["mean"]
    probabilities = modelpick.predict(folder, row="6.6,3,4.4,1.4").predictions[0].probabilities
    assert told["probabilities"] == dict(probabilities)
    assert (folder / "lesson.md").read_text().startswith("# A first neural network on iris")
    hashes = checkpoint.load_training_rows(folder)
    assert len(hashes) <= 120  # of the training rows alone: equal rows share one


def test_history_is_of_the_network_that_is_saved(course):
    history = json.loads((Path(course.run_dir) / "history.json").read_text())["models"]["mlp"]
    assert len(history) == 10
    dataset, held = read_dataset("iris", target=None), course.evaluation.plan.splits[0].validation
    model = SavedModel(checkpoint.load(Path(course.run_dir)))
    accuracy = np.mean(model.predict(dataset.features.take(held)) == dataset.target[held])
    assert accuracy == pytest.approx(history[-1]["validation_score"])


def test_equal_rows_and_groups_stay_on_one_side():
    dataset = read_dataset("iris", target=None)
    alike = np.arange(dataset.rows)
    alike[100:130] = 100
    split = lesson_plan(dataset, 0, alike=alike).splits[0]
    parts = [split.train, split.validation, split.test]
    assert sorted(np.concatenate(parts).tolist()) == list(range(150))
    together = [np.isin(np.arange(100, 130), part).sum() for part in parts]
    assert sorted(together) == [0, 0, 30]


def test_any_table_predicts_an_untouched_row_and_regression_its_number(capsys):
    write_toy()
    told = call(capsys, "eval", "toy.csv", "--target", "answer", "--course", "--epochs", "3", "--format", "json").data
    row = told["course"]["row"].split(",")
    with Path("toy.csv").open() as file:
        cells = [[cells["size"], cells["colour"], cells["answer"]] for cells in csv.DictReader(file)]
    same = [c for c in cells if float(c[0]) == float(row[0]) and c[1] == row[1]]
    assert [c[2] for c in same] == [told["course"]["truth"]]
    with Path("numbers.csv").open("w") as file:
        stream = np.random.default_rng(0)
        file.write("a,b,price\n")
        file.writelines(f"{x:.3f},{y:.3f},{x + y:.3f}\n" for x, y in stream.normal(size=(60, 2)))
    outcome = call(capsys, "eval", "numbers.csv", "--target", "price", "--course", "--epochs", "3")
    assert outcome.code == 0
    assert "RMSE" in outcome.out
    assert "The target is a number. It is centred and scaled" in outcome.out


@pytest.mark.parametrize("shape", ["human", "json"])
def test_a_disk_that_is_full_in_the_end_loses_the_network_and_not_the_lesson(capsys, monkeypatch, shape):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr("os.fsync", full)
    outcome = call(capsys, "eval", "iris", "--course", "--epochs", "2", "--format", shape)
    assert outcome.code == 4
    why = "no model is kept: `./modelpick-runs`: No space left on device. Free some space, or name another place"
    assert why in outcome.err
    assert list(Path("modelpick-runs").iterdir()) == []
    if shape == "human":
        places = [outcome.out.index(step) for step in (*STEPS, "so that it is not asked here")]
        assert places == sorted(places)
        assert why in outcome.out
        assert "modelpick predict" not in outcome.out
        return
    assert (outcome.data["run_dir"], outcome.data["unwritten"]["kind"]) == (None, "disk")
    course = outcome.data["course"]
    assert (course["rows"]["train"], course["answer"], course["sha256"]) == (120, None, {})


def test_a_lesson_that_has_no_room_beside_its_run_is_told(course, tmp_path):
    from modelpick.verbs.lesson import _write

    told: list[str] = []
    _write(tmp_path / "gone", course.lesson, SimpleNamespace(notice=told.append))
    assert told == ["the lesson is not kept: `lesson.md`: No such file or directory"]


def test_options_of_the_comparison_are_refused(capsys):
    for option, *value in (("--folds", "5"), ("--tune",), ("--with", "knn"), ("--split", "6:2:2")):
        outcome = call(capsys, "eval", "iris", "--course", option, *value)
        assert outcome.code == 2
        assert f"`{option}` has no part in `--course`" in outcome.err
