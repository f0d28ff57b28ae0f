"""What each option of the network does, against values worked out by hand or by another library."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from modelpick import MLPClassifier, MLPRegressor, UsageError
from modelpick.data.candidate import FitJob
from modelpick.data.table import Column, Table
from modelpick.models.candidate import MLPCandidate, fit_many
from modelpick.models.schedules import rate_at

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)


def test_the_classic_perceptron_row_by_row():
    points, above = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 0, 0, 1])
    model = MLPClassifier(
        (), init="zero", cost="perceptron", optimizer="sgd", learning_rate=1, batch_size=1, epochs=20, random_state=0
    ).fit(points, above)
    assert (model.predict(points) == above).all()
    assert model.history_[-1].train_loss == 0  # nobody is on the wrong side, so nothing moved
    weights = np.concatenate([model.tensors_["layers.0.weight"].ravel(), model.tensors_["layers.0.bias"]])
    assert (weights == weights.round()).all()  # sums of inputs, as by Rosenblatt's rule
    one = MLPClassifier(
        (), init="zero", cost="perceptron", optimizer="sgd", learning_rate=1, batch_size="full", epochs=1
    ).fit([[2.0, -1.0], [1.0, 3.0]], [1, 0])
    np.testing.assert_array_equal(one.tensors_["layers.0.weight"], [[1.0, -0.5]])  # half of (1 - 0) x, for row 1 alone
    np.testing.assert_array_equal(one.tensors_["layers.0.bias"], [0.5])


@pytest.mark.parametrize("rows", [150, 1000])
def test_a_thousand_rows_in_batches_of_128_for_50_epochs_are_400_updates(rows):
    model = MLPClassifier((2,), batch_size=128, epochs=50).fit(np.resize(X, (rows, 4)), np.resize(Y, rows))
    batches = {150: 2, 1000: 8}[rows]
    assert model.n_updates_ == batches * 50
    assert f"{batches} batches x 50 epochs = {batches * 50} updates" in model.summary()


def test_summary_says_weights_a_times_b_and_biases_b():
    text = MLPClassifier(batch_size=16, epochs=1).fit(X, Y).summary()
    for line in ("4 x 128 = 512", "128 x 128 = 16,384", "128 x 3 = 384", "17,539"):
        assert line in text


def test_batch_gradient_descent_is_one_step_down_the_gradient_an_epoch():
    model = MLPClassifier(
        (), init="zero", optimizer="sgd", learning_rate=0.5, batch_size="full", epochs=1
    ).fit(X, Y)  # fmt: skip
    assert model.n_updates_ == 1
    assert model.history_[0].train_loss == pytest.approx(np.log(3))
    step = (np.eye(3)[Y] - 1 / 3).T @ X / 150 * 0.5
    np.testing.assert_allclose(model.tensors_["layers.0.weight"], step, atol=1e-6)


def test_zero_initialisation_stays_symmetric_and_others_do_not():
    def nodes(init: str) -> int:
        model = MLPClassifier((6,), activation="tanh", init=init, epochs=5, random_state=0).fit(X, Y)
        return len(np.unique(model.tensors_["layers.0.weight"].round(12), axis=0))

    assert nodes("zero") == 1
    assert all(nodes(init) == 6 for init in ("torch", "glorot", "he", "normal", "uniform"))


def test_rmse_is_the_root_of_mse():
    lengths = X[:, 2] * 3 + 1
    one = {"epochs": 1, "batch_size": "full", "random_state": 0}
    mse, rmse = (MLPRegressor((5,), cost=cost, **one).fit(X, lengths) for cost in ("mse", "rmse"))
    assert rmse.history_[0].train_loss == pytest.approx(mse.history_[0].train_loss ** 0.5)


def test_weight_decay_pulls_weights_but_never_biases():
    strong, none = (
        MLPClassifier((), optimizer="adamw", weight_decay=decay, learning_rate=0.1, epochs=200, random_state=0).fit(
            X, Y
        )
        for decay in (5.0, 0.0)
    )
    assert np.abs(strong.tensors_["layers.0.weight"]).max() < 0.3 < np.abs(none.tensors_["layers.0.weight"]).max()
    assert np.abs(strong.tensors_["layers.0.bias"]).max() > 0.05


def test_no_hidden_layer_is_logistic_regression():
    two = Y > 0
    ours = MLPClassifier((), epochs=2000, learning_rate=0.05, cost="binary-cross-entropy", weight_decay=1 / 150)
    theirs = LogisticRegression(C=1.0).fit(X, two)
    # The penalty of theirs is half the squared length over C, over the sum of losses: decay 1 / (C rows) of the mean.
    np.testing.assert_allclose(ours.fit(X, two).predict_proba(X), theirs.predict_proba(X), atol=1e-3)


def test_label_smoothing_bounds_how_sure_it_gets():
    def surest(smoothing: float) -> float:
        model = MLPClassifier((16,), label_smoothing=smoothing, learning_rate=0.02, epochs=300, random_state=0)
        return float(model.fit(X, Y).predict_proba(X).max())

    assert surest(0.3) < 0.95 < 0.999 < surest(0.0)  # the smoothed target is 1 - 0.3 + 0.3 / 3 = 0.8
    with pytest.raises(UsageError, match="label_smoothing"):
        surest(1.0)


def test_schedules_in_numbers():
    assert [rate_at("cosine", 0.4, done) for done in (0.0, 0.5, 1.0)] == pytest.approx([0.4, 0.2, 0.0])
    assert [rate_at("step", 0.4, done) for done in (0.0, 0.49, 0.5, 0.75)] == pytest.approx([0.4, 0.4, 0.04, 0.004])
    assert rate_at("constant", 0.4, 0.9) == 0.4


def test_plateau_lowers_the_rate_five_epochs_after_the_lowest_loss_and_not_before():
    def losses(schedule: str) -> list[float]:
        make = MLPClassifier((8,), schedule=schedule, learning_rate=0.5, batch_size=16, epochs=40, random_state=0)
        return [record.train_loss for record in make.fit(X, Y).history_]

    constant, plateau = losses("constant"), losses("plateau")
    first = next(i for i in range(40) if i - int(np.argmin(constant[: i + 1])) >= 5)
    assert plateau[: first + 1] == pytest.approx(constant[: first + 1], rel=1e-3)
    assert plateau[first + 1] != pytest.approx(constant[first + 1], rel=1e-2)
    assert min(plateau) < min(constant)


def test_rows_and_classes_that_count_nothing_are_as_if_they_were_not_there():
    weights = np.where(Y == 1, 0.0, 1.0)
    options = {"batch_size": 16, "epochs": 3, "random_state": 0}
    weighted = MLPClassifier((5,), **options).fit(X, Y, sample_weight=weights)
    by_class = MLPClassifier((5,), class_weight={0: 1, 1: 0, 2: 1}, **options).fit(X, Y)
    assert all((weighted.tensors_[name] == by_class.tensors_[name]).all() for name in weighted.tensors_)
    assert weighted.n_updates_ == 3 * 7  # of 100 rows
    with pytest.raises(UsageError, match="no row counts"):
        MLPClassifier(class_weight={0: 0, 1: 0, 2: 0}, **options).fit(X, Y)


def test_a_pickled_network_and_its_module_answer_alike():
    import torch

    model = MLPClassifier((7, 5), activation="gelu", batch_size=16, epochs=2, random_state=0).fit(X, Y)
    with torch.no_grad():
        p = model.net_.outputs(model.net_(torch.from_numpy(X.astype(np.float32)))).numpy()
    np.testing.assert_allclose(model.predict_proba(X), p, atol=1e-6)


def test_folds_and_seeds_at_once_are_the_same_bits_as_one_by_one():
    names = np.array(["a", "b", "c"], dtype=object)[Y]
    columns = [Column(name=f"c{i}", kind="number", values=X[:, i] * 7 + 100) for i in range(4)]
    table = Table((*columns, Column(name="w", kind="category", values=names[::-1].copy())), 150)

    def make(seed: int) -> MLPCandidate:
        network = MLPClassifier((6,), batch_size=16, epochs=4, early_stopping=True, patience=1, random_state=seed)
        return MLPCandidate(network, "kind")

    jobs = []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(150)
        train, held = order[: 100 + seed * 9], order[120:]
        jobs.append(FitJob(seed=seed, X=table.take(train), y=names[train], validation=(table.take(held), names[held])))
    for job, candidate in zip(jobs, fit_many(make, jobs), strict=True):
        alone = make(job.seed).fit(job.X, job.y, job.validation)
        np.testing.assert_array_equal(candidate.predict_proba(table), alone.predict_proba(table))
        assert candidate.history == alone.history
        assert candidate.summary() == alone.summary()
