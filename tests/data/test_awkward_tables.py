"""Tables of other dialects, encodings, packings and formats: what is inferred, said, and overruled."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest

from modelpick.data import dates, missing_numbers
from modelpick.data.dataset import Dataset
from modelpick.data.opening import open_table
from modelpick.data.raw_table import RawTable
from modelpick.data.read import read_dataset
from modelpick.data.read_options import ReadOptions
from modelpick.data.table import Column
from modelpick.errors import CannotFindOut, UsageError

ROWS = "".join(f"{i % 7},{i * 7 % 13},{'pq'[i % 2]}\n" for i in range(40))
GOOD = "a,b,y\n" + ROWS


def opened(folder: Path, content: str | bytes, name: str = "t.csv", **options: object) -> RawTable:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_table(path, name, ReadOptions.of(**options))  # type: ignore[arg-type]


def dataset(folder: Path, content: str, target: str | int = "y", **options: object) -> Dataset:
    path = folder / "t.csv"
    path.write_text(content)
    return read_dataset(str(path), target=target, options=ReadOptions.of(**options))  # type: ignore[arg-type]


def column(raw: RawTable, name: str) -> Column:
    return raw.features([name]).columns[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", GOOD.replace(",", ";").encode()),
        ("t.csv", GOOD.replace(",", "\t").encode()),
        ("t.txt", GOOD.replace(",", "^").encode()),
        ("t.dat", GOOD.replace(",", " ").encode()),
        ("t.csv", GOOD.replace("\n", "\r").encode()),
        ("t.csv", b"A title\n\n" + GOOD.encode()),
        ("t.csv", GOOD.encode("utf-8-sig")),
        ("t.csv", GOOD.encode("utf-16")),
        ("t.csv", GOOD.encode("utf-16-le")),
        ("t.csv", GOOD.encode("utf-16-be")),
        ("t.csv.gz", gzip.compress(GOOD.encode())),
        ("t.csv", gzip.compress(GOOD.encode())),
        ("t.bz2", bz2.compress(GOOD.encode())),
        ("t.csv.xz", lzma.compress(GOOD.encode())),
    ],
)
def test_the_same_table_in_other_clothes(tmp_path: Path, name: str, content: bytes) -> None:
    raw = opened(tmp_path, content, name)
    assert (raw.names, raw.rows) == (("a", "b", "y"), 40)
    assert column(raw, "b").values[:3].tolist() == [0, 7, 1]


def test_a_zip_of_one_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("__MACOSX/._t.csv", "x")
        archive.writestr("in/t.csv", GOOD)
    assert open_table(tmp_path / "t.zip", "t.zip", ReadOptions()).rows == 40


@pytest.mark.parametrize(
    ("word", "encoding", "taken"), [("Müller, André", "cp1252", "cp1252"), ("señor über là", "mac_roman", "mac_roman")]
)
def test_a_guessed_encoding_is_told_with_a_cell(tmp_path: Path, word: str, encoding: str, taken: str) -> None:
    raw = opened(tmp_path, f'a,y\n1,"{word}"\n2,x\n'.encode(encoding))
    assert raw.labels("y").tolist() == [word, "x"]
    assert raw.dialect["encoding"] == taken
    assert "`--encoding` overrules" in raw.notes[0]
    if "," not in word:
        assert word in raw.notes[0]
    assert opened(tmp_path, "a,y\n1,é\n2,x\n".encode("cp437"), encoding="cp437").labels("y")[0] == "é"
    with pytest.raises(CannotFindOut, match=r"byte 0xe9 in line 2 does not fit"):
        opened(tmp_path, "a,y\n1,é\n".encode("latin-1"), encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (ROWS, ("column_0", "column_1", "column_2")),
        ("word,kind\n" + "".join(f"thing {i},{'pq'[i % 2]}\n" for i in range(20)), ("word", "kind")),
        ("".join(f"thing {i},{'pq'[i % 2]}\n" for i in range(20)), ("column_0", "column_1")),
        (
            "land,1990,2000,2010\n" + "".join(f"x{i},{i},{i * i},4\n" for i in range(9)),
            ("land", "1990", "2000", "2010"),
        ),
        ("a,b,,\n" + "1,2,,\n2,3,,\n" * 4, ("a", "b", "column_2", "column_3")),
    ],
)
def test_whether_there_is_a_header(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    assert opened(tmp_path, text).names == names


def test_no_header_overrules(tmp_path: Path) -> None:
    raw = opened(tmp_path, GOOD, header=False)
    assert (raw.names[2], raw.rows) == ("column_2", 41)
    found = dataset(tmp_path, ROWS, target=-1)
    assert (found.target_name, found.rows, found.classes) == ("column_2", 40, ("p", "q"))


def test_a_second_header_row_is_left_out_and_names_columns(tmp_path: Path) -> None:
    rows = "".join(f"{i},{('Yes', '')[i % 2]},{('Red', '')[i // 2 % 2]},{i}.5\n" for i in range(40))
    raw = opened(tmp_path, "id,Seen?,,size\nResponse,Film A,Film B,cm\n" + rows)
    assert (raw.names, raw.rows) == (("id", "Seen?", "Film B", "size"), 40)
    assert any("second header" in note for note in raw.notes)
    counted = opened(tmp_path, "day;v\n0;1\n" + "".join(f"2004-03-{i:02};{i}\n" for i in range(1, 29)))
    assert counted.rows == 29  # two cells count by chance
    counted = opened(tmp_path, "day;v;w\n0;1;2\n" + "".join(f"2004-03-{i:02};{i};{i}\n" for i in range(1, 29)))
    assert counted.rows == 28
    assert opened(tmp_path, GOOD).rows == 40


def test_quotes_in_tab_separated_texts_are_ordinary(tmp_path: Path) -> None:
    texts = ['say "hi', 'a " b', '"open', "plain"]
    raw = opened(tmp_path, "".join(f"{'pq'[i % 2]}\t{texts[i % 4]}\n" for i in range(20)), "t.tsv")
    assert raw.rows == 20
    assert raw.labels("column_1")[:4].tolist() == texts


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,5", "2", "-0,25"], [1.5, 2, -0.25]),
        (["1.234,5", "1.234", "9"], [1234.5, 1234, 9]),
        (["1,234.5", "12,345", "7"], [1234.5, 12345, 7]),
        (["1,234", "12,345,678", "7"], [1234, 12345678, 7]),
        (["1 234,5", "7,25", "1"], [1234.5, 7.25, 1]),
        (["1'234.5", "7", "1"], [1234.5, 7, 1]),
        (["1.234", "2.5", "3"], [1.234, 2.5, 3]),
        (["1,5", "2.5", "3"], None),
        (["01234", "00012", "5"], None),
    ],
)
def test_how_numbers_are_written_is_decided_over_the_column(
    tmp_path: Path, cells: list[str], numbers: list[float] | None
) -> None:
    found = column(opened(tmp_path, "n;k\n" + "".join(f"{cell};x\n" for cell in cells)), "n")
    assert (found.kind == "number") == (numbers is not None)
    assert found.values.tolist() == (cells if numbers is None else numbers)


def test_what_can_be_read_in_two_ways_follows_the_table(tmp_path: Path) -> None:
    both = "n;m\n1,234;{}\n5,678;2\n"
    assert column(opened(tmp_path, both.format("0,5")), "n").values.tolist() == [1.234, 5.678]
    assert column(opened(tmp_path, both.format("0.5")), "n").values.tolist() == [1234, 5678]


def test_a_minus_beside_a_plus_is_a_sign(tmp_path: Path) -> None:
    raw = opened(tmp_path, "sign,dash,error\n+,-,#N/A\n-,5,1\n+,6,2\n")
    typed = raw.features(raw.names)
    assert typed.columns[0].values.tolist() == ["+", "-", "+"]
    np.testing.assert_array_equal(typed.columns[1].values, [np.nan, 5, 6])
    np.testing.assert_array_equal(typed.columns[2].values, [np.nan, 1, 2])
    assert column(opened(tmp_path, "a,k\n1,none\n2,x\n", na=["none"]), "k").values.tolist() == [None, "x"]


def number(name: str, values: list[float]) -> Column:
    return Column(name=name, kind="number", values=np.array(values, dtype=np.float64))


def test_numbers_that_stand_for_missing_values() -> None:
    spread = [float(i) for i in range(100)]
    columns = [
        number("coded", [-200.0] * 10 + spread),
        number("rarely", [-200.0] + spread + [50.0] * 9),
        number("honest", [-1.0] * 10 + spread),
        number("sensor", [0.0] * 10 + [100 + i for i in spread]),
        number("flags", [-9.0] * 10 + [0.0, 1.0] * 50),
    ]
    assert missing_numbers.find(columns) == {"coded": (-200.0,), "rarely": (-200.0,), "sensor": (0.0,)}
    taken = missing_numbers.without(columns, {"coded": (-200.0,)})
    assert np.isnan(taken[0].values).sum() == 10
    assert taken[1].values[0] == -200


def test_a_code_in_the_target_is_no_target(tmp_path: Path) -> None:
    rows = "".join(f"{i % 17},{-999 if i % 10 == 0 else i * 1.5}\n" for i in range(100))
    found = dataset(tmp_path, "a,y\n" + rows)
    assert (found.task, found.rows) == ("regression", 90)
    given = dataset(tmp_path, "a,y\n" + rows, na=["16"])
    assert given.rows == 100
    assert np.isnan(given.features.column("a").values).sum() == 5


@pytest.mark.parametrize(
    ("cells", "form", "first"),
    [
        (["2004-03-10", "2004-03-11"], "year-month-day", 1078876800.0),
        (["2004-03-10T18:00:00+01:00", "2004-03-11"], "year-month-day", 1078876800.0 + 17 * 3600),
        (["10.03.2004", "9.3.2004"], "day/month/year", 1078876800.0),
        (["03/10/2004", "03/31/2004"], "month/day/year", 1078876800.0),
        (["1939, May", "1940, June"], "year, month", -967939200.0),
        (["Mar 10, 2004", "April 1, 2004"], "month day, year", 1078876800.0),
    ],
)
def test_dates(tmp_path: Path, cells: list[str], form: str, first: float) -> None:
    typed = opened(tmp_path, "d;k\n" + "".join(f"{cell};x\n" for cell in [*cells, ""])).features(["d"])
    assert (typed.columns[0].kind, typed.styles["d"]) == ("date", form)
    np.testing.assert_array_equal(typed.columns[0].values[[0, 2]], [first, np.nan])


def test_dates_of_two_readings_stay_text_and_impossible_ones_are_none(tmp_path: Path) -> None:
    typed = opened(tmp_path, "d,k\n01/02/2004,x\n03/04/2004,x\n").features(["d"])
    assert typed.columns[0].kind in ("category", "text")
    assert any("`day/month/year` or `month/day/year`" in note for note in typed.notes)
    assert dates.seconds("2004-02-30", "year-month-day") is None
    assert dates.seconds("2004-02-03 25:00", "year-month-day") is None
    assert dates.date_text(1078876800.0) == "2004-03-10"


def test_json_lines_and_lists(tmp_path: Path) -> None:
    lines = '{"a": 1.50, "k": "01"}\n\n{"k": null, "more": [1, "x"], "b": true}\n'
    raw = opened(tmp_path, lines, "t.jsonl")
    assert raw.names == ("a", "k", "more", "b")
    assert raw.labels("a").tolist() == ["1.50", None]
    assert raw.labels("k").tolist() == ["01", None]
    assert raw.labels("b").tolist() == [None, "true"]
    assert any("`more`" in note for note in raw.notes)
    assert opened(tmp_path, '[{"a": 1}, {"a": 2}]', "t.json").labels("a").tolist() == ["1", "2"]


def test_arff_with_its_types(tmp_path: Path) -> None:
    text = (
        "% about\n@RELATION 'a b'\n@attribute 'my size' REAL\n@attribute grade {1, 2, 'so so'}\n"
        "@attribute note string\n\n@data\n% rows\n1.5, 1, 'it\\'s, so'\n?,'so so',?\n{0 7, 2 \"x y\"}\n"
    )
    raw = opened(tmp_path, text, "t.arff")
    assert raw.names == ("my size", "grade", "note")
    np.testing.assert_array_equal(column(raw, "my size").values, [1.5, np.nan, 7])
    grade = column(raw, "grade")
    assert (grade.kind, grade.values.tolist()) == ("category", ["1", "so so", "1"])
    assert raw.labels("note").tolist() == ["it's, so", None, "x y"]


def test_excel(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import datetime

    book = openpyxl.Workbook()
    for row in (
        [None],
        ["a", "day", "k"],
        [1, datetime.date(2004, 3, 10), "007"],
        [2.5, datetime.date(2004, 3, 11), "#N/A"],
    ):
        book.active.append(row)
    book.create_sheet("other")
    book.save(tmp_path / "t.xlsx")
    raw = open_table(tmp_path / "t.xlsx", "t.xlsx", ReadOptions())
    assert raw.names == ("a", "day", "k")
    typed = raw.features(raw.names)
    assert [c.kind for c in typed.columns] == ["number", "date", "category"]
    assert typed.columns[2].values.tolist() == ["007", None]
    assert "`other`" in raw.notes[0]


def test_groups_times_and_a_test_file(tmp_path: Path) -> None:
    head = "a,k,who,day,y\n"
    rows = "".join(
        f"{i * 7 % 23},{'uv'[i % 2]},w{i % 5},2004-03-{i % 28 + 1:02},{'pq'[i % 3 % 2]}\n" for i in range(60)
    )
    (tmp_path / "test.csv").write_text(
        "y;k;a;day;who;extra\np;u;3;2004-04-01;w1;1\nq;w;5;2004-04-02;new;1\n;v;5;2004-04-02;;1\n"
    )
    found = dataset(tmp_path, head + rows, group="who", time="day", test=tmp_path / "test.csv")
    assert found.features.names == ("a", "k")
    assert found.test_rows is not None
    assert found.groups is not None
    assert found.times is not None
    assert (found.rows, found.test_rows.sum()) == (62, 2)
    assert found.features.column("k").values[-2:].tolist() == ["u", "w"]
    assert (found.groups[60] == found.groups[1], len(set(found.groups))) == (True, 6)
    assert found.times[60] > found.times[:60].max()
    assert set(found.dropped) == {"who", "day"}
    with pytest.raises(UsageError, match="neither numbers nor dates"):
        dataset(tmp_path, head + rows, time="k")
    (tmp_path / "test.csv").write_text(head + "1,u,w1,2004-04-01,z\n")
    with pytest.raises(CannotFindOut, match=r"`z` in line 2.*no training row has"):
        dataset(tmp_path, head + rows, test=tmp_path / "test.csv")
    (tmp_path / "test.csv").write_text("a,y\n1,p\n")
    with pytest.raises(CannotFindOut, match="lacks `k`, `who`, `day`"):
        dataset(tmp_path, head + rows, test=tmp_path / "test.csv")


def test_a_text_column_is_text_as_asked(tmp_path: Path) -> None:
    found = dataset(tmp_path, "a,t,y\n" + "".join(f"{i % 9},w{i % 3},{'pq'[i % 2]}\n" for i in range(40)), text=["t"])
    assert found.features.column("t").kind == "text"
    with pytest.raises(UsageError, match="no column `z`"):
        dataset(tmp_path, GOOD, text=["z"])


def test_a_schema_is_written_edited_and_obeyed(tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},{i * 7 % 13};x,{i % 5},{'pq'[i % 2]}\n" for i in range(40)).replace(";x", "")
    schema = tmp_path / "s.toml"
    first = dataset(tmp_path, "a,b,c,y\n" + rows, schema=schema)
    text = schema.read_text()
    assert 'a = "number"' in text
    assert 'name = "y"' in text
    assert dataset(tmp_path, "a,b,c,y\n" + rows, schema=schema).features.kinds == first.features.kinds
    edited = text.replace('a = "number"', 'a = "category"').replace('b = "number"', 'b = "drop"')
    schema.write_text(edited.replace("[missing_numbers]", "[missing_numbers]\nc = [4]"))
    again = read_dataset(str(tmp_path / "t.csv"), target=None, options=ReadOptions.of(schema=schema))
    assert dict(again.features.kinds) == {"a": "category", "c": "number"}
    assert np.isnan(again.features.column("c").values).sum() == 8
    line = edited.splitlines().index('a = "category"') + 1
    for wrong, message in (
        (edited.replace('a = "category"', 'a = "kategory"'), rf"line {line}: `a` in `\[columns\]`"),
        (edited.replace('a = "category"', 'z = "category"'), rf"line {line}: `z` in `\[columns\]` is no column"),
        (edited.replace("header = true", "header = 1"), r"`header` in `\[reading\]` is not true or false"),
        (edited + "x", "is no TOML"),
    ):
        schema.write_text(wrong)
        with pytest.raises(UsageError, match=message):
            dataset(tmp_path, "a,b,c,y\n" + rows, schema=schema)


def test_a_delimiter_or_an_encoding_that_is_none() -> None:
    for options in ({"sep": ";;"}, {"sep": "a"}, {"encoding": "utf-9"}):
        with pytest.raises(UsageError):
            ReadOptions.of(**options)  # type: ignore[arg-type]
    assert ReadOptions.of(sep="\\t").sep == "\t"
