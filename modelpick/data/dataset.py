"""A dataset: the user's rows, their target, and what was inferred about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from modelpick.data.table import Column, Table
from modelpick.findings import Finding

Task = Literal["classification", "regression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Raw rows and their target.

    Attributes:
        name: Short, for titles and run folders: the file's stem or the built-in name.
        path: As the user gave it.
        kind: Of the rows; tables only for now.
        features: The raw rows without the target.
        target: Shape (rows,): an object array of str for classification, float64 for regression.
        target_name: The target's column.
        classes: Class names in order, as scikit-learn sorts them; empty for regression.
        fingerprint: sha256 (hex) of the file's bytes or, for a built-in name, of its values.
        notes: What was inferred and left out, one sentence each, to be shown to the user.
        findings: Of the guards.
        kept_out: Columns that a guard kept out of the features (nothing but missing values, or a constant). A saved
            model may have been trained on them.
        dropped: Names of the columns that the user left out.
    """

    name: str
    path: str
    kind: Literal["table"] = "table"
    features: Table
    target: NDArray[Any]
    target_name: str
    task: Task
    classes: tuple[str, ...] = ()
    fingerprint: str
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    kept_out: tuple[Column, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows have a target."""
        return len(self.target)
