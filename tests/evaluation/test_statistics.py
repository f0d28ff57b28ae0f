"""Intervals and tests against worked values, and against simulations of which the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from modelpick.data.dataset import Dataset
from modelpick.data.plan import Plan, plan
from modelpick.data.plan_rule import SplitOptions
from modelpick.data.table import Column, Table
from modelpick.evaluation.statistics import (
    Difference,
    corrected_comparison,
    corrected_interval,
    holm,
    mcnemar,
    posterior,
    rows_needed,
    verdict,
    wilson,
)


def test_the_corrected_interval_by_hand() -> None:
    # mean 0.9; deviations -.1 0 .1: s = 0.1; se = 0.1 sqrt(1/3 + 1/8); t(2, .975) = 4.302653
    found = corrected_interval([0.8, 0.9, 1.0], 1 / 8)
    half = 4.302652729911275 * 0.1 * math.sqrt(1 / 3 + 1 / 8)
    assert found.mean == pytest.approx(0.9)
    assert found.std == pytest.approx(0.1)
    assert found.ci95 == pytest.approx((0.9 - half, 0.9 + half))
    assert corrected_interval([0.8, 0.9, 1.0], 1 / 8, bounds=(0, 1)).ci95 == pytest.approx((0.9 - half, 1.0))


def test_as_baycomp_and_scipy_have_it() -> None:
    """The correlated t of baycomp's `two_on_single`, with `runs=2`, and scipy's distributions."""
    one, two = [0.8, 0.9, 0.7, 0.85, 0.75, 0.95], [0.7, 0.85, 0.75, 0.7, 0.7, 0.9]
    found = corrected_comparison(one, two, 1 / 2)  # 3 folds, twice: rho is a third
    differences = np.subtract(one, two)
    scale = math.sqrt(differences.var(ddof=1) * (1 / 6 + (1 / 3) / (1 - 1 / 3)))
    true = stats.t(5, loc=differences.mean(), scale=scale)
    assert found.ci95 == pytest.approx(true.interval(0.95))
    assert found.p == pytest.approx(2 * stats.t(5).sf(differences.mean() / scale))
    chances = posterior(found, 0.02)
    assert chances is not None
    assert (chances.worse, chances.equal, chances.better) == pytest.approx(
        (true.cdf(-0.02), true.cdf(0.02) - true.cdf(-0.02), true.sf(0.02))
    )
    assert mcnemar(4, 12) == pytest.approx(2 * stats.binom(16, 0.5).cdf(4) - stats.binom(16, 0.5).pmf(4))
    assert wilson(0.3, 70) == pytest.approx(tuple(stats.binomtest(21, 70).proportion_ci(method="wilson")))


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


def made_of(features: np.ndarray, target: np.ndarray) -> Dataset:
    columns = tuple(Column(name=f"x{j}", kind="number", values=features[:, j]) for j in range(features.shape[1]))
    return Dataset(
        name="made",
        path="made.csv",
        features=Table(columns, len(target)),
        target=target,
        target_name="y",
        task="classification",
        classes=tuple(np.unique(target.astype(str)).tolist()),
        fingerprint="0" * 64,
    )


def scores(features: np.ndarray, target: np.ndarray, made: Plan) -> list[float]:
    return [centroids(features, target, split.train, split.test) for split in made.splits]


def test_two_equal_models_are_called_different_in_few_of_400_small_data_sets() -> None:
    """Two learners that see four equally good columns each, by the default rule: 10 folds x 5."""
    rng = np.random.default_rng(11)
    called, covered, runs, pool = 0, 0, 400, 54
    for run in range(runs):
        target = np.repeat(np.array(["a", "b"], dtype=object), 30)
        features = rng.normal(size=(60, 8)) + 0.6 * (target == "a")[:, None]
        made = plan(made_of(features, target), SplitOptions(seed=run))
        one, two = (scores(features[:, half], target, made) for half in (slice(0, 4), slice(4, 8)))
        found = corrected_comparison(one, two, made.overlap, 1 / made.test_rows)
        called += found.p is not None and found.p < 0.05
        covered += found.ci95 is not None and found.ci95[0] <= 0 <= found.ci95[1]
        assert made.pool == pool
    assert called <= 30
    assert covered >= 0.9 * runs


def test_labels_that_were_shuffled_leave_chance_within_the_interval() -> None:
    rng = np.random.default_rng(12)
    covered = 0
    for run in range(100):
        target = rng.permutation(np.repeat(np.array(["a", "b"], dtype=object), 50))
        features = rng.normal(size=(100, 6))
        made = plan(made_of(features, target), SplitOptions(seed=run))
        found = corrected_interval(scores(features, target, made), made.overlap, 1 / made.test_rows, (0, 1)).ci95
        covered += found is not None and found[0] <= 0.5 <= found[1]
    assert covered >= 90


def test_the_interval_covers_the_true_accuracy() -> None:
    """Known truth: the accuracy of a learner on endless new rows, averaged over training sets of this size."""
    rng = np.random.default_rng(13)
    runs, covered, truth = 150, 0, []
    intervals = []
    for run in range(runs):
        target = np.repeat(np.array(["a", "b"], dtype=object), 40)
        features = rng.normal(size=(80, 4)) + 0.5 * (target == "a")[:, None]
        made = plan(made_of(features, target), SplitOptions(seed=run))
        intervals.append(corrected_interval(scores(features, target, made), made.overlap, 1 / made.test_rows, (0, 1)))
        new = np.repeat(np.array(["a", "b"], dtype=object), 500)
        rows = np.vstack([features, rng.normal(size=(1000, 4)) + 0.5 * (new == "a")[:, None]])
        truth.append(centroids(rows, np.concatenate([target, new]), made.splits[0].train, np.arange(80, 1080)))
    true = float(np.mean(truth))
    covered = sum(made.ci95 is not None and made.ci95[0] <= true <= made.ci95[1] for made in intervals)
    assert covered >= 0.9 * runs


def test_the_bayesian_form_by_hand() -> None:
    # 4 degrees of freedom in closed form, as above; the rope lies half an error on each side of the mean
    made = Difference(mean=0.02, ci95=None, p=0.5, error=0.04, degrees=4)
    found = posterior(made, 0.0)
    assert found is not None
    x = 0.5 / math.sqrt(4)
    above = 0.5 + 0.5 * x / math.sqrt(1 + x * x) * (1 + 0.5 / (1 + x * x))
    assert found.better == pytest.approx(above)
    assert found.worse == pytest.approx(1 - above)
    assert found.equal == 0
    turned = posterior(made, 0.0, higher_is_better=False)
    assert turned is not None
    assert turned.worse == pytest.approx(above)
    wide = posterior(made, 10.0)
    assert wide is not None
    assert wide.equal == pytest.approx(1, abs=1e-6)
    assert posterior(Difference(mean=0.1, ci95=None, p=None), 0.01) is None


def test_rows_needed_by_hand() -> None:
    # ((1.95996 + 0.84162) * 0.02 / 0.04)^2 = 1.96222 times the rows; of five comparisons z is 2.57583
    found = Difference(mean=-0.04, ci95=None, p=0.1, error=0.02, degrees=9)
    assert rows_needed(found, 150) == math.ceil(150 * (2.801585 / 2) ** 2)
    assert rows_needed(found, 150, 5) == math.ceil(150 * ((2.575829 + 0.841621) / 2) ** 2)
    assert rows_needed(Difference(mean=0.0, ci95=None, p=1.0, error=0.02, degrees=9), 150) is None
    assert rows_needed(Difference(mean=0.1, ci95=None, p=None), 150) is None


def test_mcnemar_by_hand() -> None:
    # 2 P(X <= 1) - P(X = 1) of Bin(6, 1/2) = 14 / 64 - 6 / 64
    assert mcnemar(1, 5) == pytest.approx(8 / 64)
    assert mcnemar(5, 1) == mcnemar(1, 5)
    assert mcnemar(3, 3) == 1
    assert mcnemar(0, 0) == 1
    assert mcnemar(0, 2000) < 1e-300 or mcnemar(0, 2000) == 0


def test_an_interval_of_a_difference_stays_within_what_two_shares_can_differ_by():
    free = corrected_comparison([1.0, 0.2], [0.1, 0.1], 1 / 9, 0.05)
    cut = corrected_comparison([1.0, 0.2], [0.1, 0.1], 1 / 9, 0.05, bounds=(0.0, 1.0))
    assert free.ci95 is not None
    assert free.ci95[1] > 1
    assert cut.ci95 == (max(free.ci95[0], -1.0), 1.0)
    assert cut.p == free.p
