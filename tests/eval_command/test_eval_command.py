"""eval at the command line: the run that it leaves, what it refuses, and how it ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import call
from sklearn.datasets import load_iris

import modelpick
from modelpick.data.read import read_dataset
from modelpick.data.row_hashes import row_hashes
from modelpick.models import checkpoint
from modelpick.models.saved import SavedModel

QUICK = ("--repeats", "2", "--no-progress")
TOY = "toy.csv"


@pytest.fixture(scope="module")
def iris_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's network on iris, best by construction: the only one that is saved, so it lies at the top."""
    place = tmp_path_factory.mktemp("runs") / "iris"
    modelpick.evaluate("iris", repeats=2, run_dir=place, license="mit", without=["linear", "sklearn-mlp"])
    return place


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_toy(name: str = TOY, rows: int = 60, seed: int = 0) -> str:
    stream = np.random.default_rng(seed)
    with Path(name).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["size", "colour", "answer"])
        for _ in range(rows):
            size = stream.normal()
            writer.writerow([f"{size:.4f}", stream.choice(["red", "green"]), "yes" if size > 0 else "no"])
    return name


def outside(data: dict, *names: str) -> dict:
    return {name: value for name, value in data.items() if name not in names}


def test_the_run_holds_everything_and_predicts_versicolor(iris_run, capsys):
    files = {path.relative_to(iris_run).as_posix() for path in iris_run.rglob("*") if path.is_file()}
    layout = {"config.json", "model.safetensors", "preprocessing.json"}
    assert files == {
        *layout,
        *(f"candidates/dummy/{name}" for name in layout),
        "README.md",
        "accuracy.png",
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
    assert history[-1]["validation_score"] is not None
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


def test_a_full_disk_leaves_nothing_behind(capsys, monkeypatch):
    write_toy()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr("os.fsync", full)
    outcome = call(capsys, "eval", TOY, "--target", "answer", *QUICK)
    assert outcome.code == 4
    assert "No space left" in outcome.err
    assert list(Path("modelpick-runs").iterdir()) == []


@pytest.mark.parametrize(("stop_at", "saved"), [("dummy", []), ("mlp", ["linear", "dummy"])])
def test_ctrl_c_keeps_what_is_finished_or_leaves_nothing(capsys, monkeypatch, stop_at, saved):
    from modelpick.evaluation.baselines import Dummy
    from modelpick.models.candidate import MLPCandidate

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    write_toy()
    monkeypatch.setattr({"dummy": Dummy, "mlp": MLPCandidate}[stop_at], "fit", stop)
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
    arguments = ("eval", TOY, "--target", "answer", "--repeats", "5", "--no-progress")
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

    modelpick.evaluate(write_toy(), target="answer", repeats=1)  # once, to have everything imported
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        before = state()
        modelpick.evaluate(TOY, target="answer", repeats=1)
        after = state()
    finally:
        torch.set_num_threads(threads)
    for name, value in before.items():
        assert after[name] == value, name


# --- given models ---


def test_a_given_run_is_tested_as_it_is_on_rows_that_it_has_not_seen(iris_run):
    result = modelpick.evaluate("iris", repeats=2, models=[str(iris_run)], without=["sklearn-mlp", "mlp"])
    evaluation, known = result.evaluation, set(checkpoint.load_training_rows(iris_run).tolist())
    hashes, model = row_hashes(evaluation.dataset.features), SavedModel(checkpoint.load(iris_run))
    given = next(r for r in evaluation.results if r.entry.name == "iris")
    for number, split in enumerate(evaluation.splits):
        assert not known & set(hashes[split.test].tolist())
        answers = model.predict(evaluation.dataset.features.take(split.test))
        assert given.scores["accuracy"][number] == (answers == evaluation.dataset.target[split.test]).mean()
    assert (evaluation.known_rows, result.exit_code) == (135, 0)
    fields = next(m for m in result.to_dict()["models"] if m["name"] == "iris")
    assert (fields["source"], fields["fit_seconds"], fields["saved"]) == (str(iris_run), None, None)


def test_runs_of_one_name_are_told_apart_by_their_paths(iris_run):
    import shutil

    for folder in ("one/iris", "mlp"):
        shutil.copytree(iris_run, folder)
    result = modelpick.evaluate("iris", repeats=2, models=[str(iris_run), "one/iris", "./mlp"], without="sklearn-mlp")
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
        asked = {request.path for request in hub.requests("resolve")}
    by_name = {model["name"]: model for model in outcome.data["models"]}
    assert outcome.code == 4  # one of them is not there at all
    assert by_name["me/iris-net"]["error"] is None
    assert len(by_name["me/iris-net"]["commit"]) == 40
    assert by_name["me/iris-net"]["metrics"]["accuracy"]["mean"] > 0.8
    assert "layout" in by_name["me/other"]["error"]
    assert "sha256" in by_name["me/forged"]["error"]
    assert by_name["me/none"]["error"] is not None
    assert not any("extra.pkl" in path for path in asked)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--hidden", "128,x"), "128,128"),
        (("--hidden", "0"), "128,128"),
        (("--batch-size", "fulll"), "full"),
        (("--epochs", "0"), "--epochs"),
        (("--lr", "0"), "learning_rate"),
        (("--dropout", "1"), "dropout"),
        (("--activation", "rellu"), "relu"),
        (("--split", "8:1"), "8:1:1"),
        (("--with", "knn"), "sklearn-mlp"),
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
    outcome = call(capsys, "eval", TOY, *target, *arguments, *QUICK)
    assert outcome.code == 2
    assert message in outcome.err
    assert [path.name for path in Path().iterdir()] == [TOY]


def test_an_unusable_device_is_told_before_anything_is_trained(monkeypatch):
    from modelpick.evaluation.baselines import Dummy

    monkeypatch.setattr(Dummy, "fit", lambda *given: pytest.fail("trained"))
    with pytest.raises(modelpick.UsageError, match="quantum"):
        modelpick.evaluate(write_toy(), target="answer", device="quantum")


def test_the_card_bears_the_name_that_the_run_got_in_the_end(monkeypatch):
    monkeypatch.setattr("modelpick.models.run_folder.new_run_name", lambda data, when: "toy-1")
    write_toy()
    for name in ("toy-1", "toy-1-2"):
        modelpick.evaluate(TOY, target="answer", repeats=1, epochs=1, without="sklearn-mlp")
        assert f"\n# {name}\n" in Path("modelpick-runs", name, "README.md").read_text()


def test_help_shows_groups_and_every_option_once(capsys):
    text = call(capsys, "eval", "--help").out
    headings = ["What most people need:", "Data:", "Models:", "Network (row `mlp`):", "Protocol:", "Output:"]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)
    for option in ("--target", "--model", "--hidden", "--seed", "--license", "--format", "--endpoint"):
        assert sum(line.split()[:1] == [option] for line in text.splitlines()) == 1, option
