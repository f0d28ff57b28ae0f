"""Columns of a table as the training rows taught them: what each step of a table's preprocessing can do.

A `NumberLike` step makes columns of numbers, which are then imputed and scaled together with all others; a `Direct`
one writes finished features.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from modelpick.data.table import ColumnKind, Table

Floats = NDArray[np.float64]


class ColumnStep(Protocol):
    """What all steps have."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the table's columns that it takes."""
        ...

    @property
    def column_kind(self) -> ColumnKind:
        """Of these columns."""
        ...

    def unseen(self, table: Table) -> dict[str, int]:
        """Column -> rows with a category that no training row had."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """In JSON types, with its `kind`."""
        ...


class NumberLike(ColumnStep, Protocol):
    """A step whose results are scaled."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the columns of numbers that it makes."""
        ...

    @property
    def marks(self) -> NDArray[np.bool_]:
        """Shape (labels,): which of them have a feature for missing values, where there were some."""
        ...

    def values(self, table: Table) -> Floats:
        """The numbers, shape (rows, labels), NaN where missing; not to be written to."""
        ...


class Direct(ColumnStep, Protocol):
    """A step that writes features."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features that it makes."""
        ...

    def write(self, table: Table, out: Floats) -> None:
        """Fills its features, shape (rows, features), which are zeros when it gets them."""
        ...

    def example(self) -> str:
        """A typical cell."""
        ...

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Its large learned arrays."""
        ...
