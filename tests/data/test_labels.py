"""Labels of a model against the user's classes: by name, never by index."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelpick.data.label_map import read_label_map, texts_of
from modelpick.data.labels import map_labels
from modelpick.errors import CannotFindOut, UsageError


def test_names_decide_and_order_does_not() -> None:
    mapped = map_labels(("spam", "ham"), ("ham", "spam"))
    assert mapped.names == ("spam", "ham")
    assert mapped.how == ("exact", "exact")


def test_case_and_punctuation_are_folded_where_nothing_matches_exactly() -> None:
    mapped = map_labels(("NOT_SPAM", "Spam!", "other"), ("not spam", "spam"))
    assert mapped.names == ("not spam", "spam", None)
    assert "NOT_SPAM -> not spam (but for case and punctuation)" in mapped.describe()
    assert "1 label means none of the classes" in mapped.describe()


def test_two_labels_that_fold_to_one_class_are_not_guessed() -> None:
    with pytest.raises(CannotFindOut, match="only one means a class"):
        map_labels(("Spam", "SPAM", "ham"), ("ham", "spam"))


def test_classes_without_a_label_are_said() -> None:
    mapped = map_labels(("cat", "dog"), ("bird", "cat", "dog"))
    assert mapped.without == ("bird",)
    assert mapped.classes == ("cat", "dog")
    assert "does not know bird" in mapped.describe()


@pytest.mark.parametrize(
    ("labels", "classes", "why"),
    [
        (("LABEL_0", "LABEL_1"), ("ham", "spam"), "no names"),
        (("0", "1"), ("0", "1"), "no names"),
        (("LABEL_0", "LABEL_1"), ("LABEL_0", "LABEL_1"), "no names"),
        (("joy", "anger"), ("ham", "spam"), "no label of"),
        (("spam", "not spam"), ("ham", "spam"), "only one means a class"),
        (("spam", "ham", "spam"), ("ham", "spam"), "two outputs called `spam`"),
        (("spam",), ("ham", "spam"), "has one label"),
    ],
)
def test_what_maps_nothing_is_refused(labels: tuple[str, ...], classes: tuple[str, ...], why: str) -> None:
    with pytest.raises(CannotFindOut, match=why):
        map_labels(labels, classes, model="org/x")


def test_a_file_says_what_names_do_not(tmp_path: Path) -> None:
    path = tmp_path / "labels.toml"
    path.write_text('"LABEL_0" = "spam"\nLABEL_1 = "ham"\n\n["org/stars"]\n"1 star" = "spam"\n', encoding="utf-8")
    given = read_label_map(path)
    mapped = map_labels(("LABEL_0", "LABEL_1"), ("ham", "spam"), given, "org/x")
    assert mapped.names == ("spam", "ham")
    assert mapped.how == ("label map", "label map")
    assert [pair.label for pair in given.of("org/stars")] == ["1 star"]
    assert given.of("org/stars")[0].line == 5


def test_a_file_may_give_two_labels_one_class(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("label,class\n1 star,bad\n2 stars,bad\n5 stars,good\n", encoding="utf-8")
    mapped = map_labels(("1 star", "2 stars", "5 stars"), ("bad", "good"), read_label_map(path))
    assert mapped.names == ("bad", "bad", "good")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.csv", "x,ham\nx,spam\n", "line 2: label `x` means `ham` in line 1"),
        ("a.csv", "x,ham\nalone\n", "line 2 is no pair"),
        ("a.csv", 'x,"ham\n', "line 1"),
        ("a.toml", '"a" = "b"\n"c" = \n', "line 2"),
        ("a.toml", '"a" = "b"\n"c" = true\n', "line 2: label `c`"),
        ("a.toml", "", "maps no label"),
    ],
)
def test_errors_of_a_file_name_the_line(tmp_path: Path, name: str, text: str, why: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        read_label_map(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("spam,spam\nhamm,ham\n", "line 2: `org/x` has no label `hamm`"),
        ("spam,spam\nham,hamm\n", "line 2: the data have no class `hamm`"),
    ],
)
def test_unknown_labels_and_classes_are_named_with_their_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotFindOut, match=why) as caught:
        map_labels(("spam", "ham"), ("ham", "spam"), read_label_map(path), "org/x")
    assert caught.value.hint == "did you mean `ham`?"


def test_texts_of_classes_come_from_the_template_or_the_file(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text('"a red one, or pink",red\na crimson square,red\n', encoding="utf-8")
    texts = texts_of(("dark_blue", "red"), "a photo of a {}", read_label_map(path), "org/clip")
    assert texts == {"dark_blue": ("a photo of a dark blue",), "red": ("a red one, or pink", "a crimson square")}
