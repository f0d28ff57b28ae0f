"""eval --finetune: from the Hub to a saved model, also where the run is killed on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import made_models
from command_line import call
from loopback_hub import LoopbackHub, write_repo

import modelpick
from modelpick.data.read import read_dataset

FEW = [f"--without={row}" for row in ("perceptron", "knn", "trees", "sklearn-mlp", "mlp-stack")]
SAID = ["--target", "mood", "--split", "8:1:1", "--repeats", "2", "--epochs", "2", "--lr", "0.001", "--no-progress"]
COMMAND = ["eval", "mood.csv", "--model", "org/moods", "--finetune", "--allow-rejected", *SAID, *FEW]

KILLED = """
import os, signal, sys
from functools import partial
from modelpick.cli.entry import main
from modelpick.models.pretrained import finetune
from modelpick.models.training_state import Keeping
write, count = Keeping.write, [0]
def dying(self, memory, tensors):
    write(self, memory, tensors)
    count[0] += 1
    if count[0] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
Keeping.write = dying
finetune.Keeping = partial(Keeping, every=0)
sys.argv = ["modelpick", *{command}]
main()
"""


def test_a_killed_fine_tuning_goes_on_to_the_same_numbers_and_its_model_answers(
    pretrained_models, repos, here, capsys, one_thread
):
    data = made_models.write_texts(here / "mood.csv")
    write_repo(repos, "org/moods", made_models.files_of(pretrained_models / "text"))
    with LoopbackHub(repos) as hub:
        command = [*COMMAND, "--endpoint", hub.endpoint]
        done = subprocess.run(
            [sys.executable, "-c", KILLED.replace("{command}", repr([*command, "--run-dir", "run"]))],
            check=False,
        )
        assert done.returncode == -signal.SIGKILL
        assert not Path("run").exists()
        assert call(capsys, *command, "--run-dir", "whole").code == 0
        whole = json.loads(Path("whole/report.json").read_text())
        assert call(capsys, *command, "--run-dir", "run", "--resume", "./run").code == 0
    resumed = json.loads(Path("run/report.json").read_text())
    ours, theirs = (
        next(m for m in report["models"] if m["name"] == "org/moods:finetune") for report in (resumed, whole)
    )
    assert ours["metrics"] == theirs["metrics"]
    assert (ours["way"], ours["kind"], ours["error"]) == ("finetune", "pretrained", None)
    assert resumed["test"]["models"]["org/moods:finetune"] == whole["test"]["models"]["org/moods:finetune"]
    assert ours["metrics"]["accuracy"]["mean"] >= 0.9
    assert ours["saved"] is not None

    asis = next(m for m in whole["models"] if m["name"] == "org/moods:as-is")
    assert "Negative -> negative (but for case and punctuation)" in asis["note"]
    assert "but for case and punctuation" in Path("whole/report.md").read_text()

    answers = modelpick.predict("whole", input=str(data), use="org/moods:finetune")
    truth = read_dataset(str(data), target="mood").target
    assert sum(p.name == t for p, t in zip(answers.predictions, truth, strict=True)) >= 0.9 * len(truth)


def test_what_cannot_be_is_one_line_and_the_other_rows_are_kept(pretrained_models, here, capsys):
    made_models.write_texts(here / "mood.csv", 40)
    Path("labels.csv").write_text("Negative,negative\nhappy,positive\n", encoding="utf-8")
    models = [str(pretrained_models / name) for name in ("image", "text")]
    shown = ["eval", "mood.csv", *SAID, *FEW, "--without=mlp", "--label-map", "labels.csv", "--run-dir", "run"]
    done = call(capsys, *shown, *(part for model in models for part in ("--model", model)))
    assert done.code == 1
    said = done.err
    assert "`image` cannot be used: it answers for images, and rows here are texts" in said
    assert "`labels.csv`, line 2: `text` has no label `happy`" in said
    report = json.loads(Path("run/report.json").read_text())
    assert {m["name"]: m["error"] is None for m in report["models"]} == {
        "dummy": True,
        "linear": True,
        "image": False,
        "text:probe": True,
    }


def test_finetune_and_the_label_map_are_checked_before_anything_is_read(here, capsys):
    done = call(capsys, "eval", "missing.csv", "--finetune")
    assert (done.code, "`--finetune` trains given models on, and none is given" in done.err) == (2, True)
    Path("labels.csv").write_text("one\n", encoding="utf-8")
    done = call(capsys, "eval", "missing.csv", "--label-map", "labels.csv")
    assert (done.code, "`labels.csv`, line 1 is no pair" in done.err) == (2, True)
