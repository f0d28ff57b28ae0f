"""The protocol: each candidate gets the rows of its split, and one bad candidate does not spoil the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pytest
from comparing import compare
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from modelpick.data.candidate import Candidate, Entry, EpochRecord, SavedForm
from modelpick.data.dataset import Dataset
from modelpick.data.read import read_dataset
from modelpick.data.table import Table
from modelpick.errors import AnswerIsNo, UsageError
from modelpick.evaluation.baselines import NetworkShape, entries

SHAPE = NetworkShape(hidden_layer_sizes=(4,), activation="relu", learning_rate=0.01, batch_size="full", epochs=3)


class Watched:
    """Answers with the shares of what it was fitted on, and keeps all that it was given."""

    history: tuple[EpochRecord, ...] = ()
    parameters = None

    def __init__(self, log: list[Any], act: Callable[[int], None] | None = None) -> None:
        self.log = log
        self.act = act

    def fit(self, X: Table, y: NDArray[Any], validation: tuple[Table, NDArray[Any]] | None = None) -> Self:
        if self.act is not None:
            self.act(len(self.log))
        self.log.append((X, y, validation))
        self.classes_ = tuple(np.unique(y.astype(str)).tolist())
        self.shares = np.array([np.mean(y == label) for label in self.classes_])
        return self

    def predict_proba(self, X: Table) -> NDArray[Any]:
        return np.tile(self.shares, (X.rows, 1))

    def predict(self, X: Table) -> NDArray[Any]:
        return np.full(X.rows, self.classes_[int(self.shares.argmax())], dtype=object)

    def saved_form(self) -> SavedForm | None:
        return None

    def summary(self) -> str:
        return "watched"


def watched(log: list[Any], name: str = "watched", act: Callable[[int], None] | None = None) -> Entry:
    return Entry(name=name, kind="dummy", make=lambda seed: Watched(log, act))


@pytest.fixture(scope="module")
def iris() -> Dataset:
    return read_dataset("iris", target=None)


def test_each_candidate_gets_the_rows_of_its_split_and_no_others(iris: Dataset) -> None:
    log: list[Any] = []
    done = compare(iris, [watched(log)], seeds=[0, 1, 2])
    assert len(log) == 4  # and once more on all that is not untouched
    for (X, y, validation), split in zip(log[:3], done.splits, strict=True):
        assert X.columns[0].values.tolist() == iris.features.columns[0].values[split.train].tolist()
        assert y.tolist() == iris.target[split.train].tolist()
        assert validation[1].tolist() == iris.target[split.validation].tolist()
    (result,) = done.results
    assert result.finished == 3
    assert result.test is not None
    assert result.form is None
    assert log[3][1].tolist() == iris.target[done.plan.rest].tolist()
    assert log[3][2] is None
    assert sorted(done.final_rows) == sorted({*range(150)} - {*done.plan.test})
    for split in done.splits:
        assert not {*done.plan.test} & {*split.train, *split.validation, *split.test}


def test_what_is_saved_is_fitted_on_all_rows_outside_the_untouched_part(iris: Dataset) -> None:
    done = compare(iris, entries(iris, SHAPE)[:2], seeds=[0, 1])
    linear = done.results[1]
    again = entries(iris, SHAPE)[1].make(0).fit(iris.features.take(done.final_rows), iris.target[done.final_rows])
    assert linear.form is not None
    expected = again.saved_form()
    assert expected is not None
    assert linear.form.tensors["layers.0.weight"].tobytes() == expected.tensors["layers.0.weight"].tobytes()
    right = np.mean(again.predict(iris.features.take(done.plan.test)) == iris.target[done.plan.test])
    assert linear.test is not None
    assert linear.test["accuracy"].value == right
    low, high = linear.test["accuracy"].ci95 or (1, 0)
    assert low < right <= high
    assert linear.test["log_loss"].ci95 is None


def test_a_rerun_gives_the_same_numbers(iris: Dataset) -> None:
    one, two = (compare(iris, entries(iris, SHAPE), seeds=[4, 5]) for _ in range(2))
    assert [result.scores for result in one.results] == [result.scores for result in two.results]
    other = compare(iris, entries(iris, SHAPE), seeds=[6, 7])
    assert [result.scores for result in one.results] != [result.scores for result in other.results]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ValueError("odd input\nand more"), "odd input"),
        (MemoryError(), "out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "out of memory; a smaller `--batch-size`"),
        (RuntimeError("no kernel"), "no kernel"),
        (RuntimeError("unsupported memory format option Preserve"), "unsupported memory format"),
    ],
)
def test_one_candidate_that_fails_does_not_stop_the_others(iris: Dataset, fault: Exception, said: str) -> None:
    def fail(fits: int) -> None:
        if fits == 1:
            raise fault

    good: list[Any] = []
    done = compare(iris, [watched([], "bad", fail), watched(good, "good")], seeds=[0, 1, 2])
    bad, fine = done.results
    assert (bad.finished, fine.finished) == (1, 3)
    assert said in (bad.error or "")
    assert fine.error is None
    assert done.best == "good"


def test_a_bug_and_an_unusable_option_are_not_hidden(iris: Dataset) -> None:
    for fault in (UsageError("no such activation"), AttributeError("a bug")):

        def fail(fits: int, fault: Exception = fault) -> None:
            raise fault

        with pytest.raises(type(fault)):
            compare(iris, [watched([], act=fail)], seeds=[0])


def test_answers_that_are_no_numbers_are_never_best(iris: Dataset) -> None:
    class Broken(Watched):
        def predict_proba(self, X: Table) -> NDArray[Any]:
            return np.full((X.rows, 3), np.nan)

    broken = Entry(name="broken", kind="dummy", make=lambda seed: Broken([]))
    done = compare(iris, [broken, watched([])], seeds=[0, 1])
    assert "not finite" in (done.results[0].error or "")
    assert done.best == "watched"


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_what_could_not_be_tested_in_the_end_is_not_saved(iris: Dataset, fault: type[BaseException]) -> None:
    linear, made = entries(iris, SHAPE)[1], 0

    def make(seed: int) -> Candidate:
        nonlocal made
        made += 1
        candidate = linear.make(seed)
        if made == 3:  # two splits, then the one for keeps

            def broken(X: Table) -> NDArray[Any]:
                raise fault

            candidate.predict_proba = broken  # type: ignore[method-assign]
        return candidate

    done = compare(iris, [replace(linear, make=make), watched([])], seeds=[0, 1])
    assert done.results[0].finished == 2
    assert done.results[0].error is not None
    assert done.results[0].form is None
    assert done.results[0].test is None


def test_ctrl_c_keeps_what_is_finished(iris: Dataset) -> None:
    def interrupt(fits: int) -> None:
        if fits == 1:
            raise KeyboardInterrupt

    first, second, third = watched([], "first"), watched([], "second", interrupt), watched([], "third")
    done = compare(iris, [first, second, third], seeds=[0, 1, 2])
    assert done.interrupted
    assert done.results[0].complete
    assert [result.finished for result in done.results] == [3, 1, 0]
    assert done.results[0].error is None
    assert done.results[1].error == "interrupted after 1 of 3 splits"
    assert done.best == "first"


def test_known_rows_are_in_no_test_part(iris: Dataset) -> None:
    known = np.arange(150) % 5 != 0
    done = compare(iris, [watched([])], seeds=range(4), known_rows=known)
    assert not known[done.plan.test].any()
    for split in done.splits:
        assert not known[split.test].any()
        assert len(split.test) == 13  # of 27 that may test: 30 less the untouched 3
    assert done.plan.known == 120
    assert done.plan.overlap == pytest.approx(13 / 14)
    with pytest.raises(AnswerIsNo, match="no row is left"):
        compare(iris, [watched([])], known_rows=np.ones(150, dtype=bool))


def given_model(dataset: Dataset, rows: slice, **fields: Any) -> Entry:
    index = np.arange(dataset.rows)[rows]
    model = entries(dataset, SHAPE)[1].make(0).fit(dataset.features.take(index), dataset.target[index])
    return Entry(name="given", kind="linear", make=lambda seed: model, fixed=True, **fields)


def test_a_given_model_is_tested_as_it_is(iris: Dataset) -> None:
    entry = given_model(iris, slice(0, 100), columns=tuple((name, "number") for name in iris.features.names))
    shuffled = replace(iris, features=iris.features.select(iris.features.names[::-1]))
    done = compare(shuffled, [entry], seeds=[0, 1])
    (result,) = done.results
    assert result.error is None
    assert result.fit_seconds is None
    assert result.form is None
    assert result.test is not None
    for split, scored in zip(done.splits, result.scores["accuracy"], strict=True):
        assert scored <= np.mean(iris.target[split.test] != "virginica")  # it never saw any


def test_a_given_model_that_answers_another_question_is_refused_alone(iris: Dataset) -> None:
    cancer, diabetes = read_dataset("breast_cancer", target=None), read_dataset("diabetes", target=None)
    told = {}
    for name, entry in (
        ("columns", given_model(cancer, slice(None), columns=(("mean radius", "number"),))),
        ("task", given_model(diabetes, slice(None))),
        ("classes", given_model(cancer, slice(None))),
    ):
        done = compare(iris, [entry, watched([])], seeds=[0])
        told[name] = done.results[0].error or ""
        assert done.best == "watched"
    assert "`mean radius` missing" in told["columns"]
    assert "answers with numbers" in told["task"]
    assert "knows none of the classes" in told["classes"]


def test_blas_runs_on_one_thread_meanwhile_and_as_before_afterwards(iris: Dataset) -> None:
    import sklearn.linear_model  # noqa: F401 - loads the libraries that are limited

    before, inside = threads(), []
    compare(iris, [watched([], act=lambda fits: inside.append(threads()))], seeds=[0])
    assert set(inside[0].values()) == {1}
    assert threads() == before


def threads() -> dict[str, int]:
    return {library["filepath"]: library["num_threads"] for library in threadpool_info()}


def test_names_are_unique_and_metrics_known(iris: Dataset) -> None:
    with pytest.raises(UsageError, match="same name"):
        compare(iris, [watched([]), watched([])])
    with pytest.raises(UsageError, match="no metric"):
        compare(iris, [watched([])], metric="rmse")


def test_the_main_metric_ranks(iris: Dataset) -> None:
    def sure(right: bool) -> Entry:
        class Sure(Watched):
            def predict_proba(self, X: Table) -> NDArray[Any]:
                chances = np.full((X.rows, 3), 0.05 if right else 0.33)
                chances[:, 0] = 0.9 if right else 0.34
                return chances

        return Entry(name="bold" if right else "humble", kind="dummy", make=lambda seed: Sure([]))

    both = [sure(True), sure(False)]
    assert compare(iris, both, seeds=[0, 1], metric="log_loss").best == "humble"
    assert compare(iris, both, seeds=[0, 1]).best == "bold"  # equal in accuracy: the order given
