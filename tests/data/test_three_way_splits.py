"""Splits: disjoint, covering, stratified, and with test rows from the pool alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelpick.data.splits import parse_ratio, three_way_splits
from modelpick.errors import AnswerIsNo, UsageError

share = st.floats(0.01, 100)


@settings(max_examples=150, deadline=None)
@given(
    labels=st.lists(st.sampled_from("abcd"), min_size=6, max_size=80),
    ratio=st.tuples(share, share, share),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_parts_are_disjoint_cover_all_rows_and_leave_every_class_in_train(
    labels: list[str], ratio: tuple[float, float, float], seed: int, data: st.DataObject
) -> None:
    counts = Counter(labels)
    if sum(counts.values()) - len(counts) < 2:
        return
    target = np.array(labels, dtype=object)
    single = {label for label, count in counts.items() if count == 1}
    pool = np.array([label not in single and data.draw(st.booleans()) for label in labels])
    if not pool.any():
        pool = ~np.isin(target, list(single))
    (split,) = three_way_splits(target, task="classification", ratio=ratio, seeds=[seed], test_pool=pool)
    parts = [split.train, split.validation, split.test]
    assert sorted(np.concatenate(parts)) == list(range(len(labels)))
    for part in parts:
        assert len(part) >= 1
        assert part.dtype == np.intp
        assert (np.diff(part) > 0).all()
    assert pool[split.test].all()
    assert set(target[split.train]) == set(labels)


def test_classes_are_in_proportion_and_seeds_differ() -> None:
    target = np.repeat(np.array(["a", "b", "c"], dtype=object), [100, 60, 40])
    splits = three_way_splits(target, task="classification", seeds=range(3))
    for split in splits:
        assert Counter(target[split.test]) == {"a": 10, "b": 6, "c": 4}
        assert Counter(target[split.validation]) == {"a": 10, "b": 6, "c": 4}
    assert len({split.test.tobytes() for split in splits}) == 3
    again = three_way_splits(target, task="classification", seeds=range(3))
    assert [s.test.tobytes() for s in again] == [s.test.tobytes() for s in splits]


def test_small_classes_get_their_share_of_tests_over_many_seeds() -> None:
    target = np.array(["a"] * 95 + ["b"] * 5, dtype=object)
    splits = three_way_splits(target, task="classification", seeds=range(400))
    tested = np.mean([np.sum(target[split.test] == "b") for split in splits])
    assert 0.4 < tested < 0.6  # a tenth of five rows; always rounding down would never test the class


def test_regression_is_split_at_random() -> None:
    (split,) = three_way_splits(np.arange(50.0), task="regression", ratio=(3, 1, 1), seeds=[7])
    assert (len(split.train), len(split.validation), len(split.test)) == (30, 10, 10)


@pytest.mark.parametrize(
    ("labels", "pool", "message"),
    [
        (["a", "b"], None, "2 rows cannot be split"),
        (["a", "a", "b", "b"], np.zeros(4, dtype=bool), "no row is left to test on"),
        (["a", "b", "c", "c"], None, "each class stays in train"),
    ],
)
def test_too_little_to_split_is_a_no(labels: list[str], pool: np.ndarray | None, message: str) -> None:
    with pytest.raises(AnswerIsNo, match=message):
        three_way_splits(np.array(labels, dtype=object), task="classification", seeds=[0], test_pool=pool)


def test_ratio_from_the_command_line() -> None:
    assert parse_ratio("8:1:1") == (8, 1, 1)
    assert parse_ratio("0.7:0.15:0.15") == (0.7, 0.15, 0.15)
    for nonsense in ("", "8:1", "8:1:1:1", "8:1:x", "8:0:1", "8:-1:1", "8:nan:1", "inf:1:1", "1e308:1e308:1"):
        with pytest.raises(UsageError, match="no split"):
            parse_ratio(nonsense)
