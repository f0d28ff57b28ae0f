"""The plan: what stays untouched, whole groups on one side, time in order, and the rule by the count of rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelpick.data.dataset import Dataset
from modelpick.data.folds import deal, held_out
from modelpick.data.plan import Plan, plan
from modelpick.data.plan_rule import SplitOptions
from modelpick.data.plan_words import short_rule
from modelpick.data.table import Column, Table
from modelpick.errors import AnswerIsNo, UsageError


def data(rows: int = 60, classes: str = "ab", **fields: Any) -> Dataset:
    """Rows that are all different, with classes in turn; no classes make a regression."""
    column = Column(name="n", kind="number", values=np.arange(float(rows)))
    target: Any = np.arange(float(rows))
    if classes:
        target = np.array([classes[i % len(classes)] for i in range(rows)], dtype=object)
    return Dataset(
        name="made",
        path="made.csv",
        features=Table((column,), rows),
        target=target,
        target_name="y",
        task="classification" if classes else "regression",
        classes=tuple(sorted(set(classes))),
        fingerprint="0" * 64,
        **fields,
    )


def check(made: Plan, rows: int) -> None:
    """No row is on two sides, and the untouched ones are nowhere else."""
    for split in made.splits:
        parts = [split.train, split.validation, split.test]
        together = np.concatenate(parts)
        assert len(set(together.tolist())) == len(together)
        assert not set(together.tolist()) & set(made.test.tolist())
        assert len(split.train)
        assert len(split.test)
    assert set(made.rest.tolist()) | set(made.test.tolist()) <= set(range(rows))


@settings(max_examples=100, deadline=None)
@given(
    labels=st.lists(st.sampled_from("abc"), min_size=1, max_size=60),
    folds=st.integers(2, 10),
    groups=st.integers(1, 20),
    seed=st.integers(0, 10**6),
)
def test_deals_are_even_and_keep_groups_whole(labels: list[str], folds: int, groups: int, seed: int) -> None:
    strata = np.unique(labels, return_inverse=True)[1].astype(np.intp)
    dealt = deal(strata, folds, seed)
    sizes = np.bincount(dealt, minlength=folds)
    assert sizes.max() - sizes.min() <= 1
    for label in range(strata.max() + 1):
        sizes = np.bincount(dealt[strata == label], minlength=folds)
        assert sizes.max() - sizes.min() <= 1
    group = np.random.default_rng(seed).integers(0, groups, len(labels))
    dealt = deal(strata, folds, seed, group)
    assert all(len(set(dealt[group == g].tolist())) == 1 for g in set(group.tolist()))
    assert len(set(dealt.tolist())) == min(folds, len(set(group.tolist())))


@pytest.mark.parametrize(
    ("rows", "options", "rule"),
    [
        (150, {}, "10 folds x 5"),
        (5_500, {}, "10 folds x 5"),
        (5_600, {}, "5 folds"),
        (55_500, {}, "5 folds"),
        (55_700, {}, "8:1:1 x 3"),
        (150, {"folds": 4}, "4 folds x 5"),
        (150, {"repeats": 2}, "10 folds x 2"),
        (150, {"ratio": (6, 2, 2)}, "6:2:2 x 3"),
        (12, {}, "10 folds x 5"),
        (6, {}, "5 folds x 5"),
    ],
)
def test_the_rule_follows_the_rows_and_the_options_overrule_it(rows: int, options: dict[str, Any], rule: str) -> None:
    made = plan(data(rows, ""), SplitOptions(**options))
    assert short_rule(made) == rule
    assert abs(len(made.test) - rows / 10) <= 1
    check(made, rows)


def test_what_takes_long_is_split_three_times() -> None:
    assert short_rule(plan(data(), heavy=True)) == "8:1:1 x 3"
    assert short_rule(plan(replace(data(), kind="text"))) == "8:1:1 x 3"
    assert "texts" in plan(replace(data(), kind="text")).reason


def test_each_row_is_tested_once_in_a_repeat_and_classes_are_in_proportion() -> None:
    made = plan(data(150, "abc"))
    for repeat in range(5):
        splits = made.splits[10 * repeat : 10 * repeat + 10]
        assert sorted(np.concatenate([split.test for split in splits])) == made.rest.tolist()
    target = data(150, "abc").target
    assert Counter(target[made.test]) == {"a": 5, "b": 5, "c": 5}
    assert made.overlap == pytest.approx(1 / 9)
    assert made.splits[0].test.tolist() != made.splits[10].test.tolist()
    assert [s.test.tolist() for s in plan(data(150, "abc")).splits] == [s.test.tolist() for s in made.splits]
    assert plan(data(150, "abc"), SplitOptions(seed=1)).test.tolist() != made.test.tolist()


@pytest.mark.parametrize("options", [SplitOptions(), SplitOptions(ratio=(8, 1, 1))])
def test_groups_and_equal_rows_are_on_one_side(options: SplitOptions) -> None:
    groups = np.arange(120) // 3
    for made in (plan(data(120, groups=groups), options), plan(data(120), options, alike=groups)):
        check(made, 120)
        assert not set(groups[made.test]) & set(groups[made.rest])
        for split in made.splits:
            train, validation, test = (set(groups[p].tolist()) for p in (split.train, split.validation, split.test))
            assert not train & (validation | test)
            assert not validation & test
    assert "Equal rows" in made.rule


def test_few_groups_are_each_left_out_once() -> None:
    groups = np.arange(70) % 7
    made = plan(data(70, groups=groups))
    assert (made.way, len(made.splits), made.repeats) == ("groups", 6, 1)
    assert sorted({int(g) for split in made.splits for g in groups[split.test]} | set(groups[made.test])) == list(
        range(7)
    )
    with pytest.raises(AnswerIsNo, match="2 groups"):
        plan(data(70, groups=np.arange(70) // 2 % 2))


def test_time_goes_one_way() -> None:
    times = np.random.default_rng(0).permutation(100) // 2 * 1.0
    made = plan(data(100, times=times))
    check(made, 100)
    assert times[made.test].min() > times[made.rest].max()
    for split in made.splits:
        assert times[split.train].max() < times[split.test].min()
    sizes = [len(split.train) for split in made.splits]
    assert sizes == sorted(sizes)
    (once,) = plan(data(100, times=times), SplitOptions(ratio=(8, 1, 1))).splits
    assert times[once.train].max() < times[once.validation].min()
    assert times[once.validation].max() < times[once.test].min()
    with pytest.raises(AnswerIsNo, match="by time"):
        plan(data(100, times=np.zeros(100)))


@pytest.mark.parametrize("options", [SplitOptions(), SplitOptions(ratio=(8, 1, 1))])
@pytest.mark.parametrize("known", [range(80, 100), range(60, 85), range(0)])
def test_nothing_as_late_as_a_test_row_trains_beside_it(options: SplitOptions, known: range) -> None:
    """The last rows of a rare class, and those that a given model knows, are in no test part: nor do they train."""
    times, rare = np.arange(100.0), np.zeros(100, dtype=bool)
    rare[[97, 99]], seen = True, np.isin(np.arange(100), known)
    dataset = data(100, times=times)
    target = np.where(rare, "rare", dataset.target)
    made = plan(replace(dataset, target=target, classes=("a", "b", "rare")), options, known=seen)
    check(made, 100)
    assert times[made.rest].max() < times[made.test].min()
    for split in made.splits:
        assert max(times[part].max() for part in (split.train, split.validation) if len(part)) < times[split.test].min()
        assert not seen[split.test].any()
    assert made.apart == 100 - len(made.rest) - len(made.test) > 0
    assert f"; {made.apart} rows as late are left out of the training." in made.rule


def test_an_official_test_part_is_the_untouched_one() -> None:
    official = np.arange(60) % 4 == 0
    made = plan(data(60, test_rows=official))
    assert made.test.tolist() == np.flatnonzero(official).tolist()
    assert "official test part" in made.rule
    check(made, 60)


def test_rows_equal_to_an_official_test_row_or_of_its_groups_do_not_train() -> None:
    official = np.arange(60) % 4 == 0
    alike = np.arange(60)
    alike[[1, 2]], alike[[5, 6]] = 0, 5  # rows 1 and 2 equal test row 0; 5 and 6 equal each other alone
    made = plan(data(60, test_rows=official), alike=alike)
    assert made.apart == 2
    assert made.test.tolist() == np.flatnonzero(official).tolist()
    assert not {1, 2} & set(made.rest.tolist())
    assert {5, 6} <= set(made.rest.tolist())
    assert "; 2 rows equal to one of its own are left out of the training." in made.rule
    for split in made.splits:
        assert not set(alike[split.train]) & set(alike[made.test])
    groups = np.arange(60) // 3
    late = np.arange(60) >= 50  # cuts group 16, rows 48 to 50
    made = plan(data(60, test_rows=late, groups=groups), SplitOptions(folds=3))
    assert made.apart == 2
    assert made.rest.tolist() == list(range(48))
    assert "2 rows in its groups are left out" in made.rule
    with pytest.raises(AnswerIsNo, match="each equals a test row"):
        plan(data(60, test_rows=np.arange(60) >= 30), alike=np.arange(60) % 30)
    in_order = data(60, test_rows=late, times=np.arange(60.0))
    assert plan(in_order, alike=np.arange(60) % 50).apart == 0


def test_known_rows_and_their_groups_are_never_tested() -> None:
    known = np.zeros(60, dtype=bool)
    known[[0, 9]] = True
    groups = np.arange(60) // 3
    made = plan(data(60, groups=groups), known=known)
    tested = {*made.test.tolist(), *(row for split in made.splits for row in split.test.tolist())}
    assert not tested & {0, 1, 2, 9, 10, 11}
    assert made.known == 6
    with pytest.raises(AnswerIsNo, match="no row is left"):
        plan(data(60), known=np.ones(60, dtype=bool))


def test_a_class_of_few_rows_stays_in_train() -> None:
    made = plan(data(63, "a" * 20 + "b" * 20 + "c"))  # three rows of c
    target = data(63, "a" * 20 + "b" * 20 + "c").target
    for split in made.splits:
        assert "c" in target[split.train]


@pytest.mark.parametrize(
    ("fields", "options", "words"),
    [
        ({}, {"folds": 5, "ratio": (8, 1, 1)}, "exclude"),
        ({}, {"folds": 1}, "nothing to train"),
        ({}, {"repeats": 0}, "test nothing"),
        ({}, {"seed": -1}, "seed"),
        ({"times": np.arange(60.0)}, {"repeats": 2}, "one way"),
        ({"times": np.arange(60.0), "groups": np.arange(60)}, {}, "both"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(fields: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        plan(data(60, **fields), SplitOptions(**options))


def test_too_few_rows_are_a_no() -> None:
    for rows, classes in ((2, "ab"), (3, "abc")):
        with pytest.raises(AnswerIsNo):
            plan(data(rows, classes))


def test_rows_held_out_are_whole_groups_and_leave_each_class_a_row():
    groups, strata = np.repeat(np.arange(20), 5), np.repeat(np.arange(20) % 2, 5)
    found = held_out(strata, 0.1, 3, groups)
    assert found is not None
    assert len(found) == 10
    assert np.bincount(strata[found]).tolist() == [5, 5]
    assert len(set(groups[found]) & set(np.delete(groups, found))) == 0
    # the only group of its class cannot be missing, whatever the seed
    lonely = np.array([0, 0, 1, 1, 1, 1])
    of_class = np.array([0, 0, 1, 1, 1, 1])
    assert held_out(of_class, 0.3, 0, lonely) is None
    assert held_out(of_class, 0.3, 0, np.zeros(6, dtype=np.intp)) is None
    for seed in range(20):
        left = held_out(of_class, 0.3, seed, np.array([0, 0, 1, 1, 2, 2]))
        assert left is not None
        assert set(of_class[left]) == {1}


def test_a_plan_tells_which_rows_stay_together():
    assert plan(data()).groups is None
    groups = np.arange(60) // 3
    assert plan(data(groups=groups)).groups is groups
    assert plan(data(), alike=groups).groups is groups


def test_where_the_statistics_say_less_the_rule_says_so():
    assert "counts the same" not in plan(data()).rule
    late = plan(data(times=np.arange(60.0))).rule
    assert "take the intervals and p values as rough" in late
    uneven = np.repeat(np.arange(5), [30, 10, 10, 5, 5])
    found = plan(data(groups=uneven)).rule
    assert "rows, and" not in found
    assert "each counts the same" in found
    assert "no interval, for rows of one group are alike" in found


def test_four_groups_can_be_untouched_test_validate_and_train():
    groups = np.repeat(np.arange(4), 15)
    made = plan(data(groups=groups), SplitOptions(ratio=(8, 1, 1), repeats=2))
    for split in made.splits:
        parts = [split.train, split.validation, split.test, made.test]
        assert sorted(len(set(groups[part].tolist())) for part in parts) == [1, 1, 1, 1]
    with pytest.raises(AnswerIsNo) as refused:
        plan(data(groups=np.repeat(np.arange(3), 20)), SplitOptions(ratio=(8, 1, 1)))
    assert "`--split` 4" in (refused.value.hint or "")


def test_the_rule_tells_the_mean_sizes_of_uneven_folds():
    made = plan(data(groups=np.repeat(np.arange(8), [20, 10, 10, 5, 5, 5, 3, 2])), SplitOptions(folds=3, repeats=1))
    rest = len(made.rest)
    assert f"about {rest * 2 / 3:.0f} train and {rest / 3:.0f} test each time" in made.rule
