"""Rows with an order in time: no row that is held out inside a fit is earlier than one that the fit learned from."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelpick.data.candidate import FitJob
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import Column, Table
from modelpick.data.time_order import latest, windows
from modelpick.evaluation.baselines import prepare_rows
from modelpick.models.arch_targets import Classes, hold_out
from modelpick.models.batched.job import Job, NetOptions
from modelpick.models.candidate import _held_rows
from modelpick.models.pretrained import probe_fit
from modelpick.models.pretrained.finetune import _with_validation
from modelpick.models.saved import learned_features
from modelpick.models.stack.candidate import stack_entry
from modelpick.models.stack.inner_folds import inner_folds
from modelpick.models.stack.recipe import Plan
from modelpick.models.stack.training_set import TrainingSet
from modelpick.models.tune.halving import _held_out

MOMENTS = st.lists(st.integers(0, 12), min_size=6, max_size=60).filter(lambda times: len(set(times)) > 1)


def rows(count: int) -> Table:
    return Table((Column(name="place", kind="number", values=np.arange(count, dtype=np.float64)),), count)


def in_order(times: np.ndarray, train: np.ndarray, held: np.ndarray) -> bool:
    return times[held].min() > times[train].max()


@given(MOMENTS, st.randoms(use_true_random=False))
def test_what_stops_or_chooses_is_held_out_at_the_end(moments, random):
    times = np.array(moments, dtype=np.float64)
    numbers = np.array([random.random() for _ in moments])
    job = FitJob(seed=3, X=rows(len(times)), y=numbers, times=times)
    everything = np.arange(len(times))
    held = _held_rows(job)
    assert held is not None
    assert in_order(times, np.setdiff1d(everything, held), held)
    searched = Job(
        features=np.zeros((len(times), 1)),
        rows=everything,
        targets=numbers[:, None],
        seed=1,
        options=NetOptions(output="identity"),
    )
    held = _held_out(searched, np.random.default_rng(0), None, times)
    assert in_order(times, np.setdiff1d(everything, held), held)


@given(MOMENTS, st.randoms(use_true_random=False))
def test_of_classes_only_those_that_begin_late_are_learned_from_at_the_end(moments, random):
    times = np.array(moments, dtype=np.float64)
    y = np.array([random.choice("ab") for _ in moments], dtype=object)
    job = FitJob(seed=3, X=rows(len(times)), y=y, times=times)
    for X, names, validation in (hold_out(job, Classes(("a", "b")), 0.1, 3), _with_validation(job)):
        if validation is None:
            assert latest(times, 0.1, np.unique(y.astype(str), return_inverse=True)[1]) is None
            continue
        held = validation[0].column("place").values.astype(int)
        train = X.column("place").values.astype(int)
        assert sorted([*held, *train]) == list(range(len(times)))
        assert set(validation[1]) <= set(names)
        began = [place for place in train if y[place] in set(validation[1])]
        assert in_order(times, np.array(began), held)


@given(MOMENTS, st.randoms(use_true_random=False))
def test_a_probe_chooses_by_windows_of_time(moments, random):
    times = np.array(moments, dtype=np.float64)
    y = np.array([random.randrange(2) for _ in moments])
    for train, test in [*windows(times, 5), *probe_fit._windows(times, y)]:
        assert in_order(times, train, test)
    for train, test in probe_fit._windows(times, y):
        assert set(y[test]) <= set(y[train])


@given(MOMENTS, st.randoms(use_true_random=False), st.sampled_from([(3, 0), (1, 9)]))
def test_a_stack_weighs_its_members_by_later_rows(moments, random, shape):
    times = np.array(moments, dtype=np.float64)
    codes = np.array([random.randrange(2) for _ in moments])
    for given_codes in (codes, None):
        made = TrainingSet(
            features=np.zeros((len(times), 1)),
            codes=given_codes,
            classes=0 if given_codes is None else 2,
            numbers=times if given_codes is None else None,
            seed=0,
            times=times,
        )
        for train, held in inner_folds(made, Plan(epochs=1, batch_size=8, folds=shape[0], held=shape[1])):
            began = np.isin(codes[train], codes[held]) | (given_codes is None)
            assert in_order(times, train[began], held)
            assert given_codes is None or set(codes[held]) <= set(codes[train])
            assert shape[0] == 1 or in_order(times, train, held)


def test_a_stack_of_ordered_rows_says_so_and_learns_from_all():
    stream = np.random.default_rng(1)
    job = FitJob(seed=0, X=rows(60), y=stream.choice(["a", "b"], 60).astype(object), times=np.arange(60.0) // 2)
    entry = stack_entry("classification", "y")
    (candidate,) = entry.fit_many([job])
    assert "weighted by 3 windows of time, each later than what it learned from" in candidate.summary()


def test_windows_of_time_reach_the_choice_of_a_probe():
    """The first layer knows the answer early, the second one late: what is later decides."""
    stream, times = np.random.default_rng(0), np.arange(120.0)
    y = np.array(["a", "b"], dtype=object)[stream.integers(0, 2, 120)]
    signal, noise = np.where(y == "a", 1.0, -1.0), stream.normal(size=120)
    first = np.where(times < 40, signal, noise)[:, None].astype(np.float32)
    second = (0.6 * signal + noise)[:, None].astype(np.float32)
    probe = probe_fit.fit_classifier({"first": first, "second": second}, y, 0, None, times)
    assert probe.layer == "second"
    assert probe.how.endswith("chosen by 5 windows of time")
    numbers = signal + 0.01 * times
    assert probe_fit.fit_regressor({"first": first, "second": second}, numbers, 0, None, times).layer == "second"


TARGET_CODES = PreprocessingOptions(categories="target", scaling="none")


def categories(count: int, different: int) -> Table:
    cells = np.array([f"k{i % different}" for i in range(count)], dtype=object)
    return Table((Column(name="k", kind="category", values=cells),), count)


@given(MOMENTS, st.data())
def test_target_codes_come_from_earlier_rows(moments, data):
    times, X = np.array(moments, dtype=np.float64), categories(len(moments), 3)
    numbers = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(times), max_size=len(times)))) * 1.0
    first = windows(times, 5)[0][0]
    row = data.draw(st.sampled_from(range(len(times))))
    changed = numbers.copy()
    changed[row] += 100
    for prepare in (learned_features, prepare_rows):
        before, after = (prepare(FitJob(seed=0, X=X, y=y, times=times), TARGET_CODES)[1] for y in (numbers, changed))
        moved = np.flatnonzero((before != after).any(axis=1))
        assert all(times[other] > times[row] for other in moved if row not in first)
        assert len(set(before[first, 0])) == 1, "the first rows have none before them"


def test_target_codes_of_a_group_come_from_other_groups():
    groups, X = np.repeat(np.arange(10), 6), categories(60, 4)
    numbers = np.random.default_rng(0).normal(size=60)
    changed = numbers + 100 * (groups == 3)
    before, after = (
        learned_features(FitJob(seed=0, X=X, y=y, groups=groups), TARGET_CODES)[1] for y in (numbers, changed)
    )
    assert (before[groups == 3] == after[groups == 3]).all()
    assert (before[groups != 3] != after[groups != 3]).any()
