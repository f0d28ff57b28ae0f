"""Guard of columns from which the target is computed: a total beside its parts, a difference beside both numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.view import View
from modelpick.data.table import Column, listed
from modelpick.findings import Finding, Severity

_MOST_COLUMNS, _MOST_ROWS, _LEAST_ROWS, _ROWS_A_COLUMN = 100, 2_000, 30, 5
_EXACT = 1e-4
"""Of the target's deviation: what rounding leaves."""
_MATTERS = 1e-2


def _computed(view: View) -> Iterator[Finding]:
    """A numeric target that is a weighted sum of several columns, but for rounding, in all rows."""
    columns = [c for c in view.seen if c.kind == "number" and not view.cells(c).missing and view.cells(c).kinds > 1]
    rows = view.sample[:_MOST_ROWS]
    if view.dataset.task != "regression" or not 2 <= len(columns) <= _MOST_COLUMNS:
        return
    if len(rows) < max(_LEAST_ROWS, _ROWS_A_COLUMN * len(columns)):
        return
    found = _parts(columns, rows, view)
    if len(found) < 2:
        return
    names = [column.name for column in found]
    message = f"`{view.dataset.target_name}` is a weighted sum of {listed(names)}, exact but for rounding"
    advice = (
        f"if it is computed from them, there is nothing to learn: leave out what is not known before, "
        f"{view.drop_options(names)}"
    )
    yield finding("computed-target", Severity.MEDIUM, message, advice, [view.evidence(c, view.head) for c in found])


def _parts(columns: list[Column], rows: NDArray[np.intp], view: View) -> list[Column]:
    """The columns whose weighted sum is the target; none where no sum is."""
    X = np.stack([column.values[rows] for column in columns], axis=1)
    y = view.target[rows]
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        return []
    X, y = X - X.mean(axis=0), y - y.mean()
    scale, size = X.std(axis=0), float(y.std())
    keep = np.flatnonzero(scale > 0)
    if not size or len(keep) < 2:
        return []
    weights = np.linalg.lstsq(X[:, keep] / scale[keep], y / size, rcond=None)[0]
    rest = y / size - X[:, keep] / scale[keep] @ weights
    if float(rest.std()) > _EXACT:
        return []
    return [columns[keep[j]] for j in np.flatnonzero(np.abs(weights) > _MATTERS)]


COMPUTED = Guard(id="computed-target", severity=Severity.MEDIUM, run=_computed)
