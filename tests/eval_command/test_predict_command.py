"""predict and runs at the command line, on a small run made by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import call

import modelpick
from modelpick.data.candidate import SavedForm
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.table import Column, Table
from modelpick.models import checkpoint
from modelpick.models.run_folder import CANDIDATES

COLUMNS = [["size", "number"], ["colour", "category"]]
DATA = Table(
    (
        Column(name="size", kind="number", values=np.array([1.0, 2.0, 3.0, 4.0])),
        Column(name="colour", kind="category", values=np.array(["=red", "=red", "blue", "blue"], dtype=object)),
    ),
    4,
)


def form(sign: float, classes=("=big", "small"), **config: object) -> SavedForm:
    """A linear model by hand: the larger the size, the more it is `=big` (for a positive sign)."""
    weights = np.array([[sign, 0, 0], [-sign, 0, 0]], dtype=np.float32)
    regression = {"task": "regression", "output": "identity", "target_mean": 10.0, "target_scale": 2.0}
    return SavedForm(
        architecture="mlp",
        config={
            "task": "classification",
            "classes": list(classes),
            "target_name": "kind",
            "columns": COLUMNS,
            "ignored_columns": ["note"],
            "hidden_layer_sizes": [],
            "activation": "relu",
            "output": "softmax",
            **(regression if not classes else {}),
            **config,
        },
        tensors={
            "layers.0.weight": weights if classes else weights[:1],
            "layers.0.bias": np.zeros(2 if classes else 1, dtype=np.float32),
        },
        preprocessing=TablePreprocessor().fit(DATA),
    )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "modelpick-runs" / "toy-1"
    checkpoint.save(form(5, name="mlp"), folder)
    checkpoint.save(form(-5, name="linear"), folder / CANDIDATES / "linear")
    report = {
        "schema": "modelpick.eval/1",
        "data": {"path": "toy.csv"},
        "protocol": {"metric": "accuracy"},
        "best": "given",
        "models": [
            {"name": "given", "saved": None, "metrics": {"accuracy": {"mean": 0.9}}},
            {"name": "mlp", "saved": ".", "metrics": {"accuracy": {"mean": 0.75}}},
            {"name": "linear", "saved": "candidates/linear"},
        ],
    }
    (folder / "report.json").write_text(json.dumps(report))
    return folder


def rows(text: str) -> str:
    Path("rows.csv").write_text(text)
    return "rows.csv"


def test_one_row_in_all_formats(run, capsys):
    human = call(capsys, "predict", "toy-1", "--row", "4,blue")
    assert human.code == 0
    assert "kind: =big" in human.out
    assert ">0.999" in human.out
    assert "Answered by `mlp` of ./modelpick-runs/toy-1." in human.out
    one = call(capsys, "predict", "toy-1", "--row", "4")
    assert (one.code, "`--row` has 1 value where the model takes 2" in one.err) == (2, True)
    assert call(capsys, "predict", str(run), "--row", "1,blue", "--format", "quiet").out == "small\n"
    data = call(capsys, "predict", "toy-1", "--row", "1,blue", "--format", "json").data
    assert data["schema"] == "modelpick.predict/1"
    assert (data["model"], data["classes"], data["rows"]) == ("mlp", ["=big", "small"], 1)
    answer = data["predictions"][0]
    assert (answer["row"], answer["class"]) == (1, "small")
    assert sum(answer["probabilities"].values()) == pytest.approx(1)


def test_use_takes_another_model_of_the_run(run, capsys):
    assert call(capsys, "predict", "toy-1", "--row", "1,blue", "--use", "linear", "--format", "quiet").out == "=big\n"
    wrong = call(capsys, "predict", "toy-1", "--row", "1,blue", "--use", "linaer")
    assert wrong.code == 2
    assert "did you mean `linear`?" in wrong.err


def test_columns_are_matched_by_name_and_target_and_ignored_ones_left_out(run, capsys):
    path = rows("colour,note,kind,size\nblue,x,small,4\nblue,y,small,1\n")
    outcome = call(capsys, "predict", "toy-1", "--input", path, "--format", "quiet")
    assert outcome.out.split() == ["=big", "small"]


def test_missing_and_extra_columns_are_named(run, capsys):
    outcome = call(capsys, "predict", "toy-1", "--input", rows("color,size\nblue,4\n"))
    assert outcome.code == 4
    assert "`colour` missing" in outcome.err
    assert "`color` unknown" in outcome.err


def test_unseen_categories_are_counted(run, capsys):
    path = rows("size,colour\n4,green\n1,violet\n1,blue\n")
    assert call(capsys, "predict", "toy-1", "--input", path, "--format", "json").data["unseen"] == {"colour": 2}
    assert "2 rows have a category of `colour`" in call(capsys, "predict", "toy-1", "--input", path).out


def test_no_rows_no_answers(run, capsys):
    outcome = call(capsys, "predict", "toy-1", "--input", rows("size,colour\n"), "--format", "quiet")
    assert (outcome.code, outcome.out) == (0, "")


def test_the_output_file_holds_rows_and_answers_with_formulas_made_harmless(run, capsys):
    path = rows("size,colour\n4,=red\n,\n1.5,'odd\n")
    outcome = call(capsys, "predict", "toy-1", "--input", path, "--output", "out.csv", "--format", "quiet")
    assert outcome.code == 0
    with Path("out.csv").open(newline="") as file:
        written = list(csv.reader(file))
    assert written[0] == ["size", "colour", "predicted kind", "p('=big)".replace("'", ""), "p(small)"]
    assert [row[:3] for row in written[1:]] == [["4", "'=red", "'=big"], ["", "", "'=big"], ["1.5", "''odd", "small"]]
    back = [cell.removeprefix("'") for cell in (written[1][1], written[3][1])]
    assert back == ["=red", "'odd"]
    assert float(written[1][3]) + float(written[1][4]) == pytest.approx(1)
    assert sorted(p.name for p in Path().iterdir()) == ["modelpick-runs", "out.csv", "rows.csv"]


def test_the_output_is_never_the_input_nor_any_file_that_is_there(run, capsys):
    path = rows("size,colour\n4,blue\n")
    before = Path(path).read_bytes()
    for output, message in (
        (path, "is the input"),
        ("taken.csv", "exists already"),
        ("new.xlsx", "ends in none of .csv"),
    ):
        Path("taken.csv").write_text("mine")
        outcome = call(capsys, "predict", "toy-1", "--input", path, "--output", output)
        assert outcome.code == 2, output
        assert message in outcome.err
    outcome = call(capsys, "predict", "toy-1", "--input", path, "--output", "no/such/place.csv")
    assert outcome.code == 4
    assert Path(path).read_bytes() == before
    assert Path("taken.csv").read_text() == "mine"


@pytest.mark.parametrize("arguments", [(), ("--input", "rows.csv", "--row", "1,blue")])
def test_rows_are_given_one_way(run, capsys, arguments):
    outcome = call(capsys, "predict", "toy-1", *arguments)
    assert outcome.code == 2
    assert "--row" in outcome.err


def test_a_device_that_is_not_there_is_refused_also_where_the_model_would_not_look_at_it(run, capsys):
    told = call(capsys, "predict", "toy-1", "--row", "1,blue", "--device", "gpu0")
    assert (told.code, told.out) == (2, "")
    assert "device 'gpu0' cannot be used" in told.err
    assert call(capsys, "predict", "toy-1", "--row", "1,blue", "--device", "cpu").code == 0


def test_the_answers_do_not_depend_on_the_count_of_threads(run, monkeypatch):
    """A larger matrix product is cut up by threads, and its last bits with it."""
    from threadpoolctl import threadpool_info, threadpool_limits

    from modelpick.verbs import predict

    def answer(*given: object) -> object:
        inside.extend(library["num_threads"] for library in threadpool_info())
        return made(*given)

    made, inside = predict._predictions, []
    monkeypatch.setattr(predict, "_predictions", answer)
    with threadpool_limits(limits=2):
        modelpick.predict(run, row="4,blue")
        after = {library["num_threads"] for library in threadpool_info()}
    assert set(inside) == {1}
    assert after == {2}


def test_an_answer_that_is_no_number_is_an_error(run, capsys):
    outcome = call(capsys, "predict", "toy-1", "--row", "1e38,blue")
    assert outcome.code == 4
    assert "row 1 has values so far from" in outcome.err
    assert outcome.out == ""


def test_a_file_that_appeared_meanwhile_is_not_overwritten(run, capsys, monkeypatch):
    from modelpick.verbs import predict

    def answer(*given: object) -> object:
        Path("out.csv").write_text("mine")
        return made(*given)

    made = predict._answer
    monkeypatch.setattr(predict, "_answer", answer)
    outcome = call(capsys, "predict", "toy-1", "--input", rows("size,colour\n4,blue\n"), "--output", "out.csv")
    assert outcome.code == 2
    assert Path("out.csv").read_text() == "mine"
    assert sorted(p.name for p in Path().iterdir()) == ["modelpick-runs", "out.csv", "rows.csv"]


def test_a_negative_number_comes_first_in_a_row(run, capsys):
    assert call(capsys, "predict", "toy-1", "--row", "-3,blue", "--format", "quiet").out == "small\n"


def test_what_is_no_model_is_refused(run, capsys):
    Path("model.pkl").write_bytes(b"\x80\x04N.")
    for name, code in (("model.pkl", 2), ("./modelpick-runs", 2), ("toy-2", 2)):
        assert call(capsys, "predict", name, "--row", "1,blue").code == code, name
    weights = run / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert call(capsys, "predict", "toy-1", "--row", "1,blue").code == 1


def test_regression_answers_numbers_in_their_own_unit(run, capsys):
    checkpoint.save(form(1, classes=(), name="mlp"), Path("numbers"))
    middle = call(capsys, "predict", "numbers", "--row", "2.5,blue", "--format", "json").data["predictions"]
    assert middle == [{"row": 1, "value": 10.0}]
    assert call(capsys, "predict", "numbers", "--row", "2.5,blue", "--format", "quiet").out == "10\n"
    checkpoint.save(form(1, classes=(), name="mlp", target_mean=1234567.25), Path("large"))
    assert call(capsys, "predict", "large", "--row", "2.5,blue", "--format", "quiet").out == "1234567.25\n"
    assert "kind: 1,234,570" in call(capsys, "predict", "large", "--row", "2.5,blue").out


def test_the_python_verb_takes_values(run):
    result = modelpick.predict(run, row=[4, "blue"])
    assert result.predictions[0].name == "=big"
    assert modelpick.predict("toy-1", row=[None, "blue"]).predictions[0].row == 1


def test_runs_lists_and_removes(run, capsys, monkeypatch):
    outcome = call(capsys, "runs")
    assert "toy-1" in outcome.out
    assert "0.750 accuracy" in outcome.out
    data = call(capsys, "runs", "--format", "json").data
    assert data["runs"][0]["best"] == "mlp"
    assert call(capsys, "runs", "--format", "quiet").out == "toy-1\n"
    asked = call(capsys, "runs", "rm", "toy-1")
    assert asked.code == 2
    assert "--yes" in asked.err
    assert run.exists()
    assert call(capsys, "runs", "rm", "toy-2", "--yes").code == 2
    removed = call(capsys, "runs", "rm", "toy-1", "--yes", "--format", "quiet")
    assert (removed.code, removed.out) == (0, "./modelpick-runs/toy-1\n")
    assert not run.exists()
    assert "No runs" in call(capsys, "runs").out


def test_predict_imports_neither_torch_nor_scikit_learn(run):
    import subprocess
    import sys

    program = (
        "import sys; from modelpick.cli.entry import run; run(['predict', 'toy-1', '--row', '4,blue'])\n"
        "print([m for m in ('torch', 'sklearn', 'scipy', 'pandas', 'matplotlib', 'huggingface_hub') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_columns_that_the_model_does_not_know_can_be_left_out_by_name(run, capsys):
    path = rows("size,colour,id,when\n4,blue,7,x\n")
    refused = call(capsys, "predict", "toy-1", "--input", path)
    assert refused.code == 4
    assert "`--drop id --drop when`" in refused.err
    left = call(capsys, "predict", "toy-1", "--input", path, "--drop", "id", "--drop", "when", "--format", "quiet")
    assert left.out == "=big\n"


def test_output_in_the_dialect_of_the_training_table_and_packed(tmp_path, monkeypatch, capsys):
    import gzip

    monkeypatch.chdir(tmp_path)
    checkpoint.save(form(5, name="mlp", reading={"sep": ";"}), tmp_path / "model")
    path = rows("size;colour\n1;blue\n4;blue\n")
    for name, mark in (("a.csv", ";"), ("b.tsv", "\t"), ("c.csv.gz", ";")):
        assert call(capsys, "predict", "./model", "--input", path, "--output", name).code == 0
        packed = Path(name).read_bytes()
        lines = (gzip.decompress(packed) if name.endswith(".gz") else packed).decode().splitlines()
        assert lines[0].split(mark)[:3] == ["size", "colour", "predicted kind"]
        assert [line.split(mark)[2] for line in lines[1:]] == ["small", "'=big"]


def test_answers_bear_no_name_that_a_column_has():
    from modelpick.verbs.predict_output import _different

    assert _different(["predicted x", "p(a)"], ["predicted x", "y"]) == ["predicted x 2", "p(a)"]


def test_explain_names_the_column_that_moves_the_answer(run, capsys):
    data = call(capsys, "predict", "toy-1", "--row", "4,blue", "--explain", "--format", "json").data
    answer = data["predictions"][0]
    effects = {found["part"]: found["effect"] for found in answer["moved"]}
    without = call(capsys, "predict", "toy-1", "--row", "2.5,blue", "--format", "json").data["predictions"][0]
    sinks = answer["probabilities"]["=big"] - without["probabilities"]["=big"]  # 2.5 is the median
    assert effects == {"size": pytest.approx(sinks), "colour": 0}
    assert next(iter(effects)) == "size"
    assert "What moved the answer" in call(capsys, "predict", "toy-1", "--row", "4,blue", "--explain").out
    path = rows("size,colour\n1,blue\n4,blue\n")
    assert call(capsys, "predict", "toy-1", "--input", path, "--explain", "--output", "why.csv").code == 0
    written = list(csv.DictReader(Path("why.csv").read_text().splitlines()))
    assert [row["moved by"].split(" ")[0] for row in written] == ["size", "size"]


def test_the_output_keeps_every_column_of_the_input_in_its_order(run, capsys):
    path = rows("id,colour,note,kind,size\n-7,blue,=x,small,4\n8,blue,,small,1\n")
    assert call(capsys, "predict", "toy-1", "--input", path, "--drop", "id", "--output", "all.csv").code == 0
    lines = list(csv.reader(Path("all.csv").read_text().splitlines()))
    assert lines[0][:6] == ["id", "colour", "note", "kind", "size", "predicted kind"]
    assert [line[:6] for line in lines[1:]] == [
        ["-7", "blue", "'=x", "small", "4", "'=big"],
        ["8", "blue", "", "small", "1", "small"],
    ]
