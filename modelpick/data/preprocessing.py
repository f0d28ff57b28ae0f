"""From raw rows to the numbers that a network takes: imputing, centring and scaling, one-hot. numpy only.

Everything is learned from the rows given to `fit`; `transform` only applies it. Columns are matched by name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.table import Column, Table, columns_differ, listed
from modelpick.errors import CannotFindOut

FORMAT = "modelpick.preprocessing/1"
MAX_CATEGORIES = 50
"""Categories of one column that get a feature of their own; the rarer ones share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStep:
    """What was learned about a number: (value - mean) / scale, a missing value taken as the median.

    `indicator` tells that training rows had missing values, so that a 0/1 feature marks them.
    """

    name: str
    median: float
    mean: float
    scale: float
    indicator: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryStep:
    """What was learned about a category: one 0/1 feature for each of `categories`, in that order.

    `rare`: one more for the categories beyond the cap, and for unseen ones; without it unseen ones are all
    zeros.
    `missing`: one more for missing values; without it they are all zeros.
    """

    name: str
    categories: tuple[str, ...]
    rare: bool
    missing: bool

    @property
    def width(self) -> int:
        """How many features it makes."""
        return len(self.categories) + self.rare + self.missing


class TablePreprocessor:
    """Turns a table into a matrix of features, in the way that the training rows taught it.

    Attributes:
        feature_names_: Names of the features, in the order of `transform`'s columns.
        left_out_: Columns of text: this version does not use them.
    """

    feature_names_: tuple[str, ...]
    left_out_: tuple[str, ...]

    def __init__(self) -> None:
        self._steps: tuple[NumberStep | CategoryStep, ...] | None = None

    def fit(self, table: Table) -> Self:
        """Learns medians, means, standard deviations (of the population) and categories from these rows."""
        if not table.rows:
            raise CannotFindOut("there are no rows to learn the preprocessing from", kind="data")
        numbers = iter(_fit_numbers([c for c in table.columns if c.kind == "number"], table.rows))
        steps: list[NumberStep | CategoryStep] = []
        for column in table.columns:
            if column.kind == "number":
                steps.append(next(numbers))
            elif column.kind == "category":
                steps.append(_fit_category(column))
        self._set(tuple(steps), tuple(c.name for c in table.columns if c.kind == "text"))
        return self

    def _set(self, steps: tuple[NumberStep | CategoryStep, ...], left_out: tuple[str, ...]) -> None:
        self._steps = steps
        self.left_out_ = left_out
        self.feature_names_ = tuple(name for step in steps for name in _feature_names(step))

    @property
    def steps(self) -> tuple[NumberStep | CategoryStep, ...]:
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
        columns = [_step_to_dict(step) for step in self.steps]
        return {"format": FORMAT, "columns": columns, "left_out": list(self.left_out_)}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """The preprocessing that `to_dict` wrote.

        Raises:
            CannotFindOut: (kind `checkpoint`) It is damaged, or of a format that this version does not know.
        """
        if not isinstance(fields, Mapping) or fields.get("format") != FORMAT:
            found = fields.get("format") if isinstance(fields, Mapping) else type(fields).__name__
            raise _damaged(f"its format is {found!r}, expected {FORMAT!r}")
        columns = fields.get("columns")
        if not isinstance(columns, list):
            raise _damaged("`columns` is not a list")
        steps = tuple(_step_from_dict(entry) for entry in columns)
        left_out = _names(fields.get("left_out"), "`left_out`")
        names = [step.name for step in steps] + list(left_out)
        if len(set(names)) != len(names):
            raise _damaged("a column is named twice")
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


# --- names, words, damage ---


def _feature_names(step: NumberStep | CategoryStep) -> list[str]:
    if isinstance(step, NumberStep):
        return [step.name, f"{step.name} (missing)"] if step.indicator else [step.name]
    names = [f"{step.name}={category}" for category in step.categories]
    return names + [f"{step.name} (rare)"] * step.rare + [f"{step.name} (missing)"] * step.missing


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _wrong_kind(name: str, expected: str, found: str) -> CannotFindOut:
    holds = "numbers" if found == "number" else "text"
    return CannotFindOut(
        f"column `{name}` holds {holds} where the model was trained on {expected}",
        "give the column the values that it had in the training table",
        kind="data",
    )


def _damaged(why: str) -> CannotFindOut:
    return CannotFindOut(
        f"the saved preprocessing cannot be read: {why}", "train and save the model again", kind="checkpoint"
    )


def _step_to_dict(step: NumberStep | CategoryStep) -> dict[str, Any]:
    if isinstance(step, NumberStep):
        return {
            "name": step.name,
            "kind": "number",
            "median": step.median,
            "mean": step.mean,
            "scale": step.scale,
            "indicator": step.indicator,
        }
    return {
        "name": step.name,
        "kind": "category",
        "categories": list(step.categories),
        "rare": step.rare,
        "missing": step.missing,
    }


def _step_from_dict(entry: Any) -> NumberStep | CategoryStep:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise _damaged("a column without a name")
    name = entry["name"]
    if entry.get("kind") == "number":
        median, mean, scale = (_number(entry.get(key), name) for key in ("median", "mean", "scale"))
        if scale <= 0:
            raise _damaged(f"the scale of `{name}` is not positive")
        return NumberStep(
            name=name, median=median, mean=mean, scale=scale, indicator=_flag(entry.get("indicator"), name)
        )
    if entry.get("kind") == "category":
        categories = _names(entry.get("categories"), f"the list of categories of `{name}`")
        rare, missing = _flag(entry.get("rare"), name), _flag(entry.get("missing"), name)
        return CategoryStep(name=name, categories=categories, rare=rare, missing=missing)
    raise _damaged(f"column `{name}` is neither a number nor a category")


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _damaged(f"a value of `{name}` is not a number")
    try:
        number = float(value)
    except OverflowError:
        raise _damaged(f"a value of `{name}` is too large") from None
    if not math.isfinite(number):
        raise _damaged(f"a value of `{name}` is not finite")
    return number


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise _damaged(f"a flag of `{name}` is neither true nor false")
    return value


def _names(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _damaged(f"{what} is not a list of strings")
    if len(set(value)) != len(value):
        raise _damaged(f"{what} names something twice")
    return tuple(value)
