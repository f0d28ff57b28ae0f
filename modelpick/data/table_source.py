"""What a table and all tables taken from it share: its columns, and what was worked out about their values once.

Fifty folds ask the same table for its numbers as one matrix and for its categories as codes. Both depend on single
cells only, and nothing is learned from them: a split cannot leak through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features.terms import Analyser, TermCounts, count_terms

if TYPE_CHECKING:
    from modelpick.data.table import Column, ColumnKind


_KEPT_CHARACTERS = 20_000_000
"""The counts of a column of so many take some 300 MB."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The values of a column of texts as numbers.

    Attributes:
        values: The different texts, sorted; where `codes` is of some rows only, also those of the other rows.
        codes: Shape (rows,), int32: places in `values`, -1 where a value is missing.
    """

    values: tuple[str, ...]
    codes: NDArray[np.int32]


class TableSource:
    """The rows of a whole table. Not to be changed once made.

    Attributes:
        rows: How many.
        kinds: Name and kind of each column, in order.
    """

    __slots__ = ("_codes", "_columns", "_number_names", "_numbers", "_terms", "kinds", "rows")

    def __init__(self, columns: Sequence[Column], rows: int) -> None:
        self._columns = tuple(columns)
        self.rows = rows
        self.kinds: tuple[tuple[str, ColumnKind], ...] = tuple((c.name, c.kind) for c in self._columns)
        self._numbers: NDArray[np.float64] | None = None
        self._number_names: tuple[str, ...] | None = None
        self._codes: dict[str, Codes] = {}
        self._terms: dict[tuple[str, Analyser], TermCounts] = {}

    @property
    def columns(self) -> tuple[Column, ...]:
        """In order."""
        return self._columns

    @property
    def number_names(self) -> tuple[str, ...]:
        """The names of the columns of numbers, in order."""
        if self._number_names is None:
            self._number_names = tuple(name for name, kind in self.kinds if kind == "number")
        return self._number_names

    def numbers(self) -> NDArray[np.float64]:
        """The columns of numbers side by side, shape (rows, numbers), NaN where missing. Not to be written to.

        From then on these columns are views into it, so that the numbers are held once.
        """
        if self._numbers is None:
            matrix = np.empty((self.rows, len(self.number_names)))
            held: list[Column] = []
            at = 0
            for column in self._columns:
                if column.kind == "number":
                    matrix[:, at] = column.values
                    held.append(column.with_values(matrix[:, at]))
                    at += 1
                else:
                    held.append(column)
            self._columns, self._numbers = tuple(held), matrix
        return self._numbers

    def take_numbers(self, matrix: NDArray[np.float64]) -> None:
        """The matrix of which the columns of numbers are views already."""
        self._numbers = matrix

    def codes(self, name: str, values: NDArray[Any]) -> Codes:
        """The column of that name, whose values these are, as codes."""
        known = self._codes.get(name)
        if known is None:
            texts = values.tolist()
            different = dict.fromkeys(texts)
            different.pop(None, None)
            ordered = tuple(sorted(different))
            places: dict[str | None, int] = {text: i for i, text in enumerate(ordered)}
            places[None] = -1
            codes = np.fromiter(map(places.__getitem__, texts), dtype=np.int32, count=len(texts))
            known = self._codes[name] = Codes(ordered, codes)
        return known

    def terms(
        self, name: str, values: NDArray[Any], analyser: Analyser, index: NDArray[np.intp] | None
    ) -> tuple[TermCounts, NDArray[np.intp] | None]:
        """The terms of the column of that name, whose values these are, and where in them the rows at `index` are.

        They are counted and kept for all rows; of a very long column for the rows asked for alone, and not kept.
        """
        known = self._terms.get((name, analyser))
        if known is None:
            if sum(map(len, filter(None, values))) > _KEPT_CHARACTERS:
                return count_terms(values if index is None else values[index], analyser), None
            known = self._terms[name, analyser] = count_terms(values, analyser)
        return known, index
