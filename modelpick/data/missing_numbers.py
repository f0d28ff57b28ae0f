"""Numbers that stand for a missing value, such as -200 or 999: found at the edge of a column, far from the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from modelpick.data.table import Column, listed, number_text

_LOW = (-1.0, -7.0, -8.0, -9.0, -88.0, -99.0, -200.0, -888.0, -999.0, -8888.0, -9999.0, -32768.0, -99999.0, -999.25)
_HIGH = (99.0, 888.0, 999.0, 8888.0, 9999.0, 99999.0, 999999.0, 1e20, 1e30, 9.99e32)
_SHARE, _ROWS, _VALUES = 0.005, 5, 10
_LONE = 2.5
"""How many times wider than all gaps between the smaller half of the other values the gap beside a code must be."""


Codes = Mapping[str, tuple[float, ...]]
"""Column -> the numbers that are missing values in it."""


def notes(codes: Codes) -> list[str]:
    """One sentence for each number."""
    told = []
    for code in sorted({code for of_column in codes.values() for code in of_column}):
        names = [name for name, of_column in codes.items() if code in of_column]
        told.append(f"{number_text(code)} is taken as missing in {listed(names, 5)}, for it lies far from the rest.")
    return told


def find(columns: Sequence[Column], target: str = "") -> Codes:
    """The codes of columns of numbers, one of which may be the target.

    A code of the usual ones counts at the edge of a column, in at least half a percent of the rows (and 5), where the
    next value is more than two interquartile ranges away (one, where a negative code stands below numbers that are all
    positive); once found it counts in every column at whose edge it lies. Zero counts in its own column only, and not
    in a target: where all else is positive, and the next value an interquartile range away.
    """
    edges = {c.name: edge for c in columns if c.kind == "number" and (edge := _edges(c.values)) is not None}
    of_columns = {c.name: c.values for c in columns if c.name in edges}
    hits = {
        (name, edge)
        for name, ends in edges.items()
        for edge, known in zip(ends, (_LOW, _HIGH), strict=True)
        if edge in known and (_apart(of_columns[name], edge, 2.0) or (edge < 0 and _below_all(of_columns[name], edge)))
    }
    everywhere = {code for _, code in hits}
    codes: dict[str, tuple[float, ...]] = {}
    for name, (low, high) in edges.items():
        found = [edge for edge in (low, high) if edge in everywhere and (low != high or (name, edge) in hits)]
        if not found and low == 0 and name != target and _below_all(of_columns[name], 0.0):
            found = [0.0]
        if found:
            codes[name] = tuple(found)
    return codes


def named(columns: Sequence[Column], numbers: Iterable[float]) -> Codes:
    """The numbers that the user named, in every column that holds one."""
    wanted = tuple(numbers)
    held = {c.name: tuple(n for n in wanted if (c.values == n).any()) for c in columns if c.kind == "number"}
    return {name: found for name, found in held.items() if found}


def without(columns: Sequence[Column], codes: Mapping[str, Sequence[float]]) -> tuple[Column, ...]:
    """The columns with NaN where a number is its column's code for a missing value."""
    return tuple(
        column.with_values(np.where(coded(column.values, codes[column.name]), np.nan, column.values))
        if column.kind == "number" and codes.get(column.name)
        else column
        for column in columns
    )


def coded(values: NDArray[np.float64], codes: Sequence[float]) -> NDArray[np.bool_]:
    """Where the values are one of the codes."""
    return np.isin(values, np.asarray(codes, dtype=np.float64))


def _edges(values: NDArray[np.float64]) -> tuple[float, float] | None:
    low, high = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)
    return None if low > high else (float(low), float(high))


def _below_all(values: NDArray[np.float64], code: float) -> bool:
    """Whether the code stands alone, in a fifth of the rows at most, below numbers that are all positive."""
    rest = np.unique(values[~np.isnan(values) & (values != code)])
    if len(rest) < _VALUES or rest[0] <= 0 or not _apart(values, code, 1.0, most=0.2):
        return False
    return bool(rest[0] - code >= _LONE * np.diff(rest[: len(rest) // 2 + 1]).max())


def _apart(values: NDArray[np.float64], code: float, ranges: float, most: float = 1.0) -> bool:
    """Whether the code stands often enough, and so many interquartile ranges away from the rest."""
    present = values[~np.isnan(values)]
    rest = present[present != code]
    count = len(present) - len(rest)
    if count < max(_ROWS, _SHARE * len(values)) or count > most * len(present) or len(rest) < _ROWS:
        return False
    if len(np.unique(rest)) < _VALUES:
        return False
    quarter, three_quarters = np.quantile(rest, (0.25, 0.75))
    spread = float(three_quarters - quarter)
    gap = float(np.abs(rest - code).min())
    return spread > 0 and (gap > ranges * spread if ranges > 1 else gap >= ranges * spread)
