"""Tables that cannot be used: one clear error each, with the place, the way out and the right exit code."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pytest

from modelpick.data.label_map import read_label_map
from modelpick.data.read import read_dataset
from modelpick.errors import CannotFindOut, ModelpickError

GOOD = "a,b,y\n1,2,p\n2,3,q\n3,1,p\n4,6,q\n"


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, GOOD)
    return file.getvalue()


def refusal(path: str, target: str | int | None = "y", **options: object) -> ModelpickError:
    with pytest.raises(ModelpickError) as caught:
        read_dataset(path, target=target, **options)  # type: ignore[arg-type]
    error = caught.value
    assert error.hint
    assert not error.message.endswith(".")
    return error


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        ("empty.csv", b"", 4, "is empty"),
        ("blank.csv", b"\n \n\n", 4, "is empty"),
        ("bom.csv", b"\xef\xbb\xbf", 4, "is empty"),
        ("header.csv", b"a,b,y\n", 4, "a header and no rows"),
        ("one.csv", b"a,b,y\n1,2,p\n", 4, "one row only"),
        ("two.csv", b"a,b,y\n1,2,p\n3,4,q\n", 1, "2 rows cannot be split"),
        ("nul.csv", b"a,y\n1,\0p\n", 4, "NUL byte in line 2"),
        ("hollow.csv", b"a,y\n,p\n,q\n,p\n,q\n,p\n,q\n", 4, "besides the target: kept out is `a`, with nothing in it"),
        ("misplaced.csv", b'a,b,y\n1,2,p\n1,"2" x,p\n', 4, "a quote is misplaced"),
        ("short.csv", b"a,b,y\n1,2,p\n1,2\n", 4, "line 3 has 2 fields where the first one has 3"),
        ("long.csv", b"a,b,y\n1,2,p\n1,2,q,3\n", 4, "line 3 has 4 fields where the first one has 3"),
        (
            "quote.csv",
            b'a,b,y\n1,2,p\n1,"2,p\n3,4,q\n',
            4,
            "a quote is misplaced or not closed, in the record after line 2",
        ),
        ("infinite.csv", GOOD.replace("2,3", "inf,3").encode(), 4, "`inf` in line 3, column `a`"),
        ("huge.csv", GOOD.replace("2,3", "1e309,3").encode(), 4, "`1e309` in line 3, column `a`"),
        ("large.csv", GOOD.replace("2,3", "1e308,3").encode(), 4, "`1e308` in line 3, column `a`"),
        ("no_target.csv", b"a,y\n1,\n2,\n3,\n", 4, "no value in any row"),
        ("no_feature.csv", b"y\np\nq\np\nq\n", 4, "no column to learn from"),
        ("constant.csv", b"a,y\n1,p\n1,q\n1,p\n1,q\n", 4, "no column to learn from"),
        ("one_class.csv", b"a,y\n1,p\n2,p\n3,p\n", 1, "every row has the same target"),
        ("lone.csv", b"a,y\n1,p\n2,p\n3,q\n4,p\n", 1, "class `q` of `y` has a single row"),
        ("rows.xlsx", b"PK", 4, "cannot be read as an Excel workbook"),
        ("rows.xls", b"\xd0\xcf", 4, "an Excel workbook of before 2007, which is not read"),
        ("rows.pkl", b"x", 4, "a pickle, which may run anybody's code"),
        ("rows.foo", b"1,2\n", 4, "no suffix of a table"),
        ("page.csv", b"\n<!DOCTYPE html>\n<html><body>a,b\n1,2\n", 4, "is a web page (HTML), no table"),
        ("page.csv.gz", gzip.compress(b"<HTML lang=en>\n<p>a,b\n"), 4, "is a web page (HTML), no table"),
        ("cat.PNG", b"\x89PNG", 4, "is one image, where a table is expected"),
        ("no_data.arff", b"@relation r\n@attribute a numeric\n", 4, "no line `@data`"),
        ("wide.arff", b"@relation r\n@attribute a real\n@data\n1,2\n", 4, "line 4 has 2 values"),
        ("cut.json", b'[{"a": 1},', 4, "no JSON in line 1, column 11"),
        ("bare.json", b"[1, 2]", 4, "entry 1 is no object"),
        ("twice.jsonl", b'{"a": 1}\n{"a": 2, "a": 3}\n', 4, "line 2 has the name `a` twice"),
        ("half.jsonl", b'{"a": "\\ud800", "y": "p"}\n', 4, "half a character"),
        ("binary.csv", bytes(range(256)) * 4, 4, "is no text"),
        ("lying.csv.gz", GOOD.encode(), 4, "is not packed with gzip"),
        ("short.csv.gz", gzip.compress(GOOD.encode())[:-9], 4, "cannot be unpacked"),
        ("short.csv.xz", lzma.compress(GOOD.encode())[:-9], 4, "cannot be unpacked"),
        ("short.csv.bz2", bz2.compress(GOOD.encode())[:-9], 4, "cannot be unpacked"),
        ("swollen.csv.gz", gzip.compress(bytes(70 << 20), 1), 4, "200 times its size"),
        ("two.zip", zipped("t.csv", "u.csv"), 4, "holds 2 files (`t.csv`, `u.csv`)"),
        ("broken.parquet", b"PAR1" + bytes(40) + b"PAR1", 4, "cannot be read"),
        ("not.parquet", GOOD.encode(), 4, "cannot be read"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, content: bytes, code: int, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    error = refusal(str(path))
    assert message in error.message
    assert error.exit_code == code


@pytest.mark.parametrize("cell", ["1e309", "1e308", "-inf"])
def test_a_number_to_predict_that_is_infinite(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"{i},{i}.5\n" for i in range(20)) + f"3,{cell}\n")
    error = refusal(str(path))
    assert f"`{cell}` in line 22, the target `y`" in error.message
    assert error.exit_code == 4


def test_a_regression_target_that_never_changes(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,5\n2,5\n3,5\n4,5\n")
    assert refusal(str(path), task="regression").exit_code == 1


def test_things_that_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    os.mkfifo("pipe.csv")
    Path("iris").write_text(GOOD)
    Path("mine").write_text(GOOD)
    told = {
        "nowhere.csv": (4, "no file `nowhere.csv`"),
        "mine/t.csv": (4, "no file `mine/t.csv`"),
        "folder.csv": (2, "is a folder"),
        ".": (2, "is a folder"),
        "pipe.csv": (2, "a pipe or a device"),
        "/dev/zero": (2, "a pipe or a device"),
        "https://example.org/t.csv": (2, "is an address"),
        "irs": (2, "no built-in data set `irs`"),
        "wine.csv": (4, "no file `wine.csv`"),
        "iris": (2, "built-in data set and also a file"),
        "mine": (2, "no built-in data set"),
        "a\0b.csv": (4, "cannot be opened"),
        "x" * 5000: (2, "no built-in data set"),
        "x" * 5000 + ".csv": (4, "cannot be opened"),
        "~nobody-of-that-name/t.csv": (4, "cannot be opened"),
    }
    for path, (code, message) in told.items():
        with pytest.raises(ModelpickError, match=message) as caught:
            read_dataset(path, target="y")
        assert caught.value.exit_code == code
    assert refusal("irs").hint == "did you mean `iris`? a file is given as `./irs`"
    assert refusal("wine.csv").hint == "write `wine` for the built-in data set"
    assert "`./iris`" in (refusal("iris").hint or "")
    assert read_dataset("./iris", target="y").name == "iris"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(GOOD)
    path.chmod(0)
    assert refusal(str(path)).kind == "permission"


def test_unknown_targets_get_close_matches_and_the_list(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(GOOD.replace("a,b,y", "width,height,Species"))
    error = refusal(str(path), target="species")
    assert error.exit_code == 2
    assert "did you mean `Species`?" in (error.hint or "")
    assert "`width`, `height`, `Species`" in (error.hint or "")
    assert "--target" in (refusal(str(path), target=None).hint or "")
    assert "did you mean `height`?" in (refusal(str(path), target="Species", drop=["heigth"]).hint or "")


def test_labels_that_look_alike_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,p\n2,p \n3,p\n4,p \n5,P\n6,P\n")
    (finding,) = [f for f in read_dataset(str(path), target="y").findings if f.check == "labels-alike"]
    assert "'P', 'p', 'p '" in finding.message


def test_why_a_text_of_ours_is_not_read(tmp_path: Path) -> None:
    for content, why in ((None, "no such file or directory"), (b"[a]\nb = '\xe9'\n", "line 2 is not UTF-8")):
        if content is not None:
            (tmp_path / "map.toml").write_bytes(content)
        with pytest.raises(CannotFindOut, match=f"map.toml` cannot be read: {why}"):
            read_label_map(tmp_path / "map.toml")
