"""Mean and spread of numbers of any size."""

from __future__ import annotations

import numpy as np
import pytest

from modelpick import MLPRegressor
from modelpick.models.spread import mean_and_spread

VALUES = np.random.default_rng(0).normal(size=(40, 3)) + np.array([0, 5, -2])


def test_it_is_numpys_and_follows_weights():
    mean, spread = mean_and_spread(VALUES)
    np.testing.assert_array_equal(mean, VALUES.mean(axis=0))
    np.testing.assert_array_equal(spread, VALUES.std(axis=0))
    twice = np.r_[np.full(20, 2.0), np.ones(20)]
    for got, expected in zip(mean_and_spread(VALUES, twice), mean_and_spread(np.r_[VALUES[:20], VALUES]), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert mean_and_spread(np.full(5, 3.0)) == (3.0, 1.0)


@pytest.mark.parametrize("factor", [2.0**700, 2.0**-700])
def test_squares_that_no_float_holds_change_nothing_but_the_unit(factor):
    for got, expected in zip(mean_and_spread(VALUES * [factor, 1, 1]), mean_and_spread(VALUES), strict=True):
        np.testing.assert_allclose(got / [factor, 1, 1], expected, rtol=1e-12)
    answers = [
        MLPRegressor((4,), epochs=5, random_state=0).fit(VALUES, VALUES[:, 0] * unit).predict(VALUES) / unit
        for unit in (1.0, factor)
    ]
    np.testing.assert_allclose(*answers, rtol=1e-6)
