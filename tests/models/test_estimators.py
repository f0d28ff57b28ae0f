"""The estimators as citizens of scikit-learn, and what their options do."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from modelpick import MLPClassifier, MLPRegressor, UsageError
from modelpick.models import options

X, CODES = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
NAMES = np.array(["setosa", "versicolor", "virginica"], dtype=object)
Y = NAMES[CODES]
LENGTH = X[:, 2] * 20 + 300


@parametrize_with_checks([kind((32,), epochs=40, learning_rate=0.01) for kind in (MLPClassifier, MLPRegressor)])
def test_scikit_learn_accepts_them(estimator, check):
    check(estimator)


def test_the_course_network_learns_iris_and_tells_its_updates():
    model = MLPClassifier(batch_size=16, epochs=10, random_state=0).fit(X, Y)
    assert model.score(X, Y) > 0.9
    assert list(model.classes_) == sorted(NAMES)
    assert model.n_updates_ == 100
    assert "10 batches x 10 epochs = 100 updates" in model.summary()
    assert model.history_[-1].train_score == pytest.approx(model.score(X, Y), abs=0.02)  # while it learned
    assert model.history_[-1].train_loss < model.history_[0].train_loss


def test_auto_takes_few_rows_whole_in_float64_and_many_in_batches_in_float32():
    few = MLPClassifier((4,), epochs=3).fit(X, Y)
    many = MLPClassifier((4,), epochs=3).fit(np.vstack([X, X]), np.concatenate([Y, Y]))
    assert few.n_updates_ == 3
    assert few.tensors_["layers.0.weight"].dtype == np.float64
    assert many.n_updates_ == 3 * 10
    assert many.tensors_["layers.0.weight"].dtype == np.float32
    assert MLPClassifier((4,), epochs=3, batch_size="full").fit(np.vstack([X, X]), [*Y, *Y]).n_updates_ == 3


@pytest.mark.parametrize(
    "change",
    [
        *({"activation": name} for name in options.ACTIVATIONS),
        *(
            {"optimizer": name, "learning_rate": 0.05 if name in ("sgd", "momentum") else 0.01}
            for name in options.OPTIMIZERS
        ),
        *({"cost": name} for name in options.COSTS),
        *({"init": name} for name in ("glorot", "he", "normal", "uniform")),
        {"hidden_layer_sizes": ()},
        {"dropout": 0.2},
        {"weight_decay": 0.01},
        {"schedule": "cosine"},
    ],
)
def test_every_option_still_learns(change):
    model = MLPClassifier(**{"batch_size": 16, "epochs": 20, "random_state": 1, "learning_rate": 0.01, **change})
    model.fit(X, Y)
    assert model.score(X, Y) > 0.85
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)


def test_no_hidden_layer_is_the_softmax_regression_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    theirs = LogisticRegression(C=1e6, max_iter=10_000).fit(X, Y == "setosa")
    ours = MLPClassifier((), cost="binary-cross-entropy", epochs=500, learning_rate=0.1).fit(X, Y == "setosa")
    assert ours.tensors_["layers.0.weight"].shape == (1, 4)
    assert (ours.predict(X) == theirs.predict(X)).all()


def test_regression_scales_its_target_inside():
    model = MLPRegressor(epochs=200, random_state=0).fit(X, LENGTH)
    assert model.score(X, LENGTH) > 0.95
    assert model.target_mean_ == pytest.approx(LENGTH.mean())
    assert model.history_[-1].train_score == pytest.approx(model.score(X, LENGTH), abs=1e-3)
    constant = MLPRegressor(epochs=100, random_state=0).fit(X, np.full(len(X), 7.0))
    np.testing.assert_allclose(constant.predict(X), 7, atol=0.2)


def test_weights_of_rows_and_of_classes():
    settings = {"epochs": 20, "random_state": 0, "hidden_layer_sizes": (8,)}
    twice = MLPClassifier(**settings).fit(np.vstack([X[:90], X[:20]]), [*Y[:90], *Y[:20]])
    weighted = MLPClassifier(**settings).fit(X[:90], Y[:90], sample_weight=[2] * 20 + [1] * 70)
    np.testing.assert_allclose(twice.predict_proba(X), weighted.predict_proba(X), atol=1e-9)
    few = np.r_[0:50, 50:55]
    plain = MLPClassifier(**settings).fit(X[few], Y[few])
    balanced = MLPClassifier(**settings, class_weight="balanced").fit(X[few], Y[few])
    assert balanced.predict_proba(X[50:100])[:, 1].mean() > plain.predict_proba(X[50:100])[:, 1].mean()


def test_early_stopping_holds_out_a_stratified_tenth_or_takes_what_it_is_given():
    model = MLPClassifier(epochs=400, learning_rate=0.02, early_stopping=True, patience=3, random_state=0)
    model.fit(X, Y)
    assert len(model.history_) < 400
    assert "stopped early after epoch" in model.summary()
    given = MLPClassifier(epochs=2, random_state=0).fit(X[::2], Y[::2], validation=(X[1::2], Y[1::2]))
    assert given.history_[-1].validation_score == pytest.approx(given.score(X[1::2], Y[1::2]))
    assert MLPClassifier(epochs=2).fit(X, Y).history_[-1].validation_loss is None


def test_pipelines_searches_pickles_and_seeds():
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((8,), epochs=20, learning_rate=0.05, random_state=0))
    assert cross_val_score(pipeline, X, Y, cv=3).mean() > 0.8
    search = GridSearchCV(pipeline, {"mlpclassifier__activation": ["tanh", "relu"]}, cv=2).fit(X, Y)
    assert search.best_params_["mlpclassifier__activation"] in {"tanh", "relu"}
    copy = pickle.loads(pickle.dumps(search.best_estimator_))  # noqa: S301 - our own bytes
    np.testing.assert_array_equal(copy.predict_proba(X), search.predict_proba(X))
    first, second = (MLPClassifier(epochs=3, batch_size=16, random_state=5).fit(X, Y) for _ in range(2))
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


def test_errors_are_those_that_callers_of_scikit_learn_expect():
    with pytest.raises(NotFittedError):
        MLPClassifier().predict(X)
    model = MLPClassifier(epochs=1).fit(X, Y)
    with pytest.raises(ValueError, match="3 features"):
        model.predict(X[:, :3])
    with pytest.raises(ValueError, match="NaN"):
        model.predict([[np.nan, 1, 2, 3]])
    with pytest.raises(ValueError, match="no training row has"):
        MLPClassifier(epochs=1).fit(X[:100], Y[:100], validation=(X[100:], Y[100:]))
    with pytest.raises(ValueError, match="infinity"):
        model.fit(np.where(X > 2, np.inf, X), Y)


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("activation", "rellu", "`relu`"),
        ("init", "xavier", "one of: torch"),
        ("cost", "crossentropy", "`cross-entropy`"),
        ("optimizer", "Adam", "`adam`"),
        ("schedule", "cosin", "`cosine`"),
        ("hidden_layer_sizes", (128, 0), "128,128"),
        ("batch_size", "ful", "10"),
        ("batch_size", 0, "10"),
        ("epochs", 0, "10"),
        ("learning_rate", 0, "0.001"),
        ("learning_rate", float("nan"), "0.001"),
        ("dropout", 1.0, "0.2"),
        ("weight_decay", -1, "0.0001"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_could_be(option, value, hint):
    with pytest.raises(UsageError, match=option.split("_")[0]) as error:
        MLPClassifier(**{option: value}).fit(X, Y)
    assert isinstance(error.value, ValueError)
    assert hint in error.value.hint


def test_a_number_beyond_float32_is_named_before_and_after_training():
    features = X.copy()
    model = MLPClassifier((3,), batch_size=16, epochs=1, random_state=0).fit(X, Y)
    features[3, 1] = -1e39
    for call in (lambda: model.predict(features), lambda: model.fit(features, Y)):
        with pytest.raises(UsageError, match="float32 cannot hold"):
            call()
