"""The card does not tell its reader to run things off the net.

What it checks
    The commands in the card: what is fetched and run (`curl ... | sh`, `iwr ... | iex`), decoded and run (base64), or
    installed from a URL or a git repository; scripts, batch files and code of a repository. Programs that lie in the
    repo itself are for `executables-beside`.

Why it matters
    In 2026 a model with clean weights and a card that said "run this script" took first place on the Hub within a day.
    No scanner of weights sees it.

How to fix
    Do not run the command. Load the weights with a library that you have installed yourself.

Limits
    Commands are quoted, not judged: installing a research code base from its repository is common and may be fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.answers.commands import fetched_and_run
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed

_HUGGING_FACE = re.compile(r"git\+https://github\.com/huggingface/[\w.@-]+")


def run(reading: Reading) -> Iterator[Said]:
    """The strongest kind of command, quoted."""
    answers, card = reading.answers, reading.facts.card
    if card is None:
        yield not_applicable("there is no card")
        return
    evidence = answers.run_evidence
    match answers.run_instructions:
        case "shell-pipe" if not fetched_and_run(_HUGGING_FACE.sub("", card.text.lower())):
            yield failed(
                "the card tells its reader to install a library of Hugging Face straight from its repository",
                *evidence,
                severity=Severity.LOW,
                remediation="install a released version of that library",
            )
        case "shell-pipe":
            yield failed("the card tells its reader to run or install something straight off the net", *evidence)
        case "repo-script":
            yield failed("the card tells its reader to run code of a repository", *evidence, severity=Severity.LOW)
        case _:
            yield passed("the card asks for nothing but installed packages")


CHECK = Check(
    id="run-instructions",
    severity=Severity.MEDIUM,
    remediation="do not run the command; load the weights with a library that you installed yourself",
    run=run,
)
