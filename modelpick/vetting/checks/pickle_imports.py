"""The pickles import nothing dangerous.

What it checks
    The opcodes of each pickle, also inside the zip that torch writes and inside other pickles, read without running
    them: which names loading it would import; and what the layers of a `.keras` file import. Names that run commands,
    load further code or open connections are told from those that tensors and arrays need; all others are unknown.

Why it matters
    Loading a pickle calls what it imports. A file that imports `os.system` is an attack, whatever its name says.

How to fix
    Do not load the file, and tell the Hub. Take the safetensors, or another model.

Limits
    A pickle with harmless imports only can still not be proved harmless. A file that breaks off or is larger than what
    is read is never called clean. What Python code does that an import leads to is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import (
    Check,
    Reading,
    Said,
    failed,
    file_names,
    not_applicable,
    passed,
    unknown,
    whole_file,
)
from modelpick.weight_facts import WeightFacts
from modelpick.weights.formats import PICKLE, weight_format
from modelpick.weights.pickle_names import sorted_by_meaning

_MAX_NAMES = 6


def run(reading: Reading) -> Iterator[Said]:
    """What each pickle imports, the dangerous first; then what was not read."""
    files = reading.answers.files.weights
    if files is None:
        yield not_applicable("nobody listed the files")
        return
    broken = {file.path for file in reading.facts.files or () if file.pointer or file.bytes == 0}
    unsafe = [file.path for file in files if file.format == "pickle" and file.path not in broken]
    seen = [weight for weight in reading.facts.weights if _may_be_loaded(weight)]
    if not unsafe and not seen:
        yield not_applicable("there is no pickle")
        return
    open_question = (
        Severity.LOW if any(file.format == "safetensors" and file.safe for file in files) else Severity.MEDIUM
    )
    for weight in seen:
        yield from _bad(weight)
    yield from _unclear(seen, open_question)
    looked = {weight.path for weight in seen}
    unseen = [path for path in unsafe if path not in looked]
    if unseen:
        yield unknown(f"{file_names(unseen)} was not looked into", *map(whole_file, unseen[:3]), severity=Severity.LOW)
    clean = [weight.path for weight in seen if not [*_bad(weight), *_unclear([weight], open_question)]]
    if clean:
        yield passed(
            f"nothing dangerous was found in what {file_names(clean)} imports; a pickle can run code all the same"
        )


def _may_be_loaded(weight: WeightFacts) -> bool:
    """Whether a loader of pickles would take it: by what it holds, or by its name where something was not read."""
    named = weight_format(weight.path) is PICKLE
    return weight.format == PICKLE.name or bool(weight.imports) or (named and weight.reason is not None)


def _bad(weight: WeightFacts) -> Iterator[Said]:
    names = sorted_by_meaning(weight.imports)
    if names["dangerous"]:
        yield failed(
            f"loading `{weight.path}` would import {_named(names['dangerous'])}: that can run commands",
            whole_file(weight.path),
        )
    if names["code"]:
        yield failed(
            f"`{weight.path}` holds functions as byte code ({_named(names['code'])})",
            whole_file(weight.path),
            severity=Severity.MEDIUM,
        )


def _unclear(weights: list[WeightFacts], severity: Severity) -> Iterator[Said]:
    """What nobody knows of several files: strange names in one finding, each reason for not reading on in another."""
    strange = {weight.path: sorted_by_meaning(weight.imports)["unknown"] for weight in weights}
    with_strange = [path for path, names in strange.items() if names]
    if with_strange:
        names = list(dict.fromkeys(name for path in with_strange for name in strange[path]))
        yield unknown(
            f"{file_names(with_strange)} imports names that modelpick does not know: {_named(names)}",
            *map(whole_file, with_strange[:3]),
            severity=severity,
        )
    by_reason: dict[str, list[str]] = {}
    for weight in weights:
        if weight.problem:
            yield unknown(weight.problem, whole_file(weight.path), severity=severity)
        elif weight.examined not in {"whole", "header"} or weight.reason:
            by_reason.setdefault(weight.reason or "", []).append(weight.path)
    for reason, paths in by_reason.items():
        yield unknown(
            f"{file_names(paths)} is not examined to its end: {reason}", *map(whole_file, paths[:3]), severity=severity
        )


def _named(names: list[str]) -> str:
    return file_names([name[:120] for name in names], _MAX_NAMES)


CHECK = Check(
    id="pickle-imports",
    severity=Severity.HIGH,
    remediation="do not load this file; take safetensors (`use_safetensors=True`) or another model",
    run=run,
)
