"""eval --model: saved runs and published models beside those that are trained, tested as they are."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from command_line import call
from sklearn.datasets import load_iris
from toy_table import TOY, write_toy

import modelpick
from modelpick.data.read import read_dataset
from modelpick.data.row_hashes import row_hashes
from modelpick.errors import UsageError
from modelpick.models import checkpoint
from modelpick.models.saved import SavedModel
from modelpick.progress import SILENT
from modelpick.verbs.given_models import _locate, given_models

SLOW = ("perceptron", "knn", "trees", "mlp-stack")
QUICK = ("--split", "8:1:1", "--repeats", "2", "--no-progress", *(x for row in SLOW for x in ("--without", row)))


def test_a_given_run_is_tested_as_it_is_on_rows_that_it_has_not_seen(iris_run):
    result = modelpick.evaluate(
        "iris", split="8:1:1", repeats=2, models=[str(iris_run)], without=[*SLOW, "sklearn-mlp", "mlp"]
    )
    evaluation, known = result.evaluation, set(checkpoint.load_training_rows(iris_run).tolist())
    hashes, model = row_hashes(evaluation.dataset.features), SavedModel(checkpoint.load(iris_run))
    given = next(r for r in evaluation.results if r.entry.name == "iris")
    for number, split in enumerate(evaluation.splits):
        assert not known & set(hashes[split.test].tolist())
        answers = model.predict(evaluation.dataset.features.take(split.test))
        assert given.scores["accuracy"][number] == (answers == evaluation.dataset.target[split.test]).mean()
    assert (evaluation.plan.known, result.exit_code) == (135, 0)
    fields = next(m for m in result.to_dict()["models"] if m["name"] == "iris")
    assert (fields["source"], fields["fit_seconds"], fields["saved"]) == (str(iris_run), None, None)


def test_runs_of_one_name_are_told_apart_by_their_paths(iris_run):
    import shutil

    for folder in ("one/iris", "mlp"):
        shutil.copytree(iris_run, folder)
    result = modelpick.evaluate(
        "iris", split="8:1:1", repeats=2, models=[str(iris_run), "one/iris", "./mlp"], without=[*SLOW, "sklearn-mlp"]
    )
    names = [r.entry.name for r in result.evaluation.results]
    assert names == ["dummy", "linear", "mlp", "iris", "./one/iris", "./mlp"]
    with pytest.raises(modelpick.UsageError, match="twice"):
        modelpick.evaluate("iris", models=["one/iris", "one/iris"])


def test_a_given_run_that_knows_every_row_is_refused_and_the_others_go_on(iris_run, capsys):
    known = set(checkpoint.load_training_rows(iris_run).tolist())
    dataset = read_dataset("iris", target=None)
    with Path("seen.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*dataset.features.names, "species"])
        for hash_, row, label in zip(
            row_hashes(dataset.features).tolist(), load_iris().data.tolist(), dataset.target, strict=True
        ):
            if hash_ in known:
                writer.writerow([*row, label])
    outcome = call(
        capsys, "eval", "seen.csv", "--target", "species", "--model", str(iris_run), "--format", "json", *QUICK
    )
    assert outcome.code == 1
    assert "trained on every row of these data" in outcome.err
    errors = {model["name"]: model["error"] for model in outcome.data["models"]}
    assert errors.pop("iris") is not None
    assert set(errors.values()) == {None}


def test_a_given_run_that_does_not_fit_is_refused_with_the_reason(iris_run, capsys):
    write_toy()
    outcome = call(capsys, "eval", TOY, "--target", "answer", "--model", str(iris_run), "--format", "json", *QUICK)
    assert outcome.code == 4
    error = {model["name"]: model["error"] for model in outcome.data["models"]}["iris"]
    assert "`sepal length (cm)`" in error
    assert call(capsys, "eval", TOY, "--target", "answer", "--model", "no-such-run", *QUICK).code == 2
    assert call(capsys, "eval", TOY, "--target", "answer", "--model", TOY, *QUICK).code == 2


def test_a_model_published_in_our_layout_is_vetted_fetched_and_tested(iris_run, repos, capsys):
    from loopback_hub import LoopbackHub, write_repo

    files = {path.name: path.read_bytes() for path in iris_run.iterdir() if path.is_file()}
    write_repo(repos, "me/iris-net", files)
    rejected = files | {"README.md": files["README.md"], "extra.pkl": b"\x80\x04N."}
    write_repo(repos, "me/other", {"README.md": files["README.md"], "config.json": "{}", "model.safetensors": b"x"})
    write_repo(repos, "me/forged", rejected | {"model.safetensors": files["model.safetensors"][:-1] + b"\x01"})
    with LoopbackHub(repos) as hub:
        arguments = [x for name in ("me/iris-net", "me/other", "me/forged", "me/none") for x in ("--model", name)]
        outcome = call(
            capsys, "eval", "iris", *arguments, "--endpoint", hub.endpoint, "--format", "json",
            "--without", "sklearn-mlp", *QUICK,
        )  # fmt: skip
        asked = {request.path for request in hub.requests("resolve") if "range" not in request.headers}
    by_name = {model["name"]: model for model in outcome.data["models"]}
    assert outcome.code == 4  # one of them is not there at all
    assert by_name["me/iris-net"]["error"] is None
    assert len(by_name["me/iris-net"]["commit"]) == 40
    assert by_name["me/iris-net"]["metrics"]["accuracy"]["mean"] > 0.8
    assert "me/other" in by_name["me/other"]["error"]
    assert "sha256" in by_name["me/forged"]["error"]
    assert by_name["me/none"]["error"] is not None
    assert not any("extra.pkl" in path for path in asked), "the vet read its opcodes; nobody fetched it"


def test_a_name_that_may_be_a_folder_or_a_repo_is_asked_about(tmp_path, monkeypatch):
    (tmp_path / "org" / "name").mkdir(parents=True)
    (tmp_path / "org" / "name" / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="may be a repo") as caught:
        _locate("org/name", False, None, SILENT)
    assert "`--model ./org/name`" in caught.value.hint
    assert _locate("./org/name", False, None, SILENT).pretrained


def test_what_can_be_no_model_is_told_by_what_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.pkl").write_bytes(b"x")
    for name, words, hint in (
        ("./nowhere", "there is no `./nowhere`", "`owner/name`"),
        ("./empty", "`./empty` holds no model", "`model.safetensors`"),
        ("./model.pkl", "`./model.pkl` is a file", "never opened"),
        ("bert-base-uncased", "there is no run `bert-base-uncased`", "a model of the Hub reads `owner/name`"),
    ):
        with pytest.raises(UsageError, match=re.escape(words)) as caught:
            _locate(name, False, None, SILENT)
        assert hint in caught.value.hint


def test_a_folder_that_may_not_be_read_is_one_line(tmp_path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("modelpick.models.pretrained.folder.open_folder", denied)
    (tmp_path / "config.json").write_text("{}")
    write_toy(tmp_path / "toy.csv")
    data = read_dataset(str(tmp_path / "toy.csv"), target="answer")
    found, _ = given_models([str(tmp_path)], data, allow_rejected=False, endpoint=None, listener=SILENT)
    assert "Permission denied" in found[0].error.message
