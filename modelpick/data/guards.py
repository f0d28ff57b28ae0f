"""Guards: what is wrong with a dataset before anything is trained on it. Pure; high severity stops, the rest warns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from modelpick.data.dataset import Dataset
from modelpick.data.table import Column, as_number, listed
from modelpick.errors import AnswerIsNo
from modelpick.findings import Finding, Outcome, Severity

FEW_ROWS = 30


def _finding(check: str, severity: Severity, message: str, remediation: str) -> Finding:
    return Finding(check=check, outcome=Outcome.FAIL, severity=severity, message=message, remediation=remediation)


def too_few_rows(dataset: Dataset) -> list[Finding]:
    """Fewer rows than parts of a split stop; a few dozen warn."""
    if dataset.rows < 3:
        message = f"{dataset.rows} rows cannot be split into train, validation and test"
        return [_finding("too-few-rows", Severity.HIGH, message, "collect more rows: at least 3, better 100")]
    if dataset.rows < FEW_ROWS:
        message = f"with {dataset.rows} rows the intervals are so wide that hardly anything can be told"
        return [_finding("few-rows", Severity.MEDIUM, message, "collect more rows")]
    return []


def one_class(dataset: Dataset) -> list[Finding]:
    """A target with a single value cannot be learned."""
    if dataset.task == "regression" and len(np.unique(dataset.target)) > 1:
        return []
    if dataset.task == "classification" and len(dataset.classes) > 1:
        return []
    value = dataset.target[0] if dataset.rows else None
    message = f"every row has the same target, `{dataset.target_name}` = `{value}`: there is nothing to learn"
    return [_finding("one-class", Severity.HIGH, message, "take rows of at least two classes, or another `--target`")]


def class_of_one_row(dataset: Dataset) -> list[Finding]:
    """A class of one row cannot be both learned and tested."""
    if dataset.task != "classification" or len(dataset.classes) < 2:
        return []
    counts = Counter(dataset.target)
    single = [label for label in dataset.classes if counts[label] == 1]
    if not single:
        return []
    message = f"{_named(single, 'class', 'classes')} of `{dataset.target_name}` has a single row"
    if len(single) > 1:
        message = f"{_named(single, 'class', 'classes')} of `{dataset.target_name}` have a single row each"
    advice = "collect more rows of it, or leave these rows out"
    if all(as_number(label) is not None for label in dataset.classes):
        advice = "give `--task regression` if it is a quantity, else collect more rows or leave these out"
    return [_finding("class-of-one-row", Severity.HIGH, message, advice)]


def labels_alike(dataset: Dataset) -> list[Finding]:
    """Classes that differ in white space or case only are as a rule one class."""
    alike: dict[str, list[str]] = defaultdict(list)
    for label in dataset.classes:
        alike[" ".join(label.split()).casefold()].append(label)
    pairs = [group for group in alike.values() if len(group) > 1]
    if not pairs:
        return []
    listed = "; ".join(", ".join(repr(label) for label in group) for group in pairs[:5])
    message = f"classes that differ in white space or case only: {listed}"
    return [_finding("labels-alike", Severity.MEDIUM, message, "write the same class in the same way")]


GUARDS: tuple[Callable[[Dataset], list[Finding]], ...] = (too_few_rows, one_class, class_of_one_row, labels_alike)


def check(dataset: Dataset) -> tuple[Finding, ...]:
    """The findings of all guards."""
    return tuple(finding for guard in GUARDS for finding in guard(dataset))


def stop(findings: Sequence[Finding]) -> None:
    """Raises AnswerIsNo for the first finding of high severity."""
    for finding in findings:
        if finding.severity >= Severity.HIGH:
            raise AnswerIsNo(finding.message, finding.remediation)


def useless_columns(columns: Sequence[Column]) -> tuple[tuple[Column, ...], list[Finding]]:
    """Columns that say nothing, which are kept out of the features, and the warnings that name them."""
    empty = [c for c in columns if _distinct(c) == 0]
    constant = [c for c in columns if _distinct(c) == 1 and not _any_missing(c)]
    findings = []
    if empty:
        message = f"{_named([c.name for c in empty], 'column', 'columns')} kept out: no values at all"
        findings.append(_finding("empty-column", Severity.LOW, message, "delete it, or fill it"))
    if constant:
        message = f"{_named([c.name for c in constant], 'column', 'columns')} kept out: the same value in every row"
        findings.append(_finding("constant-column", Severity.LOW, message, "delete it"))
    return (*empty, *constant), findings


def _any_missing(column: Column) -> bool:
    if column.kind == "number":
        return bool(np.isnan(column.values).any())
    return any(value is None for value in column.values)


def _distinct(column: Column) -> int:
    """0, 1 or 2 for none, one and more different values."""
    if column.kind == "number":
        present = column.values[~np.isnan(column.values)]
        return 0 if not len(present) else 1 + bool((present != present[0]).any())
    first = next((value for value in column.values if value is not None), None)
    if first is None:
        return 0
    return 1 + any(value is not None and value != first for value in column.values)


def _named(names: Sequence[str], one: str, many: str) -> str:
    return f"{one if len(names) == 1 else many} {listed(names)}"
