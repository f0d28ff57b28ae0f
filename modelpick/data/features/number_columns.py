"""Columns of numbers that stand side by side, as one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.data.table import ColumnKind, Table


@dataclass(frozen=True, slots=True)
class NumberColumns:
    """The columns of these names, as they stand."""

    column_kind: ClassVar[ColumnKind] = "number"
    columns: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Their names."""
        return self.columns

    @property
    def marks(self) -> NDArray[np.bool_]:
        """All of them."""
        return np.ones(len(self.columns), dtype=bool)

    def values(self, table: Table) -> NDArray[np.float64]:
        """The numbers, shape (rows, columns), NaN where missing; not to be written to."""
        names = table.source.number_names
        if names == self.columns:
            return table.numbers()
        if names[: len(self.columns)] == self.columns:
            return table.numbers()[:, : len(self.columns)]
        places = {name: i for i, name in enumerate(names)}
        return table.numbers()[:, [places[name] for name in self.columns]]

    def unseen(self, table: Table) -> dict[str, int]:
        """None."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """In JSON types."""
        return {"kind": "numbers", "columns": list(self.columns)}

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> NumberColumns:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        return cls(reading.names_list(entry.get("columns"), "the names of the numbers"))
