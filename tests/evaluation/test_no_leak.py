"""Nothing of a row that is held out reaches what is fitted."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparing import compare
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from modelpick.data.candidate import Candidate, Entry
from modelpick.data.dataset import Dataset
from modelpick.data.plan import plan
from modelpick.data.plan_rule import SplitOptions
from modelpick.data.preprocessing_options import CategoryWay, PreprocessingOptions
from modelpick.data.table import Column, Table
from modelpick.evaluation.baselines import NetworkShape, entries
from modelpick.evaluation.protocol import Evaluation, run
from modelpick.models.options import NetworkOptions
from modelpick.models.stack.candidate import stack_entry
from modelpick.verbs.eval_rows import mlp_entry

SHAPE = NetworkShape(hidden_layer_sizes=(4,), activation="relu", learning_rate=0.01, batch_size="full", epochs=3)


def mixed(rows: int = 40) -> Dataset:
    """Numbers and categories with gaps, texts and dates, two classes."""
    rng = np.random.default_rng(5)
    numbers = rng.normal(size=rows)
    numbers[::7] = np.nan
    words = np.array([None if i % 9 == 0 else "uvw"[i % 3] for i in range(rows)], dtype=object)
    target = np.array(["p" if i % 2 else "q" for i in range(rows)], dtype=object)
    texts = np.array([f"{('early', 'late', 'never')[i % 3]} t{i % 11} and t{i % 4}" for i in range(rows)], dtype=object)
    columns = (
        Column(name="n", kind="number", values=numbers),
        Column(name="k", kind="category", values=words),
        Column(name="t", kind="text", values=texts),
        Column(name="d", kind="date", values=86400.0 * 40 * np.arange(rows)),
    )
    return Dataset(
        name="mixed",
        path="mixed.csv",
        features=Table(columns, rows),
        target=target,
        target_name="y",
        task="classification",
        classes=("p", "q"),
        fingerprint="0" * 64,
    )


def with_cells(dataset: Dataset, rows: NDArray[np.intp], number: float, word: str | None) -> Table:
    """The table with this number and this word in every cell of these rows."""
    columns = []
    for column in dataset.features.columns:
        values = column.values.copy()
        values[rows] = number if values.dtype.kind == "f" else word
        columns.append(column.with_values(values))
    return Table(tuple(columns), dataset.rows)


def learned(candidate: Candidate) -> Any:
    """All that was fitted, as values that can be compared."""
    form = candidate.saved_form()
    if form is not None:
        return form.preprocessing.to_dict(), {name: tensor.tobytes() for name, tensor in form.tensors.items()}
    inside = {name: value for name, value in vars(candidate).items() if name in ("_preprocessing", "_model")}
    return inside["_preprocessing"].to_dict(), pickle.dumps(inside["_model"])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 1000),
    number=st.floats(-1e6, 1e6) | st.just(float("nan")),
    word=st.none() | st.text(max_size=3),
    categories=st.sampled_from(["onehot", "target"]),
)
def test_changing_held_out_rows_changes_no_fitted_number(
    seed: int, number: float, word: str | None, categories: CategoryWay
) -> None:
    options = PreprocessingOptions(categories=categories)

    def first_fits(dataset: Dataset) -> tuple[Evaluation, list[Any]]:
        """Of each baseline what it learned in the only split."""
        made: list[list[Candidate]] = []

        def kept(entry: Entry) -> Entry:
            mine: list[Candidate] = []
            made.append(mine)

            def make(seed: int) -> Candidate:
                mine.append(entry.make(seed))
                return mine[-1]

            return replace(entry, make=make)

        done = compare(dataset, [kept(entry) for entry in entries(dataset, SHAPE, options)], seeds=[seed])
        return done, [learned(candidates[0]) for candidates in made]

    dataset = mixed()
    before, fitted = first_fits(dataset)
    held_out = np.concatenate([before.splits[0].validation, before.splits[0].test, before.plan.test])
    after, changed = first_fits(replace(dataset, features=with_cells(dataset, held_out, number, word)))
    assert after.splits[0].test.tolist() == before.splits[0].test.tolist()
    assert changed == fitted


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 1000), number=st.floats(-1e6, 1e6) | st.just(float("nan")), word=st.text(max_size=3))
def test_networks_trained_in_one_batch_learn_nothing_of_rows_held_out(seed: int, number: float, word: str) -> None:
    """The rows and the answers of the first test part change, and with them the training sets of the other splits."""
    dataset = replace(mixed(), groups=np.arange(40) // 2)
    network = NetworkOptions(hidden_layer_sizes=(4,), epochs=3, early_stopping=True)
    planned = plan(dataset, SplitOptions(folds=3, repeats=1, seed=seed))

    def first_fits(data: Dataset) -> list[Any]:
        kept: list[Any] = []

        def watched(entry: Entry) -> Entry:
            def fit_many(jobs: Any) -> Any:
                assert all(job.groups is not None and len(job.groups) == len(job.y) for job in jobs)
                candidates = entry.fit_many(jobs)  # type: ignore[misc]
                kept.extend(candidates[:1] if len(jobs) > 1 else [])
                return candidates

            return replace(entry, fit_many=fit_many)

        done = run(data, [watched(mlp_entry(data, network)), watched(stack_entry("classification", "y"))], planned)
        assert [result.error for result in done.results] == [None, None]
        assert len(kept) == 2
        return [learned(candidate) for candidate in kept]

    held_out = np.concatenate([planned.splits[0].test, planned.test])
    target = dataset.target.copy()
    target[held_out] = "p"
    changed = replace(dataset, features=with_cells(dataset, held_out, number, word), target=target)
    assert first_fits(changed) == first_fits(dataset)
