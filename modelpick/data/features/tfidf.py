"""TF-IDF: which terms a text holds, weighted by how rare they are among the training texts.

The weight of a term that stands n times in a text is (1 + ln n) * (1 + ln((1 + texts) / (1 + texts with it))), and each
text's weights are divided by the root of the sum of their squares (Salton and Buckley 1988, Information Processing and
Management 24(5):513-523, in the smoothed form that scikit-learn has). The numbers equal those of scikit-learn's
`TfidfVectorizer` with sublinear term frequencies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.data.features.terms import Analyser, TermCounts

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

IDF = "idf"


class TfIdf:
    """The terms that were chosen on the training texts, and their weights.

    Attributes:
        analyser: What a term is.
        terms: In order of the features.
        idf: Shape (terms,), float64.
    """

    __slots__ = ("_mapped", "analyser", "idf", "terms")

    def __init__(self, analyser: Analyser, terms: tuple[str, ...], idf: NDArray[np.float64]) -> None:
        self.analyser: Analyser = analyser
        self.terms = terms
        self.idf = idf
        self._mapped: tuple[tuple[str, ...], NDArray[np.intp], NDArray[np.intp]] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return TfIdf, (self.analyser, self.terms, self.idf)  # to another process, without what is remembered

    def weigh(self, counts: TermCounts, rows: NDArray[np.intp] | None = None) -> csr_matrix:
        """Weights, shape (rows, terms), float64, sparse; `rows` of the counted texts, or all."""
        from scipy.sparse import csr_matrix

        matrix: Any = counts.matrix if rows is None else counts.matrix[rows]
        theirs, ours = self._places(counts.terms)
        chosen = matrix[:, theirs]
        weights = (1.0 + np.log(chosen.data)) * self.idf[ours][chosen.indices]
        lengths = np.zeros(chosen.shape[0])
        filled = np.flatnonzero(np.diff(chosen.indptr))
        if len(filled):
            lengths[filled] = np.sqrt(np.add.reduceat(weights * weights, chosen.indptr[filled]))
        weights /= np.repeat(lengths, np.diff(chosen.indptr))
        shape = (chosen.shape[0], len(self.terms))
        return csr_matrix((weights, ours[chosen.indices].astype(np.int32), chosen.indptr), shape=shape)

    def _places(self, terms: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where our terms stand in theirs, ascending, and in ours; remembered, for folds ask many times."""
        if self._mapped is None or self._mapped[0] is not terms:
            own = {term: i for i, term in enumerate(self.terms)}
            pairs = [(i, own[term]) for i, term in enumerate(terms) if term in own]
            both = np.array(pairs, dtype=np.intp).reshape(-1, 2)
            self._mapped = (terms, both[:, 0], both[:, 1])
        return self._mapped[1], self._mapped[2]

    def to_dict(self) -> dict[str, Any]:
        """In JSON types, but for `arrays`."""
        return {"analyser": self.analyser, "terms": list(self.terms)}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weights of the terms."""
        return {IDF: self.idf}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TfIdf:
        """What `to_dict` and `arrays` wrote; CannotFindOut where it is damaged."""
        analyser: Any = reading.word(fields, "analyser", get_args(Analyser))
        terms = reading.names_list(fields.get("terms"), "the list of terms")
        return cls(analyser, terms, reading.array(arrays, IDF, (len(terms),)).astype(np.float64))


def fit_tfidf(counts: TermCounts, rows: NDArray[np.intp] | None, analyser: Analyser, most: int) -> TfIdf:
    """Chooses the `most` commonest terms of the training texts, of equally common ones the first by alphabet.

    Args:
        rows: Of the counted texts, those that are trained on; None: all. Nothing of the others is used.
    """
    matrix: Any = counts.matrix if rows is None else counts.matrix[rows]
    width = len(counts.terms)
    texts_with = np.bincount(matrix.indices, minlength=width)
    times = np.bincount(matrix.indices, weights=matrix.data, minlength=width)
    present = int((texts_with > 0).sum())
    chosen = np.sort(np.argsort(-times, kind="stable")[: min(most, present)])
    idf = np.log((1 + matrix.shape[0]) / (1 + texts_with[chosen])) + 1.0
    fitted = TfIdf(analyser, tuple(counts.terms[i] for i in chosen), idf)
    fitted._mapped = (counts.terms, chosen, np.arange(len(chosen)))
    return fitted
