"""Nets trained at once: equal to autograd, and to themselves whatever is trained beside them."""

from __future__ import annotations

import itertools
from dataclasses import asdict

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris

from modelpick.data.forward import probabilities
from modelpick.errors import CannotFindOut
from modelpick.models.batched.arrays import numpy_arrays, torch_arrays
from modelpick.models.batched.block import Block
from modelpick.models.batched.job import Job, NetOptions, Trained
from modelpick.models.batched.train import one_blas_thread, sums_many, train_many, train_on
from modelpick.models.batches import Rows
from modelpick.models.mlp import MLP
from modelpick.models.options import ACTIVATIONS, COSTS, OPTIMIZERS, SCHEDULES
from modelpick.models.training import train
from modelpick.models.training_settings import Settings

X, CODES = load_iris(return_X_y=True)
TARGETS = np.eye(3)[CODES]
ORDER = np.random.default_rng(0).permutation(150)
TRAIN, HELD = ORDER[:133], ORDER[133:]


def job(options: NetOptions, rows=TRAIN, seed=3, **more) -> Job:
    mean, scale = X[rows].mean(0), X[rows].std(0) + 1e-3
    return Job(
        features=X, rows=rows, mean=mean, scale=scale, seed=seed, options=options,
        **{"targets": TARGETS, "validation_rows": HELD, **more},
    )  # fmt: skip


def by_autograd(given: Job) -> tuple[dict[str, np.ndarray], Trained]:
    options = given.options
    dtype = getattr(torch, options.dtype)

    def rows(index: np.ndarray) -> Rows:
        weights = None if given.weights is None else torch.tensor(given.weights[index], dtype=dtype)
        return Rows(
            features=torch.from_numpy(given.scaled(index)),
            targets=torch.tensor(given.targets[index], dtype=dtype),
            weights=weights,
        )

    net = MLP(
        given.sizes, activation=options.activation, output=options.output, init=options.init, dropout=options.dropout,
        generator=torch.Generator().manual_seed(given.seed), dtype=dtype,
    )  # fmt: skip
    settings = Settings(
        cost=options.cost, optimizer=options.optimizer, learning_rate=options.learning_rate,
        schedule=options.schedule, batch_size=options.batch_size or len(given.rows), epochs=options.epochs,
        early_stopping=options.early_stopping, patience=options.patience, weight_decay=options.weight_decay,
        label_smoothing=options.label_smoothing,
    )  # fmt: skip
    trained = train(net, rows(given.training_rows), settings, rows(given.validation_rows))
    return {name: tensor.numpy() for name, tensor in net.state_dict().items()}, trained


def furthest(tensors, others) -> float:
    return max(float(np.abs(tensors[name] - others[name]).max()) for name in others)


ENDS = {
    "cross-entropy": ("softmax",),
    "binary-cross-entropy": ("sigmoid",),
    "perceptron": ("sigmoid",),
    "mse": ("identity", "softmax", "sigmoid"),
    "rmse": ("identity", "softmax", "sigmoid"),
}


@pytest.mark.parametrize("arrays", [numpy_arrays(), torch_arrays(torch.device("cpu"))], ids=["numpy", "torch"])
@pytest.mark.parametrize("cost", COSTS)
def test_by_hand_equals_autograd(cost, arrays):
    cases = itertools.product(ENDS[cost], ACTIVATIONS, OPTIMIZERS, SCHEDULES)
    for number, (output, activation, optimizer, schedule) in enumerate(cases):
        if arrays.add is not np.add and number % 11:  # the same code: a part of the cases is enough
            continue
        if output != ENDS[cost][0] and number % 5:
            continue
        options = NetOptions(
            hidden=(9, 6), activation=activation, output=output, cost=cost, optimizer=optimizer, schedule=schedule,
            learning_rate=0.02, batch_size=67, epochs=3, weight_decay=0.01 if number % 2 else 0.0,
            dropout=0.2 if number % 3 == 0 else 0.0,
            dtype="float64" if cost == "perceptron" else "float32",  # the last bit may decide a row's side
        )  # fmt: skip
        given = job(options)
        tensors, reference = by_autograd(given)
        (ours,) = train_on(arrays, [given], threads=1)
        assert furthest(ours.tensors, tensors) < 1e-5, options
        assert ours.updates == reference.updates == 6
        mine, theirs = ours.history[-1], reference.history[-1]
        assert mine.validation_loss == pytest.approx(theirs.validation_loss, abs=1e-5)
        assert mine.validation_score == pytest.approx(theirs.validation_score, abs=1e-4)


@pytest.mark.parametrize(
    "change",
    [
        {"hidden": ()},
        {"batch_size": None},
        {"batch_size": 1, "epochs": 1},
        {"dtype": "float64"},
        {"early_stopping": True, "patience": 2, "learning_rate": 0.05},
        {"schedule": "plateau", "epochs": 20, "learning_rate": 0.1},
        {"label_smoothing": 0.2},
        *({"init": name} for name in ("zero", "normal", "uniform", "glorot", "he")),
    ],
    ids=str,
)
def test_each_option_equals_autograd(change):
    weights = np.random.default_rng(1).uniform(0, 2, 150)
    weights[TRAIN[:9]] = 0
    for more in ({}, {"weights": weights}):
        given = job(NetOptions(**{"hidden": (7,), "batch_size": 16, "epochs": 8, **change}), **more)
        tensors, reference = by_autograd(given)
        (ours,) = train_many([given], threads=1)
        assert furthest(ours.tensors, tensors) < 1e-5
        assert (ours.updates, ours.epoch, len(ours.history)) == (
            reference.updates,
            reference.epoch,
            len(reference.history),
        )


def test_the_sums_of_one_epoch_are_the_costs_before_each_update():
    (ours,) = train_many([job(NetOptions(hidden=(5,), batch_size=None, epochs=1, dtype="float64"))])
    net = MLP((4, 5, 3), generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    sums = net(torch.from_numpy((X[TRAIN] - X[TRAIN].mean(0)) / (X[TRAIN].std(0) + 1e-3)))
    loss = torch.nn.functional.cross_entropy(sums, torch.from_numpy(CODES[TRAIN]))
    assert ours.history[0].train_loss == pytest.approx(float(loss.detach()))
    assert ours.history[0].train_score == pytest.approx(float((sums.argmax(1).numpy() == CODES[TRAIN]).mean()))


@pytest.mark.parametrize(
    "options",
    [
        NetOptions(hidden=(20, 9), batch_size=16, epochs=9, learning_rate=0.1, early_stopping=True, patience=1),
        NetOptions(hidden=(20,), batch_size=None, epochs=4, activation="tanh", dtype="float64"),
        NetOptions(hidden=(130,), batch_size=20, epochs=3, dropout=0.3, optimizer="adamw", weight_decay=0.1),
        NetOptions(hidden=(20,), batch_size=1, epochs=1, activation="gelu", schedule="plateau"),
    ],
    ids=["early stopping", "whole", "dropout", "one by one"],
)
def test_neighbours_blocks_and_threads_change_no_bit(options):
    rng = np.random.default_rng(2)
    sizes = [133, 133, 120, 119, 97, 60, 31, 12, 7, 133, 132]
    jobs = [job(options, rng.permutation(TRAIN)[:size], seed) for seed, size in enumerate(sizes)]
    alone = [train_many([one], threads=1)[0] for one in jobs]
    for chunk, threads in ((1, 2), (3, 1), (4, 2), (50, 1), (None, 2)):
        together = train_on(numpy_arrays(), jobs, threads=threads, chunk=chunk)
        for mine, reference in zip(together, alone, strict=True):
            assert mine.history == reference.history
            assert (mine.updates, mine.epoch) == (reference.updates, reference.epoch)
            assert all((mine.tensors[name] == reference.tensors[name]).all() for name in reference.tensors)
    if options.early_stopping:
        assert len({len(one.history) for one in alone}) > 1  # some stopped while others went on


def test_jobs_of_many_shapes_and_options_come_back_in_order():
    jobs = [
        job(NetOptions(hidden=(n,), activation=activation, epochs=2, batch_size=n + 9), seed=n)
        for n in (3, 5, 8)
        for activation in ("relu", "tanh")
    ]
    for trained, given in zip(train_many(jobs), jobs, strict=True):
        assert trained.tensors["layers.0.weight"].shape == (given.options.hidden[0], 4)
        assert furthest(trained.tensors, by_autograd(given)[0]) < 1e-5


def test_answers_of_many_for_the_rows_that_each_was_not_trained_on():
    jobs = [job(NetOptions(hidden=(16,), epochs=30, batch_size=16, learning_rate=0.01), seed=s) for s in range(3)]
    sums = sums_many(jobs, train_many(jobs), [HELD] * 3)
    for z in sums:
        p = probabilities(z, "softmax", 3)
        assert p.shape == (len(HELD), 3)
        assert (p.argmax(1) == CODES[HELD]).mean() > 0.8


def test_rows_outside_a_job_change_nothing():
    given = job(NetOptions(hidden=(6,), epochs=3, batch_size=16), validation_rows=None)
    (before,) = train_many([given])
    changed = X.copy()
    changed[HELD] = 1e6
    (after,) = train_many([Job(features=changed, rows=TRAIN, targets=TARGETS, mean=given.mean, scale=given.scale,
                               seed=3, options=given.options)])  # fmt: skip
    assert all((before.tensors[name] == after.tensors[name]).all() for name in before.tensors)


def test_a_diverging_job_says_so_and_leaves_the_others_alone():
    good = NetOptions(hidden=(8,), optimizer="sgd", cost="mse", output="identity", epochs=6, batch_size=16)
    bad = NetOptions(**{**{f: getattr(good, f) for f in good.__slots__}, "learning_rate": 1e30})
    with pytest.raises(CannotFindOut, match="diverged"):
        train_many([job(good), job(bad)])
    first, second = train_many([job(good), job(bad)], raise_diverged=False)
    assert second.diverged
    assert len(second.history) < 6
    assert not first.diverged
    assert furthest(first.tensors, train_many([job(good)])[0].tensors) == 0


def test_threads_of_blas_are_given_back():
    from threadpoolctl import threadpool_info, threadpool_limits

    with threadpool_limits(2):
        torch.set_num_threads(2)
        before = [(lib["internal_api"], lib["num_threads"]) for lib in threadpool_info()]
        train_many([job(NetOptions(hidden=(5,), epochs=1))])
        assert [(lib["internal_api"], lib["num_threads"]) for lib in threadpool_info()] == before
        assert torch.get_num_threads() == 2


def test_threads_of_blas_stay_one_until_the_last_of_overlapping_trainings_ends():
    from threadpoolctl import threadpool_info, threadpool_limits

    def threads() -> int:
        return max(lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas")

    with threadpool_limits(2):
        first, second = one_blas_thread(), one_blas_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert threads() == 1
        second.__exit__(None, None, None)
        assert threads() == 2


def test_smoothing_of_a_single_sigmoid_goes_to_a_half_by_hand_and_by_autograd():
    options = NetOptions(hidden=(5,), output="sigmoid", cost="binary-cross-entropy", label_smoothing=0.3, epochs=6)
    given = job(options, targets=TARGETS[:, :1])
    tensors, reference = by_autograd(given)
    (ours,) = train_many([given], threads=1)
    assert furthest(ours.tensors, tensors) < 1e-5
    assert reference.updates == ours.updates
    rows = np.flatnonzero(TARGETS[:, 0] == 1)
    far = job(
        NetOptions(**{**asdict(options), "hidden": (), "epochs": 300, "learning_rate": 0.1}),
        rows,
        targets=TARGETS[:, :1],
    )
    p = probabilities(sums_many([far], train_many([far]), [rows])[0], "sigmoid", 2)
    np.testing.assert_allclose(p[:, 1], 0.85, atol=0.01)  # 1 - 0.3 + 0.3 / 2: the smoothed loss is least there


def test_only_the_ratios_of_weights_count_however_large_they_are():
    weights = np.random.default_rng(1).uniform(0, 2, 150)
    options = NetOptions(hidden=(5,), batch_size=16, epochs=3)
    sizes = [weights * factor for factor in (1.0, 2.0**-900, 2.0**300)]
    first, *others = (train_many([job(options, weights=own)], threads=1)[0] for own in sizes)
    for other in others:
        assert furthest(first.tensors, other.tensors) == 0
        assert first.history == other.history


def test_a_training_can_be_ended_within_an_epoch(monkeypatch):
    monkeypatch.setattr("modelpick.models.batched.rows._SPAN_BYTES", 1)  # each batch is a span of its own
    told = []
    Block(numpy_arrays(), [job(NetOptions(hidden=(), batch_size=16, epochs=2))], told.append).train()
    assert told == ([0] * 9 + [1]) * 2
