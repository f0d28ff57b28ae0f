"""Guards of a given test part: rows that also train, classes of its own, columns that are distributed otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.view import View
from modelpick.data.table import Column, Table, listed
from modelpick.findings import Finding, Severity

_SHARE = 0.01
_LEAST_ROWS = 30
_EFFECT = 0.2
"""A distance of distributions (between 0 and 1) that changes what a model meets."""
_CHANCE = 1e-3


def _test_rows_in_train(view: View) -> Iterator[Finding]:
    """Test rows that stand in the training part too would be learned by heart. `data.plan` leaves their likes out,
    unless groups or an order in time say what is kept apart.
    """
    test = view.dataset.test_rows
    if test is None or not view.comparable:
        return
    known = np.isin(view.keys[test], view.keys[~test])
    if known.sum() < max(1, _SHARE * len(known)):
        return
    message = (
        f"{known.sum():,} of {len(known):,} test rows ({100 * known.mean():.0f} %) have the same features as a "
        "training row"
    )
    evidence = [view.rows_of_target(np.flatnonzero(test)[known])]
    if view.dataset.groups is None and view.dataset.times is None:
        twins = int(np.isin(view.keys[~test], view.keys[test]).sum())
        rows = "row like them is" if twins == 1 else "rows like them are"
        message += f"; {twins:,} training {rows} left out, so that equal rows are kept on one side"
        advice = (
            "take them out of one of the two files if they were entered twice; if values are just coarse they may stay"
        )
        yield finding("test-rows-in-train", Severity.LOW, message, advice, evidence)
        return
    advice = "take them out of one of the two files; until then the test score is too good"
    yield finding("test-rows-in-train", Severity.MEDIUM, message, advice, evidence)


def _unseen_class(view: View) -> Iterator[Finding]:
    """A class that is in the test part alone is never answered."""
    test = view.dataset.test_rows
    if test is None or view.dataset.task != "classification":
        return
    unseen = sorted(set(view.dataset.target[test]) - set(view.dataset.target[~test]))
    if unseen:
        message = (
            f"class{'es' * (len(unseen) > 1)} {listed(unseen)} stand in the test part only: nobody can answer them"
        )
        yield finding("unseen-class", Severity.MEDIUM, message, "add rows of them to the training part")


def _drift(view: View) -> Iterator[Finding]:
    """Columns whose values in the test part are others than in the training part."""
    test = view.dataset.test_rows
    if test is None or not isinstance(view.dataset.features, Table):
        return
    scanned = test[view.scanned]
    if min(int(scanned.sum()), int((~scanned).sum())) < _LEAST_ROWS:
        return
    found = [(distance, column) for column in view.seen if (distance := _distance(column, test, view)) is not None]
    if found:
        found.sort(key=lambda pair: (-pair[0], pair[1].name))
        names = [column.name for _, column in found]
        message = (
            f"column{'s' * (len(names) > 1)} {listed(names)} of the test part {'are' if len(names) > 1 else 'is'} "
            f"distributed otherwise than in training ({100 * found[0][0]:.0f} % of its mass elsewhere, `{names[0]}`)"
        )
        advice = "expect the test score to differ from cross-validation; find out what has changed"
        yield finding("drift", Severity.MEDIUM, message, advice, [view.evidence(column) for _, column in found])


def _distance(column: Column, test: NDArray[np.bool_], view: View) -> float | None:
    """Kolmogorov-Smirnov's distance of numbers, total variation of categories; None where chance explains it."""
    values = view.values(column)
    if column.kind == "text":
        return None
    test = test[view.scanned]
    n, m = int((~test).sum()), int(test.sum())
    codes = values.codes + 1
    train_counts = np.bincount(codes[~test], minlength=values.distinct + 1) / n
    test_counts = np.bincount(codes[test], minlength=values.distinct + 1) / m
    if column.kind in ("number", "date"):  # the codes of numbers are in their order
        distance = float(np.abs(np.cumsum(train_counts - test_counts)).max())
        least = np.sqrt(-np.log(_CHANCE / len(view.seen) / 2) / 2) * np.sqrt((n + m) / (n * m))
    else:
        distance = float(np.abs(train_counts - test_counts).sum()) / 2
        # The mean distance of two samples of one distribution, and three times its spread.
        share = (train_counts * n + test_counts * m) / (n + m)
        each = np.sqrt(share * (1 - share) * (1 / n + 1 / m))
        least = 0.4 * float(each.sum()) + 3 * np.sqrt(1 / n + 1 / m) / 2
    return distance if distance >= max(_EFFECT, least) else None


TEST_ROWS_IN_TRAIN = Guard(id="test-rows-in-train", severity=Severity.MEDIUM, run=_test_rows_in_train)
UNSEEN_CLASS = Guard(id="unseen-class", severity=Severity.MEDIUM, run=_unseen_class)
DRIFT = Guard(id="drift", severity=Severity.MEDIUM, run=_drift)
