"""The cards of the catalogue: complete, strict, in the Hub's own format, and found by the names that people use."""

from __future__ import annotations

import re
import shlex
from importlib import import_module

import click
import pytest

from modelpick.card.reader import read_card
from modelpick.cli.commands import COMMANDS
from modelpick.errors import CannotFindOut, NothingMatched, UsageError
from modelpick.hub.tasks import TASKS
from modelpick.licences.lookup import licence_of
from modelpick.models.architectures.known import ARCHITECTURES
from modelpick.registry.cards import cards_folder, entries, entry_of
from modelpick.registry.entry import Part
from modelpick.registry.names import find, with_task

EXPECTED = {"mlp", "lenet5", "alexnet", "vgg", "resnet", "lstm", "transformer"}
REPO_ID = re.compile(r"[\w.-]+/[\w.-]+")


def card_with(old: str, new: str, name: str = "resnet.md") -> bytes:
    text = (cards_folder() / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    return text.replace(old, new, 1).encode()


def test_the_catalogue_holds_the_architectures_of_the_course() -> None:
    assert {entry.name for entry in entries()} == EXPECTED
    assert [entry.year for entry in entries()] == sorted(entry.year for entry in entries())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_entry_is_whole(name: str) -> None:
    entry = find(name).entry
    assert entry.tasks
    assert entry.variants
    assert entry.about
    assert entry.commands
    for part in set(Part) - {Part.USAGE}:
        assert any(passage.text for passage in entry.prose[part]), part
    assert re.match(r"arXiv:\d{4}\.\d{4,5}$|doi:10\.|NIPS 2012", entry.paper.id)
    for checkpoint in entry.checkpoints:
        assert REPO_ID.fullmatch(checkpoint.repo_id)
        assert licence_of(checkpoint.license), checkpoint


def test_a_card_names_the_kinds_of_data_for_which_there_is_code() -> None:
    coded: dict[str, set[str]] = {"mlp": {"table"}}
    for architecture in ARCHITECTURES:
        if architecture.card is not None:
            coded.setdefault(architecture.card, set()).update(architecture.kinds)
    assert coded.keys() == EXPECTED
    for entry in entries():
        assert set(entry.eval) >= coded[entry.name] if entry.name == "mlp" else set(entry.eval) == coded[entry.name]


@pytest.mark.parametrize(
    ("asked", "architecture", "variant"),
    [
        ("resnet", "resnet", None),
        ("ResNet-18", "resnet", "resnet18"),
        ("vgg_16", "vgg", "vgg16"),
        ("LeNet-5", "lenet5", None),
        ("lenet", "lenet5", None),
        ("bert", "transformer", None),
        ("gpt-2", "transformer", "gpt2"),
        ("ViT", "transformer", None),
        ("multilayer perceptron", "mlp", None),
        ("DistilBERT", "transformer", "distilbert"),
    ],
)
def test_the_names_that_people_use(asked: str, architecture: str, variant: str | None) -> None:
    match = find(asked)
    assert match.entry.name == architecture
    assert (match.variant.name if match.variant else None) == variant


def test_no_name_leads_to_two_architectures() -> None:
    seen: dict[str, str] = {}
    for entry in entries():
        for name in {entry.name, entry.title, *entry.aliases, *(v.name for v in entry.variants)}:
            key = re.sub(r"[\W_]+", "", name.casefold())
            assert seen.setdefault(key, entry.name) == entry.name, name


def test_an_unknown_name_is_answered_with_close_ones() -> None:
    with pytest.raises(UsageError) as raised:
        find("resnt50")
    assert "`resnet`" in (raised.value.hint or "")
    with pytest.raises(UsageError) as raised:
        find("qqq")
    assert "transformer" in (raised.value.hint or "")


def test_architectures_by_task() -> None:
    assert {entry.name for entry in with_task("tabular-classification")} == {"mlp"}
    assert {entry.name for entry in with_task("image-classification")} >= {"lenet5", "resnet", "vgg"}
    with pytest.raises(NothingMatched) as raised:
        with_task("graph-ml")
    assert "modelpick search --task graph-ml" in (raised.value.hint or "")


def test_the_tasks_are_those_of_the_hub() -> None:
    assert {task for entry in entries() for task in entry.tasks} <= set(TASKS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  title: ResNet", "  titel: ResNet", "lacks the key `title`"),
        ("  tasks:", "  tasks: []\n  aliases:", "lacks the key `tasks`"),
        ("  year: 2015", "  year: soon", "`soon`"),
        ("  eval: [image]", "  eval: [image]\n  evil: yes", "unknown key `evil`"),
        ("  eval: [image]", "  eval: [pictures]", "not `pictures`"),
        ("      source: counted", "      source: guessed", "`guessed`"),
        ("      gmacs: 1.81", "      gmax: 1.81", "unknown key `gmax`"),
        ("  architecture: resnet", "  architecture: modelpick.models.resnet", "not the file's name"),
        ("## Limitations", "## Limits", "no section `Limitations`"),
        ("\nmodelpick:", "\nother:", "`modelpick` should be a mapping"),
    ],
)
def test_a_card_that_breaks_the_schema_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(CannotFindOut) as raised:
        entry_of(read_card(card_with(old, new), "resnet.md"))
    assert "`resnet.md`" in raised.value.message
    assert said in raised.value.message


@pytest.mark.parametrize("line", [line for entry in entries() for line in entry.commands])
def test_the_commands_on_the_cards_are_accepted(line: str) -> None:
    program, name, *arguments = shlex.split(line)
    assert program == "modelpick"
    command: click.Command = import_module(COMMANDS[name].module).command
    command.make_context(name, arguments)


def test_no_card_asks_for_more_than_the_catalogue_knows() -> None:
    named = {
        line.split()[2] for entry in entries() for line in entry.commands if line.split()[1] in {"vet", "download"}
    }
    assert named <= {checkpoint.repo_id for entry in entries() for checkpoint in entry.checkpoints}
