"""A dataset: the user's rows, their target, and what was inferred about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from modelpick.data.table import Column, ColumnKind, Table, as_kind, columns_differ
from modelpick.findings import Finding

Task = Literal["classification", "regression"]
Kind = Literal["table", "text", "image", "audio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Raw rows and their target.

    Attributes:
        name: Short, for titles and run folders: the file's stem or the built-in name.
        path: As the user gave it.
        kind: Of the rows.
        features: The raw rows without the target: a `Table`, or for the other kinds the rows of that kind.
        target: Shape (rows,): an object array of str for classification, float64 for regression.
        target_name: The target's column.
        classes: Class names in order, as scikit-learn sorts them; empty for regression.
        fingerprint: sha256 (hex) of the file's bytes or, for a built-in name, of its values.
        notes: What was inferred and left out, one sentence each, to be shown to the user.
        findings: Of the guards.
        kept_out: Columns that a guard kept out of the features (nothing but missing values, or a constant). A saved
            model may have been trained on them.
        dropped: Names of the columns that the user left out.
        missing_targets: How many rows were left out, for they have no target.
        groups: Shape (rows,), a number for each group (speaker, patient) whose rows belong together and never stand on
            both sides of a split; None where no group was given.
        times: Shape (rows,), float64: the rows' order in time, from early to late; None where none was given.
        test_rows: Shape (rows,), True for the rows of an official test part (`--test`, a folder `test/`), which alone
            are the test set; None where there is none.
        validation_rows: Likewise, of an official validation part (a folder `val/`).
        reading: How the table was read, in JSON types: encoding, sep, header, missing codes (`missing`), how numbers
            and dates are written (`styles`), numbers that are missing values (`missing_numbers`). A saved model keeps
            it, and new rows are read in the same way.
        row_numbers: Shape (rows,): the number of each row in its file, from 1 and without the header; None where the
            rows are all that the file holds, or stand in no table.
    """

    name: str
    path: str
    kind: Kind = "table"
    features: Any
    target: NDArray[Any]
    target_name: str
    task: Task
    classes: tuple[str, ...] = ()
    fingerprint: str
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    kept_out: tuple[Column, ...] = ()
    dropped: tuple[str, ...] = ()
    missing_targets: int = 0
    groups: NDArray[np.intp] | None = None
    times: NDArray[np.float64] | None = None
    test_rows: NDArray[np.bool_] | None = None
    validation_rows: NDArray[np.bool_] | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    row_numbers: NDArray[np.intp] | None = None

    @property
    def rows(self) -> int:
        """How many rows have a target."""
        return len(self.target)

    def as_trained(self, columns: Sequence[tuple[str, ColumnKind]], ignored: Sequence[str] = ()) -> Table:
        """The rows with the columns, in name and kind, that a saved model was trained on.

        Columns that a guard kept out here count; `ignored` ones may be there and are left out.

        Raises:
            CannotFindOut: Columns are missing, unknown to the model, or not of its kinds; the message names them.
        """
        given = {column.name: column for column in (*self.features.columns, *self.kept_out)}
        known = {name for name, _ in columns} | set(ignored)
        missing = [name for name, _ in columns if name not in given]
        extra = [name for name in self.features.names if name not in known]
        if missing or extra:
            raise columns_differ(missing, extra)
        return Table(tuple(as_kind(given[name], kind) for name, kind in columns), self.features.rows)
