"""Guards of the table as a whole: rows, columns, targets that are missing, and the order of the file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.view import View
from modelpick.data.table import Table
from modelpick.data.texts import Texts
from modelpick.findings import Finding, Severity

_LEAST_ROWS, _FEW_ROWS = 3, 30
_MISSING_TARGET = 0.05


def _too_few_rows(view: View) -> Iterator[Finding]:
    """Fewer rows than parts of a split."""
    rows = view.dataset.rows
    if rows < _LEAST_ROWS:
        message = f"{rows} rows cannot be split into train, validation and test"
        yield finding("too-few-rows", Severity.HIGH, message, "collect more rows: at least 3, better 100")


def _few_rows(view: View) -> Iterator[Finding]:
    """With a few dozen rows hardly anything can be told."""
    rows = view.dataset.rows
    if _LEAST_ROWS <= rows < _FEW_ROWS:
        message = f"with {rows} rows the intervals are so wide that hardly anything can be told"
        yield finding("few-rows", Severity.MEDIUM, message, "collect more rows")


def _wide(view: View) -> Iterator[Finding]:
    """With more columns than rows some column fits any target by chance."""
    columns, rows = len(view.seen), view.dataset.rows  # no columns where the rows are no table
    if columns > rows:
        message = f"{columns:,} columns and {rows:,} rows: with more columns than rows some fit the target by chance"
        advice = "trust the linear row and strong `--weight-decay` first; choose no columns by looking at all rows"
        yield finding("more-columns-than-rows", Severity.LOW, message, advice)


def _missing_target(view: View) -> Iterator[Finding]:
    """Rows without a target are left out; many of them may be others than those that stay."""
    absent, rows = view.dataset.missing_targets, view.dataset.rows
    if absent >= _MISSING_TARGET * (absent + rows):
        share = 100 * absent / (absent + rows)
        message = f"{absent:,} of {absent + rows:,} rows ({share:.0f} %) have no target and are left out"
        advice = "find out why it is missing: if not by chance, the scores do not hold for such rows"
        yield finding("missing-target", Severity.LOW, message, advice)


def _sorted(view: View) -> Iterator[Finding]:
    """A file in the order of its target, as folders of classes always are: ruinous where the order counts."""
    dataset, target = view.dataset, view.target
    if dataset.rows < _FEW_ROWS or len(np.unique(target)) < 2 or not isinstance(dataset.features, Table | Texts):
        return
    if dataset.task == "classification":
        blocks = 1 + int((np.diff(target) != 0).sum())
        in_order = blocks == len(np.unique(target))
    else:
        steps = np.diff(target)
        in_order = bool((steps >= 0).all() or (steps <= 0).all())
    if not in_order:
        return
    if dataset.times is not None:
        order = target[np.argsort(dataset.times, kind="stable")]
        late = order[-max(1, len(order) // 10) :]
        if dataset.task == "classification" and len(np.unique(late)) == 1:
            message = f"the latest tenth of the rows is all of one class of `{dataset.target_name}`"
            advice = "leave `--time` out, or collect rows of all classes over the whole time"
            yield finding("sorted-by-target", Severity.MEDIUM, message, advice)
            return
    message = f"the file is sorted by `{dataset.target_name}`; rows are drawn at random, so that does no harm here"
    yield finding("sorted-by-target", Severity.INFO, message, "never take its first or last rows as a test set")


TOO_FEW_ROWS = Guard(id="too-few-rows", severity=Severity.HIGH, run=_too_few_rows)
FEW_ROWS = Guard(id="few-rows", severity=Severity.MEDIUM, run=_few_rows)
WIDE = Guard(id="more-columns-than-rows", severity=Severity.LOW, run=_wide)
MISSING_TARGET = Guard(id="missing-target", severity=Severity.LOW, run=_missing_target)
SORTED = Guard(id="sorted-by-target", severity=Severity.INFO, run=_sorted)
