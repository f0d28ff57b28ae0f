"""Data frames and arrays in the place of a file."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from modelpick.data.read import read_dataset
from modelpick.errors import CannotFindOut, UsageError


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames(library: str) -> None:
    frames = pytest.importorskip(library)
    days = [datetime.date(2004, 3, 1 + i % 9) for i in range(40)]
    columns = {
        "n": [None if i == 3 else float(i % 11) for i in range(40)],
        "i": [i * 7 % 13 for i in range(40)],
        "flag": [i % 3 == 0 for i in range(40)],
        "k": [None if i == 5 else "NA1"[i % 3 :] for i in range(40)],
        "day": days,
        "y": [i % 2 for i in range(40)],
    }
    found = read_dataset(frames.DataFrame(columns), target="y")
    assert dict(found.features.kinds) == {
        "n": "number",
        "i": "number",
        "flag": "category",
        "k": "category",
        "day": "date",
    }
    assert np.isnan(found.features.column("n").values).sum() == 1
    assert found.features.column("k").values[5] is None
    assert found.features.column("day").values[0] == 1078099200.0
    assert (found.classes, found.kind) == (("0", "1"), "table")
    columns["i"][7] = 99
    assert read_dataset(frames.DataFrame(columns), target="y").fingerprint != found.fingerprint


def test_arrays() -> None:
    X = np.arange(120, dtype=np.float64).reshape(40, 3) % 7
    y = np.array(["p", "q"] * 20)
    found = read_dataset((X, y), target=None)
    assert (found.features.names, found.target_name) == (("column_0", "column_1", "column_2"), "target")
    assert read_dataset(np.column_stack([X, np.arange(40) * 1.5]), target=-1).task == "regression"
    with pytest.raises(UsageError, match="X has 40 rows and y has 39"):
        read_dataset((X, y[:-1]), target=None)
    with pytest.raises(UsageError, match="is no table"):
        read_dataset(7, target=0)


def test_a_frame_with_a_name_twice_is_refused() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([[1, 2, "p"], [3, 4, "q"]], columns=["a", "a", "y"])
    with pytest.raises(CannotFindOut, match="`a` stands there more than once"):
        read_dataset(frame, target="y")
