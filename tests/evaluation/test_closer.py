"""A closer look at a candidate, against figures that are known by construction."""

from __future__ import annotations

import numpy as np
import pytest
from made_dataset import made_dataset

from modelpick.evaluation.importance import importances
from modelpick.evaluation.mistakes import count_mistakes, mistakes, row_values
from modelpick.evaluation.tested import OTHER, confusion, most_confused, reliability
from modelpick.evaluation.tested import Tested as Answers


def given(truth, answers, shares=None, rows=None) -> Answers:
    return Answers(
        task="classification",
        classes=("a", "b"),
        rows=np.arange(len(truth)) if rows is None else np.array(rows),
        truth=np.array(truth),
        answers=np.array(answers),
        probabilities=None if shares is None else np.array([[1 - p, p] for p in shares], dtype=np.float32),
    )


def test_confusion_counts_true_by_answered_and_other_classes_apart():
    found = confusion(given([0, 0, 1, 1, 1], [0, 1, 1, 1, OTHER]))
    assert found.tolist() == [[1, 1, 0], [0, 2, 1]]
    assert most_confused(given([0, 0, 1, 1], [0, 0, 0, 1])) == [("b", "a", 1, 2)]


def test_reliability_compares_confidence_with_what_is_right():
    bins = reliability(given([1, 1, 0, 0], [1, 1, 1, 0], [0.95, 0.91, 0.93, 0.42]))
    assert [(b.low, b.answers) for b in bins] == [(0.5, 1), (0.9, 3)]
    assert bins[1].right == pytest.approx(2 / 3)
    assert bins[1].sure == pytest.approx(0.93)
    assert reliability(given([0], [0])) == []
    foreign = given([0, 0], [OTHER, 0], [0.8, 0.2])  # nobody knows how sure it was of the class that is none here
    assert [(b.answers, b.right) for b in reliability(foreign)] == [(1, 1.0)]
    assert reliability(given([0], [OTHER], [0.8])) == []


def test_mistakes_are_rows_that_are_mostly_wrong_the_surest_first():
    dataset = made_dataset(["a", "a", "b", "b"], {"x": [1.0, 2.0, 3.0, 4.0]}, row_numbers=np.array([2, 3, 5, 9]))
    #             row 0: wrong once of two; row 1: wrong and unsure; row 3: wrong and sure
    tested = given([0, 0, 0, 0, 1, 1], [1, 0, 1, 1, 0, 0], [0.9, 0.1, 0.6, 0.6, 0.1, 0.1], rows=[0, 0, 1, 1, 3, 3])
    found = mistakes(dataset, tested)
    assert [(m.place, m.answer, m.wrong, m.tested) for m in found] == [("9", "a", 2, 2), ("3", "b", 2, 2)]
    assert found[0].sure == pytest.approx(0.9)
    assert found[0].values == {"x": "4"}
    assert count_mistakes(tested) == (2, 3)


def test_numbers_that_are_farthest_off_come_first():
    dataset = made_dataset(np.array([1.0, 2.0, 3.0]), {"x": [1.0, 2.0, 3.0]})
    tested = Answers(
        task="regression",
        classes=(),
        rows=np.array([0, 1, 2]),
        truth=np.array([1.0, 2.0, 3.0]),
        answers=np.array([1.5, -2.0, 3.0]),
        probabilities=None,
    )
    found = mistakes(dataset, tested, most=2)
    assert [(m.place, m.error) for m in found] == [("2", -4.0), ("1", 0.5)]


class Threshold:
    """Answers by the sign of `x` alone."""

    classes_ = ("no", "yes")

    def predict_proba(self, table):
        says = table.column("x").values > 0
        return np.where(says[:, None], [0.1, 0.9], [0.9, 0.1])

    def predict(self, table):
        return 2 * table.column("x").values


def test_only_the_column_that_the_model_uses_is_important_and_the_same_seed_gives_the_same():
    stream = np.random.default_rng(0)
    x, noise = stream.normal(size=(2, 200))
    dataset = made_dataset(np.where(x > 0, "yes", "no"), {"noise": noise, "x": x})
    first = importances(dataset, Threshold(), np.arange(100), seed=3)
    assert [found.column for found in first] == ["x", "noise"]
    # Half of the rows get the other answer: -ln 0.1 instead of -ln 0.9.
    assert first[0].loss == pytest.approx(0.5 * np.log(9), abs=0.15)
    assert first[0].score == pytest.approx(0.5, abs=0.08)
    assert (first[1].loss, first[1].spread, first[1].score) == (0, 0, 0)
    assert importances(dataset, Threshold(), np.arange(100), seed=3) == first


def test_importance_of_numbers_is_the_rise_of_the_rmse():
    x = np.random.default_rng(0).normal(size=400)
    dataset = made_dataset(2 * x, {"x": x})
    found = importances(dataset, Threshold(), np.arange(200), seed=0)
    assert found[0].loss == pytest.approx(2 * np.sqrt(2), rel=0.15)  # two independent draws of 2 x


def test_long_cells_are_cut():
    dataset = made_dataset(["a", "b"], {"note": ["word " * 100, "x y z u v w"]})
    assert len(row_values(dataset, 0)["note"]) == 200
