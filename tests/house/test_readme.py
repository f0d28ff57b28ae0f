"""The README says what is true: its lists, its commands, its options."""

import re

import click
import pytest
from house.readme_blocks import BLOCKS, README, ROOT, dependencies, filled
from loopback_hub import LoopbackHub, write_repo

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


def test_troubleshooting_quotes_what_is_really_said():
    section = TEXT.partition("## Troubleshooting")[2].partition("\n## ")[0]
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "modelpick").rglob("*.py"))
    phrases = re.findall(r'\*"([^"]+)"\*', section)
    assert len(phrases) >= 5
    assert [phrase for phrase in phrases if phrase not in source] == []


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


def test_the_python_block_runs_as_it_stands(tmp_path, monkeypatch):
    from sklearn.datasets import load_iris

    iris = load_iris()
    rows = [",".join(map(str, row)) + f",{iris.target_names[k]}" for row, k in zip(iris.data, iris.target, strict=True)]
    (tmp_path / "flowers.csv").write_text("\n".join(["a,b,c,d,species", *rows]), "utf-8")
    card = "---\nlicense: apache-2.0\npipeline_tag: image-classification\n---\n# M\n\nIt classifies photos of cats.\n"
    write_repo(tmp_path / "hub", "org/cats", {"README.md": card})
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    names: dict[str, object] = {}
    with LoopbackHub(tmp_path / "hub") as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102 - our own README
    assert names["answer"].answer == "versicolor"
    assert names["report"].answers.license.commercial_use == "yes"


def options_of(command):
    names = {"--help"}
    for parameter in command.params:
        names.update(parameter.opts)
        names.update(parameter.secondary_opts)
    for inner in getattr(command, "commands", {}).values():
        names |= options_of(inner)
    return names
