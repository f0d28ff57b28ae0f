"""Hashes of rows: what must not matter, and what must."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from modelpick.data.read import read_dataset
from modelpick.data.row_hashes import row_hashes
from modelpick.data.table import Column, Table


def hashes(path: Path, text: str) -> list[int]:
    path.write_text(text, encoding="utf-8")
    return row_hashes(read_dataset(str(path), target="y").features).tolist()


def test_neither_column_order_nor_the_writing_of_numbers_matters(tmp_path: Path) -> None:
    one = hashes(tmp_path / "a.csv", "a,b,y\n6.10,x,p\n-0.0,z,q\n1e3,,p\n4,x,q\n")
    two = hashes(tmp_path / "b.csv", "y,b,a\nq,x,6.1\np,z,0\np,?,1000\nq,x,4.00\n")
    assert one == two
    assert len(set(one)) == 4


def test_a_value_or_a_name_more_makes_another_hash(tmp_path: Path) -> None:
    plain = hashes(tmp_path / "a.csv", "a,b,y\n1,2,p\n3,4,q\n2,1,p\n5,5,q\n")
    assert plain[0] != plain[2]  # the same values, in the other column
    renamed = hashes(tmp_path / "b.csv", "a,c,y\n1,2,p\n3,4,q\n2,1,p\n5,5,q\n")
    assert not set(plain) & set(renamed)


def test_digits_are_the_same_as_number_and_as_category() -> None:
    numbers = Table((Column(name="a", kind="number", values=np.array([1.0, 2.5, np.nan])),), 3)
    words = Table((Column(name="a", kind="category", values=np.array(["1", "2.50", None], dtype=object)),), 3)
    assert row_hashes(numbers).tolist() == row_hashes(words).tolist()


def test_hashes_are_stable() -> None:
    """A published run must know its rows again with a later version: these values never change."""
    rows = Table(
        (
            Column(name="k", kind="category", values=np.array(["é", None], dtype=object)),
            Column(name="a", kind="number", values=np.array([6.1, np.nan])),
        ),
        2,
    )
    assert row_hashes(rows).tolist() == [1057367516477984487, 13865489178171258505]
