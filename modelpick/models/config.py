"""The `config.json` of a checkpoint, checked: what must be there to rebuild a model and to believe its answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from modelpick.data.forward import ACTIVATIONS, OUTPUTS, output_units
from modelpick.errors import AnswerIsNo, CannotFindOut, ModelpickError
from modelpick.models.options import hidden_sizes

ARCHITECTURES = ("mlp",)
"""Bare names that the loader knows. All of them are dense networks for now: a linear model has no hidden layer."""

_COLUMN_KINDS = ("number", "category", "text", "date")


@dataclass(frozen=True, slots=True)
class Config:
    """A checked config.

    Attributes:
        fields: All of it, as in the file.
        sha256: File name -> hash (64 hex).
    """

    architecture: str
    fields: Mapping[str, Any]
    hidden: tuple[int, ...]
    outputs: int
    sha256: Mapping[str, str]

    def shapes(self, features: int) -> dict[str, tuple[int, ...]]:
        """The tensors that this network has over so many features, by name."""
        sizes = (features, *self.hidden, self.outputs)
        shapes: dict[str, tuple[int, ...]] = {}
        for i in range(len(sizes) - 1):
            shapes[f"layers.{i}.weight"] = (sizes[i + 1], sizes[i])
            shapes[f"layers.{i}.bias"] = (sizes[i + 1],)
        return shapes


def read_config(path: Path, fields: Mapping[str, Any]) -> Config:
    """Checks the fields of a `config.json`.

    Raises:
        AnswerIsNo: A field is missing or makes no sense.
        CannotFindOut: An architecture that this version does not know.
    """
    architecture = fields.get("architecture")
    if architecture not in ARCHITECTURES:
        raise CannotFindOut(
            f"`{path}` names the architecture {architecture!r}, which this version does not know",
            "upgrade modelpick, or choose another model",
            kind="checkpoint",
        )
    classes = _strings(path, fields, "classes")
    task = _one_of(path, fields, "task", ("classification", "regression"))
    output = _one_of(path, fields, "output", OUTPUTS)
    _one_of(path, fields, "activation", tuple(ACTIVATIONS))
    if (task == "regression") != (output == "identity") or (task == "classification") != bool(classes):
        _refuse(path, "task, classes and output do not go together")
    if task == "regression":
        for key in ("target_mean", "target_scale"):
            if not _is_number(fields.get(key)):
                _refuse(path, f"`{key}` is not a finite number")
    if not isinstance(fields.get("target_name"), str):
        _refuse(path, "`target_name` is missing")
    _check_columns(path, fields.get("columns"))
    if "ignored_columns" in fields:
        _strings(path, fields, "ignored_columns")
    try:
        hidden = hidden_sizes(fields.get("hidden_layer_sizes"))
    except ModelpickError:
        _refuse(path, "`hidden_layer_sizes` is not a list of positive numbers")
    return Config(architecture, fields, hidden, output_units(output, len(classes)), fields["sha256"])


def _check_columns(path: Path, columns: Any) -> None:
    ok = isinstance(columns, list) and all(
        isinstance(column, list) and len(column) == 2 and isinstance(column[0], str) and column[1] in _COLUMN_KINDS
        for column in columns
    )
    if not ok or len({column[0] for column in columns}) != len(columns):
        _refuse(path, "`columns` is not a list of names and kinds")


def _strings(path: Path, fields: Mapping[str, Any], key: str) -> Sequence[str]:
    value = fields.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        _refuse(path, f"`{key}` is not a list of strings")
    if len(set(value)) != len(value):
        _refuse(path, f"`{key}` names something twice")
    return value


def _one_of(path: Path, fields: Mapping[str, Any], key: str, known: Sequence[str]) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or value not in known:
        _refuse(path, f"`{key}` is none of {', '.join(known)}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _refuse(path: Path, reason: str) -> NoReturn:
    raise AnswerIsNo(
        f"`{path}` does not describe a model: {reason}",
        "train it again, or fetch it again from where it was published",
        kind="checkpoint",
    )
