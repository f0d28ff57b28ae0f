"""Intervals and tests against worked values, and against simulations of which the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelpick.data.splits import three_way_splits
from modelpick.evaluation.statistics import corrected_comparison, corrected_interval, holm, verdict, wilson


def test_the_corrected_interval_by_hand() -> None:
    # mean 0.9; deviations -.1 0 .1: s = 0.1; se = 0.1 sqrt(1/3 + 1/8); t(2, .975) = 4.302653
    found = corrected_interval([0.8, 0.9, 1.0], 1 / 8)
    half = 4.302652729911275 * 0.1 * math.sqrt(1 / 3 + 1 / 8)
    assert found.mean == pytest.approx(0.9)
    assert found.std == pytest.approx(0.1)
    assert found.ci95 == pytest.approx((0.9 - half, 0.9 + half))
    assert corrected_interval([0.8, 0.9, 1.0], 1 / 8, bounds=(0, 1)).ci95 == pytest.approx((0.9 - half, 1.0))


def test_the_corrected_comparison_by_hand() -> None:
    found = corrected_comparison([0.9, 0.8, 1.0, 0.9, 0.8], [0.7, 0.7, 0.8, 0.8, 0.6], 0.125)
    differences = np.array([0.2, 0.1, 0.2, 0.1, 0.2])
    error = differences.std(ddof=1) * math.sqrt(1 / 5 + 0.125)
    t = differences.mean() / error
    x = t / math.sqrt(4)  # the t distribution of 4 degrees of freedom, in closed form
    tail = 0.5 - 0.5 * x / math.sqrt(1 + x * x) * (1 + 0.5 / (1 + x * x))
    assert found.p == pytest.approx(2 * tail)
    assert found.ci95 == pytest.approx((0.16 - 2.7764451 * error, 0.16 + 2.7764451 * error))


def test_no_spread_is_no_proof() -> None:
    same = [0.9, 0.8, 1.0]
    assert corrected_comparison(same, same, 0.1) == corrected_comparison(same, same, 0.1, 1 / 15)
    assert corrected_comparison(same, same, 0.1).p is None
    assert corrected_comparison([0.9] * 3, [0.1 + 0.2] * 3, 0.1).p is None  # equal but for rounding
    assert corrected_interval([0.9] * 3, 0.1).ci95 is None
    assert corrected_interval([0.9], 0.1).ci95 is None
    assert corrected_interval([0.9, 0.8], math.inf).ci95 is None
    assert corrected_interval([0.9, math.nan], 0.1).ci95 is None


def test_a_row_more_or_less_is_the_least_spread_of_a_share() -> None:
    floor = corrected_interval([1.0] * 5, 1 / 8, 1 / 15, (0, 1))
    one_off = corrected_interval([1.0, 1.0, 1.0, 1.0, 14 / 15], 1 / 8)
    assert floor.ci95 is not None
    assert one_off.ci95 is not None
    assert floor.std == 0
    assert 1 - floor.ci95[0] == pytest.approx((one_off.ci95[1] - one_off.ci95[0]) / 2)
    constant = corrected_comparison([1.0] * 5, [1 / 3] * 5, 1 / 8, 1 / 15)
    assert constant.p is not None
    assert constant.p < 0.001


def test_holm_by_hand() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06], nan_ok=True)
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([None]) == [None]


def test_the_verdict() -> None:
    assert verdict(0.1, 0.01) == "better"
    assert verdict(0.1, 0.01, higher_is_better=False) == "worse"
    assert verdict(0.1, 0.05) == "no clear difference"
    assert verdict(0.1, None) == "no clear difference"


def test_wilson_by_hand() -> None:
    # the worked example of Newcombe 1998 (Stat. Med. 17:857), 81 of 263: 0.2553 to 0.3662
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson(1, 20)[1] == 1


def centroids(features: np.ndarray, target: np.ndarray, train: np.ndarray, test: np.ndarray) -> float:
    """Accuracy of the nearest class centre: a quick learner that does learn from its rows."""
    labels = np.unique(target)
    centres = np.array([features[train][target[train] == label].mean(axis=0) for label in labels])
    nearest = ((features[test][:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    return float(np.mean(labels[nearest] == target[test]))


def test_equal_learners_are_rarely_called_different_and_shuffled_labels_contain_chance() -> None:
    rng = np.random.default_rng(11)
    called, covered, runs = 0, 0, 200
    for run in range(runs):
        target = np.repeat(np.array(["a", "b"], dtype=object), 60)
        features = rng.normal(size=(120, 8)) + 0.8 * (target == "a")[:, None]
        splits = three_way_splits(target, task="classification", seeds=range(5 * run, 5 * run + 5))
        one, two = (
            [centroids(features[:, half], target, split.train, split.test) for split in splits]
            for half in (slice(0, 4), slice(4, 8))
        )
        p = corrected_comparison(one, two, 1 / 8, 1 / 12).p
        called += p is not None and p < 0.05
        shuffled = rng.permutation(target)
        chance = [centroids(features, shuffled, split.train, split.test) for split in splits]
        interval = corrected_interval(chance, 1 / 8, 1 / 12, (0, 1)).ci95
        covered += interval is not None and interval[0] <= 0.5 <= interval[1]
    assert called <= 0.09 * runs
    assert covered >= 0.9 * runs


def test_an_interval_of_a_difference_stays_within_what_two_shares_can_differ_by():
    free = corrected_comparison([1.0, 0.2], [0.1, 0.1], 1 / 9, 0.05)
    cut = corrected_comparison([1.0, 0.2], [0.1, 0.1], 1 / 9, 0.05, bounds=(0.0, 1.0))
    assert free.ci95 is not None
    assert free.ci95[1] > 1
    assert cut.ci95 == (max(free.ci95[0], -1.0), 1.0)
    assert cut.p == free.p
