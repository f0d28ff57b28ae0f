"""The stack: the same fit alone and among others, the same answers after loading, weights that follow the evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from modelpick import AnswerIsNo, MLPStackClassifier, MLPStackRegressor
from modelpick.data.candidate import FitJob
from modelpick.data.table import Column, Table
from modelpick.models import checkpoint
from modelpick.models.saved import SavedModel
from modelpick.models.stack import training
from modelpick.models.stack.bins import Bins
from modelpick.models.stack.candidate import stack_entry
from modelpick.models.stack.inner_folds import inner_folds
from modelpick.models.stack.recipe import Plan, plan_for
from modelpick.models.stack.training_set import TrainingSet
from modelpick.models.stack.weights import temperature_of, weights_by_log_loss, weights_by_squared_error


def table(rows: int, seed: int = 0) -> tuple[Table, np.ndarray]:
    stream = np.random.default_rng(seed)
    size = stream.normal(size=rows)
    size[::9] = np.nan
    colour = np.array(["red", "green", None], dtype=object)[stream.integers(0, 3, rows)]
    X = Table(
        (
            Column(name="size", kind="number", values=size),
            Column(name="colour", kind="category", values=colour),
        ),
        rows,
    )
    return X, np.where(np.nan_to_num(size) > 0, "big", "small").astype(object)


def test_many_at_once_are_what_each_is_alone():
    entry, jobs = stack_entry("classification", "level"), []
    for seed, rows in ((0, 60), (1, 75), (2, 60)):
        X, y = table(rows, seed)
        jobs.append(FitJob(seed=seed, X=X, y=y))
    assert entry.fit_many is not None
    together = entry.fit_many(jobs)
    unseen, _ = table(30, seed=9)
    for job, candidate in zip(jobs, together, strict=True):
        alone = entry.make(job.seed).fit(job.X, job.y)
        np.testing.assert_array_equal(alone.predict_proba(unseen), candidate.predict_proba(unseen))


@pytest.mark.parametrize(("folds", "held"), [(3, 0), (1, 24)])
def test_inner_folds_keep_groups_whole(folds, held):
    groups = np.random.default_rng(2).permutation(np.repeat(np.arange(30), 4))
    given = TrainingSet(
        features=np.zeros((120, 1)), codes=(groups % 2).astype(np.intp), classes=2, seed=5, groups=groups
    )
    parts = inner_folds(given, Plan(epochs=1, batch_size=32, folds=folds, held=held))
    assert len(parts) == folds
    for train, part in parts:
        assert 20 <= len(part) <= 44
        assert sorted([*train, *part]) == list(range(120))
        assert not set(groups[part]) & set(groups[train])
    loose = inner_folds(replace(given, groups=None), Plan(epochs=1, batch_size=32, folds=folds, held=held))
    train, part = loose[0]
    assert set(groups[part]) & set(groups[train])


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_save_load_predict_equals_predicting_in_the_same_process(tmp_path, task):
    X, y = table(60)
    if task == "regression":
        y = np.nan_to_num(X.column("size").values) * 100 + 5
    candidate = stack_entry(task, "level").make(3).fit(X, y)
    checkpoint.save(candidate.saved_form(), tmp_path)
    loaded = SavedModel(checkpoint.load(tmp_path))
    unseen, _ = table(40, seed=5)
    np.testing.assert_array_equal(loaded.predict(unseen), candidate.predict(unseen))
    if task == "classification":
        assert np.allclose(loaded.predict_proba(unseen).sum(axis=1), 1)
    assert loaded.parameters == candidate.parameters
    assert loaded.summary() in candidate.summary()


def test_a_stack_whose_config_was_changed_is_refused(tmp_path):
    X, y = table(60)
    form = stack_entry("classification", "level").make(3).fit(X, y).saved_form()
    members = [dict(member) for member in form.config["members"]]
    members[0]["weight"] += 0.5
    checkpoint.save(replace(form, config={**form.config, "members": members}), tmp_path)
    with pytest.raises(AnswerIsNo, match="do not add up"):
        checkpoint.load(tmp_path)


def test_held_out_rows_change_nothing_that_was_fitted():
    X, y = table(60)
    other, other_y = table(20, seed=7)
    make = stack_entry("classification", "level").make
    left = make(0).fit(X, y).saved_form()
    right = make(0).fit(X, y, (other, other_y)).saved_form()
    assert left.config == right.config
    for name, tensor in left.tensors.items():
        np.testing.assert_array_equal(tensor, right.tensors[name])


def test_weights_follow_the_member_that_knows():
    stream = np.random.default_rng(0)
    chances = np.vstack([stream.uniform(0.8, 1, 200), stream.uniform(0.2, 0.6, 200), np.full(200, 0.5)])
    weights = weights_by_log_loss(chances)
    assert weights[0] > 0.9
    assert weights.sum() == pytest.approx(1)
    truth = stream.normal(size=300)
    answers = np.vstack([truth + 0.1 * stream.normal(size=300), stream.normal(size=300), np.zeros(300)])
    assert weights_by_squared_error(answers, truth)[0] > 0.9


def test_temperature_cools_what_is_too_sure():
    stream = np.random.default_rng(1)
    codes = (stream.random(4000) < 0.7).astype(np.intp)  # class 1 in 70 % of rows, while 95 % is claimed
    mixture = np.tile([0.05, 0.95], (4000, 1))
    claimed = np.log(0.95 / 0.05) / temperature_of(mixture, codes)
    assert 1 / (1 + np.exp(-claimed)) == pytest.approx(0.74, abs=0.03)  # the bounds of the search end at e


def test_bins_rise_one_after_the_other():
    values = np.array([[0.0], [1.0], [2.0], [4.0]])
    bins = Bins.learn(values, most=8)
    made = bins.transform(np.array([[-1.0], [0.5], [3.0], [9.0]])) + bins.centre
    np.testing.assert_allclose(made, [[0, 0, 0], [0.5, 0, 0], [1, 1, 0.5], [1, 1, 1]])


def test_training_shrinks_as_rows_grow():
    plans = [plan_for(rows) for rows in (150, 5_000, 50_000, 1_000_000)]
    assert [plan.epochs for plan in plans] == [35, 40, 4, 4]
    assert [plan.batch_size for plan in plans] == [32, 64, 256, 1024]
    assert [plan.folds for plan in plans] == [3, 3, 1, 1]
    assert plan_for(4).folds == 0
    assert [(p.epochs, p.batch_size) for p in (plan_for(2_000, 100), plan_for(2_000, 200), plan_for(2_000, 1_000))] == [
        (50, 32),
        (25, 128),
        (15, 128),
    ]
    assert plan_for(100_000, 1_000).epochs == plan_for(100_000).epochs == 4


def test_the_stack_takes_strings_and_tells_its_members():
    stream = np.random.default_rng(2)
    X = stream.normal(size=(300, 3))
    y = np.where(np.hypot(X[:, 0], X[:, 1]) > 1.1, "out", "in")  # a ring, which no line tells apart
    few, model = (MLPStackClassifier(random_state=0).fit(X[:rows], y[:rows]) for rows in (120, 300))
    assert model.score(X, y) > 0.9
    assert sum(model.weights_.values()) == pytest.approx(1)
    assert "binned-relu" in model.weights_
    assert set(model.weights_) - set(few.weights_) == {"binned-relu"}
    assert "No ReLU network over binned features below 300 rows" in few.summary()


@pytest.fixture
def short(monkeypatch):
    """A quarter of the epochs: the manners are the same."""
    monkeypatch.setattr(training, "plan_for", lambda *about: replace(plan_for(*about), epochs=12))


@parametrize_with_checks([MLPStackClassifier(random_state=0), MLPStackRegressor(random_state=0)])
def test_scikit_learn_finds_nothing(short, estimator, check):
    check(estimator)


def test_the_unit_of_a_column_of_two_values_changes_nothing():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(60, 2)), rng.integers(0, 2, 60), np.full(60, 0.5)])
    y = X[:, 0] + X[:, 2] > 0.5
    grams = X * [1, 1, 1024, 2**20] + [0, 0, 4096, 2**19]
    ours, other = (MLPStackClassifier(random_state=0).fit(part[:40], y[:40]) for part in (X - [0, 0, 5, 9], grams))
    np.testing.assert_allclose(ours.predict_proba(X[40:] - [0, 0, 5, 9]), other.predict_proba(grams[40:]), atol=1e-4)
