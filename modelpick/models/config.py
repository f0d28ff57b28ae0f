"""The `config.json` of a checkpoint, checked: what must be there to rebuild a model and to believe its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelpick.data.read_rows import is_reading
from modelpick.errors import CannotFindOut
from modelpick.models.forms import form_of
from modelpick.models.forms.form import Shapes, number, one_of, refuse, strings

_COLUMN_KINDS = ("number", "category", "text", "date")


@dataclass(frozen=True, slots=True)
class Config:
    """A checked config.

    Attributes:
        fields: All of it, as in the file.
        shapes: Features that the preprocessing makes -> the tensors that must be there, by name.
        sha256: File name -> hash (64 hex).
    """

    architecture: str
    fields: Mapping[str, Any]
    shapes: Shapes
    sha256: Mapping[str, str]


def read_config(path: Path, fields: Mapping[str, Any]) -> Config:
    """Checks the fields of a `config.json`: what all forms have here, the rest by the form that it names.

    Raises:
        AnswerIsNo: A field is missing or makes no sense.
        CannotFindOut: An architecture that this version does not know.
    """
    architecture = fields.get("architecture")
    form = form_of(architecture)
    if form is None:
        raise CannotFindOut(
            f"`{path}` names the architecture {architecture!r}, which this version does not know",
            "upgrade modelpick, or choose another model",
            kind="checkpoint",
        )
    classes = strings(path, fields, "classes")
    task = one_of(path, fields, "task", ("classification", "regression"))
    if (task == "classification") != bool(classes):
        refuse(path, "task, classes and output do not go together")
    if task == "regression":
        for key in ("target_mean", "target_scale"):
            number(path, fields, key)
    if not isinstance(fields.get("target_name"), str):
        refuse(path, "`target_name` is missing")
    _check_columns(path, fields.get("columns"))
    if "ignored_columns" in fields:
        strings(path, fields, "ignored_columns")
    if "reading" in fields and not is_reading(fields["reading"]):
        refuse(path, "`reading` does not say how a table is read")
    return Config(str(architecture), fields, form.check(path, fields), fields["sha256"])


def _check_columns(path: Path, columns: Any) -> None:
    ok = isinstance(columns, list) and all(
        isinstance(column, list) and len(column) == 2 and isinstance(column[0], str) and column[1] in _COLUMN_KINDS
        for column in columns
    )
    if not ok or len({column[0] for column in columns}) != len(columns):
        refuse(path, "`columns` is not a list of names and kinds")
