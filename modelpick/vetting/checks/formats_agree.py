"""Weights in two formats hold the same tensors.

What it checks
    Files of one name in two formats side by side (`pytorch_model.bin` and `model.safetensors`, `x.ckpt` and
    `x.safetensors`): whether they hold tensors of the same names.

Why it matters
    Which file is loaded depends on the library. Where they differ, two people with one repo run two models, and what
    was looked at in one says nothing about the other.

How to fix
    Load the safetensors, and ask the publisher which of the two is meant.

Limits
    Names are compared, numbers are not. Tensors that one format leaves out, because they are tied or can be computed,
    are no difference. Formats whose names are not read (TensorFlow, Flax, ONNX) are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Confidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, whole_file
from modelpick.weight_facts import WeightFacts

_SAME_NAMES = {"pytorch_model": "model"}
_SUFFIXES = (".safetensors", ".bin", ".ckpt", ".pt", ".pth", ".th")


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each pair of files."""
    groups: dict[str, dict[str, WeightFacts]] = {}
    for weight in reading.facts.weights:
        stem = _stem(weight.path)
        if stem is not None and weight.keys:
            groups.setdefault(stem, {}).setdefault(weight.format, weight)
    pairs = [group for group in groups.values() if {"safetensors", "pickle"} <= group.keys()]
    if not pairs:
        yield not_applicable("there are no two files of one model whose tensors' names were read")
    for group in pairs:
        yield _compared(group["safetensors"], group["pickle"])


def _stem(path: str) -> str | None:
    folder, slash, name = path.rpartition("/")
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            stem = name.removesuffix(suffix)
            return folder + slash + _SAME_NAMES.get(stem, stem)
    return None


def _compared(one: WeightFacts, other: WeightFacts) -> Said:
    first, second = set(one.keys), set(other.keys)
    only_first, only_second = first - second, second - first
    if only_first and len(first & second) < 0.9 * max(len(first), len(second)):
        example = min(only_first)
        return failed(
            f"`{one.path}` and `{other.path}` hold different tensors: {len(first & second):,} names in both, "
            f"{len(only_first):,} and {len(only_second):,} in one only, such as `{example[:120]}`",
            whole_file(one.path),
            whole_file(other.path),
            confidence=Confidence.MEDIUM,
        )
    apart = len(only_first) + len(only_second)
    but = f", apart from {apart:,} that one leaves out" if apart else ""
    return passed(f"`{one.path}` and `{other.path}` hold tensors of the same names{but}")


CHECK = Check(
    id="formats-agree",
    severity=Severity.MEDIUM,
    remediation="load the safetensors, and ask the publisher which of the two is meant",
    run=run,
)
