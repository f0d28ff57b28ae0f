"""Preprocessing of tables: what it learns, and what it makes of rows."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest
from small_tables import NAN, table

from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import Column, Table
from modelpick.errors import CannotFindOut

MAX_CATEGORIES = PreprocessingOptions().max_categories


def test_numbers_are_centred_scaled_and_imputed() -> None:
    fitted = TablePreprocessor().fit(table(a=[1.0, 2.0, NAN, 9.0], b=[5.0, 5.0, 5.0, 5.0]))
    features = fitted.transform(table(a=[1.0, NAN], b=[5.0, 7.0]))
    # median 2, so 1, 2, 2, 9: mean 3.5, population variance 10.25
    scale = 10.25**0.5
    assert fitted.feature_names_ == ("a", "b", "a (missing)")
    np.testing.assert_allclose(features, [[-2.5 / scale, 0, 0], [-1.5 / scale, 2, 1]])


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
    fitted = TablePreprocessor().fit(table(a=[1.0, 2.0], b=[0.0, 5.0], k=["x", "y"], text=["so free", "in words"]))
    swapped = fitted.transform(table(k=["x"], text=["words"], b=[5.0], a=[1.0]))
    assert fitted.feature_names_[4:] == (
        "text: free",
        "text: in",
        "text: in words",
        "text: so",
        "text: so free",
        "text: words",
    )
    assert swapped.tolist() == [[-1, 1, 1, 0, 0, 0, 0, 0, 0, 1]]
    with pytest.raises(CannotFindOut, match=r"`a`, `b`, `text` missing.*`z` unknown") as caught:
        fitted.transform(table(k=["x"], z=[1.0]))
    assert caught.value.kind == "data"
    with pytest.raises(CannotFindOut, match="`a` holds categories"):
        fitted.transform(table(a=["one"], b=[1.0], k=["x"], text=["more"]))
    without = TablePreprocessor(PreprocessingOptions(column_terms=0)).fit(table(a=[1.0, 2.0], text=["free", "words"]))
    assert without.left_out_ == ("text",)
    assert without.columns_ == ("a", "text")
    assert without.transform(table(a=[1.0])).tolist() == [[-1]]


def test_robust_scaling_takes_quartiles_and_clips_smoothly() -> None:
    options = PreprocessingOptions(scaling="robust")
    fitted = TablePreprocessor(options).fit(table(a=[0.0, 1.0, 2.0, 3.0, 4.0], b=[1.0, 1.0, 1.0, 1.0, 9.0]))
    got = fitted.transform(table(a=[2.0, 4.0, 1e300], b=[1.0, 5.0, 1.0]))
    x = (4 - 2) / (3 - 1)  # quartiles 1 and 3; of b both are 1, so that half its whole range counts
    np.testing.assert_allclose(got[:, 0], [0, x / np.sqrt(1 + (x / 3) ** 2), 3])
    np.testing.assert_allclose(got[1, 1], 1 / np.sqrt(1 + (1 / 3) ** 2))


def test_minmax_and_none() -> None:
    rows = table(a=[2.0, 4.0, 6.0], b=[7.0, 7.0, 7.0])
    scaled = TablePreprocessor(PreprocessingOptions(scaling="minmax")).fit_transform(rows)
    assert scaled.tolist() == [[0, 0], [0.5, 0], [1, 0]]
    assert TablePreprocessor(PreprocessingOptions(scaling="none")).fit_transform(rows).tolist()[1] == [4, 7]


def test_integer_codes_are_places_in_the_alphabet_and_unseen_ones_count_as_missing() -> None:
    options = PreprocessingOptions(categories="integer", scaling="none")
    fitted = TablePreprocessor(options).fit(table(k=["b", "a", "c", None]))
    assert fitted.feature_names_ == ("k", "k (missing)")
    assert fitted.transform(table(k=["c", "a", "new", None])).tolist() == [[2, 0], [0, 0], [1, 1], [1, 1]]
    assert fitted.unseen(table(k=["c", "new", "new"])) == {"k": 2}


def test_target_codes_equal_the_smoothed_means_of_scikit_learn() -> None:
    from sklearn.preprocessing import TargetEncoder

    stream = np.random.default_rng(0)
    k = stream.integers(0, 6, 200)
    y = k * 2.0 + stream.normal(size=200) * 4
    rows = table(k=[f"k{i}" for i in k])
    options = PreprocessingOptions(categories="target", scaling="none")
    fitted = TablePreprocessor(options)
    fitted.fit_transform(rows, y)
    got = fitted.transform(rows)[:, 0]
    # m is found again from one category, then all others must follow from it
    one = k == 3
    m = ((y[one] - y.mean()).sum() / (got[one][0] - y.mean())) - one.sum()
    assert m > 0
    theirs = TargetEncoder(smooth=m, target_type="continuous").fit(k[:, None], y).transform(k[:, None])
    np.testing.assert_allclose(got, theirs[:, 0], rtol=1e-9)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_rows_own_label_does_not_come_back_to_it_by_target_codes(classes: int) -> None:
    stream = np.random.default_rng(1)
    k = stream.integers(0, 120, 600)
    told = np.where(k < 60, k % classes, stream.integers(0, classes, 600))  # of the upper half k tells nothing
    labels = np.array([f"c{i}" for i in told], dtype=object)
    rows = table(k=[f"k{i}" for i in k])
    fitted = TablePreprocessor(PreprocessingOptions(categories="target", scaling="none"))
    training = fitted.fit_transform(rows, labels)
    assert training.shape == (600, 1 if classes == 2 else 3)
    after, last = fitted.transform(rows), told == classes - 1
    noise = k >= 60
    assert np.corrcoef(after[~noise, -1], last[~noise])[0, 1] > 0.9
    assert np.corrcoef(training[~noise, -1], last[~noise])[0, 1] > 0.9
    assert np.corrcoef(after[noise, -1], last[noise])[0, 1] > 0.3  # a mean that holds the row's own label
    assert abs(np.corrcoef(training[noise, -1], last[noise])[0, 1]) < 0.12


def test_a_column_of_ids_tells_nothing_by_target_codes() -> None:
    rows = table(k=[f"id{i}" for i in range(40)])
    y = np.arange(40.0)
    fitted = TablePreprocessor(PreprocessingOptions(categories="target"))
    fitted.fit_transform(rows, y)
    assert not fitted.transform(rows).any()
    with pytest.raises(TypeError, match="would leak"):
        TablePreprocessor(PreprocessingOptions(categories="target")).fit(rows, y)


def test_dates_become_parts_and_what_comes_round_lies_on_a_circle() -> None:
    day = 86_400.0
    new_year = 20_454 * day  # 2026-01-01, a Thursday
    dates = Column(name="when", kind="date", values=np.array([new_year, new_year + 334 * day, NAN, new_year + 3 * day]))
    fitted = TablePreprocessor(PreprocessingOptions(scaling="none")).fit(Table((dates,), 4))
    assert fitted.feature_names_ == (
        "when (month, sine)",
        "when (month, cosine)",
        "when (day, sine)",
        "when (day, cosine)",
        "when (weekday, sine)",
        "when (weekday, cosine)",
        "when (days since 2026-01-01)",
        "when (missing)",
    )
    got = fitted.transform(Table((dates,), 4))
    turn = 2 * np.pi / 7
    np.testing.assert_allclose(got[0], [0, 1, 0, 1, np.sin(3 * turn), np.cos(3 * turn), 0, 0], atol=1e-12)
    np.testing.assert_allclose(got[1, :4], [np.sin(2 * np.pi * 11 / 12), np.cos(2 * np.pi * 11 / 12), 0, 1], atol=1e-12)
    np.testing.assert_allclose(got[3, 4:7], [np.sin(6 * turn), np.cos(6 * turn), 3])
    assert got[2, 7] == 1
    assert np.isfinite(got).all()
    assert fitted.example_row() == ("2026-01-04",)
    early = Table((Column(name="when", kind="date", values=np.array([-1.0, -day * 400, 1e20])),), 3)
    assert fitted.transform(early)[:, 6].tolist() == pytest.approx([-1 / 86_400 - 20_454, -20_854, 3])


def test_describe_names_every_step() -> None:
    many = [f"k{i}" for i in range(MAX_CATEGORIES + 1)]
    when = Column(name="when", kind="date", values=np.arange(len(many)) * 1e7)
    plain = table(a=[NAN] + [float(i) for i in range(MAX_CATEGORIES)], k=many, text=many)
    rows = Table((*plain.columns, when), len(many))
    told = " ".join(TablePreprocessor().fit(rows).describe())
    for word in ("Imputing", "`a`", "Centring and scaling", "One-hot", "Rare", "TF-IDF: `text`", "Dates: `when`"):
        assert word in told
    options = PreprocessingOptions(categories="target", scaling="robust", column_terms=0)
    fitted = TablePreprocessor(options)
    fitted.fit_transform(rows, when.values)
    told = " ".join(fitted.describe())
    for word in ("Target encoding: `k`", "quartiles", "Left out: `text`"):
        assert word in told


def test_six_thousand_columns_of_numbers_take_no_time() -> None:
    values = np.random.default_rng(0).normal(size=(60, 6_832))
    rows = Table(tuple(Column(name=f"g{j}", kind="number", values=values[:, j]) for j in range(6_832)), 60)
    began = time.perf_counter()
    for start in range(5):
        part = rows.take(np.arange(start, 54 + start))
        features = TablePreprocessor().fit(part).transform(part)
    assert time.perf_counter() - began < 4  # 0.15 s on an idle machine
    np.testing.assert_allclose(features.std(axis=0), 1)


def test_rows_taken_from_rows_are_those_of_the_table_and_share_its_codes() -> None:
    whole = table(a=[0.0, 1.0, 2.0, 3.0], k=["x", None, "y", "x"], text=["one two", "", "three", "two"])
    part = whole.take([3, 2, 0]).take([2, -3])
    assert part.column("a").values.tolist() == [0, 3]
    assert [column.values.tolist() for column in part.columns] == [[0, 3], ["x", "x"], ["one two", "two"]]
    assert part.codes("k").codes.tolist() == [0, 0]
    assert part.numbers().tolist() == [[0], [3]]
    copy = pickle.loads(pickle.dumps(part))  # noqa: S301 - our own bytes: a job in another process gets its rows so
    assert copy.column("k").values.tolist() == ["x", "x"]
    assert copy.rows == 2
    with pytest.raises(IndexError):
        whole.take([4])


def test_a_whole_table_goes_to_another_process_with_its_numbers_in_one_piece():
    whole = table(a=[1.0, NAN, 3.0], colour=["red", None, "blue"], b=[4.0, 5.0, 6.0])
    copy = pickle.loads(pickle.dumps(whole))  # noqa: S301 - our own bytes
    assert copy.kinds == whole.kinds
    for column, expected in zip(copy.columns, whole.columns, strict=True):
        np.testing.assert_array_equal(column.values, expected.values)
    assert np.shares_memory(copy.numbers(), copy.column("b").values)  # and nobody there builds them again
    np.testing.assert_array_equal(copy.take([2, 0]).numbers(), [[3, 6], [1, 4]])
    words = table(colour=["red", None])
    assert pickle.loads(pickle.dumps(words)).column("colour").values.tolist() == ["red", None]  # noqa: S301
