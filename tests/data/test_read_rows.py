"""Rows to answer for: found by name, checked against what the model knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modelpick.data.opening import open_table
from modelpick.data.read_options import ReadOptions
from modelpick.data.read_rows import is_reading, read_rows, rows_from_values
from modelpick.data.table import Column, ColumnKind, Table
from modelpick.errors import CannotFindOut, UsageError

COLUMNS: list[tuple[str, ColumnKind]] = [("a", "number"), ("k", "category")]


def write(folder: Path, text: str) -> str:
    path = folder / "rows.csv"
    path.write_text(text)
    return str(path)


def test_columns_by_name_in_any_order_without_target(tmp_path: Path) -> None:
    rows = read_rows(write(tmp_path, "k,y,a,old\n7,p,1.50,1\n?,q,NA,1\n"), COLUMNS, "y", ignored=["old"])
    assert rows.names == ("a", "k")
    np.testing.assert_array_equal(rows.column("a").values, [1.5, np.nan])
    assert rows.column("k").values.tolist() == ["7", None]  # digits stay a category where the model knows one


def test_texts_are_demanded(tmp_path: Path) -> None:
    with pytest.raises(CannotFindOut, match="`t` missing"):
        read_rows(write(tmp_path, "a,k\n1,x\n"), [*COLUMNS, ("t", "text")])


READING = {"styles": {"a": "1.234,5", "d": "day/month/year"}, "missing": ["", "none"], "missing_numbers": {"a": [-9]}}
OF_READING: list[tuple[str, ColumnKind]] = [("a", "number"), ("d", "date")]


def test_rows_are_read_as_the_training_table_was(tmp_path: Path) -> None:
    rows = read_rows(write(tmp_path, "a;d\n1.234;02/03/2004\n-9;none\n0,5;2004-03-02\n"), OF_READING, reading=READING)
    np.testing.assert_array_equal(rows.column("a").values, [1234, np.nan, 0.5])
    march = 1078185600.0
    np.testing.assert_array_equal(rows.column("d").values, [march, np.nan, march])
    pointed = read_rows(write(tmp_path, "a;d\n1.234;none\n0.5;none\n"), OF_READING, reading=READING)
    assert pointed.column("a").values.tolist() == [1.234, 0.5]  # decimal points all over: the same numbers otherwise
    by_hand = rows_from_values("-9,02/03/2004", OF_READING, READING)
    assert np.isnan(by_hand.column("a").values[0])
    assert by_hand.column("d").values[0] == march
    with pytest.raises(CannotFindOut, match="`x` in line 3, column `d`"):
        read_rows(write(tmp_path, "a;d\n1;none\n1;x\n"), OF_READING, reading=READING)


def test_blank_rows_stay_so_that_answers_stand_beside_their_rows(tmp_path: Path) -> None:
    assert len(read_rows(write(tmp_path, "a,k\n1,x\n,\n2,x\n"), COLUMNS)) == 3


def test_rows_of_a_model_of_another_format(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": 1, "k": "x"}\n{"a": 2, "k": "x"}\n')
    trained = open_table(tmp_path / "t.jsonl", "t.jsonl", ReadOptions())
    assert len(read_rows(write(tmp_path, "a,k\n1,x\n2,x\n"), COLUMNS, reading=trained.dialect)) == 2


def test_what_a_saved_model_says_of_its_reading_is_checked() -> None:
    assert is_reading(READING)
    for wrong in ([], {"missing": "NA"}, {"styles": {"a": "1'5"}}, {"missing_numbers": {"a": ["9"]}}):
        assert not is_reading(wrong)


def test_no_rows_are_no_error(tmp_path: Path) -> None:
    assert len(read_rows(write(tmp_path, "a,k\n"), COLUMNS)) == 0


def test_wrong_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotFindOut, match=r"`k` missing; `b`, `y` unknown"):
        read_rows(write(tmp_path, "a,b,y\n1,2,3\n"), COLUMNS)


@pytest.mark.parametrize("cell", ["one", "1,5", "inf", "1e309", "0x10", "1_000", "01"])
def test_a_cell_that_is_no_number_is_named(tmp_path: Path, cell: str) -> None:
    with pytest.raises(CannotFindOut) as caught:
        read_rows(write(tmp_path, f'a,k\n1,x\n"{cell}",x\n'), COLUMNS)
    assert f"`{cell}` in line 3, column `a`" in caught.value.message
    assert caught.value.exit_code == 4


def test_a_row_typed_by_hand() -> None:
    rows = rows_from_values(' 6.6, "x, y" ', COLUMNS)
    assert rows.column("a").values.tolist() == [6.6]
    assert rows.column("k").values.tolist() == ["x, y"]
    assert np.isnan(rows_from_values("NA,x", COLUMNS).column("a").values[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("6.6", "has 1 value where the model takes 2"),
        ("6.6,x,y", "has 3 values"),
        ("", "has 0 values"),
        ("six,x", "`six` is no number to compute with, for the column `a`"),
        ("1e309,x", "`1e309` is no number"),
        ('"6.6,x', "cannot be read"),
    ],
)
def test_a_wrong_row_is_a_usage_error(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        rows_from_values(text, COLUMNS)


def test_many_columns_are_found_without_looking_through_all_for_each(tmp_path: Path) -> None:
    looks = 0

    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal looks
            looks += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    names = [Name(f"n{i}") for i in range(300)]
    columns = tuple(Column(name=name, kind="number", values=np.zeros(1)) for name in names)
    assert Table(columns, 1).select([f"n{i}" for i in range(300)]).names == tuple(names)
    path = write(tmp_path, ",".join(names) + "\n" + ",".join("0" * 300) + "\n")
    assert len(read_rows(path, [(name, "number") for name in names[:200]], ignored=names[200:]).columns) == 200
    assert looks < 5000
