"""The README's lists, made from the code. `python tests/house/readme_blocks.py` writes them; a test compares them."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.S)


def commands() -> str:
    from modelpick.cli.commands import COMMANDS

    rows = [f"| `modelpick {name}` | {entry.summary} |" for name, entry in COMMANDS.items()]
    return "\n".join(["| command | what it does |", "| --- | --- |", *rows])


def exit_codes() -> str:
    from modelpick.errors import EXIT_CODES

    return "\n".join(
        ["| code | means |", "| --- | --- |", *(f"| {code} | {text} |" for code, text in EXIT_CODES.items())]
    )


def catalog() -> str:
    from modelpick import catalog as show

    rows = [
        f"| `{entry.name}` | {entry.year} | {entry.summary} | {entry.parameters_range} |" for entry in show().entries
    ]
    return "\n".join(["| name | year | what for | parameters |", "| --- | --- | --- | --- |", *rows])


def checks() -> str:
    from modelpick.vetting.checks import CHECKS

    rows = [f"| `{check.id}` | {check.severity.word} | {check.explanation.splitlines()[0]} |" for check in CHECKS]
    return "\n".join(["| check | severity | passes where |", "| --- | --- | --- |", *rows])


def built_in_data() -> str:
    from modelpick.data.readers.bundled import BUNDLED

    return ", ".join(f"`{name}` ({data.about})" for name, data in BUNDLED.items())


BLOCKS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "exit-codes": exit_codes,
    "catalog": catalog,
    "checks": checks,
    "built-in-data": built_in_data,
}


def filled(text: str) -> str:
    """The README's text with every generated block made anew."""
    return _BLOCK.sub(lambda m: f"{m[1]}{BLOCKS[m['name']]()}\n{m[3]}", text)


def dependencies() -> list[str]:
    """The names of the run-time dependencies, as pyproject.toml has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [re.split(r"[<>=!~\[ ]", requirement)[0] for requirement in project["dependencies"]]


if __name__ == "__main__":
    before = README.read_text("utf-8")
    README.write_text(filled(before), "utf-8")
    sys.stdout.write("README.md is written\n")
