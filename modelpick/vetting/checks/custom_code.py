"""The model loads without code of its own.

What it checks
    `auto_map` and its like in config.json and in the configs of tokenizer, processor and pipeline: which files of the
    repo, with their sizes, or of which other repo, would run; settings that make a library fetch code; and
    `trust_remote_code` in the card.

Why it matters
    Such code runs on your machine with your rights as soon as you load the model, and no scanner of weights looks
    at it.

How to fix
    Read the code first, pin the commit, or take a model that the library supports without it.

Limits
    The code was listed and not read, nor what it imports. On the Hub the configs of tokenizer and processor are read
    only where the repo holds Python files or the card speaks of `trust_remote_code`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from modelpick.facts import RepoFacts, TextFile
from modelpick.findings import Evidence, Severity
from modelpick.vetting.answers.code_named import NamedCode, named_code
from modelpick.vetting.check import Check, Reading, Said, failed, file_names, passed, quote_of, unknown, whole_file

_MOST = 4
_CONFIGS = ("config.json", "model_index.json")
"""What a library reads first; every other config is looked at where it was fetched."""


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each config that names code, then what the card says."""
    facts = reading.facts
    found = [*_configs(facts), *_unreadable(facts.texts), *_unread(reading), *_trusts(reading)]
    yield from found
    if not found:
        if reading.answers.files.custom_code is None:
            yield unknown(
                "nobody listed the files; the card asks for no code",
                severity=Severity.LOW,
                remediation="vet the repo or its folder instead of the card alone",
            )
        else:
            yield passed("no config names code of its own")


def _configs(facts: RepoFacts) -> Iterator[Said]:
    sizes = {file.path: file.bytes for file in facts.files or ()}
    by_config: dict[tuple[str, str], list[NamedCode]] = {}
    for code in named_code(facts):
        by_config.setdefault((code.config, code.key), []).append(code)
    for (config, key), codes in by_config.items():
        text = next(text for text in facts.texts if text.path == config)
        files = list(dict.fromkeys(code.path for code in codes if code.path))
        yield failed(
            f"`{config}` names code that runs when the model is loaded (`{key}`): {_would_run(codes, files, sizes)}",
            _quote(text, key),
            *(whole_file(path) for path in files[:_MOST] if path in sizes),
        )


def _would_run(codes: list[NamedCode], files: list[str], sizes: Mapping[str, int | None]) -> str:
    named = [f"`{path}` ({_size(path, sizes)})" for path in files[:_MOST]]
    more = f" and {len(files) - _MOST} more" if len(files) > _MOST else ""
    words = [f"{', '.join(named)}{more} would run"] if named else []
    elsewhere = list(dict.fromkeys(code.repo_id for code in codes if code.repo_id))
    words += [f"code of another repo would run, `{repo_id}`, as it is at that time" for repo_id in elsewhere[:_MOST]]
    return "; ".join(words) or "it lets a library fetch and run code"


def _size(path: str, sizes: Mapping[str, int | None]) -> str:
    if path not in sizes:
        return "not in the repo"
    size = sizes[path]
    return "size unknown" if size is None else f"{size:,} bytes"


def _quote(text: TextFile, key: str) -> Evidence:
    rows = text.text.split("\n")
    line = next((n for n, row in enumerate(rows, 1) if f'"{key}"' in row), 1)
    return Evidence(file=text.path, line=line, quote="\n".join(rows[line - 1 : line + 4])[:400].strip())


def _unreadable(texts: tuple[TextFile, ...]) -> Iterator[Said]:
    for text in texts:
        if text.path.endswith("config.json"):
            try:
                json.loads(text.text)
            except (ValueError, RecursionError):
                yield unknown(f"`{text.path}` is not JSON")


def _unread(reading: Reading) -> Iterator[Said]:
    """A config that is there and was not fetched may name code; graver where there is code that it could name."""
    read = {text.path for text in reading.facts.texts}
    listed = {file.path for file in reading.facts.files or ()}
    unread = [path for path in _CONFIGS if path in listed and path not in read]
    if unread:
        code = any(path.endswith(".py") for path in reading.answers.files.custom_code or ())
        yield unknown(
            f"{file_names(unread)} was not read, so nobody knows whether the model asks for code of its own",
            *map(whole_file, unread),
            severity=None if code else Severity.LOW,
            remediation="look into that file for `auto_map`, or vet the whole repo",
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
