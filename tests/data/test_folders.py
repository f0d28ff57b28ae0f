"""Folders of class folders: what is a class, a part, a group; what is left out, and is said."""

import os
from pathlib import Path

import numpy as np
import pytest
from media_folders import image_bytes, images, seed_of, sound_bytes, write

from modelpick.data.read import read_dataset
from modelpick.data.read_options import ReadOptions
from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError


def read(root, **options):
    return read_dataset(f"{root}/", target=None, options=ReadOptions.of(**options))


def checks(dataset):
    return {finding.check: finding for finding in dataset.findings}


def test_folders_are_classes(tmp_path):
    root = write(tmp_path, images())
    dataset = read(root)
    assert (dataset.kind, dataset.rows, dataset.classes) == ("image", 24, ("cat", "dog"))
    assert dataset.features.array((12, 10)).shape == (24, 12, 10, 3)
    assert [dataset.target[0], dataset.target[-1]] == ["cat", "dog"]
    assert dataset.features.paths[0].endswith("cat/00.png")
    assert "2 class folders" in dataset.notes[0]


def test_one_folder_around_the_classes_and_folders_inside_them(tmp_path):
    files = {
        f"pictures/{c}/{day}/{i}.png": image_bytes(seed_of(c, day, i))
        for c in "ab"
        for day in ("x", "y")
        for i in range(8)
    }
    dataset = read(write(tmp_path, files))
    assert dataset.classes == ("a", "b")
    assert "in `pictures`" in dataset.notes[0]
    assert read(tmp_path, group="folder:2").groups.tolist() == ([0] * 8 + [1] * 8) * 2
    assert "folder:2" in checks(dataset)["group-not-given"].remediation


def test_official_parts_are_the_split(tmp_path):
    files = images(before="train/") | images(each=3, before="Val/") | images(each=4, before="test/")
    dataset = read(write(tmp_path, files))
    assert dataset.classes == ("cat", "dog")
    assert (dataset.test_rows.sum(), dataset.validation_rows.sum()) == (8, 6)
    assert not (dataset.test_rows & dataset.validation_rows).any()
    assert {path.split("/")[-3] for path in dataset.features.take(np.flatnonzero(dataset.test_rows)).paths} == {"test"}
    assert "24 train, 6 validation, 8 test" in dataset.notes[0]


def test_what_is_no_class_is_named(tmp_path):
    files = images() | {
        ".ipynb_checkpoints/a.png": image_bytes(),
        "__MACOSX/._a.png": b"",
        "cat/.DS_Store": b"x",
        "cat/Thumbs.db": b"x",
        "cat/._00.png": b"x",
        "lone.png": image_bytes(),
        "about/readme.md": b"words",
        "dog/scan.tif": b"x",
    }
    (write(tmp_path, files) / "empty" / "still").mkdir(parents=True)
    dataset = read(tmp_path)
    said = " ".join(dataset.notes)
    assert (dataset.classes, dataset.rows) == (("cat", "dog"), 24)
    for name in (".ipynb_checkpoints", "__MACOSX", "`empty`", "`lone.png`", "1 .tif"):
        assert name in said
    assert "still" not in said


def test_links_are_not_followed_out_or_around(tmp_path):
    outside = write(tmp_path / "outside", {"x.png": image_bytes(7)})
    root = write(tmp_path / "data", images())
    (root / "cat" / "loop").symlink_to(root)
    (root / "cat" / "self.png").symlink_to("self.png")
    (root / "cat" / "away.png").symlink_to(outside / "x.png")
    (root / "cat" / "inside.png").symlink_to(root / "dog" / "00.png")
    dataset = read(root)
    assert dataset.rows == 25
    assert all(f"`cat/{name}`" in " ".join(dataset.notes) for name in ("loop", "self.png", "away.png"))


def test_damaged_files_are_counted_and_named_and_many_stop(tmp_path):
    root = write(
        tmp_path, images(each=30) | {"cat/broken.png": image_bytes()[:80], "dog/words.png": b"no picture " * 9}
    )
    dataset = read(root)
    found = checks(dataset)["files-left-out"]
    assert dataset.rows == 60
    assert "2 of 62 images" in found.message
    assert [(quote.file, quote.quote) for quote in found.evidence][1] == (
        "dog/words.png",
        "no image: text by its bytes",
    )
    write(root, {f"dog/zero{i}.png": b"" for i in range(9)})
    with pytest.raises(CannotFindOut, match=r"11 of 71 images .* cannot be used: `cat/broken.png` \(damaged"):
        read(root)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_does_not_block(tmp_path):
    root = write(tmp_path, images())
    os.mkfifo(root / "cat" / "pipe.png")
    assert "no regular file" in checks(read(root))["files-left-out"].message


def test_one_class_one_file_and_nothing(tmp_path):
    write(tmp_path / "one", images(classes=("cat",)))
    with pytest.raises(AnswerIsNo, match="cat"):
        read(tmp_path / "one")
    write(tmp_path / "single", images() | {"bird/a.png": image_bytes(5)})
    with pytest.raises(AnswerIsNo, match="`bird`"):
        read(tmp_path / "single")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CannotFindOut, match="holds no images, sounds or texts"):
        read(tmp_path / "empty")
    write(tmp_path / "flat", {f"{i}.png": image_bytes(i) for i in range(5)})
    with pytest.raises(CannotFindOut, match="lie in no folder"):
        read(tmp_path / "flat")
    write(tmp_path / "table", {"rows.csv": b"a,b\n1,2\n"})
    with pytest.raises(CannotFindOut) as error:
        read(tmp_path / "table")
    assert "table/rows.csv`" in error.value.hint


def test_groups_by_name_and_the_warning_without(tmp_path):
    people = ("ann", "bob", "cem")
    files = {
        f"{digit}/{digit}_{who}_{i}.wav": sound_bytes(seed_of(digit, who, i))
        for digit in "012"
        for who in people
        for i in range(4)
    }
    root = write(tmp_path, files)
    without = read(root)
    found = checks(without)["group-not-given"]
    assert all(who in found.message for who in people)
    option = found.remediation.split("--group '")[1].split("'")[0]
    dataset = read(root, group=option)
    assert "group-not-given" not in checks(dataset)
    assert dataset.kind == "audio"
    names = [Path(path).name.split("_")[1] for path in dataset.features.paths]
    assert len(set(zip(names, dataset.groups.tolist(), strict=True))) == 3
    for wrong, why in (
        ("name:(", "no pattern"),
        ("name:ann", "no group in parentheses"),
        ("name:(zoe)", "fits no file"),
        ("folder:2", "fits no file"),
        ("folder:1", "no level"),
        ("who", "no group of files"),
    ):
        with pytest.raises(UsageError, match=why):
            read(root, group=wrong)


def test_counters_and_classes_suggest_no_group(tmp_path):
    plain = {
        f"{c}/{c}_{i:04}_{i % 3}.png": image_bytes(1000 * k + i)
        for k, c in enumerate(("cat", "dog"))
        for i in range(15)
    }
    assert "group-not-given" not in checks(read(write(tmp_path, plain)))


def test_silent_and_empty_sounds(tmp_path):
    files = {f"{c}/{i}.wav": sound_bytes(10 * k + i) for k, c in enumerate("ab") for i in range(12)}
    silence = sound_bytes()[:44] + bytes(3200)
    dataset = read(write(tmp_path, files | {"a/silent.wav": silence, "b/empty.wav": sound_bytes()[:40] + bytes(4)}))
    assert dataset.rows == 25
    assert "1 of 25 sounds is silent from beginning to end: `a/silent.wav`" in checks(dataset)["silent-sounds"].message
    assert "each 0.2 s long" in " ".join(dataset.notes)
    assert "empty, no samples" in checks(dataset)["files-left-out"].message
    assert all(np.isfinite(features).all() for features in dataset.features.log_mel(frames=8))


def test_the_fingerprint_is_of_contents(tmp_path):
    first = read(write(tmp_path / "a", images())).fingerprint
    assert read(write(tmp_path / "b", images())).fingerprint == first
    (tmp_path / "b" / "dog" / "00.png").write_bytes(image_bytes(999))
    assert read(tmp_path / "b").fingerprint != first


def test_equal_files_have_equal_hashes(tmp_path):
    dataset = read(write(tmp_path, images() | {"dog/copy.png": image_bytes(0)}))
    hashes = dataset.features.row_hashes()
    assert len(set(hashes.tolist())) == 24
    assert hashes[0] == hashes[-1]


def test_texts_in_folders_and_the_kind_that_is_asked_for(tmp_path):
    files = {f"{c}/{i}.txt": f"{c} says {i} things".encode() for c in ("ham", "spam") for i in range(12)}
    assert read(write(tmp_path, files)).features.values[0] == "ham says 0 things"
    write(tmp_path, images(classes=("ham", "spam")))
    mixed = read(tmp_path)
    assert mixed.kind == "image"
    assert "`--kind text` takes them instead" in " ".join(mixed.notes)
    assert read(tmp_path, kind="text").kind == "text"
    (tmp_path / "loop").symlink_to(tmp_path)
    with pytest.raises(CannotFindOut, match="holds no sounds") as caught:
        read(tmp_path, kind="audio")
    assert "24 " in caught.value.hint
    assert "leave `--kind` out" in caught.value.hint
    with pytest.raises(UsageError, match="`--target` is for tables"):
        read_dataset(f"{tmp_path}/", target="class", options=ReadOptions())


def test_a_table_of_paths_and_labels(tmp_path):
    write(tmp_path, {f"p/{who}{i}.png": image_bytes(seed_of(who, i)) for who in "xyz" for i in range(12)})
    rows = [f"p/{who}{i}.png,{'odd' if i % 2 else 'even'},{i}" for who in "xyz" for i in range(12)]
    table = (
        write(tmp_path, {"list.csv": "\n".join(["file,label,weight", *rows, "p/gone.png,odd,1"]).encode()}) / "list.csv"
    )
    dataset = read_dataset(str(table), target="label")
    assert (dataset.kind, dataset.rows, dataset.classes) == ("image", 36, ("even", "odd"))
    assert "not there" in checks(dataset)["files-left-out"].message
    assert "Other columns are not used: `weight`" in " ".join(dataset.notes)
    assert dataset.target[1] == "odd"
    assert dataset.features.paths[1].endswith("x1.png")
    groups = read_dataset(str(table), target="label", options=ReadOptions.of(group="name:^([a-z])")).groups
    assert groups.tolist() == [0] * 12 + [1] * 12 + [2] * 12
    numbers = read_dataset(str(table), target="weight", task="regression")
    assert (numbers.kind, numbers.target[3]) == ("image", 3.0)
    assert read_dataset(str(table), target="label", options=ReadOptions.of(kind="table")).kind == "table"


def test_files_named_by_numbers_are_files_and_no_numbers_with_a_unit(tmp_path):
    write(tmp_path, {f"{i}.png": image_bytes(i) for i in range(8)})
    lines = [f"{i}.png,{1.5 * i + 0.25}" for i in range(8)]
    (tmp_path / "angles.csv").write_text("\n".join(["file,angle", *lines]) + "\n")
    dataset = read_dataset(tmp_path / "angles.csv", target="angle")
    assert (dataset.kind, dataset.task, len(dataset.features)) == ("image", "regression", 8)


def test_a_table_of_one_text_is_texts(tmp_path):
    lines = [
        f'"{word} number {i} is here, and more of it follows",{word}' for i in range(20) for word in ("ham", "spam")
    ]
    odd = ['"",ham', "\U0001f600\U0001f600,spam"]
    path = write(tmp_path, {"sms.csv": "\n".join(["text,label", *lines, *odd]).encode()}) / "sms.csv"
    dataset = read_dataset(str(path), target="label")
    assert (dataset.kind, dataset.rows, dataset.features.name) == ("text", 42, "text")
    assert dataset.features.values[-2:].tolist() == ["", "\U0001f600\U0001f600"]
    said = " ".join(dataset.notes)
    assert "1 text is empty" in said
    assert "1 text is without a letter" in said
    assert read_dataset(str(path), target="label", options=ReadOptions.of(kind="table")).kind == "table"
