"""Built-in data sets: scikit-learn's own copies of iris, wine, breast_cancer, digits and diabetes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelpick.data.imports import importing
from modelpick.data.number_styles import STYLES
from modelpick.data.raw_table import TypedColumns
from modelpick.data.table import Column, ColumnKind, number_text
from modelpick.errors import CannotFindOut


class Bundled(NamedTuple):
    """Where a built-in data set comes from, what its target is called, and what its rows are."""

    loader: str
    target: str
    about: str


BUNDLED: dict[str, Bundled] = {
    "iris": Bundled("load_iris", "species", "iris flowers"),
    "wine": Bundled("load_wine", "cultivar", "Italian wines"),
    "breast_cancer": Bundled("load_breast_cancer", "diagnosis", "breast tumours (Wisconsin)"),
    "digits": Bundled("load_digits", "digit", "handwritten digits of 8 x 8 pixels"),
    "diabetes": Bundled("load_diabetes", "progression", "diabetes patients and the progression of the disease"),
}

_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledTable:
    """A `RawTable` of numbers, and of a target that is the last column."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    target: NDArray[Any]
    fingerprint: str
    how: str
    notes: tuple[str, ...] = ()
    dialect: Mapping[str, Any] = field(default_factory=lambda: {"format": "built-in"})
    typed: bool = True

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.values)

    def place(self, row: int) -> str:
        """`row 4`, from 1."""
        return f"row {row + 1}"

    def style(self, name: str) -> str:
        """As Python writes them."""
        return STYLES[0]

    def words(self, name: str) -> tuple[str, ...]:
        """None: what is missing is known."""
        return ()

    def features(
        self,
        names: Sequence[str],
        kinds: Mapping[str, ColumnKind] = _NONE,
        styles: Mapping[str, str] = _NONE,
        words: Mapping[str, Sequence[str]] = _NONE,
    ) -> TypedColumns:
        """These columns: numbers, and the target as what it is, unless a kind is given."""
        classes = self.target.dtype == object
        own: dict[str, ColumnKind] = dict.fromkeys(names, "number")
        if classes and self.names[-1] in own:
            own[self.names[-1]] = "category"
        return TypedColumns(columns=self.as_kinds([(name, kinds.get(name, own[name])) for name in names]))

    def as_kinds(
        self,
        columns: Sequence[tuple[str, ColumnKind]],
        styles: Mapping[str, str] = _NONE,
        words: Mapping[str, Sequence[str]] = _NONE,
    ) -> tuple[Column, ...]:
        """These columns as the given kinds."""
        return tuple(Column(name=name, kind=kind, values=self._as_kind(name, kind)) for name, kind in columns)

    def _as_kind(self, name: str, kind: ColumnKind) -> NDArray[Any]:
        if kind == "date":
            raise CannotFindOut(f"column `{name}` holds no dates", kind="data")
        if kind != "number":
            return self.labels(name)
        if name != self.names[-1]:
            return self.values[:, self.names.index(name)]
        if self.target.dtype == object:
            raise CannotFindOut(f"column `{name}` holds words, no numbers", kind="data")
        return self.target

    def labels(self, name: str) -> NDArray[Any]:
        """A column as text; a number in its shortest form."""
        column = self.target if name == self.names[-1] else self.values[:, self.names.index(name)]
        if column.dtype == object:
            return column
        return np.array([number_text(float(value)) for value in column], dtype=object)


def load(name: str) -> BundledTable:
    """The built-in data set of that name."""
    with importing():
        from sklearn import datasets

    entry = BUNDLED[name]
    # The diabetes patients in their own units: a row typed by hand must make sense.
    options = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, entry.loader)(**options)
    values = np.ascontiguousarray(bunch.data, dtype=np.float64)
    if "target_names" in bunch:
        names = np.array([str(label) for label in bunch.target_names], dtype=object)
        target = names[bunch.target]
    else:
        target = np.asarray(bunch.target, dtype=np.float64)
    columns = (*(str(feature) for feature in bunch.feature_names), entry.target)
    digest = sha256(repr(columns).encode() + values.tobytes() + np.ascontiguousarray(bunch.target).tobytes())
    return BundledTable(
        names=columns,
        values=values,
        target=target,
        fingerprint=digest.hexdigest(),
        how=f"Built in, scikit-learn's own copy: {entry.about}",
    )
