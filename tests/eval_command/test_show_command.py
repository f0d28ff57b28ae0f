"""show: the report of a run again as eval wrote it, in every format, and the layers of its models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import call

from modelpick.document import Cell, Chart, Heading, Quote, Series, Table, Text, Tone
from modelpick.errors import CannotFindOut
from modelpick.verbs.stored_report import FILE, blocks_text, read_blocks


@pytest.fixture
def copy(iris_run, tmp_path) -> Path:
    import shutil

    return Path(shutil.copytree(iris_run, tmp_path / "copy"))


def test_the_whole_report_again_and_what_the_screen_left_out(iris_run, capsys):
    outcome = call(capsys, "show", str(iris_run))
    assert outcome.code == 0
    for words in (
        "Is the difference real?",
        "log loss",
        "accuracy by epoch",
        "Which class is taken for which",
        "Can its probabilities be trusted?",
        "What it looks at",
        "Wrong cases to look at",
        "Data sha256",
        "4 x 128 = 512",
    ):
        assert words in outcome.out, words
    markdown = call(capsys, "show", str(iris_run), "--format", "markdown").out
    assert (iris_run / "report.md").read_text() in markdown  # and the list of the files below it
    page = call(capsys, "show", str(iris_run), "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<img ") >= 3
    assert "<script" not in page
    data = call(capsys, "show", str(iris_run), "--format", "json").data
    assert data["schema"] == "modelpick.show/1"
    assert data["report"] == json.loads((iris_run / "report.json").read_text())
    assert len(data["history"]["models"]["mlp"]) == 10
    assert {"accuracy.png", "confusion.png", "calibration.png", "importances.png"} <= set(data["files"])


def test_summary_of_the_best_and_of_another(iris_run, capsys):
    text = call(capsys, "show", str(iris_run), "--summary").out
    assert "128 x 128 = 16,384" in text
    assert "updates" in text
    data = call(capsys, "show", str(iris_run), "--summary", "--use", "dummy", "--format", "json").data
    assert data["summary"]["model"] == "dummy"
    assert call(capsys, "show", str(iris_run), "--use", "dummy").code == 2
    assert call(capsys, "show", str(iris_run), "--summary", "--use", "nobody").code == 2


def test_the_look_closer_agrees_with_the_answers_that_are_kept(iris_run):
    from safetensors.numpy import load_file

    closer = json.loads((iris_run / "report.json").read_text())["closer"]
    kept = load_file(iris_run / "answers.safetensors")
    truth, answers = kept["splits/truth"], kept["0/splits/answers"]
    counts = np.array(closer["confusion"]["counts"])
    assert counts.sum() == len(truth) == closer["answers"]
    assert [counts[i, i] for i in range(3)] == [int(((truth == i) & (answers == i)).sum()) for i in range(3)]
    assert sum(b["answers"] for b in closer["calibration"]) == len(truth)
    assert {found["column"] for found in closer["importances"]} == {
        f"{part} {size} (cm)" for part in ("sepal", "petal") for size in ("length", "width")
    }


def test_what_is_no_run_or_damaged_is_said(copy, capsys):
    assert call(capsys, "show", "nothing").code == 2
    (copy / FILE).write_text(json.dumps({"schema": "modelpick.blocks/1", "blocks": [{"block": "magic"}]}))
    damaged = call(capsys, "show", str(copy))
    assert damaged.code == 4
    assert "magic" in damaged.err
    (copy / FILE).unlink()
    older = call(capsys, "show", str(copy))
    assert older.code == 2
    assert "report.md" in older.err


def test_every_block_comes_back_as_it_was(tmp_path):
    blocks = [
        Heading("A", 1),
        Text("b", Tone.WARN, item=True),
        Text("/a/path", whole=True),
        Quote("c\nd", "README.md:3"),
        Table(("x", "y"), ((Cell("1", Tone.GOOD), "2"),), title="t", right=("y",)),
        Chart("t", "x", "y", (Series("s", (1.0, 2.0), (0.5, 0.7), line=False),)),
    ]
    (tmp_path / FILE).write_text(blocks_text(blocks))
    assert read_blocks(tmp_path) == blocks
    assert read_blocks(tmp_path / "other") is None
    (tmp_path / FILE).write_text('{"schema": "modelpick.blocks/2", "blocks": []}')
    with pytest.raises(CannotFindOut, match=r"modelpick\.blocks/1"):
        read_blocks(tmp_path)
