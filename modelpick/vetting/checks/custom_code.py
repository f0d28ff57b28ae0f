"""The model loads without code of its own.

What it checks
    `auto_map` in config.json, scripts and programs among the files, and `trust_remote_code` in the card.

Why it matters
    Such code runs on your machine with your rights as soon as you load the model, and no scanner of weights looks
    at it.

How to fix
    Read the code first, pin the commit, or take a model that the library supports without it.

Limits
    Files are told by their suffix; the code was listed and not judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from modelpick.facts import TextFile
from modelpick.findings import Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, passed, quote_of, unknown

_PROGRAMS = (".exe", ".bat", ".cmd", ".ps1", ".msi", ".dll", ".so", ".dylib", ".jar")


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each kind of code."""
    found = [*_auto_map(reading.facts.texts), *_files(reading), *_trusts(reading)]
    yield from found
    if not found:
        if reading.answers.files.custom_code is None:
            yield unknown(
                "nobody listed the files; the card asks for no code",
                severity=Severity.LOW,
                remediation="vet the repo or its folder instead of the card alone",
            )
        else:
            yield passed("no code of its own was found")


def _auto_map(texts: tuple[TextFile, ...]) -> Iterator[Said]:
    for text in texts:
        if not text.path.endswith("config.json"):
            continue
        try:
            config = json.loads(text.text)
        except (ValueError, RecursionError):
            yield unknown(f"`{text.path}` is not JSON")
            continue
        if isinstance(config, dict) and "auto_map" in config:
            rows = text.text.split("\n")
            line = next((n for n, row in enumerate(rows, 1) if "auto_map" in row), 1)
            quote = "\n".join(rows[line - 1 : line + 4])[:400].strip()
            yield failed(
                f"`{text.path}` names code that runs when the model is loaded (`auto_map`)",
                Evidence(file=text.path, line=line, quote=quote),
            )


def _files(reading: Reading) -> Iterator[Said]:
    code = reading.answers.files.custom_code or ()
    programs = [path for path in code if path.lower().endswith(_PROGRAMS)]
    scripts = [path for path in code if path not in programs]
    for kind, paths in (("programs", programs), ("scripts", scripts)):
        if paths:
            more = f" and {len(paths) - 4} more" if len(paths) > 4 else ""
            yield failed(
                f"the repo holds {kind}: {', '.join(f'`{path}`' for path in paths[:4])}{more}",
                *(Evidence(file=path, line=0, quote="") for path in paths[:4]),
                severity=Severity.MEDIUM if kind == "programs" else Severity.LOW,
            )


def _trusts(reading: Reading) -> Iterator[Said]:
    card = reading.facts.card
    if card is None or "trust_remote_code" not in card.text:
        return
    for number, row in enumerate(card.text.split("\n"), 1):
        if "trust_remote_code" in row and "False" not in row:
            yield failed(
                "the card tells its reader to let the repo's own code run",
                quote_of(card, number),
            )
            return


CHECK = Check(
    id="custom-code",
    severity=Severity.MEDIUM,
    remediation="read that code at this commit before you let it run, or take a model that needs none",
    run=run,
)
