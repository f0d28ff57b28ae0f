"""The steps of a preprocessing as plain data: what was learned about each column, to JSON and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelpick.errors import CannotFindOut


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

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features that it makes."""
        return (self.name, f"{self.name} (missing)") if self.indicator else (self.name,)


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
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features that it makes."""
        names = [f"{self.name}={category}" for category in self.categories]
        names += [f"{self.name} (rare)"] * self.rare + [f"{self.name} (missing)"] * self.missing
        return tuple(names)

    @property
    def width(self) -> int:
        """How many features it makes."""
        return len(self.categories) + self.rare + self.missing


Step = NumberStep | CategoryStep


def damaged(why: str) -> CannotFindOut:
    """The error for a saved preprocessing that is not what it should be."""
    return CannotFindOut(
        f"the saved preprocessing cannot be read: {why}", "train and save the model again", kind="checkpoint"
    )


def step_to_dict(step: Step) -> dict[str, Any]:
    """A step in JSON types."""
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


def step_from_dict(entry: Any) -> Step:
    """The step that `step_to_dict` wrote; CannotFindOut (kind `checkpoint`) where it is damaged."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise damaged("a column without a name")
    name = entry["name"]
    if entry.get("kind") == "number":
        median, mean, scale = (_number(entry.get(key), name) for key in ("median", "mean", "scale"))
        if scale <= 0:
            raise damaged(f"the scale of `{name}` is not positive")
        return NumberStep(
            name=name, median=median, mean=mean, scale=scale, indicator=_flag(entry.get("indicator"), name)
        )
    if entry.get("kind") == "category":
        categories = names_list(entry.get("categories"), f"the list of categories of `{name}`")
        rare, missing = _flag(entry.get("rare"), name), _flag(entry.get("missing"), name)
        return CategoryStep(name=name, categories=categories, rare=rare, missing=missing)
    raise damaged(f"column `{name}` is neither a number nor a category")


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise damaged(f"a value of `{name}` is not a number")
    try:
        number = float(value)
    except OverflowError:
        raise damaged(f"a value of `{name}` is too large") from None
    if not math.isfinite(number):
        raise damaged(f"a value of `{name}` is not finite")
    return number


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise damaged(f"a flag of `{name}` is neither true nor false")
    return value


def names_list(value: Any, what: str) -> tuple[str, ...]:
    """A list of different strings; CannotFindOut (kind `checkpoint`) where it is none."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise damaged(f"{what} is not a list of strings")
    if len(set(value)) != len(value):
        raise damaged(f"{what} names something twice")
    return tuple(value)
