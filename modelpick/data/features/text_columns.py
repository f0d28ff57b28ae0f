"""A column of free text in a table, as TF-IDF of its commonest terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.data.features.terms import choose_analyser
from modelpick.data.features.tfidf import TfIdf, fit_tfidf
from modelpick.data.table import ColumnKind, Table


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """A feature for each term; a missing text has zeros."""

    column_kind: ClassVar[ColumnKind] = "text"
    name: str
    tfidf: TfIdf

    @property
    def columns(self) -> tuple[str, ...]:
        """The one that it takes."""
        return (self.name,)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features that it makes."""
        return tuple(f"{self.name}: {term}" for term in self.tfidf.terms)

    def write(self, table: Table, out: NDArray[np.float64]) -> None:
        """Fills its features, shape (rows, features), which are zeros when it gets them."""
        weights = self.tfidf.weigh(*table.terms(self.name, self.tfidf.analyser))
        out[np.repeat(np.arange(len(out)), np.diff(weights.indptr)), weights.indices] = weights.data

    def unseen(self, table: Table) -> dict[str, int]:
        """None."""
        return {}

    def example(self) -> str:
        """The first of its longest terms."""
        return max(self.tfidf.terms, key=len, default="")

    def to_dict(self) -> dict[str, Any]:
        """In JSON types, but for `arrays`."""
        return {"kind": "text", "name": self.name, **self.tfidf.to_dict()}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weights of the terms."""
        return self.tfidf.arrays()

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TextColumn:
        """What `to_dict` and `arrays` wrote; CannotFindOut where it is damaged."""
        return cls(reading.word(entry, "name"), TfIdf.from_dict(entry, arrays))


def fit_text_column(table: Table, name: str, most: int) -> TextColumn:
    """Learns the terms of a column."""
    analyser = choose_analyser(table.column(name).values)
    return TextColumn(name, fit_tfidf(*table.terms(name, analyser), analyser, most))
