"""The weights can be loaded without running code.

What it checks
    The format of each weight file by its bytes, or by its name where it was not looked into; whether a file is empty,
    a Git LFS pointer in place of the weights, or no sound safetensors or GGUF file; and what the Hub's own scan says.

Why it matters
    A pickle (`.bin`, `.pt`, `.pkl`, `.ckpt`) can run any code when it is loaded. Safetensors cannot. The finding is low
    where safetensors lie beside. That nothing dangerous was found in a pickle is told, and makes nothing milder.

How to fix
    Load the safetensors file and forbid pickles (`use_safetensors=True`); `modelpick download` prefers it.

Limits
    Headers are read, tensors are not. ONNX, TensorFlow and other formats are told by name and not called safe. A clean
    scan by the Hub is no proof: scanners have been evaded many times; it never makes a verdict milder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modelpick.facts import FileFact, RepoFacts
from modelpick.findings import Severity
from modelpick.vetting.answers.contract import WeightFile
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
from modelpick.weights.formats import PICKLE
from modelpick.weights.pickle_names import sorted_by_meaning

_TINY = 1024  # bytes; no weight file is so small, a Git LFS pointer is
_BAD_SCANS = {"unsafe": Severity.HIGH, "suspicious": Severity.MEDIUM, "caution": Severity.LOW}


def run(reading: Reading) -> Iterator[Said]:
    """Broken files first, then the scan, then what kind of weights there are."""
    facts, weights = reading.facts, reading.answers.files.weights
    if weights is None:
        yield not_applicable("nobody listed the files")
        return
    files = {file.path: file for file in facts.files or ()}
    seen = {weight.path: weight for weight in facts.weights}
    for weight in weights:
        yield from _broken(files[weight.path], seen.get(weight.path))
    yield from _scan(facts)
    yield from _kinds(weights, seen)


def _broken(file: FileFact, seen: WeightFacts | None) -> Iterator[Said]:
    if file.pointer:
        yield failed(
            f"`{file.path}` is a Git LFS pointer, not the weights",
            whole_file(file.path),
            remediation="fetch the real files (`git lfs pull`), or use `modelpick download`",
        )
    elif file.bytes == 0:
        yield failed(f"`{file.path}` is empty (0 bytes)", whole_file(file.path), severity=Severity.HIGH)
    elif file.problem:
        yield failed(file.problem, whole_file(file.path), severity=Severity.HIGH)
    elif seen is not None and seen.problem and seen.format not in {"pickle", "archive"}:
        severity = Severity.MEDIUM if seen.format.startswith("keras") else Severity.HIGH
        yield failed(seen.problem, whole_file(file.path), severity=severity)
    elif (
        seen is None
        and file.bytes is not None
        and file.bytes < _TINY
        and file.path.endswith((".bin", ".h5", ".gguf", ".onnx"))
    ):
        yield failed(
            f"`{file.path}` has {file.bytes} bytes: too small for weights, perhaps a Git LFS pointer",
            whole_file(file.path),
        )


def _scan(facts: RepoFacts) -> Iterator[Said]:
    named = [file for file in facts.files or () if file.scan in _BAD_SCANS]
    for file in named:
        yield failed(
            f"the Hub's scan calls `{file.path}` {file.scan}",
            whole_file(file.path),
            severity=_BAD_SCANS[file.scan or ""],
        )
    if facts.security in _BAD_SCANS and not named:
        yield failed(f"the Hub's scan calls the repo {facts.security}", severity=_BAD_SCANS[facts.security])
    elif facts.security == "safe":
        yield passed("the Hub's own scan found nothing, which is no proof")


def _kinds(weights: tuple[WeightFile, ...], seen: Mapping[str, WeightFacts]) -> Iterator[Said]:
    safe = [weight for weight in weights if weight.safe]
    unsafe = [weight for weight in weights if weight.safe is False]
    unclear = [weight for weight in weights if weight.safe is None and weight.format != "archive"]
    if weights and not (safe or unsafe or unclear):
        yield not_applicable("there are no weights but what archives may hold")
    if not weights:
        yield unknown("the repo holds no weight file that modelpick knows by its name", severity=Severity.LOW)
    instead = any(weight.format == "safetensors" for weight in safe)
    harmless = all(_found_harmless(seen.get(weight.path)) for weight in unsafe)
    if unsafe:
        beside = ", beside safetensors" if instead else "; there are no safetensors beside"
        found = "; nothing dangerous was found in what they import" if harmless else ""
        names = file_names([weight.path for weight in unsafe])
        yield failed(
            f"{names} can run code when loaded ({unsafe[0].format}){beside}{found}",
            *(whole_file(weight.path) for weight in unsafe[:3]),
            severity=Severity.LOW if instead else Severity.MEDIUM,  # what was read makes nothing milder
        )
    if unclear:
        yield unknown(
            f"{file_names([weight.path for weight in unclear])} ({unclear[0].format}) {_unclear(unclear, seen)}",
            *(whole_file(weight.path) for weight in unclear[:3]),
            severity=Severity.LOW if safe or unsafe else None,
        )
    if safe:
        yield passed(f"{file_names([weight.path for weight in safe])} cannot run code when loaded ({safe[0].format})")


def _found_harmless(weight: WeightFacts | None) -> bool:
    if weight is None or weight.format != PICKLE.name or weight.problem or weight.examined not in {"whole", "header"}:
        return False
    return len(sorted_by_meaning(weight.imports)["harmless"]) == len(weight.imports)


def _unclear(weights: list[WeightFile], seen: Mapping[str, WeightFacts]) -> str:
    looked = all(weight.path in seen and seen[weight.path].examined != "not" for weight in weights)
    return "may hold code; what was read of it shows none" if looked else "was not examined"


CHECK = Check(
    id="weights-safe",
    severity=Severity.MEDIUM,
    remediation="load only safetensors (`use_safetensors=True`), or convert the weights where nothing can be harmed",
    run=run,
)
