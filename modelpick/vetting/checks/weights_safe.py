"""The weights can be loaded without running code.

What it checks
    The format of each weight file by its name; whether a file is empty, a Git LFS pointer in place of the weights, or
    no sound safetensors file; and what the Hub's own scan says.

Why it matters
    A pickle (`.bin`, `.pt`, `.pkl`, `.ckpt`) can run any code when it is loaded. Safetensors cannot.

How to fix
    Load the safetensors file and forbid pickles (`use_safetensors=True`); `modelpick download` prefers it.

Limits
    Formats are told by name; pickles, GGUF, ONNX, Keras files and archives were not opened, so none of them is called
    safe. A clean scan is no proof: scanners have been evaded many times.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.facts import FileFact
from modelpick.findings import Evidence, Severity
from modelpick.vetting.answers.contract import WeightFile
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown

_TINY = 1024  # bytes; no weight file is so small, a Git LFS pointer is
_BAD_SCANS = {"unsafe": Severity.HIGH, "suspicious": Severity.MEDIUM, "caution": Severity.LOW}


def run(reading: Reading) -> Iterator[Said]:
    """Broken files first, then the scan, then what kind of weights there are."""
    facts, weights = reading.facts, reading.answers.files.weights
    if weights is None:
        yield not_applicable("nobody listed the files")
        return
    files = {file.path: file for file in facts.files or ()}
    for weight in weights:
        yield from _broken(files[weight.path])
    for file in files.values():
        if file.scan in _BAD_SCANS:
            yield failed(
                f"the Hub's scan calls `{file.path}` {file.scan}", _file(file.path), severity=_BAD_SCANS[file.scan]
            )
    if facts.security in _BAD_SCANS and not any(file.scan in _BAD_SCANS for file in files.values()):
        yield failed(f"the Hub's scan calls the repo {facts.security}", severity=_BAD_SCANS[facts.security])
    yield from _kinds(weights)


def _broken(file: FileFact) -> Iterator[Said]:
    if file.pointer:
        yield failed(
            f"`{file.path}` is a Git LFS pointer, not the weights",
            _file(file.path),
            remediation="fetch the real files (`git lfs pull`), or use `modelpick download`",
        )
    elif file.bytes == 0:
        yield failed(f"`{file.path}` is empty (0 bytes)", _file(file.path), severity=Severity.HIGH)
    elif file.problem:
        yield failed(file.problem, _file(file.path), severity=Severity.HIGH)
    elif file.bytes is not None and file.bytes < _TINY and file.path.endswith((".bin", ".h5", ".gguf", ".onnx")):
        yield failed(
            f"`{file.path}` has {file.bytes} bytes: too small for weights, perhaps a Git LFS pointer", _file(file.path)
        )


def _kinds(weights: tuple[WeightFile, ...]) -> Iterator[Said]:
    safe = [weight for weight in weights if weight.safe]
    unsafe = [weight for weight in weights if weight.safe is False]
    unclear = [weight for weight in weights if weight.safe is None]
    if not weights:
        yield unknown("the repo holds no weight file that modelpick knows by its name", severity=Severity.LOW)
    if unsafe:
        instead = any(weight.format == "safetensors" for weight in safe)
        beside = ", beside safetensors" if instead else "; there are no safetensors beside"
        yield failed(
            f"{_names(unsafe)} can run code when loaded ({unsafe[0].format}){beside}",
            *(_file(weight.path) for weight in unsafe[:3]),
            severity=Severity.LOW if instead else Severity.MEDIUM,
        )
    if unclear:
        yield unknown(
            f"{_names(unclear)} ({unclear[0].format}) was not examined",
            *(_file(weight.path) for weight in unclear[:3]),
            severity=Severity.LOW if safe or unsafe else None,
        )
    if safe:
        yield passed(f"{_names(safe)} cannot run code when loaded ({safe[0].format})")


def _names(weights: list[WeightFile]) -> str:
    more = f" and {len(weights) - 3} more" if len(weights) > 3 else ""
    return ", ".join(f"`{weight.path}`" for weight in weights[:3]) + more


def _file(path: str) -> Evidence:
    return Evidence(file=path, line=0, quote="")


CHECK = Check(
    id="weights-safe",
    severity=Severity.MEDIUM,
    remediation="load only safetensors (`use_safetensors=True`), or convert the weights where nothing can be harmed",
    run=run,
)
