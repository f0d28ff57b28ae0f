"""`modelpick catalog`: the list, one entry, the filter by task, in every format."""

from __future__ import annotations

import pytest
from command_line import call

import modelpick
from modelpick.registry.cards import cards_folder, entries
from modelpick.registry.entry import short_count
from modelpick.render.as_html import render_html

Capture = pytest.CaptureFixture[str]


def test_the_list(capsys: Capture) -> None:
    shown = call(capsys, "catalog")
    assert shown.code == 0
    lines = {line.split()[0]: line for line in shown.out.splitlines() if line.strip()}
    assert lines["lenet5"].split()[1] == "1998"
    assert "60k to 61.7k" in lines["lenet5"]
    assert lines["mlp"].split()[-1] == "table"
    assert lines["resnet"].endswith("image")


def test_quiet_has_the_names_and_json_the_whole_entries(capsys: Capture) -> None:
    names = call(capsys, "catalog", "--format", "quiet").out.split()
    assert names == [entry.name for entry in entries()]
    data = call(capsys, "catalog", "--format", "json").data
    assert data["schema"] == "modelpick.catalog/1"
    assert [entry["name"] for entry in data["entries"]] == names


def test_one_entry_has_what_a_chooser_asks(capsys: Capture) -> None:
    shown = call(capsys, "catalog", "resnet")
    assert shown.code == 0
    for words in (
        "What it is for",
        "When not to use it",
        "What it cost to train",
        "Licence of the usual weights",
        "arxiv.org/abs/1512.03385",
        "11,689,512",
        "non-commercial research",
        "microsoft/resnet-50",
        "modelpick search --task image-classification",
    ):
        assert words in shown.out


def test_a_variant_leads_to_its_family(capsys: Capture) -> None:
    data = call(capsys, "catalog", "ResNet-18", "--format", "json").data
    assert data["query"] == {"name": "ResNet-18", "task": None}
    assert data["variant"] == "resnet18"
    (entry,) = data["entries"]
    assert entry["name"] == "resnet"
    assert {"name": "resnet18", "parameters": 11689512}.items() <= entry["variants"][0].items()
    assert entry["not_for"].startswith("- Not for tables")
    assert data["entries"] == modelpick.catalog("resnet").to_dict()["entries"]


def test_by_task(capsys: Capture) -> None:
    shown = call(capsys, "catalog", "--task", "image-classification", "--format", "quiet")
    assert {"lenet5", "alexnet", "vgg", "resnet", "transformer"} == set(shown.out.split())
    misspelt = call(capsys, "catalog", "--task", "image-clasification")
    assert (misspelt.code, misspelt.out) == (2, "")
    assert "`image-classification`" in misspelt.err
    none = call(capsys, "catalog", "--task", "text-to-3d")
    assert (none.code, none.out) == (3, "")
    assert "modelpick search --task text-to-3d" in none.err


def test_what_is_not_there(capsys: Capture) -> None:
    unknown = call(capsys, "catalog", "resnt")
    assert unknown.code == 2
    assert "did you mean `resnet`?" in unknown.err
    both = call(capsys, "catalog", "resnet", "--task", "translation", "--format", "json")
    assert both.code == 2
    assert both.data["error"]["kind"] == "usage"
    network = call(capsys, "catalog", "mlp", "--summary")
    assert network.code == 2
    assert "hang on the columns" in network.err


def test_markdown_and_html_carry_the_table() -> None:
    assert "<td" in render_html(modelpick.catalog("lstm").document())


def test_short_counts() -> None:
    numbers = (999, 60_000, 61_706, 99_949, 99_951, 132_863_336, 384_000_000, 1_200_000_000)
    assert [short_count(number) for number in numbers] == [
        *("999", "60k", "61.7k", "99.9k", "100k", "133M", "384M", "1.2B"),
    ]


@pytest.mark.parametrize("name", [entry.name for entry in entries()])
def test_each_card_stands_before_our_own_vet(name: str) -> None:
    answers = modelpick.vet(str(cards_folder() / f"{name}.md")).to_dict()["answers"]
    for question in ("purpose", "out_of_scope", "limitations"):
        assert answers[question]["status"] == "stated", question
    assert answers["usage"]["status"] == "stated"
