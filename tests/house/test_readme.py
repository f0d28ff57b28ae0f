"""The README says what is true: its lists, its commands, its options."""

import re

import click
import pytest
from house.readme_blocks import BLOCKS, README, ROOT, dependencies, filled

from modelpick.cli.commands import COMMANDS
from modelpick.cli.group import group

TEXT = README.read_text("utf-8")


def test_generated_lists_are_current():
    assert filled(TEXT) == TEXT, "run `python tests/house/readme_blocks.py`"
    assert set(re.findall(r"<!-- generated: ([a-z-]+) -->", TEXT)) == set(BLOCKS)


def test_every_dependency_has_its_line():
    section = TEXT.partition("## Dependencies")[2].partition("\n## ")[0]
    named = re.findall(r"^- \*\*([\w-]+)\*\*", section, re.M)
    assert named == dependencies()


def test_the_cap_on_torch_is_among_the_constraints():
    constraints = (ROOT / ".ci" / "constraints.txt").read_text("utf-8")
    assert re.search(r"^torch.*<2\.14$", constraints, re.M)


@pytest.mark.parametrize("line", re.findall(r"^\s*(?:\$ )?(modelpick [a-z].*)$", TEXT, re.M))
def test_every_command_line_parses(line):
    words = line.split("#")[0].split()[1:]
    name, arguments = words[0], words[1:]
    assert name in COMMANDS, line
    known = options_of(group.get_command(click.Context(group), name))
    for word in arguments:
        if word.startswith("--"):
            assert word.split("=")[0] in known, f"{line}: {word}"


def options_of(command):
    names = {"--help"}
    for parameter in command.params:
        names.update(parameter.opts)
        names.update(parameter.secondary_opts)
    for inner in getattr(command, "commands", {}).values():
        names |= options_of(inner)
    return names
