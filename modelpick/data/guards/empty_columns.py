"""Guards of columns that say little or cannot be computed with: empty, constant, nearly empty, infinite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.view import View
from modelpick.data.table import listed
from modelpick.findings import Finding, Severity

_MOSTLY = 0.9


def _empty(view: View) -> list[str]:
    return [column.name for column in view.columns if view.cells(column).kinds == 0]


def _constant(view: View) -> list[str]:
    return [c.name for c in view.columns if view.cells(c).kinds == 1 and not view.cells(c).missing]


def _say(
    check: str, names: Sequence[str], why: str, advice: str, view: View, severity: Severity = Severity.LOW
) -> Iterator[Finding]:
    if names:
        known = {column.name: column for column in view.columns}
        message = f"column{'s' * (len(names) > 1)} {listed(names)} {why}"
        evidence = [view.evidence(known[name], (0,)) for name in names]
        yield finding(check, severity, message, advice, evidence)


def _say_empty(view: View) -> Iterator[Finding]:
    yield from _say("empty-column", _empty(view), "kept out: no values at all", "delete it, or fill it", view)


def _say_constant(view: View) -> Iterator[Finding]:
    yield from _say("constant-column", _constant(view), "kept out: the same value in every row", "delete it", view)


def _say_mostly_empty(view: View) -> Iterator[Finding]:
    names = [column.name for column in view.seen if view.cells(column).missing >= _MOSTLY * view.dataset.rows]
    why = f"{'is' if len(names) == 1 else 'are'} missing in {100 * _MOSTLY:.0f} % of the rows or more"
    advice = "find out what it means that a cell is empty; `--drop` it if nothing"
    yield from _say("mostly-empty", names, why, advice, view)


def _say_infinite(view: View) -> Iterator[Finding]:
    names = [c.name for c in view.seen if c.values.dtype != object and np.isinf(c.values).any()]
    why = f"hold{'s' * (len(names) == 1)} infinite values, with which nothing can be computed"
    yield from _say("infinite-values", names, why, "empty these cells, or correct them", view, Severity.HIGH)


EMPTY_COLUMN = Guard(id="empty-column", severity=Severity.LOW, run=_say_empty, keeps_out=_empty)
CONSTANT_COLUMN = Guard(id="constant-column", severity=Severity.LOW, run=_say_constant, keeps_out=_constant)
MOSTLY_EMPTY = Guard(id="mostly-empty", severity=Severity.LOW, run=_say_mostly_empty)
INFINITE = Guard(id="infinite-values", severity=Severity.HIGH, run=_say_infinite)
