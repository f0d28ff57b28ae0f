"""Texts as features: TF-IDF of the terms that are commonest in the training texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.features.reading import damaged
from modelpick.data.features.terms import choose_analyser
from modelpick.data.features.tfidf import TfIdf, fit_tfidf
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.texts import Texts
from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FORMAT = "modelpick.preprocessing-texts/1"
MOST_BYTES = 1 << 30
"""Of dense features; `transform_sparse` has no such bound."""


class TextPreprocessor:
    """Turns texts into a matrix of the weights of their terms, which is nearly all zeros.

    Attributes:
        tfidf: The terms and their weights.
    """

    kind: ClassVar[Kind] = "text"
    columns_: ClassVar[tuple[str, ...]] = ()

    def __init__(self, options: PreprocessingOptions | None = None) -> None:
        self.options = PreprocessingOptions() if options is None else options
        self._tfidf: TfIdf | None = None

    @property
    def tfidf(self) -> TfIdf:
        """What was learned; RuntimeError before `fit`."""
        if self._tfidf is None:
            raise RuntimeError("the preprocessing is not fitted yet: call fit first")
        return self._tfidf

    def fit(self, rows: Texts, y: NDArray[Any] | None = None) -> Self:
        """Learns the terms of these texts and how rare each is.

        Raises:
            CannotFindOut: There are no texts, or no term is in them.
        """
        analyser = choose_analyser(rows.values)
        counts, index = rows.terms(analyser)
        self._tfidf = fit_tfidf(counts, index, analyser, self.options.max_terms)
        if not self._tfidf.terms:
            raise CannotFindOut(
                "the training texts hold no word of two letters or more", "look at the column of texts", kind="data"
            )
        return self

    def fit_transform(self, rows: Texts, y: NDArray[Any] | None = None) -> NDArray[np.float32]:
        """Learns from these texts and returns their features."""
        return self.fit(rows, y).transform(rows)

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """The terms."""
        return self.tfidf.terms

    def transform(self, rows: Texts) -> NDArray[np.float32]:
        """Weights, shape (rows, terms), dense; each row's squares sum to one, or it has no known term.

        Raises:
            CannotFindOut: (kind `memory`) They would take more than `MOST_BYTES`: give fewer rows at a time.
        """
        if 4 * len(rows) * len(self.tfidf.terms) > MOST_BYTES:
            raise CannotFindOut(
                f"{len(rows):,} texts x {len(self.tfidf.terms):,} terms take more than {MOST_BYTES >> 30} GiB as a "
                "dense matrix",
                "give fewer texts at a time, or take fewer terms",
                kind="memory",
            )
        dense: NDArray[np.float32] = self.transform_sparse(rows).toarray()
        return dense

    def transform_sparse(self, rows: Texts) -> csr_matrix:
        """The same numbers, float32, as a sparse matrix: what a linear model takes."""
        tfidf = self.tfidf
        return tfidf.weigh(*rows.terms(tfidf.analyser)).astype(np.float32)

    def unseen(self, rows: Texts) -> dict[str, int]:
        """None."""
        return {}

    def example_row(self) -> tuple[str, ...]:
        """None: rows are no table."""
        return ()

    def describe(self) -> tuple[str, ...]:
        """What happens to a text."""
        unit = "words and pairs of words" if self.tfidf.analyser == "words" else "runs of up to three characters"
        return (
            f"TF-IDF: each text becomes the weights of {len(self.tfidf.terms):,} terms ({unit}, in lower case), the "
            "commonest of the training texts; a term counts for more the fewer training texts have it.",
        )

    def to_dict(self) -> dict[str, Any]:
        """The terms; their weights are in `arrays`."""
        return {"format": FORMAT, **self.tfidf.to_dict()}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weight of each term."""
        return self.tfidf.arrays()

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TextPreprocessor:
        """What `to_dict` and `arrays` wrote; CannotFindOut (kind `checkpoint`) where it is damaged."""
        made = cls()
        made._tfidf = TfIdf.from_dict(fields, arrays)
        if not made._tfidf.terms:
            raise damaged("it knows no term")
        return made
