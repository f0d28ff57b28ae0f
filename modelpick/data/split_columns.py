"""Columns that say how rows may be split: groups whose rows belong together, and times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.raw_table import RawTable
from modelpick.errors import CannotFindOut, UsageError


def group_numbers(parts: Sequence[NDArray[Any]]) -> NDArray[np.intp]:
    """A number for each group over all parts, shape (rows,); a row without a group is a group of its own."""
    labels = [label for part in parts for label in part]
    known: dict[str, int] = {}
    numbers = np.empty(len(labels), dtype=np.intp)
    lone = len(set(labels))
    for i, label in enumerate(labels):
        if label is None:
            numbers[i], lone = lone, lone + 1
        else:
            numbers[i] = known.setdefault(label.strip(), len(known))
    return np.unique(numbers, return_inverse=True)[1].astype(np.intp)


def moments(raw: RawTable, name: str, shown: str) -> NDArray[np.float64]:
    """The times of all rows, shape (rows,): numbers as they are, dates as seconds.

    Raises:
        UsageError: The column holds neither numbers nor dates.
        CannotFindOut: A row has none.
    """
    (column,) = raw.features([name]).columns
    if column.kind not in ("number", "date"):
        raise UsageError(
            f"`--time {name}` holds neither numbers nor dates of one clear form",
            "dates are best written `2004-03-10`; a `--schema FILE` can say how these are written",
        )
    absent = np.flatnonzero(np.isnan(column.values))
    if len(absent):
        raise CannotFindOut(
            f"{len(absent)} rows of `{shown}` have no `{name}`, the first in {raw.place(int(absent[0]))}",
            "fill it, or leave these rows out: rows without a time have no place in an order",
            kind="data",
        )
    values: NDArray[np.float64] = column.values
    return values
