"""Categories as features of 0 and 1, or as their place in alphabetical order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.data.table import ColumnKind, Table
from modelpick.data.table_source import Codes


def counted(codes: Codes) -> NDArray[np.intp]:
    """Rows of each value, shape (values,)."""
    return np.bincount(codes.codes[codes.codes >= 0], minlength=len(codes.values))


def places(codes: Codes, known: tuple[str, ...], unseen: int, missing: int) -> NDArray[np.intp]:
    """The place in `known` of each row's value, shape (rows,); of others as given."""
    if codes.values == known:
        lookup = np.arange(len(known) + 1)
    else:
        place = {value: i for i, value in enumerate(known)}
        lookup = np.array([*(place.get(value, unseen) for value in codes.values), 0], dtype=np.intp)
    lookup[-1] = missing
    return lookup[codes.codes]


def count_unseen(table: Table, column: str, known: tuple[str, ...]) -> dict[str, int]:
    """How many rows of a column hold a category that is not known; nothing where none does."""
    count = int((places(table.codes(column), known, -1, 0) < 0).sum())
    return {column: count} if count else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneHot:
    """A feature of 0 or 1 for each of `categories`, in that order.

    `rare`: one more for the categories beyond the cap, and for unseen ones; without it unseen ones are all zeros.
    `missing`: one more for missing values; without it they are all zeros.
    """

    column_kind: ClassVar[ColumnKind] = "category"
    name: str
    categories: tuple[str, ...]
    rare: bool
    missing: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The one that it takes."""
        return (self.name,)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features that it makes."""
        names = [f"{self.name}={category}" for category in self.categories]
        names += [f"{self.name} (rare)"] * self.rare + [f"{self.name} (missing)"] * self.missing
        return tuple(names)

    def write(self, table: Table, out: NDArray[np.float64]) -> None:
        """Fills its features, shape (rows, features), which are zeros when it gets them."""
        unseen = len(self.categories) if self.rare else -1
        missing = len(self.categories) + self.rare if self.missing else -1
        index = places(table.codes(self.name), self.categories, unseen, missing)
        seen = np.flatnonzero(index >= 0)
        out[seen, index[seen]] = 1.0

    def unseen(self, table: Table) -> dict[str, int]:
        """Nobody knows of a column with so many categories that the rare ones share a feature."""
        return {} if self.rare else count_unseen(table, self.name, self.categories)

    def example(self) -> str:
        """The first category."""
        return self.categories[0] if self.categories else ""

    def to_dict(self) -> dict[str, Any]:
        """In JSON types."""
        return {
            "kind": "one-hot",
            "name": self.name,
            "categories": list(self.categories),
            "rare": self.rare,
            "missing": self.missing,
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """None."""
        return {}

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> OneHot:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        name = reading.word(entry, "name")
        categories = reading.names_list(entry.get("categories"), f"the list of categories of `{name}`")
        return cls(
            name=name,
            categories=categories,
            rare=reading.flag(entry, "rare"),
            missing=reading.flag(entry, "missing"),
        )


def fit_one_hot(table: Table, name: str, most: int) -> OneHot:
    """Learns the categories of a column, the `most` commonest of them (of equally common ones the first by name)."""
    codes = table.codes(name)
    counts = counted(codes)
    present = int((counts > 0).sum())
    commonest = np.sort(np.argsort(-counts, kind="stable")[: min(most, present)])
    return OneHot(
        name=name,
        categories=tuple(codes.values[i] for i in commonest),
        rare=present > most,
        missing=bool((codes.codes < 0).any()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinal:
    """A category as its place in alphabetical order, from 0; an unseen one counts as missing."""

    column_kind: ClassVar[ColumnKind] = "category"
    name: str
    categories: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The one that it takes."""
        return (self.name,)

    labels = columns

    @property
    def marks(self) -> NDArray[np.bool_]:
        """Missing values are marked."""
        return np.ones(1, dtype=bool)

    def values(self, table: Table) -> NDArray[np.float64]:
        """The places, shape (rows, 1), NaN where missing or unseen."""
        index = places(table.codes(self.name), self.categories, -1, -1)
        return np.where(index < 0, np.nan, index.astype(np.float64))[:, None]

    def unseen(self, table: Table) -> dict[str, int]:
        """Rows with a category that no training row had."""
        return count_unseen(table, self.name, self.categories)

    def to_dict(self) -> dict[str, Any]:
        """In JSON types."""
        return {"kind": "integer", "name": self.name, "categories": list(self.categories)}

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Ordinal:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        name = reading.word(entry, "name")
        return cls(name=name, categories=reading.names_list(entry.get("categories"), f"the categories of `{name}`"))


def fit_ordinal(table: Table, name: str) -> Ordinal:
    """Learns the categories of a column."""
    codes = table.codes(name)
    return Ordinal(name=name, categories=tuple(codes.values[i] for i in np.flatnonzero(counted(codes))))
