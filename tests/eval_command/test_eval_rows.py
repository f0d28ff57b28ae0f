"""The rows that are trained here, as the size of the data wants them."""

from __future__ import annotations

import numpy as np
import pytest

from modelpick.data.dataset import Dataset
from modelpick.data.table import Column, Table
from modelpick.errors import UsageError
from modelpick.models.options import NetworkOptions
from modelpick.progress import Listener
from modelpick.verbs.eval_options import RowOptions, row_options, separate_names
from modelpick.verbs.eval_rows import LARGE_BATCH, MANY_ROWS, _for_many_rows


class Noted(Listener):
    """Keeps what a person is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def notice(self, text: str) -> None:
        self.told.append(text)


def numbers(rows: int) -> Dataset:
    column = Column(name="n", kind="number", values=np.zeros(rows))
    return Dataset(
        name="made",
        path="made.csv",
        features=Table((column,), rows),
        target=np.zeros(rows),
        target_name="y",
        task="regression",
        classes=(),
        fingerprint="0" * 64,
    )


def test_batches_grow_with_the_rows_unless_a_size_was_asked_for() -> None:
    many, noted, course = numbers(MANY_ROWS + 1), Noted(), NetworkOptions()
    assert _for_many_rows(numbers(MANY_ROWS), course, RowOptions(), noted) is course
    assert _for_many_rows(many, course, RowOptions(said=("batch_size",)), noted) is course
    chosen = NetworkOptions(batch_size=64)
    assert _for_many_rows(many, chosen, RowOptions(), noted) is chosen
    assert noted.told == []
    assert _for_many_rows(many, course, RowOptions(said=("epochs",)), noted).batch_size == LARGE_BATCH
    (told,) = noted.told
    assert told.endswith("`--batch-size 16`")


def test_names_without_commas_of_their_own_may_be_given_with_commas() -> None:
    rows = row_options(["sklearn-mlp, knn"], ("trees,perceptron", "mlp"), ["./a,b"], None, False, None)
    assert rows.with_ == ("sklearn-mlp", "knn")
    assert rows.without == ("trees", "perceptron", "mlp")
    assert rows.models == ("./a,b",)
    assert separate_names("lenet5,lstm") == ("lenet5", "lstm")
    with pytest.raises(UsageError, match="`--without tress` names no row"):
        row_options([], ["knn,tress"], [], None, False, None)
