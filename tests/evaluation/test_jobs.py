"""Several processes: the same numbers, what fails is told alone, and the answers are kept row by row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparing import compare
from safetensors import safe_open

from modelpick.data.candidate import Entry, FitJob
from modelpick.data.plan_rule import SplitOptions
from modelpick.data.read import read_dataset
from modelpick.errors import UsageError
from modelpick.evaluation import schedule
from modelpick.evaluation.answers_file import FILE, write_answers
from modelpick.evaluation.baselines import NetworkShape, entries, prepare_rows
from modelpick.evaluation.dense_baselines import Linear
from modelpick.evaluation.protocol import _Trial
from modelpick.evaluation.workers import workers_ahead
from modelpick.verbs.eval_options import RowOptions
from modelpick.verbs.eval_rows import pays_ahead

SHAPE = NetworkShape(hidden_layer_sizes=(4,), activation="relu", learning_rate=0.01, batch_size="full", epochs=3)


class Stubborn(Linear):
    """Works in the first of its fits only, by the seed."""

    def fit_job(self, job: FitJob) -> Any:
        if self.seed:
            raise ValueError("no more")
        return super().fit_job(job)


class Deadly(Linear):
    """Takes its process with it."""

    def fit_job(self, job: FitJob) -> Any:
        os._exit(3)


def linear(kind: type[Linear]) -> Entry:
    about = ("classification", "species", prepare_rows)
    return Entry(name=kind.__name__, kind="linear", make=partial(kind, *about))  # type: ignore[arg-type]


def many(jobs: Any) -> list[Linear]:
    return [
        Linear("classification", "species", prepare_rows, job.seed).fit(job.X, job.y, job.validation) for job in jobs
    ]


def test_any_count_of_processes_gives_the_same_numbers() -> None:
    iris = read_dataset("iris", target=None)
    mine = [entry for entry in entries(iris, SHAPE) if entry.name in ("dummy", "linear", "perceptron", "knn")]
    mine += [linear(Stubborn), replace(linear(Linear), name="together", fit_many=many)]
    one, two = (compare(iris, mine, seeds=[0, 1, 2], jobs=jobs) for jobs in (1, 2))
    assert (one.jobs, two.jobs) == (1, 2)
    for a, b in zip(one.results, two.results, strict=True):
        assert (a.scores, a.pooled, a.test, a.error, a.warned) == (b.scores, b.pooled, b.test, b.error, b.warned)
    stubborn = one.results[4]
    assert (stubborn.finished, stubborn.error, stubborn.test) == (1, "no more", None)
    assert one.results[5].scores == one.results[1].scores  # fitted together or one by one


def no_torch() -> Any:
    raise ValueError("torch was imported")


def test_a_process_imports_torch_only_for_who_may_use_it() -> None:
    iris = read_dataset("iris", target=None)
    pair = [replace(linear(Linear), name="with"), replace(linear(Linear), name="without", torch=False)]
    done = compare(iris, pair, seeds=[0], jobs=2, pin=no_torch)
    assert [result.error for result in done.results] == ["torch was imported", None]
    assert not any(entry.torch for entry in entries(iris, SHAPE))


def test_processes_that_were_started_ahead_do_the_work() -> None:
    iris = read_dataset("iris", target=None)
    with workers_ahead(1) as none:
        assert none == 0
    with workers_ahead(2) as ahead:
        assert ahead == 2
        done = compare(iris, [linear(Linear)], seeds=[0, 1], jobs=2, ahead=ahead)
    assert (done.jobs, done.results[0].error) == (2, None)


def test_a_process_that_dies_is_told_and_ends_nothing() -> None:
    iris = read_dataset("iris", target=None)
    done = compare(iris, [linear(Deadly), replace(linear(Linear), fit_many=many)], seeds=[0, 1], jobs=2)
    assert "a worker process died" in (done.results[0].error or "")
    assert done.best == "Linear"


def test_no_jobs_are_refused() -> None:
    iris = read_dataset("iris", target=None)
    with pytest.raises(UsageError, match="0 jobs"):
        compare(iris, entries(iris, SHAPE)[:1], jobs=0)


def test_what_is_fitted_together_gets_all_splits_in_few_calls() -> None:
    iris, calls = read_dataset("iris", target=None), []

    def counted(jobs: list[FitJob]) -> list[Linear]:
        calls.append(len(jobs))
        return many(jobs)

    compare(iris, [replace(linear(Linear), fit_many=counted)], seeds=range(4))
    assert calls == [4, 1]  # all splits at once, and the last fit


def test_the_answers_of_every_tested_row_are_kept(tmp_path: Path) -> None:
    iris = read_dataset("iris", target=None)
    done = compare(iris, [entry for entry in entries(iris, SHAPE) if entry.name in ("linear", "perceptron")])
    write_answers(done, tmp_path)
    with safe_open(tmp_path / FILE, framework="numpy") as file:
        names = json.loads(file.metadata()["names"])
        kept = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    assert set(names) == {"linear", "perceptron"}
    for number, name in enumerate(names):
        result = done.result(name)
        assert result is not None
        right = kept[f"{number}/splits/answers"] == kept["splits/truth"]
        by_split = [right[kept["splits/number"] == i].mean() for i in range(2)]
        assert by_split == pytest.approx(result.scores["accuracy"])
        assert result.test is not None
        right = kept[f"{number}/untouched/answers"] == kept["untouched/truth"]
        assert right.mean() == pytest.approx(result.test["accuracy"].value)
    shares = kept[f"{names.index('linear')}/splits/probabilities"]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert f"{names.index('perceptron')}/splits/probabilities" not in kept
    assert kept["splits/rows"].tolist() == np.concatenate([split.test for split in done.splits]).tolist()


def test_an_interruption_leaves_no_warning_of_joblib() -> None:
    iris = read_dataset("iris", target=None)
    here = replace(linear(Linear), name="here", fit_many=interrupted)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = compare(iris, [replace(linear(Slow), name="slow"), here], seeds=range(3), jobs=2)
    assert done.interrupted


def interrupted(jobs: list[FitJob]) -> Any:
    raise KeyboardInterrupt


class Slow(Linear):
    """Still works when the interruption comes."""

    def fit_job(self, job: FitJob) -> Any:
        time.sleep(2)
        return super().fit_job(job)


def test_of_many_rows_no_more_processes_hold_them_than_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    iris, order = read_dataset("iris", target=None), []

    def noted(jobs: list[FitJob]) -> list[Linear]:
        order.append(len(list(arrived)))
        return many(jobs)

    arrived: list[str] = []
    take = _Trial.take
    monkeypatch.setattr(
        _Trial, "take", lambda self, unit, *rest: (arrived.append(unit.entry.name), take(self, unit, *rest))[1]
    )
    pair = [replace(linear(Linear), name="there"), replace(linear(Linear), name="here", fit_many=noted)]
    compare(iris, pair, seeds=range(2), jobs=2)
    assert order[0] == 0
    order.clear()
    arrived.clear()
    monkeypatch.setattr(schedule, "_TOGETHER_ROWS", 50)
    compare(iris, pair, seeds=range(2), jobs=2)
    assert order[0] == 3  # two splits and the last fit were done there


def test_processes_start_ahead_only_where_many_fits_come() -> None:
    iris, rows, usual = read_dataset("iris", target=None), RowOptions(), SplitOptions()
    assert pays_ahead(iris, rows, usual)
    assert not pays_ahead(iris, rows, SplitOptions(ratio=(8, 1, 1)))
    assert not pays_ahead(iris, rows, SplitOptions(folds=3, repeats=1))
    assert not pays_ahead(iris, replace(rows, archs=("lstm",)), usual)
    assert not pays_ahead(iris, replace(rows, without=("trees", "sklearn-mlp")), usual)
    assert not pays_ahead(replace(iris, times=np.arange(150.0)), rows, usual)


def test_of_very_many_rows_no_other_process_takes_part_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    iris = read_dataset("iris", target=None)
    monkeypatch.setattr(schedule, "_QUICK", -1.0)
    monkeypatch.setattr(schedule, "_WORTH_WORKERS", -1.0)
    for most, used in ((1_000, 2), (50, 1)):
        monkeypatch.setattr(schedule, "_MOST_ROWS_ABROAD", most)
        done = compare(iris, [linear(Linear)], seeds=[0], jobs=None, ahead=2)
        assert (done.jobs, done.results[0].error) == (used, None)


STARTS = """
import os, signal, time
from modelpick.evaluation.workers import workers_ahead
try:
    with workers_ahead(2):
        time.sleep(0.2)
        os.killpg(0, signal.SIGINT)
        time.sleep(30)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="a terminal's Ctrl-C goes to a group of processes")
def test_processes_that_still_start_say_nothing_to_ctrl_c() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTS], capture_output=True, text=True, start_new_session=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
