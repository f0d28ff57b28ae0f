"""Tables as people write them: what is a number, a category, a label, a missing value."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from modelpick.data.dataset import Dataset
from modelpick.data.read import read_dataset
from modelpick.data.read_options import ReadOptions
from modelpick.errors import CannotFindOut, UsageError


def dataset(folder: Path, text: str, target: str | int = "y", name: str = "t.csv", **options: object) -> Dataset:
    path = folder / name
    path.write_bytes(text.encode())
    return read_dataset(str(path), target=target, **options)  # type: ignore[arg-type]


def kinds(found: Dataset) -> dict[str, str]:
    return {column.name: column.kind for column in found.features.columns}


def test_ids_stay_text_and_labels_stay_verbatim(tmp_path: Path) -> None:
    found = dataset(tmp_path, "\ufeffzip,n,y\n01234,1,007\n00012,2,NA\n01234,3,NA\n00012,4,007\n01234,x,007\n")
    assert found.classes == ("007", "NA")
    assert found.target.tolist() == ["007", "NA", "NA", "007", "007"]
    assert found.features.column("zip").values.tolist() == ["01234", "00012", "01234", "00012", "01234"]
    assert any("`NA`" in note for note in found.notes)


def test_missing_codes_are_missing_in_features_alone(tmp_path: Path) -> None:
    found = dataset(tmp_path, "a,k,y\n1,?,p\nNA, x ,p\n 2.50,None,q\nnull,y,q\n,NaN,q\n")
    assert kinds(found) == {"a": "number", "k": "category"}
    np.testing.assert_array_equal(found.features.column("a").values, [1, np.nan, 2.5, np.nan, np.nan])
    assert found.features.column("k").values.tolist() == [None, "x", None, "y", None]
    assert any("`?` in 1" in note for note in found.notes)


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    found = dataset(tmp_path, "a,y\n1,p\n2,\n3,q\n4,q\n5,p\n")
    assert found.features.column("a").values.tolist() == [1, 3, 4, 5]
    assert any(note.startswith("1 of 5 rows") for note in found.notes)


def test_a_single_word_among_numbers_is_told_with_its_line(tmp_path: Path) -> None:
    rows = [f"{i},1.5,{'pq'[i % 2]}" for i in range(300)]
    rows[200] = "2oo,2.5,p"
    found = dataset(tmp_path, "\n".join(["a,b,y", *rows]))
    assert any("`a` is taken as" in note and "`2oo` in line 202" in note for note in found.notes)


def test_free_text_is_text(tmp_path: Path) -> None:
    rows = "".join(
        f'{i % 7},"word {i}, and so on, for it is a sentence of many words",{"pq"[i % 2]}\n' for i in range(30)
    )
    assert kinds(dataset(tmp_path, "a,t,y\n" + rows)) == {"a": "number", "t": "text"}


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["p", "q"], "classification"),
        (["0", "1"], "classification"),
        ([str(i) for i in range(20)], "classification"),
        ([str(i) for i in range(21)], "regression"),
        (["1.5", "2.5"], "classification"),
        ([str(i + 0.5) for i in range(11)], "regression"),
        ([f"{i:02}" for i in range(25)], "classification"),
    ],
)
def test_the_task_follows_from_the_values(tmp_path: Path, values: list[str], task: str) -> None:
    rows = "".join(f"{i},{value}\n" for i, value in enumerate(values * 4))
    found = dataset(tmp_path, "a,y\n" + rows)
    assert found.task == task
    assert (found.target.dtype == np.float64) == (task == "regression")


def test_numbers_to_predict_may_be_missing_and_the_task_can_be_given(tmp_path: Path) -> None:
    text = "a,y\n" + "".join(f"{i},{i * 1.5}\n" for i in range(30)) + "7,NA\n8,?\n"
    found = dataset(tmp_path, text)
    assert (found.task, found.rows) == ("regression", 30)
    few = dataset(tmp_path, "a,y\n1,1\n2,2\n3,1\n4,2\n", task="regression")
    assert few.target.tolist() == [1, 2, 1, 2]
    with pytest.raises(UsageError, match="`low` in line 3"):
        dataset(tmp_path, "a,y\n1,1\n2,low\n3,1\n", task="regression")


def test_the_target_by_position(tmp_path: Path) -> None:
    text = "a,b,y\n1,p,5\n2,q,5\n3,p,6\n4,q,6\n"
    assert dataset(tmp_path, text, target="1").target_name == "b"
    assert dataset(tmp_path, text, target=-1).target_name == "y"
    assert dataset(tmp_path, text, target="-2").target_name == "b"
    with pytest.raises(UsageError, match="no column at position 3"):
        dataset(tmp_path, text, target=3)
    numbered = "1,0,y\n7,p,5\n2,q,5\n3,p,6\n4,q,6\n".replace("1,0,y", "0,1,y")
    assert dataset(tmp_path, numbered, target="1").target_name == "1"


def test_useless_columns_are_kept_out_with_a_warning(tmp_path: Path) -> None:
    found = dataset(tmp_path, "a,same,none,half,y\n1,5,,1,p\n2,5,NA,,q\n3,5,,1,p\n4,5,,,q\n")
    assert kinds(found) == {"a": "number", "half": "number"}
    assert {column.name for column in found.kept_out} == {"same", "none"}
    told = {finding.check: finding.message for finding in found.findings}
    assert "`none`" in told["empty-column"]
    assert "`same`" in told["constant-column"]


def test_dropped_columns(tmp_path: Path) -> None:
    text = "a,id,y\n1,7,p\n2,8,q\n3,9,p\n4,5,q\n"
    found = dataset(tmp_path, text, drop=["id"])
    assert kinds(found) == {"a": "number"}
    assert found.dropped == ("id",)
    for name in ("ID", "y"):
        with pytest.raises(UsageError):
            dataset(tmp_path, text, drop=[name])
    with pytest.raises(UsageError, match="no column `a, id`") as caught:
        dataset(tmp_path, text, drop=["a, id"])
    assert caught.value.hint == "name each by itself: `--drop a --drop id`"
    assert dataset(tmp_path, text.replace("id", '"a,id"'), drop=["a,id"]).dropped == ("a,id",)


def test_a_test_file_that_lacks_columns_is_told(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("a,y\n1,p\n2,q\n")
    options = ReadOptions.of(test=tmp_path / "test.csv")
    with pytest.raises(CannotFindOut, match="lacks `b`"):
        dataset(tmp_path, "a,b,y\n1,7,p\n2,8,q\n3,9,p\n4,5,q\n", options=options)


def test_line_breaks_in_quotes_and_windows_line_ends(tmp_path: Path) -> None:
    found = dataset(tmp_path, 'a,k,y\r\n1,"x\r\nz",p\r\n2,"say ""hi""",q\r\n3,"x\r\nz",p\r\n4,"u,v",q\r\n')
    assert found.features.column("k").values.tolist() == ["x\r\nz", 'say "hi"', "x\r\nz", "u,v"]


def test_tsv_and_a_file_without_suffix(tmp_path: Path) -> None:
    text = "a\tk\ty\n1\tx, y\tp\n2\tz\tq\n3\tz\tp\n4\tz\tq\n"
    expected = {"a": "number", "k": "category"}
    assert kinds(dataset(tmp_path, text, name="t.tsv")) == expected
    assert kinds(dataset(tmp_path, text, name="rows")) == expected


def test_a_name_that_looks_like_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "a1.csv").write_text("b,y\n1,2\n")
    assert dataset(tmp_path, "a,y\n1,p\n2,q\n3,p\n4,q\n", name="a[1]*?.csv").features.names == ("a",)


def test_parquet_is_typed_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with duckdb.connect() as connection:
        connection.sql(
            "SELECT * FROM (VALUES (0.1::DOUBLE, 1.5::FLOAT, '01', true, 'p'), ('nan', NULL, '02', false, 'q'), "
            "(3e20, 2, '01', true, 'p'), (-1, 2, '02', NULL, 'q')) t(d, f, s, b, y)"
        ).write_parquet(str(path))
    found = read_dataset(str(path), target="y")
    assert kinds(found) == {"d": "number", "f": "number", "s": "category", "b": "category"}
    np.testing.assert_array_equal(found.features.column("d").values, [0.1, np.nan, 3e20, -1])
    assert found.features.column("b").values.tolist() == ["true", "false", "true", None]


@pytest.mark.parametrize(
    ("name", "rows", "columns", "task"),
    [
        ("iris", 150, 4, "classification"),
        ("wine", 178, 13, "classification"),
        ("breast_cancer", 569, 30, "classification"),
        ("digits", 1797, 61, "classification"),
        ("diabetes", 442, 10, "regression"),
    ],
)
def test_built_in_names(name: str, rows: int, columns: int, task: str) -> None:
    found = read_dataset(name, target=None)
    assert (found.rows, len(found.features.columns), found.task) == (rows, columns, task)
    assert len(found.fingerprint) == 64
    assert read_dataset(name, target=found.target_name).fingerprint == found.fingerprint


def test_a_built_in_data_set_can_be_asked_another_question() -> None:
    found = read_dataset("iris", target="petal width (cm)")
    assert found.task == "regression"
    assert found.features.column("species").kind == "category"


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    text = "a,y\n1,p\n2,q\n3,p\n4,q\n"
    one, same = dataset(tmp_path, text), dataset(tmp_path, text, name="other.csv")
    other = dataset(tmp_path, text.replace("4", "5"))
    assert one.fingerprint == same.fingerprint != other.fingerprint


def test_the_columns_of_a_saved_model(tmp_path: Path) -> None:
    found = dataset(tmp_path, "a,b,c,y\n1,5,7,p\n2,5,8,q\n3,5,7,p\n4,5,8,q\n")
    rows = found.as_trained([("b", "number"), ("c", "category"), ("a", "number")])
    assert rows.names == ("b", "c", "a")  # b is constant here, and was not where the model was trained
    assert rows.column("c").values.tolist() == ["7", "8", "7", "8"]
    with pytest.raises(CannotFindOut, match="`z` missing; `c` unknown"):
        found.as_trained([("a", "number"), ("b", "number"), ("z", "number")])
