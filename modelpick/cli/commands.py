"""The commands: name -> where it is declared and its one-line summary. A test holds the summaries equal to theirs.

The summaries stand here so that `modelpick --help` imports no command module at all.
"""

from __future__ import annotations

from typing import NamedTuple


class CommandEntry(NamedTuple):
    """Where a command is declared (`command` in that module), its summary, and its heading in `--help`."""

    module: str
    summary: str
    heading: str


CHOOSE = "Choose a model"
TEST = "Test it on your data"
HOUSEKEEPING = "Housekeeping"

COMMANDS: dict[str, CommandEntry] = {
    "catalog": CommandEntry(
        "modelpick.cli.catalog", "Show the popular architectures: what each is for and what it costs.", CHOOSE
    ),
    "search": CommandEntry("modelpick.cli.search", "Find models on the Hub by task, licence, library, ...", CHOOSE),
    "vet": CommandEntry(
        "modelpick.cli.vet", "Answer with quotes: purpose, training data, popularity, licence.", CHOOSE
    ),
    "policy": CommandEntry("modelpick.cli.policy", "List what a vet may demand, or write your own demands.", CHOOSE),
    "download": CommandEntry(
        "modelpick.cli.download", "Fetch a vetted model, pinned to a commit, every file hashed.", CHOOSE
    ),
    "lock": CommandEntry(
        "modelpick.cli.lock", "Show what modelpick.lock names, whether it changed, or renew it.", CHOOSE
    ),
    "verify": CommandEntry("modelpick.cli.verify", "Hash again what was downloaded, without a network.", CHOOSE),
    "eval": CommandEntry("modelpick.cli.evaluate", "Train and test models on your data, with honest statistics.", TEST),
    "predict": CommandEntry("modelpick.cli.predict", "Answer for new rows with a saved run.", TEST),
    "show": CommandEntry("modelpick.cli.show", "Show the whole report of a saved run.", TEST),
    "runs": CommandEntry("modelpick.cli.runs", "List saved runs, or remove them.", HOUSEKEEPING),
    "index": CommandEntry(
        "modelpick.cli.index", "Keep the Hub's list of models here, for work without a network.", HOUSEKEEPING
    ),
    "cache": CommandEntry(
        "modelpick.cli.cache", "Show what lies where on this disk, or remove downloads.", HOUSEKEEPING
    ),
    "doctor": CommandEntry(
        "modelpick.cli.doctor", "Say what works here: endpoint, token, routes, disk, versions.", HOUSEKEEPING
    ),
    "completion": CommandEntry(
        "modelpick.cli.completion", "Print the shell completion script for bash, zsh or fish.", HOUSEKEEPING
    ),
}
