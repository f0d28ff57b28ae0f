"""From raw rows to the numbers that a network takes: imputing, centring and scaling, one-hot. numpy only.

Everything is learned from the rows given to `fit`; `transform` only applies it. Columns are matched by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.preprocessing_steps import (
    CategoryStep,
    NumberStep,
    Step,
    damaged,
    names_list,
    step_from_dict,
    step_to_dict,
)
from modelpick.data.table import Column, Table, columns_differ, listed, number_text
from modelpick.errors import CannotFindOut

FORMAT = "modelpick.preprocessing/1"
MAX_CATEGORIES = 50
"""Categories of one column that get a feature of their own; the rarer ones share one."""


class TablePreprocessor:
    """Turns a table into a matrix of features, in the way that the training rows taught it.

    Attributes:
        feature_names_: Names of the features, in the order of `transform`'s columns.
        left_out_: Columns of text: this version does not use them.
    """

    kind: ClassVar[Kind] = "table"
    feature_names_: tuple[str, ...]
    left_out_: tuple[str, ...]

    def __init__(self) -> None:
        self._steps: tuple[Step, ...] | None = None

    def fit(self, table: Table) -> Self:
        """Learns medians, means, standard deviations (of the population) and categories from these rows."""
        if not table.rows:
            raise CannotFindOut("there are no rows to learn the preprocessing from", kind="data")
        numbers = iter(_fit_numbers([c for c in table.columns if c.kind == "number"], table.rows))
        steps: list[Step] = []
        for column in table.columns:
            if column.kind == "number":
                steps.append(next(numbers))
            elif column.kind == "category":
                steps.append(_fit_category(column))
        self._set(tuple(steps), tuple(c.name for c in table.columns if c.kind == "text"))
        return self

    def _set(self, steps: tuple[Step, ...], left_out: tuple[str, ...]) -> None:
        self._steps = steps
        self.left_out_ = left_out
        self.feature_names_ = tuple(name for step in steps for name in step.feature_names)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was learned, a step for each column that is used; RuntimeError before `fit`."""
        if self._steps is None:
            raise RuntimeError("the preprocessing is not fitted yet: call fit first")
        return self._steps

    def transform(self, table: Table) -> NDArray[np.float64]:
        """Features of these rows, shape (rows, features).

        Raises:
            CannotFindOut: Columns are missing, unknown or of another kind; the message names them.
        """
        steps = self.steps
        given = {column.name: column for column in table.columns}
        missing = [step.name for step in steps if step.name not in given]
        known = {step.name for step in steps} | set(self.left_out_)
        extra = [name for name in given if name not in known]
        if missing or extra:
            raise columns_differ(missing, extra)
        features = np.zeros((table.rows, len(self.feature_names_)))
        at = 0
        for step in steps:
            if isinstance(step, NumberStep):
                at = _apply_number(step, given[step.name], features, at)
            else:
                at = _apply_category(step, given[step.name], features, at)
        return features

    @property
    def columns_(self) -> tuple[str, ...]:
        """Names of the columns that it knows, used or left out."""
        return (*(step.name for step in self.steps), *self.left_out_)

    def unseen(self, rows: Table) -> dict[str, int]:
        """Column -> how many rows have a category that no training row had; columns without such rows left out.

        Of a column with so many categories that the rare ones share a feature, nobody knows.
        """
        given = {column.name: column.values for column in rows.columns}
        counts: dict[str, int] = {}
        for step in self.steps:
            if isinstance(step, CategoryStep) and not step.rare and step.name in given:
                known = {None, *step.categories}
                count = sum(value not in known for value in given[step.name])
                if count:
                    counts[step.name] = count
        return counts

    def example_row(self) -> tuple[str, ...]:
        """A typical row: medians, and the first category of each column."""
        cells = []
        for step in self.steps:
            if isinstance(step, NumberStep):
                cells.append(number_text(float(f"{step.median:.4g}")))
            else:
                cells.append(step.categories[0] if step.categories else "")
        return tuple(cells)

    def describe(self) -> tuple[str, ...]:
        """What happens to a row before the model sees it, one sentence a step."""
        numbers = [s for s in self.steps if isinstance(s, NumberStep)]
        categories = [s for s in self.steps if isinstance(s, CategoryStep)]
        lines = []
        gaps = [s.name for s in numbers if s.indicator]
        if gaps:
            lines.append(
                f"Imputing: a missing value of {listed(gaps)} becomes the training rows' median, and a "
                "further feature of 0 or 1 marks it."
            )
        if numbers:
            lines.append(
                f"Centring and scaling: {_count(len(numbers), 'number')} minus the training rows' mean, "
                "divided by their standard deviation."
            )
        if categories:
            lines.append(
                f"One-hot encoding: {listed([s.name for s in categories])} became "
                f"{_count(sum(s.width for s in categories), 'feature')} of 0 or 1, one for each category of "
                "the training rows."
            )
        rare = [s.name for s in categories if s.rare]
        if rare:
            lines.append(f"Rare categories of {listed(rare)}, beyond the {MAX_CATEGORIES} commonest, share a feature.")
        if self.left_out_:
            lines.append(f"Left out: {listed(self.left_out_)}, for this version does not use free text.")
        return tuple(lines)

    def to_dict(self) -> dict[str, Any]:
        """All that was learned, in JSON types; floats survive JSON bit for bit."""
        columns = [step_to_dict(step) for step in self.steps]
        return {"format": FORMAT, "columns": columns, "left_out": list(self.left_out_)}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """None: all of it is in `to_dict`."""
        return {}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> Self:
        """The preprocessing that `to_dict` and `arrays` wrote.

        Raises:
            CannotFindOut: (kind `checkpoint`) It is damaged, or of a format that this version does not know.
        """
        if not isinstance(fields, Mapping) or fields.get("format") != FORMAT:
            found = fields.get("format") if isinstance(fields, Mapping) else type(fields).__name__
            raise damaged(f"its format is {found!r}, expected {FORMAT!r}")
        columns = fields.get("columns")
        if not isinstance(columns, list):
            raise damaged("`columns` is not a list")
        steps = tuple(step_from_dict(entry) for entry in columns)
        left_out = names_list(fields.get("left_out"), "`left_out`")
        names = [step.name for step in steps] + list(left_out)
        if len(set(names)) != len(names):
            raise damaged("a column is named twice")
        made = cls()
        made._set(steps, left_out)
        return made


# --- numbers ---


def _fit_numbers(columns: Sequence[Column], rows: int) -> list[NumberStep]:
    if not columns:
        return []
    values: NDArray[np.float64] = np.column_stack([c.values for c in columns])
    missing: NDArray[np.bool_] = np.isnan(values)
    gaps: NDArray[np.bool_] = np.any(missing, axis=0)
    medians = np.zeros(len(columns))
    if not gaps.all():
        medians[~gaps] = np.median(values[:, ~gaps], axis=0)
    for j in np.flatnonzero(gaps):
        present = values[~missing[:, j], j]
        medians[j] = np.median(present) if len(present) else 0.0
    filled = np.where(missing, medians, values)
    means, scales = filled.mean(axis=0), filled.std(axis=0)
    # Rounding gives equal values a standard deviation of 1e-17: they must come out as exact zeros.
    constant = np.all(filled == filled[0], axis=0) | (scales < np.finfo(np.float64).tiny)
    means = np.where(constant, filled[0], means)
    scales = np.where(constant, 1.0, scales)
    return [
        NumberStep(
            name=column.name,
            median=float(medians[j]),
            mean=float(means[j]),
            scale=float(scales[j]),
            indicator=bool(gaps[j]),
        )
        for j, column in enumerate(columns)
    ]


def _apply_number(step: NumberStep, column: Column, out: NDArray[np.float64], at: int) -> int:
    if column.kind != "number":
        raise _wrong_kind(step.name, "numbers", column.kind)
    missing = np.isnan(column.values)
    out[:, at] = (np.where(missing, step.median, column.values) - step.mean) / step.scale
    if step.indicator:
        out[:, at + 1] = missing
    return at + 1 + step.indicator


# --- categories ---


def _fit_category(column: Column) -> CategoryStep:
    counts: dict[str, int] = {}
    for value in column.values:
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
    commonest = sorted(counts, key=lambda value: (-counts[value], value))[:MAX_CATEGORIES]
    return CategoryStep(
        name=column.name,
        categories=tuple(sorted(commonest)),
        rare=len(counts) > MAX_CATEGORIES,
        missing=any(value is None for value in column.values),
    )


def _apply_category(step: CategoryStep, column: Column, out: NDArray[np.float64], at: int) -> int:
    if column.kind == "number":
        raise _wrong_kind(step.name, "categories", column.kind)
    places: dict[str | None, int] = {value: i for i, value in enumerate(step.categories)}
    unseen = len(step.categories) if step.rare else -1
    places[None] = step.width - 1 if step.missing else -1
    index = np.fromiter((places.get(value, unseen) for value in column.values), dtype=np.intp, count=len(out))
    seen = np.flatnonzero(index >= 0)
    out[seen, at + index[seen]] = 1.0
    return at + step.width


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _wrong_kind(name: str, expected: str, found: str) -> CannotFindOut:
    holds = "numbers" if found == "number" else "text"
    return CannotFindOut(
        f"column `{name}` holds {holds} where the model was trained on {expected}",
        "give the column the values that it had in the training table",
        kind="data",
    )
