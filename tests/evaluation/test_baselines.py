"""Baselines: they answer as scikit-learn does, and their saved form is all that they are."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from modelpick.data.candidate import Candidate, Entry, FitJob, SavedForm
from modelpick.data.dataset import Dataset
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.read import read_dataset
from modelpick.data.table import Table
from modelpick.data.threads import one_thread
from modelpick.errors import CannotFindOut
from modelpick.evaluation import sklearn_baselines
from modelpick.evaluation.baselines import NetworkShape, entries, prepare_rows

SHAPE = NetworkShape(hidden_layer_sizes=(8, 5), activation="tanh", learning_rate=0.01, batch_size=16, epochs=5)


def fitted(dataset: Dataset, name: str, shape: NetworkShape = SHAPE) -> Candidate:
    made = {entry.name: entry for entry in entries(dataset, shape)}
    with one_thread():
        return made[name].make(3).fit(dataset.features, dataset.target)


def forward(form: SavedForm, rows: Table) -> NDArray[Any]:
    """What the saved layout says, in so many words."""
    bends = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "identity": lambda z: z}
    preprocessing = TablePreprocessor.from_dict(json.loads(json.dumps(form.preprocessing.to_dict())))
    z = preprocessing.transform(rows)
    depth = len(form.config["hidden_layer_sizes"])
    for i in range(depth + 1):
        z = z @ form.tensors[f"layers.{i}.weight"].T + form.tensors[f"layers.{i}.bias"]
        if i < depth:
            z = bends[form.config["activation"]](z)
    if form.config["output"] == "softmax":
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    if form.config["output"] == "sigmoid":
        positive = 1 / (1 + np.exp(-z))
        return np.hstack([1 - positive, positive])
    return z[:, 0] * form.config["target_scale"] + form.config["target_mean"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("data", ["iris", "breast_cancer", "diabetes"])
@pytest.mark.parametrize("name", ["dummy", "linear", "sklearn-mlp"])
def test_the_saved_form_answers_like_the_candidate(data: str, name: str) -> None:
    dataset = read_dataset(data, target=None)
    candidate = fitted(dataset, name)
    form = candidate.saved_form()
    assert form is not None
    json.dumps(form.config, allow_nan=False)
    assert form.architecture == "mlp"
    assert form.config["columns"] == [[column, "number"] for column in dataset.features.names]
    if dataset.task == "classification":
        chances = candidate.predict_proba(dataset.features)
        np.testing.assert_allclose(chances, forward(form, dataset.features), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(chances.sum(axis=1), 1)
        assert candidate.classes_ == dataset.classes
        assert set(candidate.predict(dataset.features)) <= set(dataset.classes)
    else:
        np.testing.assert_allclose(candidate.predict(dataset.features), forward(form, dataset.features), rtol=1e-9)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_they_are_what_scikit_learn_makes_of_the_features() -> None:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neural_network import MLPClassifier

    iris, diabetes = read_dataset("iris", target=None), read_dataset("diabetes", target=None)
    X = TablePreprocessor().fit(iris.features).transform(iris.features)
    y = iris.target.astype(str)
    linear = LogisticRegression(max_iter=1000).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(fitted(iris, "linear").predict_proba(iris.features), linear, rtol=1e-9)
    net = MLPClassifier((8, 5), activation="tanh", learning_rate_init=0.01, batch_size=16, max_iter=5, random_state=3)
    expected = net.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(fitted(iris, "sklearn-mlp").predict_proba(iris.features), expected, rtol=1e-9)
    X = TablePreprocessor().fit(diabetes.features).transform(diabetes.features)
    ridge = Ridge().fit(X, diabetes.target).predict(X)
    np.testing.assert_allclose(fitted(diabetes, "linear").predict(diabetes.features), ridge)


def test_the_dummy_gives_shares_and_mean() -> None:
    cancer, diabetes = read_dataset("breast_cancer", target=None), read_dataset("diabetes", target=None)
    shares = fitted(cancer, "dummy").predict_proba(cancer.features.take([0]))
    np.testing.assert_allclose(shares, [[357 / 569, 212 / 569]])
    mean = fitted(diabetes, "dummy").predict(diabetes.features.take([0, 1]))
    np.testing.assert_allclose(mean, diabetes.target.mean())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_batch_sizes_are_those_of_the_network_beside_it() -> None:
    iris = read_dataset("iris", target=None)
    sizes: dict[Any, Candidate] = {}
    for size in ("auto", "full", 150, 10_000, 16):
        shape = NetworkShape(hidden_layer_sizes=(4,), activation="relu", learning_rate=0.01, batch_size=size, epochs=3)
        sizes[size] = fitted(iris, "sklearn-mlp", shape)
    weights = {size: made.saved_form().tensors["layers.0.weight"].tobytes() for size, made in sizes.items()}  # type: ignore[union-attr]
    assert len({weights["auto"], weights["full"], weights[150], weights[10_000]}) == 1
    assert weights[16] != weights["full"]


def test_what_scikit_learn_has_not_is_left_out() -> None:
    iris = read_dataset("iris", target=None)

    def names(**options: Any) -> list[str]:
        return [entry.name for entry in entries(iris, NetworkShape(**{**vars_of(SHAPE), **options}))]

    assert names() == ["dummy", "linear", "perceptron", "knn", "trees", "sklearn-mlp"]
    assert names(activation="gelu") == names()[:-1]
    assert names(optimizer="adamw") == names()[:-1]
    numbers = read_dataset("diabetes", target=None)
    assert [entry.name for entry in entries(numbers, SHAPE)] == ["dummy", "linear", "knn", "trees", "sklearn-mlp"]


@pytest.mark.parametrize("name", ["perceptron", "knn", "trees"])
def test_what_has_no_safe_form_answers_as_scikit_learn_does(name: str) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import Perceptron
    from sklearn.neighbors import KNeighborsClassifier

    iris = read_dataset("iris", target=None)
    X, y = TablePreprocessor().fit(iris.features).transform(iris.features), iris.target.astype(str)
    peer = {
        "perceptron": Perceptron(random_state=3),
        "knn": KNeighborsClassifier(5),
        "trees": HistGradientBoostingClassifier(random_state=3),
    }[name]
    with one_thread():
        peer.fit(X, y)
    made = fitted(iris, name)
    assert made.saved_form() is None
    assert made.classes_ == iris.classes
    assert made.predict(iris.features).tolist() == peer.predict(X).tolist()
    if name == "perceptron":
        assert made.parameters == 15
        with pytest.raises(TypeError, match="no probabilities"):
            made.predict_proba(iris.features)
    else:
        np.testing.assert_array_equal(made.predict_proba(iris.features), peer.predict_proba(X))


@pytest.mark.parametrize("name", ["knn", "trees"])
def test_numbers_are_answered_with_numbers(name: str) -> None:
    numbers = read_dataset("diabetes", target=None)
    answers = fitted(numbers, name).predict(numbers.features)
    assert answers.dtype == np.float64
    assert np.corrcoef(answers, numbers.target)[0, 1] > 0.6


def vars_of(shape: NetworkShape) -> dict[str, Any]:
    return {name: getattr(shape, name) for name in NetworkShape.__dataclass_fields__}


@pytest.mark.filterwarnings("ignore")
def test_a_training_that_diverges_says_so() -> None:
    diabetes = read_dataset("diabetes", target=None)
    wild = NetworkShape(
        hidden_layer_sizes=(8,), activation="identity", learning_rate=1e6, batch_size=16, epochs=50, optimizer="sgd"
    )
    with pytest.raises((CannotFindOut, ValueError)):
        fitted(diabetes, "sklearn-mlp", wild)


def test_entries_are_made_afresh() -> None:
    iris = read_dataset("iris", target=None)
    entry: Entry = entries(iris, SHAPE)[1]
    assert entry.make(0) is not entry.make(0)


def test_ctrl_c_reaches_us_although_scikit_learn_takes_it_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.neural_network import _multilayer_perceptron

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_multilayer_perceptron, "gen_batches", stop)
    with pytest.raises(KeyboardInterrupt):
        fitted(read_dataset("iris", target=None), "sklearn-mlp")


@pytest.mark.parametrize("data", ["iris", "diabetes"])
@pytest.mark.parametrize("kept_apart", ["times", "groups"])
def test_boosting_of_many_rows_stops_early_by_the_latest_or_by_whole_groups(
    data: str, kept_apart: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = read_dataset(data, target=None)
    seen: list[NDArray[Any]] = []

    class Boosting:
        """Takes down which rows it learns from and stops by."""

        def __init__(self, random_state: int, early_stopping: bool) -> None:
            self.early_stopping = early_stopping

        def set_params(self, early_stopping: bool) -> Boosting:
            return Boosting(0, early_stopping)

        def fit(self, X: Any, y: Any, **held: Any) -> Boosting:
            assert bool(held) is self.early_stopping
            seen[:] = [X, *held.values()]
            return self

    monkeypatch.setattr(sklearn_baselines, "HistGradientBoostingClassifier", Boosting)
    monkeypatch.setattr(sklearn_baselines, "HistGradientBoostingRegressor", Boosting)
    monkeypatch.setattr(sklearn_baselines, "_STOPS_EARLY", 100)
    trees = sklearn_baselines.Trees(dataset.task, "y", prepare_rows, seed=3)
    rows = dataset.rows
    order = {"times": np.random.default_rng(0).permutation(rows) * 1.0, "groups": np.arange(rows) // 7}
    X = dataset.features
    features = prepare_rows(FitJob(seed=0, X=X, y=dataset.target))[1]
    trees.fit_job(FitJob(seed=0, X=X, y=dataset.target, **{kept_apart: order[kept_apart]}))
    learned, held, _ = ((features[:, None] == part).all(axis=2).any(axis=1) for part in (*seen[:2], features))
    assert 0.05 * rows < held.sum() < 0.2 * rows
    if kept_apart == "times":
        assert order["times"][held & ~learned].min() > order["times"][learned & ~held].max()
    else:
        assert not set(order["groups"][held & ~learned]) & set(order["groups"][learned & ~held])
    one = {"times": np.zeros(rows), "groups": np.zeros(rows, dtype=np.intp)}
    trees.fit_job(FitJob(seed=0, X=X, y=dataset.target, **{kept_apart: one[kept_apart]}))
    assert len(seen) == 1, "what cannot be held out is not: all rounds are taken"


def test_boosting_that_is_told_what_to_stop_by_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sklearn_baselines, "_STOPS_EARLY", 100)
    dataset = read_dataset("iris", target=None)
    trees = sklearn_baselines.Trees(dataset.task, "y", prepare_rows, seed=3)
    times = np.random.default_rng(0).permutation(dataset.rows) * 1.0
    trees.fit_job(FitJob(seed=0, X=dataset.features, y=dataset.target, times=times))
    assert trees._model.do_early_stopping_
    assert (trees.predict(dataset.features) == dataset.target).mean() > 0.9
