"""What a column of cells is (number, category, text), and what a target asks for (classification, regression)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modelpick.data.dataset import Task
from modelpick.data.table import ColumnKind, as_number

INFINITE = r"[+-]?(?:[iI]nf|INF|[iI]nfinity|INFINITY)"
MISSING_CODES = (
    *("", "NA", "NaN", "nan", "null", "NULL", "None", "?"),
    *("-", "--", ".", "N/A", "n/a", "#N/A", "#NA", "#N/A N/A", "<NA>", "\\N", "#VALUE!", "#DIV/0!"),
    *("NAN", "Null", "NaT", "n.a.", "N.A.", "#REF!", "#NUM!", "#NAME?", "\u2013", "\u2014", "---", "..", "0000-00-00"),
)
"""Cells of a feature that mean a missing value. Labels are taken as they stand: a class may be called NA."""
LARGEST = 1e38
"""Networks compute in float32, which ends at 3.4e38."""

_INFINITE = re.compile(INFINITE)


def is_infinite(text: str) -> bool:
    """Whether a cell says `inf`, in one of its writings."""
    return _INFINITE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProfile:
    """What was counted over the cells of one column.

    Attributes:
        present: Cells that are not missing.
        numbers: Of these, how many are decimal numbers.
        infinite: Of these, how many are `inf` or the like.
        distinct: Different texts; counted only where the column is not all numbers.
        words: Mean count of words; likewise.
        counts: How many cells there are of each sort of `number_styles`.
        plus: Whether a cell is `+`, beside which a `-` is a sign and no missing code.
    """

    present: int
    numbers: int
    infinite: int = 0
    distinct: int = 0
    words: float = 0.0
    counts: Mapping[int, int] = field(default_factory=dict)
    plus: bool = False

    @property
    def kind(self) -> ColumnKind:
        """Number where all cells are; text where nearly every row says something else, or in sentences."""
        if self.numbers and self.numbers + self.infinite == self.present:
            return "number"
        many = self.distinct > 20 and (self.distinct >= 0.5 * self.present or self.words > 8)
        return "text" if many or self.distinct == self.present >= 5 else "category"


def infer_task(labels: Sequence[str]) -> Task:
    """The task that these labels ask for.

    Regression where all are numbers and they have many values: over 20 different ones (over 10 where there are
    fractions), or a third as many as rows.
    """
    different = set(labels)
    finite = {label for label in different if not is_infinite(label)}
    numbers = [as_number(label) for label in finite]
    if not finite or any(number is None for number in numbers):
        return "classification"
    fractions = any(number is not None and not number.is_integer() for number in numbers)
    many = len(different) > (10 if fractions else 20) or (len(different) > 2 and 3 * len(different) >= len(labels))
    return "regression" if many else "classification"
