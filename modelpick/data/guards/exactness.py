"""Whether a column that tells nearly all of a numeric target is made from it, or only runs along with it.

A rank, another unit or a rounding of the target keeps its order to the last row. What was measured apart, such as the
same quantity a year ago, keeps it by and large: sorted by it, neighbours are often the wrong way round, from 5 % (the
populations of 200 countries, a year apart) to half of them. The leaks of the tables that were tried have none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modelpick.data.guards.view import View, missing
from modelpick.data.table import Column

_SLIPS = 0.02
"""Share of neighbours, or of rows, that may be out of place: cells that were entered wrongly."""


def is_exact(column: Column, view: View) -> bool:
    """True where the target keeps the column's order, or is one number for each of its values.

    Values that come once say nothing on their own; half of the rows at least must have one that comes again.
    """
    there = ~missing(column)[view.sample]
    cells, y = column.values[view.sample][there], view.sampled_target[there]
    if column.values.dtype != object and min(_out_of_order(cells, y), _out_of_order(cells, -y)) <= _SLIPS:
        return True
    return _one_number_each(np.unique(cells, return_inverse=True)[1], y)


def _out_of_order(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Of neighbours by x that differ in x and y, the share whose y falls while x rises; 1 where there are none.

    Within one x rows stand by y, so that coarse values of x or y put nothing out of order.
    """
    order = np.lexsort((y, x))
    steps = np.diff(y[order])[np.diff(x[order]) > 0]
    steps = steps[steps != 0]
    return float((steps < 0).mean()) if len(steps) else 1.0


def _one_number_each(codes: NDArray[np.intp], y: NDArray[np.float64]) -> bool:
    different, numbers = np.unique(y, return_inverse=True)
    size = np.bincount(codes)
    pairs, times = np.unique(codes * len(different) + numbers, return_counts=True)
    most = np.zeros_like(size)
    np.maximum.at(most, pairs // len(different), times)
    again = size > 1
    rows = int(size[again].sum())
    return 2 * rows >= len(y) and int(most[again].sum()) >= (1 - _SLIPS) * rows
