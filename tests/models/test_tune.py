"""`--tune`: a setting that learns what the given one cannot, the same alone and among others, and said in words."""

from __future__ import annotations

import numpy as np
import pytest

from modelpick import MLPClassifier
from modelpick.data.candidate import FitJob
from modelpick.data.table import Column, Table
from modelpick.models.stack.recipe import plan_for
from modelpick.models.tune import halving
from modelpick.models.tune.candidate import TunedMLPCandidate, fit_many_tuned, fit_tuned


def ring(rows: int, seed: int) -> tuple[Table, np.ndarray]:
    points = np.random.default_rng(seed).normal(size=(rows, 2))
    X = Table(tuple(Column(name=n, kind="number", values=v) for n, v in zip("ab", points.T, strict=True)), rows)
    return X, np.where(np.hypot(*points.T) > 1.1, "out", "in").astype(object)


def make(seed: int) -> TunedMLPCandidate:
    linear = MLPClassifier(hidden_layer_sizes=(), epochs=2, random_state=seed)  # no line tells a ring apart
    return TunedMLPCandidate(linear, "place")


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(halving, "SETTINGS", 9)
    monkeypatch.setattr(halving, "HIDDEN", ((), (16,), (32,)))


def test_the_search_finds_a_shape_that_bends(few):
    X, y = ring(240, 0)
    (candidate,) = fit_many_tuned(make, [FitJob(seed=0, X=X, y=y)])
    unseen, truth = ring(200, 1)
    assert (candidate.predict(unseen) == truth).mean() > 0.85
    assert candidate.tuned is not None
    assert candidate.tuned.options.hidden in ((16,), (32,))
    assert candidate.tuned.options.epochs == plan_for(240).epochs
    assert "chosen out of 9 settings by successive halving on 48 held-out training rows" in candidate.summary()
    assert candidate.saved_form().config["hyperparameters"]["optimizer"] == "adamw"


def test_rows_held_out_by_the_caller_take_no_part_in_the_search(few):
    (X, y), (held, truth) = ring(60, 3), ring(20, 4)
    far = Table(tuple(Column(name=c.name, kind="number", values=c.values * 9 + 5) for c in held.columns), 20)
    one, other = fit_many_tuned(
        make,
        [FitJob(seed=0, X=X, y=y, validation=(rows, names)) for rows, names in ((held, truth), (far, truth[::-1]))],
    )
    assert one.tuned == other.tuned
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_searches_together_are_what_each_is_alone(few):
    jobs = [FitJob(seed=seed, X=X, y=y) for seed, (X, y) in enumerate((ring(60, 3), ring(75, 4)))]
    unseen, _ = ring(30, 9)
    for job, candidate in zip(jobs, fit_many_tuned(make, jobs), strict=True):
        alone = make(job.seed).fit(job.X, job.y)
        np.testing.assert_array_equal(alone.predict_proba(unseen), candidate.predict_proba(unseen))


@pytest.mark.parametrize("early", [False, True])
def test_rows_that_belong_together_are_held_out_together(few, monkeypatch, early):
    X, y = ring(120, 5)
    groups, seen = np.arange(120) // 4, []
    keep = halving.sums_many
    monkeypatch.setattr(
        halving, "sums_many", lambda jobs, t, rows: seen.append((jobs[0].rows, rows[0])) or keep(jobs, t, rows)
    )
    candidate = make(0)
    candidate.estimator.set_params(early_stopping=early)
    monkeypatch.setattr("modelpick.models.tune.candidate.MLPCandidate._finish", lambda self: None)
    fit_tuned([candidate], [FitJob(seed=0, X=X, y=y, groups=groups)])
    left = candidate._groups
    assert len(left) == (108 if early else 120)
    trained, held = seen[0]
    assert len(held) >= 16
    assert not set(left[held]) & set(left[trained])
