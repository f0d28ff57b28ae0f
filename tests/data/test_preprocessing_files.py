"""Preprocessing of tables as a file: it survives its trip through JSON, and what is damaged is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import NAN, table

from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.preprocessing_formats import read_preprocessing
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import Column, Table
from modelpick.errors import CannotFindOut


def test_the_first_format_still_loads_with_its_order_of_features() -> None:
    fields = {
        "format": "modelpick.preprocessing/1",
        "columns": [
            {"name": "a", "kind": "number", "median": 2.0, "mean": 1.0, "scale": 2.0, "indicator": True},
            {"name": "k", "kind": "category", "categories": ["x", "y"], "rare": False, "missing": True},
            {"name": "b", "kind": "number", "median": 0.0, "mean": 0.0, "scale": 1.0, "indicator": False},
        ],
        "left_out": ["text"],
    }
    loaded = read_preprocessing(fields, {})
    assert loaded.feature_names_ == ("a", "a (missing)", "k=x", "k=y", "k (missing)", "b")
    rows = table(a=[5.0, NAN], k=["y", None], b=[7.0, 8.0], text=["not", "used"])
    expected = [[2, 0, 0, 1, 0, 7], [0.5, 1, 0, 0, 1, 8]]
    assert loaded.transform(rows).tolist() == expected
    again = read_preprocessing(json.loads(json.dumps(loaded.to_dict())), {})
    assert again.transform(rows).tolist() == expected
    assert again.columns_ == ("a", "k", "b", "text")
    assert again.example_row() == ("2", "x", "0")


finite = st.floats(-1e30, 1e30) | st.just(NAN)
word = st.none() | st.text(max_size=3)
moment = st.floats(-1e11, 1e11) | st.just(NAN)
Row = tuple[float, float, str | None, str | None, float]
row = st.tuples(finite, finite, word, st.none() | st.text(alphabet="ab c\u4e00", max_size=12), moment)
choices = st.builds(
    PreprocessingOptions,
    scaling=st.sampled_from(["standard", "robust", "minmax", "none"]),
    categories=st.sampled_from(["onehot", "integer", "target"]),
    max_categories=st.integers(1, 4),
    column_terms=st.integers(0, 6),
)


def rows_of(chosen: list[Row]) -> Table:
    a, b, k, t, d = (list(values) for values in zip(*chosen, strict=True))
    columns = (
        Column(name="k", kind="category", values=np.array([*k, None], dtype=object)[:-1]),
        Column(name="t", kind="text", values=np.array([*t, None], dtype=object)[:-1]),
        Column(name="d", kind="date", values=np.array(d)),
    )
    return Table((*table(a=a, b=b).columns, *columns), len(chosen))


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=12), st.lists(row, min_size=1, max_size=5), choices)
def test_the_same_rows_give_the_same_features_bit_for_bit_after_a_file(
    rows: list[Row], new: list[Row], options: PreprocessingOptions
) -> None:
    target = np.arange(len(rows), dtype=np.float64) % 3
    fitted = TablePreprocessor(options)
    fitted.fit_transform(rows_of(rows), target)
    fields = json.loads(json.dumps(fitted.to_dict(), allow_nan=False))
    arrays = safetensors.numpy.load(safetensors.numpy.save(fitted.arrays()))
    loaded = read_preprocessing(fields, arrays)
    assert loaded.feature_names_ == fitted.feature_names_
    assert loaded.describe() == fitted.describe()
    assert loaded.example_row() == fitted.example_row()
    features = fitted.transform(rows_of(new))
    assert features.shape == (len(new), len(fitted.feature_names_))
    assert features.tobytes() == loaded.transform(rows_of(new)).tobytes()
    assert not np.isnan(features).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=2, max_size=12), st.lists(row, min_size=1, max_size=5), choices, st.data())
def test_held_out_rows_change_no_fitted_number(
    rows: list[Row], others: list[Row], options: PreprocessingOptions, data: st.DataObject
) -> None:
    """Training rows taken from a table whose other rows differ teach the same, to the last bit."""
    places = data.draw(st.permutations(range(len(rows))))
    target = np.arange(len(rows), dtype=np.float64) % 2
    alone = TablePreprocessor(options)
    expected = alone.fit_transform(rows_of(rows), target)
    mixed = rows_of([*others, *(rows[i] for i in places)])
    train = mixed.take([len(others) + places.index(i) for i in range(len(rows))])
    among = TablePreprocessor(options)
    assert among.fit_transform(train, target).tobytes() == expected.tobytes()
    assert among.to_dict() == alone.to_dict()
    assert {k: v.tobytes() for k, v in among.arrays().items()} == {k: v.tobytes() for k, v in alone.arrays().items()}


DAMAGE: dict[str, Any] = {
    "no object": lambda d: [],
    "column": lambda d: {**d, "columns": ["a", "k"]},
    "newer": lambda d: {**d, "format": "modelpick.preprocessing/9"},
    "steps": lambda d: {**d, "scaled": {}},
    "left out number": lambda d: {**d, "left_out": [1]},
    "left out used": lambda d: {**d, "left_out": ["a"]},
    "twice": lambda d: {**d, "direct": [d["direct"][0], d["direct"][0]]},
    "scale": lambda d: {**d, "scaling": {**d["scaling"], "scales": [0.0]}},
    "infinite": lambda d: {**d, "scaling": {**d["scaling"], "centres": [float("inf")]}},
    "huge": lambda d: {**d, "scaling": {**d["scaling"], "centres": [10**400]}},
    "word": lambda d: {**d, "scaling": {**d["scaling"], "medians": ["0"]}},
    "too many": lambda d: {**d, "scaling": {**d["scaling"], "medians": [0.0, 1.0]}},
    "flag": lambda d: {**d, "scaling": {**d["scaling"], "indicators": [1]}},
    "way": lambda d: {**d, "scaling": {**d["scaling"], "way": "pickle"}},
    "kind": lambda d: {**d, "scaled": [{**d["scaled"][0], "kind": "pickle"}]},
    "categories": lambda d: {**d, "direct": [{**d["direct"][0], "categories": ["x", "x"]}, d["direct"][1]]},
    "name": lambda d: {**d, "direct": [{**d["direct"][0], "name": None}, d["direct"][1]]},
    "terms": lambda d: {**d, "direct": [d["direct"][0], {**d["direct"][1], "terms": ["one"]}]},
    "order": lambda d: {**d, "order": [0, 0]},
    "date": lambda d: {**d, "scaled": [{"kind": "date", "name": "a", "first": 1e30, "parts": ["days"]}]},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_refused(damage: Any) -> None:
    fitted = TablePreprocessor().fit(table(a=[1.0, 2.0], k=["x", "y"], text=["two words", "and more"]))
    fields, arrays = fitted.to_dict(), fitted.arrays()
    read_preprocessing(fields, arrays)
    with pytest.raises(CannotFindOut) as caught:
        read_preprocessing(damage(fields), arrays)
    assert caught.value.kind == "checkpoint"


def test_arrays_that_are_missing_or_of_another_size_are_refused() -> None:
    fitted = TablePreprocessor().fit(table(text=["two words", "and more"]))
    for arrays in ({}, {"0.idf": np.zeros(3)}, {"0.idf": np.full(6, NAN)}):
        with pytest.raises(CannotFindOut, match="idf"):
            read_preprocessing(fitted.to_dict(), arrays)
