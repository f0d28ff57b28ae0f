"""What a form of saved model is: which architectures it reads, how its config is checked, and how it answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol, runtime_checkable

from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.errors import AnswerIsNo

Shapes = Callable[[int], Mapping[str, tuple[int, ...]]]
"""Features that the preprocessing makes -> the tensors that must be there, by name."""

Rows = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""A table for people: names of the columns, and the rows."""


class Described(Protocol):
    """What a saved model tells of itself."""

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        ...

    def layers(self) -> Rows:
        """What it is made of."""
        ...

    def summary(self) -> str:
        """The same as text."""
        ...


class Answerer(Described, Protocol):
    """A saved model behind its preprocessing."""

    def outputs(self, features: NDArray[Any]) -> NDArray[Any]:
        """Of features, shape (rows, ...): probabilities (float64, shape (rows, classes), each row summing to one), or
        for regression the numbers in the target's unit (float64, shape (rows,)); NaN where a row is too far out.
        """
        ...


@runtime_checkable
class RowsAnswerer(Described, Protocol):
    """A saved model that reads raw rows by itself, as pretrained ones do."""

    def ready(self) -> None:
        """Loads what it answers with, where that is not done; errors as of `rows_outputs`."""
        ...

    def rows_outputs(self, rows: Any) -> NDArray[Any]:
        """As `Answerer.outputs`, of raw rows.

        Raises:
            CannotFindOut: The pretrained model is not here.
            AnswerIsNo: It is damaged.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to save a model.

    Attributes:
        architectures: Bare names that stand in `config.json`.
        check: (path of the config, its fields) -> the shapes of its tensors; AnswerIsNo where a field makes no sense.
            What all forms have in common (task, classes, columns) is checked already.
        answerer: Makes the saved form answer on a device, as of `--device`. Dense forms need numpy alone, whatever the
            device; what needs torch imports it here.
    """

    architectures: tuple[str, ...]
    check: Callable[[Path, Mapping[str, Any]], Shapes]
    answerer: Callable[[SavedForm, str], Answerer | RowsAnswerer]


# --- checks of single fields ---


def strings(path: Path, fields: Mapping[str, Any], key: str) -> Sequence[str]:
    """A list of different strings; AnswerIsNo where it is none."""
    value = fields.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        refuse(path, f"`{key}` is not a list of strings")
    if len(set(value)) != len(value):
        refuse(path, f"`{key}` names something twice")
    return value


def one_of(path: Path, fields: Mapping[str, Any], key: str, known: Sequence[str]) -> str:
    """One of the words known; AnswerIsNo where it is none."""
    value = fields.get(key)
    if not isinstance(value, str) or value not in known:
        refuse(path, f"`{key}` is none of {', '.join(known)}")
    return value


def number(path: Path, fields: Mapping[str, Any], key: str) -> float:
    """A finite number; AnswerIsNo where it is none."""
    value = fields.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        refuse(path, f"`{key}` is not a finite number")
    return float(value)


def refuse(path: Path, reason: str) -> NoReturn:
    """The error for a config that describes no model."""
    raise AnswerIsNo(
        f"`{path}` does not describe a model: {reason}",
        "train it again, or fetch it again from where it was published",
        kind="checkpoint",
    )
