"""Metrics against values worked out by hand and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelpick.errors import UsageError
from modelpick.evaluation.metrics import Predictions, evaluate, main_metric, metrics_of


def classified(truth: str, answers: str, **more: object) -> Predictions:
    return Predictions(truth=np.array(list(truth), dtype=object), answers=np.array(list(answers), dtype=object), **more)


def test_classification_by_hand() -> None:
    half = np.full((5, 2), 0.5)
    found = evaluate(classified("aaaab", "aaabb", probabilities=half, classes=("a", "b")), metrics_of("classification"))
    assert found["accuracy"] == 0.8
    assert found["balanced_accuracy"] == (3 / 4 + 1) / 2
    assert found["f1_macro"] == pytest.approx((6 / 7 + 2 / 3) / 2)
    assert found["log_loss"] == pytest.approx(math.log(2))


def test_classification_as_scikit_learn_has_it() -> None:
    from sklearn import metrics

    rng = np.random.default_rng(3)
    truth, answers = rng.choice(list("abc"), 60), rng.choice(list("abcd"), 60)
    chances = rng.dirichlet(np.ones(3), 60)
    found = evaluate(
        classified("".join(truth), "".join(answers), probabilities=chances, classes=("a", "b", "c")),
        metrics_of("classification"),
    )
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, answers))
    assert found["balanced_accuracy"] == pytest.approx(
        np.mean([np.mean(answers[truth == label] == label) for label in "abc"])
    )
    assert found["f1_macro"] == pytest.approx(metrics.f1_score(truth, answers, average="macro"))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(truth, chances, labels=["a", "b", "c"]))


def test_a_class_that_the_candidate_does_not_know_has_no_probability() -> None:
    sure = np.array([[1.0, 0.0], [1.0, 0.0]])
    found = evaluate(classified("az", "aa", probabilities=sure, classes=("a", "b")), metrics_of("classification"))
    assert found["log_loss"] == pytest.approx(-math.log(np.finfo(float).eps) / 2)


def test_regression_by_hand() -> None:
    p = Predictions(truth=np.array([1.0, 2.0, 6.0]), answers=np.array([1.0, 4.0, 5.0]))
    found = evaluate(p, metrics_of("regression"))
    assert found["rmse"] == pytest.approx(math.sqrt(5 / 3))
    assert found["mae"] == pytest.approx(1)
    assert found["r2"] == pytest.approx(1 - 5 / 14)
    alone = Predictions(truth=np.array([1.0]), answers=np.array([2.0]))
    assert math.isnan(evaluate(alone, metrics_of("regression"))["r2"])


def test_answers_that_are_no_numbers_have_no_score() -> None:
    with pytest.raises(ValueError, match="not finite"):
        evaluate(Predictions(truth=np.array([1.0]), answers=np.array([np.nan])), metrics_of("regression"))
    broken = np.array([[np.nan, np.nan]])
    with pytest.raises(ValueError, match="not finite"):
        evaluate(classified("a", "a", probabilities=broken, classes=("a", "b")), metrics_of("classification"))


def test_the_main_metric() -> None:
    assert main_metric("classification").name == "accuracy"
    assert main_metric("regression").name == "rmse"
    assert main_metric("classification", "log_loss").higher_is_better is False
    with pytest.raises(UsageError, match="no metric `r2` for classification"):
        main_metric("classification", "r2")
    with pytest.raises(UsageError) as caught:
        main_metric("classification", "acuracy")
    assert "did you mean `accuracy`?" in (caught.value.hint or "")
