"""Guards of the classes: one only, of one row, tiny, of very unequal size, or written in two ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.view import View
from modelpick.data.table import as_number, listed
from modelpick.findings import Finding, Severity

_FOLDS = 10
"""Of the default cross-validation: a smaller class is missing from some of the test parts."""
_MAJORITY = 0.9


def _one_class(view: View) -> Iterator[Finding]:
    """A target with a single value cannot be learned."""
    dataset = view.dataset
    if not dataset.rows or len(np.unique(view.target)) > 1:
        return
    message = (
        f"every row has the same target, `{dataset.target_name}` = `{dataset.target[0]}`: there is nothing to learn"
    )
    advice = "take rows of at least two classes, or another `--target`"
    yield finding("one-class", Severity.HIGH, message, advice)


def _class_of_one_row(view: View) -> Iterator[Finding]:
    """A class of one row cannot be both learned and tested."""
    dataset = view.dataset
    if dataset.task != "classification" or len(dataset.classes) < 2:
        return
    counts = Counter(dataset.target)
    single = [label for label in dataset.classes if counts[label] == 1]
    if not single:
        return
    message = f"class {listed(single)} of `{dataset.target_name}` has a single row"
    if len(single) > 1:
        message = f"classes {listed(single)} of `{dataset.target_name}` have a single row each"
    advice = "collect more rows of it, or leave these rows out; `--allow class-of-one-row` goes on with them"
    if all(as_number(label) is not None for label in dataset.classes):
        advice = "give `--task regression` if it is a quantity, else collect more rows or leave these out"
    yield finding("class-of-one-row", Severity.HIGH, message, advice)


def _tiny_class(view: View) -> Iterator[Finding]:
    """A class with fewer rows than there are folds is missing from some test parts."""
    dataset = view.dataset
    if dataset.task != "classification" or len(dataset.classes) < 2:
        return
    counts = Counter(dataset.target)
    tiny = [label for label in dataset.classes if 1 < counts[label] < _FOLDS]
    if dataset.rows < _FOLDS * len(dataset.classes) or not tiny:  # a small table is told of its rows, not its classes
        return
    sizes = ", ".join(f"`{label}` ({counts[label]} rows)" for label in tiny[:8])
    more = f" and {len(tiny) - 8} more" if len(tiny) > 8 else ""
    message = f"{len(tiny)} of {len(dataset.classes)} classes can hardly be learned or tested: {sizes}{more}"
    yield finding("tiny-class", Severity.LOW, message, "collect more rows of it, or join it with a class that is near")


def _imbalance(view: View) -> Iterator[Finding]:
    """Where nearly all rows are of one class, accuracy says nothing."""
    dataset = view.dataset
    if dataset.task != "classification" or len(dataset.classes) < 2:
        return
    label, count = Counter(dataset.target).most_common(1)[0]
    if count < _MAJORITY * dataset.rows:
        return
    share = f"{100 * count / dataset.rows:.1f} %"
    message = f"{share} of the rows are of class `{label}`: always answering it is {share} accurate"
    advice = "look at the balanced accuracy: `--metric balanced_accuracy`"
    yield finding("imbalance", Severity.LOW, message, advice)


def _labels_alike(view: View) -> Iterator[Finding]:
    """Classes that differ in white space or case only are as a rule one class."""
    alike: dict[str, list[str]] = defaultdict(list)
    for label in view.dataset.classes:
        alike[" ".join(label.split()).casefold()].append(label)
    pairs = [group for group in alike.values() if len(group) > 1]
    if pairs:
        shown = "; ".join(", ".join(repr(label) for label in group) for group in pairs[:5])
        message = f"classes that differ in white space or case only: {shown}"
        yield finding("labels-alike", Severity.MEDIUM, message, "write the same class in the same way")


ONE_CLASS = Guard(id="one-class", severity=Severity.HIGH, run=_one_class)
CLASS_OF_ONE_ROW = Guard(id="class-of-one-row", severity=Severity.HIGH, run=_class_of_one_row)
TINY_CLASS = Guard(id="tiny-class", severity=Severity.LOW, run=_tiny_class)
IMBALANCE = Guard(id="imbalance", severity=Severity.LOW, run=_imbalance)
LABELS_ALIKE = Guard(id="labels-alike", severity=Severity.MEDIUM, run=_labels_alike)
