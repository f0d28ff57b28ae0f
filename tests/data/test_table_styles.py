"""Tables as people save them: signs around numbers, words for missing values, titles, footers, old encodings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modelpick.data import dates, missing_numbers
from modelpick.data.encoding_guess import best_encoding
from modelpick.data.opening import open_table
from modelpick.data.raw_table import RawTable
from modelpick.data.read import read_dataset
from modelpick.data.read_options import ReadOptions
from modelpick.data.read_rows import is_reading, read_rows
from modelpick.data.table import Column

ROWS = 40
NUMBERS = [round(7 + 1.37 * i * (-1) ** i, 2) for i in range(ROWS)]
LABELS = ["pq"[i * i % 3 % 2] for i in range(ROWS)]


def written(cells: list[str], sep: str = ";") -> str:
    return "\n".join([f"v{sep}y", *(f"{cell}{sep}{label}" for cell, label in zip(cells, LABELS, strict=True))]) + "\n"


def opened(folder: Path, text: str | bytes, name: str = "t.csv") -> RawTable:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_table(path, name, ReadOptions())


def european(number: float) -> str:
    return f"{number * 1000:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize(
    ("cells", "factor", "style"),
    [
        ([f"{v} %" for v in NUMBERS], 1, "1234.5 %"),
        ([f"${v * 1000:,.2f}".replace("$-", "-$") for v in NUMBERS], 1000, "1,234.5 $"),
        ([f"{european(v)} €" for v in NUMBERS], 1000, "1.234,5 €"),
        ([f"({-v})" if v < 0 else str(v) for v in NUMBERS], 1, "1234.5 ()"),
        ([f"{v}".replace("-", "\u2212") for v in NUMBERS], 1, "1234.5 \u2212"),
        ([f"{v} kg" for v in NUMBERS], 1, "1234.5 kg"),
    ],
)
def test_a_sign_around_all_numbers_is_left_out(tmp_path: Path, cells: list[str], factor: float, style: str) -> None:
    typed = opened(tmp_path, written(cells)).features(["v"])
    assert typed.columns[0].kind == "number"
    np.testing.assert_allclose(typed.columns[0].values, [factor * v for v in NUMBERS])
    assert typed.styles == {"v": style}


@pytest.mark.parametrize(
    "cells",
    [
        [f"{'$€'[i % 2]}{i}" for i in range(ROWS)],
        [f"{i % 9}-{i % 9 + 1}" for i in range(ROWS)],
        [f"1.{i % 9}.{i % 5}" for i in range(ROWS)],
        [f"0{i} kg" for i in range(ROWS)],
        [f"{i}{'kg' if i % 2 else 'lb'}" for i in range(ROWS)],
    ],
)
def test_what_is_no_single_sign_stays_text(tmp_path: Path, cells: list[str]) -> None:
    assert opened(tmp_path, written(cells)).features(["v"]).columns[0].values[1] == cells[1]


@pytest.mark.parametrize("word", ["n.d.", "unknown", "*", ":", "??", "k.A."])
def test_a_word_among_numbers_is_a_missing_value_there_and_in_new_rows(tmp_path: Path, word: str) -> None:
    cells = [word if i % 9 == 0 else f"{v} %" for i, v in enumerate(NUMBERS)]
    path = tmp_path / "t.csv"
    path.write_text(written(cells))
    dataset = read_dataset(str(path), target="y")
    assert int(np.isnan(dataset.features.column("v").values).sum()) == cells.count(word)
    assert any(f"`{word}` is taken as missing in `v`" in note for note in dataset.notes)
    assert is_reading(dataset.reading)
    again = read_rows(str(path), dataset.features.kinds, "y", reading=dataset.reading)
    np.testing.assert_array_equal(again.column("v").values, dataset.features.column("v").values)


def test_signs_and_words_stand_in_the_schema_and_are_obeyed(tmp_path: Path) -> None:
    path, schema = tmp_path / "t.csv", tmp_path / "s.toml"
    path.write_text(written(["n.d." if i % 9 == 0 else f"{v} €" for i, v in enumerate(NUMBERS)]))
    first = read_dataset(str(path), target="y", options=ReadOptions(schema=schema))
    assert 'v = "1234.5 €"' in schema.read_text()
    assert 'v = ["n.d."]' in schema.read_text()
    again = read_dataset(str(path), target="y", options=ReadOptions(schema=schema))
    np.testing.assert_array_equal(again.features.column("v").values, first.features.column("v").values)


def test_a_target_with_signs_is_a_quantity(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = [f"{i % 7};{'n.d.' if i % 10 == 0 else f'{v} %'}" for i, v in enumerate(NUMBERS)]
    path.write_text("\n".join(["v;y", *lines]))
    dataset = read_dataset(str(path), target="y")
    assert dataset.task == "regression"
    assert dataset.target.tolist() == [v for i, v in enumerate(NUMBERS) if i % 10]


BODY = "a,b,y\n" + "".join(f"{i * 7 % 13}.5,{i % 7},{'pq'[i % 2]}\n" for i in range(ROWS))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "# from, a, station\n# and more\n" + BODY),
        ("t.csv", "# one, line, only\n" + BODY),
        ("t.csv", "A report,,\nof 2021,,\n,,\n" + BODY),
        ("t.csv", BODY + "\nSource: the office\n"),
        ("t.csv", BODY + "Source: the office,,\n".rstrip(",\n") + "\nand others\n"),
        ("t.csv", BODY.replace("\n", "\r\n").replace("\r\n", "\n", 2)),
        ("t.dat", BODY.replace(",", "   ")),
        ("t.txt", "a b y\n" + "".join(f"{i * 7 % 13}.5\t {i % 7}  {'pq'[i % 2]}\n" for i in range(ROWS))),
    ],
)
def test_what_stands_around_a_table_is_left_out(tmp_path: Path, name: str, text: str) -> None:
    raw = opened(tmp_path, text, name)
    assert (raw.names, raw.rows) == (("a", "b", "y"), ROWS)
    assert raw.features(["a"]).columns[0].values[:3].tolist() == [0.5, 7.5, 1.5]


@pytest.mark.parametrize(("sep", "name"), [(",", "t.csv"), (" ", "t.txt"), ("\t", "t.tsv")])
def test_names_of_rows_without_a_name_of_their_own(tmp_path: Path, sep: str, name: str) -> None:
    head, *lines = BODY.splitlines()
    text = "\n".join([head, *(f"r{i},{line}" for i, line in enumerate(lines))]) + "\n"
    raw = opened(tmp_path, text.replace(",", sep), name)
    assert (raw.names, raw.rows) == (("column_0", "a", "b", "y"), ROWS)


def test_a_name_that_stands_twice_is_told_apart(tmp_path: Path) -> None:
    raw = opened(tmp_path, BODY.replace("a,b,y", "a,a,y"))
    assert raw.names == ("a", "a (column 1)", "y")
    assert any("more than once" in note for note in raw.notes)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Forêt Côté Crème brûlée"),
        ("cp1252", "It’s “good” they’re – don’t"),
        ("cp1252", "l’été d’accord “voilà”"),
        ("mac_roman", "Forêt Côté Crème brûlée"),
        ("mac_roman", "día canción niño"),
        ("mac_roman", "“It’s” – l’arte"),
        ("cp850", "Müller Straße schön Käse"),
        ("cp850", "niño María corazón está"),
        ("cp850", "été café déjà élève"),
        ("cp437", "señor über là"),
        ("cp1250", "Łódź Kraków Wrocław Gdańsk Poznań"),
        ("iso8859_2", "Łódź Košice Wrocław Žižkov"),
        ("cp1254", "İstanbul İzmir Eskişehir Muğla"),
        ("cp1251", "Москва Казань Новосибирск"),
        ("koi8_r", "Москва Казань Новосибирск"),
        ("cp866", "Москва Казань Новосибирск"),
        ("cp1253", "Αθήνα Θεσσαλονίκη Πάτρα"),
        ("gb18030", "北京市 上海市 广州市 深圳市"),
        ("cp932", "東京都 大阪府 北海道 ソフト表示"),
        ("euc_jp", "東京都 大阪府 カタカナ ひらがな"),
        ("big5", "臺北市 高雄市 臺中市"),
        ("cp949", "서울 부산 대구"),
    ],
)
def test_old_encodings_are_told_by_their_writing(encoding: str, words: str) -> None:
    sample = "\n".join(f"{i},{word}" for i, word in enumerate(words.split())).encode(encoding)
    assert best_encoding(sample) is not None
    assert sample.decode(best_encoding(sample) or "") == sample.decode(encoding)


@pytest.mark.parametrize(
    ("cell", "form", "day"),
    [
        ("31.01.69", "day.month.yy", "1969-01-31"),
        ("31.01.05", "day.month.yy", "2005-01-31"),
        ("5-Jan-12", "day-month-yy", "2012-01-05"),
        ("20050131", "yearmonthday", "2005-01-31"),
        ("Mon, 31 Jan 2005", "day month year", "2005-01-31"),
        ("01/31/2005 3:15 PM", "month/day/year", "2005-01-31 15:15:00"),
        ("01/31/2005 12:15 am", "month/day/year", "2005-01-31 00:15:00"),
    ],
)
def test_more_ways_to_write_a_day(cell: str, form: str, day: str) -> None:
    moment = dates.seconds(cell, form)
    assert moment is not None
    assert dates.date_text(moment) == day
    assert dates.forms_of([cell]) == (form,)


def codes_of(values: list[float], **more: str) -> tuple[float, ...]:
    columns = [Column(name="v", kind="number", values=np.array(values))]
    return missing_numbers.find(columns, **more).get("v", ())


def test_a_negative_code_below_positive_numbers_and_honest_edges() -> None:
    rest = [30.0 + 2 * i for i in range(30)]
    assert codes_of([-1.0] * 6 + rest) == (-1.0,)
    assert codes_of([0.0] * 6 + rest) == (0.0,)
    assert codes_of([0.0] * 6 + rest, target="v") == ()  # nothing sold is a quantity
    assert codes_of([-1.0] * 6 + [v - 30 for v in rest]) == ()
    logs = [float(np.log(i % 12 + 1)) for i in range(120)]
    assert codes_of(logs) == ()
    assert codes_of([v * 2 - 15 for v in rest] + [-9.0] * 6) == ()
