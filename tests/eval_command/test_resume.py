"""eval --resume: a run with an architecture that was killed goes on to the numbers that it would have had."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from threading import Lock

import numpy as np
import pytest

from modelpick.errors import UsageError
from modelpick.models.unfinished import states_of
from modelpick.progress import SILENT
from modelpick.render.listener import TerminalListener
from modelpick.verbs.evaluate import evaluate

OPTIONS = {
    "target": "label",
    "text": ["text"],
    "arch": ["lstm"],
    "without": ["linear", "mlp", "trees", "knn"],
    "epochs": 3,
    "said": ["epochs"],
    "split": "8:1:1",
    "repeats": 2,
    "jobs": 1,
}

KILLED = """
import os, signal, sys
from functools import partial
from modelpick.models import arch_candidate
from modelpick.models.training_state import Keeping
from modelpick.verbs.evaluate import evaluate
write, count = Keeping.write, [0]
def dying(self, memory, tensors):
    write(self, memory, tensors)
    count[0] += 1
    if count[0] == 5:
        os.kill(os.getpid(), signal.SIGKILL)
Keeping.write = dying
arch_candidate.Keeping = partial(Keeping, every=0)
evaluate("notes.csv", run_dir="run", **{options})
"""


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream, lines = np.random.default_rng(0), ["label,text"]
    for i in range(60):
        word = ["fine", "warm", "cold", "wet"][stream.integers(4)]
        lines.append(f"{'good' if word in ('fine', 'warm') else 'bad'},it was {word} on day {i} and then on {i * i}")
    (tmp_path / "notes.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def scores(result):
    found = result.evaluation.result("lstm")
    return found.scores, found.test_answers.probabilities.tolist()


def test_a_killed_run_goes_on_to_the_same_numbers(notes, one_thread):
    done = subprocess.run([sys.executable, "-c", KILLED.replace("{options}", repr(OPTIONS))], check=False)
    assert done.returncode == -signal.SIGKILL
    left = sorted(Path("run.unfinished").iterdir())  # two states: one training was done, another under way
    assert len(left) == 3
    assert not Path("run").exists()

    with pytest.raises(UsageError) as raised:
        evaluate("notes.csv", resume="./run", **{**OPTIONS, "epochs": 4})
    assert "interrupted with --epochs 3, and now it is 4" in raised.value.message
    with pytest.raises(UsageError) as raised:
        evaluate("notes.csv", resume="./other", **OPTIONS)
    assert sorted(Path("run.unfinished").iterdir()) == left

    resumed = evaluate("notes.csv", resume="./run", **OPTIONS)
    assert resumed.run_dir == "./run"
    assert not Path("run.unfinished").exists()
    whole = evaluate("notes.csv", run_dir="whole", **OPTIONS)
    assert scores(resumed) == scores(whole)
    assert not Path("whole.unfinished").exists()


def test_a_listener_of_a_terminal_is_silent_in_another_process():
    listener = TerminalListener(StringIO(), bars=True)
    listener._lock = Lock()  # as a live display has one
    assert pickle.loads(pickle.dumps(listener)) is SILENT  # noqa: S301 - our own bytes


def test_a_folder_that_no_run_has_left_is_not_removed(tmp_path):
    mine = tmp_path / "run.unfinished" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("kept")
    with (
        pytest.raises(UsageError, match="no folder of an interrupted run"),
        states_of(tmp_path / "run", {"epochs": 1}, resumed=False),
    ):
        pass
    assert mine.read_text() == "kept"
