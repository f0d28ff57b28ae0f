"""eval at the command line: the run that it leaves, what it refuses, and how it ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import call
from toy_table import TOY, write_toy

import modelpick
from modelpick.data.read import read_dataset
from modelpick.data.row_hashes import row_hashes
from modelpick.models import checkpoint
from modelpick.models.saved import SavedModel

SLOW = ("perceptron", "knn", "trees", "mlp-stack")
QUICK = ("--split", "8:1:1", "--repeats", "2", "--no-progress", *(x for row in SLOW for x in ("--without", row)))


def outside(data: dict, *names: str) -> dict:
    return {name: value for name, value in data.items() if name not in names}


def test_the_run_holds_everything_and_predicts_versicolor(iris_run, capsys):
    files = {path.relative_to(iris_run).as_posix() for path in iris_run.rglob("*") if path.is_file()}
    layout = {"config.json", "model.safetensors", "preprocessing.json"}
    assert files == {
        *layout,
        *(f"candidates/dummy/{name}" for name in layout),
        "README.md",
        *(f"{name}.png" for name in ("accuracy", "calibration", "confusion", "cost", "importances")),
        "answers.safetensors",
        "blocks.json",
        "history.json",
        "report.json",
        "report.md",
        "training_rows.safetensors",
    }
    answer = call(capsys, "predict", str(iris_run), "--row", "6.6,3,4.4,1.4", "--format", "quiet")
    assert answer.out == "versicolor\n"
    report = json.loads((iris_run / "report.json").read_text())
    assert report["schema"] == "modelpick.eval/1"
    assert {m["name"]: m["saved"] for m in report["models"]} == {"mlp": ".", "dummy": "candidates/dummy"}
    history = json.loads((iris_run / "history.json").read_text())["models"]["mlp"]
    assert [record["epoch"] for record in history] == list(range(1, 11))
    assert history[-1]["validation_score"] is not None  # shares have validation rows
    assert (iris_run / "accuracy.png").read_bytes().startswith(b"\x89PNG")


def test_the_saved_model_is_the_one_that_the_report_tells_of(iris_run):
    report = json.loads((iris_run / "report.json").read_text())
    dataset = read_dataset("iris", target=None)
    known = set(checkpoint.load_training_rows(iris_run).tolist())
    fresh = np.array([h not in known for h in row_hashes(dataset.features).tolist()])
    assert fresh.sum() == report["test"]["rows"] == 15
    model = SavedModel(checkpoint.load(iris_run))
    right = model.predict(dataset.features.take(np.flatnonzero(fresh))) == dataset.target[fresh]
    assert right.mean() == report["test"]["models"]["mlp"]["accuracy"]["value"]
    assert model.parameters == 17_539


def test_the_card_passes_our_own_vet_with_a_licence_and_fails_only_for_it_without(iris_run, capsys):
    report = call(capsys, "vet", str(iris_run), "--format", "json").data
    assert report["verdict"] == "accept"
    assert [f["check"] for f in report["findings"] if f["outcome"] == "fail"] == []
    assert report["answers"]["training_data"]["datasets"][0]["name"] == "iris"
    card = (iris_run / "README.md").read_text()
    Path("bare").mkdir()
    Path("bare/README.md").write_text(card.replace("license: mit\n", ""))
    bare = call(capsys, "vet", "./bare", "--format", "json").data
    assert {f["check"] for f in bare["findings"] if f["outcome"] == "fail"} == {"license-declared"}


def test_the_card_states_a_licence_only_where_one_was_stated_and_no_row_of_the_data(iris_run, capsys):
    assert "\nlicense: mit\n" in (iris_run / "README.md").read_text()
    write_toy()
    assert call(capsys, "eval", TOY, "--target", "answer", "--run-dir", "out", *QUICK).code == 0
    card = Path("out/README.md").read_text()
    assert "license" not in card.split("---")[1]
    assert "has stated no licence" in card
    with Path(TOY).open() as file:
        sizes = {row["size"] for row in csv.DictReader(file)}
    assert not any(size in card for size in sizes)
    wrong = call(capsys, "eval", TOY, "--target", "answer", "--license", "mitt", *QUICK)
    assert wrong.code == 2
    assert "`mit`" in wrong.err


def test_faces_of_a_result(capsys):
    write_toy()
    arguments = ("eval", TOY, "--target", "answer", "--epochs", "2", *QUICK)
    human = call(capsys, *arguments, "--run-dir", "a")
    assert "mlp" in human.out
    assert "4 -> 128" in human.out.replace("3 -> 128", "4 -> 128")
    assert "modelpick predict ./a --row " in human.out
    assert call(capsys, *arguments, "--run-dir", "b", "--format", "quiet").out == "./b\n"
    named = call(capsys, *arguments, "--format", "quiet").out.strip()
    assert named.startswith("./modelpick-runs/toy-")
    assert call(capsys, "runs", "--format", "quiet").out.strip() == Path(named).name
    data = call(capsys, *arguments, "--run-dir", "c", "--format", "json").data
    assert data["run_dir"] == "./c"
    report = json.loads(Path("c/report.json").read_text())
    assert outside(report, "run_dir") == outside(data, "run_dir")
    assert call(capsys, *arguments, "--run-dir", "d", "--format", "markdown").out.startswith("# toy")


def test_patience_without_early_stopping_is_noticed(capsys):
    words = ("eval", write_toy(), "--target", "answer", "--epochs", "1", *QUICK)
    quiet = call(capsys, *words, "--early-stopping", "--patience", "2", "--format", "quiet")
    assert (quiet.code, quiet.err) == (0, "")
    assert "`--early-stopping`" in call(capsys, *words, "--patience", "2", "--format", "quiet").err


def test_the_line_to_type_next_works_as_it_stands(capsys):
    import shlex

    write_toy()
    human = call(capsys, "eval", TOY, "--target", "answer", *QUICK).out
    line = next(line for line in human.splitlines() if line.startswith("modelpick predict "))
    answer = call(capsys, *shlex.split(line)[1:], "--format", "quiet")
    assert answer.code == 0
    assert answer.out.strip() in {"yes", "no"}


def test_the_same_command_gives_the_same_numbers(capsys):
    write_toy()
    arguments = ("eval", TOY, "--target", "answer", "--format", "json", *QUICK)
    first, second = (call(capsys, *arguments, "--run-dir", name).data for name in ("a", "b"))
    for one, other in zip(first["models"], second["models"], strict=True):
        assert (one["name"], one["metrics"]) == (other["name"], other["metrics"])
    assert first["test"] == second["test"]
    for name in ("model.safetensors", "preprocessing.json", "config.json", "training_rows.safetensors"):
        assert (Path("a") / name).read_bytes() == (Path("b") / name).read_bytes(), name


def test_a_run_never_overwrites(capsys):
    write_toy()
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("x")
    outcome = call(capsys, "eval", TOY, "--target", "answer", "--run-dir", "mine", *QUICK)
    assert outcome.code == 2
    assert "never overwrites" in outcome.err
    assert [path.name for path in Path("mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("shape", ["human", "json"])
def test_a_disk_that_is_full_in_the_end_leaves_nothing_behind_but_the_report(capsys, monkeypatch, shape):
    write_toy()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr("os.fsync", full)
    outcome = call(capsys, "eval", TOY, "--target", "answer", "--format", shape, *QUICK)
    assert outcome.code == 4
    why = "no model is kept: `./modelpick-runs`: No space left on device. Free some space, or name another place"
    assert why in outcome.err
    assert list(Path("modelpick-runs").iterdir()) == []
    if shape == "human":
        assert why in outcome.out
        assert "against the best" in outcome.out
        assert "modelpick show" not in outcome.out
        return
    assert (outcome.data["run_dir"], outcome.data["unwritten"]["kind"]) == (None, "disk")
    assert [model["saved"] for model in outcome.data["models"]] == [None] * len(outcome.data["models"])
    assert all(model["metrics"]["accuracy"]["per_split"] for model in outcome.data["models"])


@pytest.mark.parametrize(("stop_at", "saved"), [("dummy", []), ("mlp", ["linear", "dummy"])])
def test_ctrl_c_keeps_what_is_finished_or_leaves_nothing(capsys, monkeypatch, stop_at, saved):
    from modelpick.evaluation.baselines import Dummy
    from modelpick.models.candidate import MLPCandidate

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    write_toy()
    where = {"dummy": (Dummy, "fit_job"), "mlp": (MLPCandidate, "_prepare")}[stop_at]
    monkeypatch.setattr(*where, stop)
    outcome = call(
        capsys,
        "eval",
        TOY,
        "--target",
        "answer",
        "--without",
        "sklearn-mlp",
        "--run-dir",
        "out",
        "--format",
        "json",
        *QUICK,
    )
    assert outcome.code == 130
    if not saved:
        assert [path.name for path in Path().iterdir()] == [TOY]
        return
    assert [m["name"] for m in outcome.data["models"] if m["saved"]] == saved
    assert SavedModel(checkpoint.load(Path("out"))).form.config["name"] == "linear"


def test_one_that_fails_is_told_and_the_others_go_on(capsys):
    write_toy()
    arguments = ("--lr", "1e30", "--optimizer", "sgd", "--without", "sklearn-mlp", "--run-dir", "out")
    outcome = call(capsys, "eval", TOY, "--target", "answer", *arguments, "--format", "json", *QUICK)
    assert outcome.code == 4
    by_name = {model["name"]: model for model in outcome.data["models"]}
    assert "diverged" in by_name["mlp"]["error"]
    assert by_name["mlp"]["saved"] is None
    assert outcome.data["best"] == "linear"
    assert call(capsys, "predict", "out", "--row", "1.5,red", "--format", "quiet").out == "yes\n"


def test_must_beat(capsys):
    write_toy()
    arguments = ("eval", TOY, "--target", "answer", "--folds", "5", "--repeats", "2", *QUICK[4:])
    assert call(capsys, *arguments, "--must-beat", "dummy").code == 0
    unmet = call(capsys, *arguments, "--without", "mlp", "--without", "sklearn-mlp", "--must-beat", "linear")
    assert unmet.code == 1
    assert "Nothing beats linear" in unmet.err
    unknown = call(capsys, *arguments, "--must-beat", "lineer")
    assert unknown.code == 2
    assert "`linear`" in unknown.err


def test_regression_with_categories(capsys):
    stream = np.random.default_rng(0)
    with Path("prices.csv").open("w") as file:
        file.write("size,colour,price\n")
        for _ in range(80):
            size, colour = stream.normal(), stream.choice(["red", "green"])
            file.write(f"{size:.4f},{colour},{100 + 20 * size + 30 * (colour == 'red') + stream.normal():.3f}\n")
    outcome = call(capsys, "eval", "prices.csv", "--target", "price", "--epochs", "60", "--run-dir", "out", *QUICK)
    assert outcome.code == 0
    assert Path("out/r2.png").exists()
    card = Path("out/README.md").read_text()
    assert "tabular-regression" in card
    high, low = (
        float(call(capsys, "predict", "out", "--row", row, "--format", "quiet").out) for row in ("2,red", "-2,green")
    )
    assert high - low == pytest.approx(110, rel=0.2)
    vetted = call(capsys, "vet", "./out", "--format", "json").data
    failed = {f["check"] for f in vetted["findings"] if f["outcome"] == "fail"}
    assert failed == {"license-declared"}


def test_the_process_is_left_as_it_was():
    import os
    import random
    import warnings

    import torch
    from threadpoolctl import threadpool_info

    def state() -> dict[str, object]:
        return {
            "python": random.getstate(),
            "numpy": repr(np.random.get_state()),
            "torch": torch.get_rng_state().tolist(),
            "threads": [library["num_threads"] for library in threadpool_info()],
            "threads of torch and its BLAS": torch.__config__.parallel_info(),
            "environment": dict(os.environ),
            "filters": list(warnings.filters),
            "numpy errors": np.geterr(),
        }

    modelpick.evaluate(
        write_toy(), target="answer", split="8:1:1", repeats=1, without=SLOW
    )  # once, to have everything imported
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        before = state()
        modelpick.evaluate(TOY, target="answer", split="8:1:1", repeats=1, without=SLOW)
        after = state()
    finally:
        torch.set_num_threads(threads)
    for name, value in before.items():
        assert after[name] == value, name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--hidden", "128,x"), "128,128"),
        (("--hidden", "0"), "128,128"),
        (("--batch-size", "fulll"), "full"),
        (("--epochs", "0"), "--epochs"),
        (("--lr", "0"), "'--lr'"),
        (("--dropout", "1"), "dropout"),
        (("--activation", "rellu"), "relu"),
        (("--split", "8:1"), "8:1:1"),
        (("--split", "8:1:1", "--folds", "5"), "exclude each other"),
        (("--with", "forest"), "sklearn-mlp"),
        (("--without", "dummi"), "dummy"),
        (("--metric", "acuracy"), "accuracy"),
        (("--device", "quantum"), "cpu"),
        (("--target", "anser"), "answer"),
        (("--activation", "gelu", "--with", "sklearn-mlp"), "gelu"),
        (tuple(x for row in ("dummy", "linear", "sklearn-mlp", "mlp") for x in ("--without", row)), "nothing is left"),
    ],
)
def test_a_wrong_option_exits_2_before_anything_is_written(capsys, arguments, message):
    write_toy()
    target = () if "--target" in arguments else ("--target", "answer")
    outcome = call(capsys, "eval", TOY, *target, *QUICK, *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert [path.name for path in Path().iterdir()] == [TOY]


def test_an_unusable_device_is_told_before_anything_is_trained(monkeypatch):
    from modelpick.evaluation.baselines import Dummy

    monkeypatch.setattr(Dummy, "fit_job", lambda *given: pytest.fail("trained"))
    with pytest.raises(modelpick.UsageError, match="quantum"):
        modelpick.evaluate(write_toy(), target="answer", device="quantum")


def test_the_card_bears_the_name_that_the_run_got_in_the_end(monkeypatch):
    monkeypatch.setattr("modelpick.models.run_folder.new_run_name", lambda data, when: "toy-1")
    write_toy()
    for name in ("toy-1", "toy-1-2"):
        modelpick.evaluate(TOY, target="answer", split="8:1:1", repeats=1, epochs=1, without=[*SLOW, "sklearn-mlp"])
        assert f"\n# {name}\n" in Path("modelpick-runs", name, "README.md").read_text()


def test_help_shows_groups_and_every_option_once(capsys):
    text = call(capsys, "eval", "--help").out
    headings = ["What most people need:", "Data:", "Models:", "Network (row `mlp`):", "Protocol:", "Output:"]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)
    for option in ("--target", "--model", "--hidden", "--seed", "--license", "--format", "--endpoint"):
        assert sum(line.split()[:1] == [option] for line in text.splitlines()) == 1, option
