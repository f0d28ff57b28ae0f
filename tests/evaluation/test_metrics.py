"""Metrics against values worked out by hand and against scikit-learn."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from modelpick.errors import UsageError
from modelpick.evaluation.metrics import Predictions, chosen_metric, evaluate, main_metric, metrics_of


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


def test_probabilities_as_scikit_learn_measures_them() -> None:
    from sklearn import metrics

    rng = np.random.default_rng(4)
    for labels in ("ab", "abc"):
        truth, chances = rng.choice(list(labels), 80), rng.dirichlet(np.ones(len(labels)), 80).round(1)
        chances[:, -1] = 1 - chances[:, :-1].sum(axis=1)  # rounded, so that there are ties
        answers = "".join(np.array(list(labels))[chances.argmax(axis=1)])
        given = classified("".join(truth), answers, probabilities=chances, classes=tuple(labels))
        found = evaluate(given, metrics_of("classification"))
        if len(labels) == 2:
            assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(truth == "b", chances[:, 1]))
            assert found["brier"] == pytest.approx(metrics.brier_score_loss(truth == "b", chances[:, 1]))
        else:
            one_by_one = [metrics.roc_auc_score(truth == c, chances[:, j]) for j, c in enumerate(labels)]
            assert found["roc_auc"] == pytest.approx(np.mean(one_by_one))
            assert found["brier"] == pytest.approx(np.mean(((truth[:, None] == list(labels)) - chances) ** 2) * 3)


def test_calibration_by_hand() -> None:
    # two bins: 3 rows of .9 sure, 2 of them right; 1 row of .6, right
    chances = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.6, 0.4]])
    found = evaluate(
        classified("aaba", "aaaa", probabilities=chances, classes=("a", "b")), metrics_of("classification")
    )
    assert found["ece"] == pytest.approx(3 / 4 * (0.9 - 2 / 3) + 1 / 4 * (1 - 0.6))


def test_what_needs_probabilities_is_left_out_without() -> None:
    found = evaluate(classified("ab", "aa"), metrics_of("classification"))
    assert set(found) == {"accuracy", "balanced_accuracy", "f1_macro"}


def test_auc_of_a_test_part_without_two_classes_cannot_be_told() -> None:
    chances = np.array([[0.9, 0.1], [0.2, 0.8]])
    found = evaluate(classified("aa", "ab", probabilities=chances, classes=("a", "b")), metrics_of("classification"))
    assert math.isnan(found["roc_auc"])


def test_the_main_metric_is_chosen_and_said() -> None:
    even, uneven = np.array(list("ab" * 10), dtype=object), np.array(list("a" * 19 + "b"), dtype=object)
    assert chosen_metric("classification", even)[0].name == "accuracy"
    metric, why = chosen_metric("classification", uneven)
    assert metric.name == "balanced_accuracy"
    assert "95%" in why
    assert chosen_metric("regression", np.arange(3.0))[0].name == "rmse"
    assert chosen_metric("classification", uneven, "log_loss")[0].name == "log_loss"
    with pytest.raises(UsageError, match="`ece`"):
        chosen_metric("classification", even, "ece")


def test_a_class_that_the_candidate_does_not_know_has_no_probability() -> None:
    sure = np.array([[1.0, 0.0], [1.0, 0.0]])
    unknown = classified("az", "aa", probabilities=sure, classes=("a", "b"))
    found = evaluate(unknown, metrics_of("classification"))
    assert found["log_loss"] == pytest.approx(-math.log(np.finfo(float).eps) / 2)
    assert found["brier"] == pytest.approx((0 + 2) / 2 / 2)  # all that could be wrong is
    of_three = evaluate(replace(unknown, asked=3), metrics_of("classification"))
    assert of_three["brier"] == pytest.approx((0 + 2) / 2)  # as for those that know the third class


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
