"""Preprocessing: what it learns, what it makes of rows, and that it survives its trip through JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelpick.data.preprocessing import MAX_CATEGORIES, TablePreprocessor
from modelpick.data.table import Column, Table
from modelpick.errors import CannotFindOut


def table(**columns: list[Any]) -> Table:
    """Columns by name: floats make numbers, words and None categories; a name `text...` makes free text."""
    made = []
    for name, values in columns.items():
        if all(isinstance(value, float) for value in values):
            made.append(Column(name=name, kind="number", values=np.array(values)))
        else:
            kind = "text" if name.startswith("text") else "category"
            made.append(Column(name=name, kind=kind, values=np.array([*values, None], dtype=object)[:-1]))
    return Table(tuple(made), len(made[0].values))


NAN = float("nan")


def test_numbers_are_centred_scaled_and_imputed() -> None:
    fitted = TablePreprocessor().fit(table(a=[1.0, 2.0, NAN, 9.0], b=[5.0, 5.0, 5.0, 5.0]))
    features = fitted.transform(table(a=[1.0, NAN], b=[5.0, 7.0]))
    # median 2, so 1, 2, 2, 9: mean 3.5, population variance 10.25
    scale = 10.25**0.5
    assert fitted.feature_names_ == ("a", "a (missing)", "b")
    np.testing.assert_allclose(features, [[-2.5 / scale, 0, 0], [-1.5 / scale, 1, 2]])


def test_equal_numbers_become_exact_zeros() -> None:
    rows = table(a=[0.1] * 10)
    assert not TablePreprocessor().fit(rows).transform(rows).any()


def test_categories_are_one_hot_unseen_ones_zero_and_missing_ones_a_category() -> None:
    fitted = TablePreprocessor().fit(table(k=["b", "a", None, "a"]))
    assert fitted.feature_names_ == ("k=a", "k=b", "k (missing)")
    assert fitted.transform(table(k=["a", "new", None])).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
    without = TablePreprocessor().fit(table(k=["b", "a"]))
    assert without.transform(table(k=["b", None])).tolist() == [[0, 1], [0, 0]]


def test_rare_categories_share_a_feature() -> None:
    names = [f"k{i:03}" for i in range(MAX_CATEGORIES + 5)]
    fitted = TablePreprocessor().fit(table(k=names + names[:MAX_CATEGORIES]))
    features = fitted.transform(table(k=[names[0], names[-1], "new"]))
    assert features.shape == (3, MAX_CATEGORIES + 1)
    assert features.argmax(axis=1).tolist() == [0, MAX_CATEGORIES, MAX_CATEGORIES]


def test_columns_are_found_by_name_and_wrong_ones_are_named() -> None:
    fitted = TablePreprocessor().fit(table(a=[1.0, 2.0], k=["x", "y"], text=["free", "words"]))
    swapped = fitted.transform(table(k=["x"], a=[1.0], text=["more"]))
    assert swapped.tolist() == fitted.transform(table(a=[1.0], k=["x"])).tolist()
    with pytest.raises(CannotFindOut, match=r"`a` missing.*`z` unknown") as caught:
        fitted.transform(table(k=["x"], z=[1.0]))
    assert caught.value.kind == "data"
    with pytest.raises(CannotFindOut, match="`a` holds text"):
        fitted.transform(table(a=["one"], k=["x"]))
    assert fitted.left_out_ == ("text",)


def test_describe_names_every_step() -> None:
    many = [f"k{i}" for i in range(MAX_CATEGORIES + 1)]
    rows = table(a=[NAN] + [float(i) for i in range(MAX_CATEGORIES)], k=many, text=many)
    told = " ".join(TablePreprocessor().fit(rows).describe())
    for word in ("Imputing", "`a`", "Centring and scaling", "One-hot", "Rare", "Left out: `text`"):
        assert word in told


finite = st.floats(-1e30, 1e30) | st.just(NAN)
word = st.none() | st.text(max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(finite, finite, word), min_size=1, max_size=12), st.data())
def test_the_same_rows_give_the_same_features_bit_for_bit_after_json(
    rows: list[tuple[float, float, str | None]], data: st.DataObject
) -> None:
    def of(chosen: list[tuple[float, float, str | None]]) -> Table:
        a, b, k = (list(values) for values in zip(*chosen, strict=True))
        words = Column(name="k", kind="category", values=np.array([*k, None], dtype=object)[:-1])
        return Table((*table(a=a, b=b).columns, words), len(chosen))

    fitted = TablePreprocessor().fit(of(rows))
    loaded = TablePreprocessor.from_dict(json.loads(json.dumps(fitted.to_dict(), allow_nan=False)))
    new = of(data.draw(st.lists(st.tuples(finite, finite, word), min_size=1, max_size=5)))
    assert loaded.feature_names_ == fitted.feature_names_
    assert loaded.describe() == fitted.describe()
    features = fitted.transform(new)
    assert features.tobytes() == loaded.transform(new).tobytes()
    assert not np.isnan(features).any()


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: [],
        lambda d: {**d, "format": "modelpick.preprocessing/9"},
        lambda d: {**d, "columns": {}},
        lambda d: {**d, "left_out": [1]},
        lambda d: {**d, "left_out": ["a"]},
        lambda d: {**d, "columns": [*d["columns"], d["columns"][0]]},
        lambda d: {**d, "columns": [{**d["columns"][0], "scale": 0.0}]},
        lambda d: {**d, "columns": [{**d["columns"][0], "mean": float("inf")}]},
        lambda d: {**d, "columns": [{**d["columns"][0], "mean": 10**400}]},
        lambda d: {**d, "columns": [{**d["columns"][0], "median": "0"}]},
        lambda d: {**d, "columns": [{**d["columns"][0], "indicator": 1}]},
        lambda d: {**d, "columns": [{**d["columns"][0], "kind": "pickle"}]},
        lambda d: {**d, "columns": [{**d["columns"][1], "categories": ["x", "x"]}]},
        lambda d: {**d, "columns": [{**d["columns"][1], "name": None}]},
    ],
)
def test_a_damaged_file_is_refused(damage: Any) -> None:
    fields = TablePreprocessor().fit(table(a=[1.0, 2.0], k=["x", "y"])).to_dict()
    TablePreprocessor.from_dict(fields)
    with pytest.raises(CannotFindOut) as caught:
        TablePreprocessor.from_dict(damage(fields))
    assert caught.value.kind == "checkpoint"
