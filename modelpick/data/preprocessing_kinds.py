"""Which preprocessing the rows of each kind get, so that linear models and the MLP run on every kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Preprocessing
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.preprocessing_texts import TextPreprocessor
from modelpick.data.table import Table
from modelpick.data.texts import Texts

DENSE_TERMS = 5_000
"""Terms of texts where features are dense. Four times as many changed three of four data sets by less than half a point
of accuracy, and GermEval, whose German words are long and rare, by 1.5 points: there the sparse rows are ahead."""


class Preprocessor(Preprocessing, Protocol):
    """A preprocessing that can learn."""

    def fit(self, rows: Any, y: NDArray[Any] | None = None) -> Self:
        """Learns from the training rows; `y`, shape (rows,), is used where categories become mean targets."""
        ...

    def fit_transform(self, rows: Any, y: NDArray[Any] | None = None) -> NDArray[Any]:
        """Learns, and returns the training rows' features; in them no row's own label comes back to it."""
        ...


def preprocessor_for(rows: Any, options: PreprocessingOptions | None = None, *, sparse: bool = False) -> Preprocessor:
    """An unfitted preprocessor for rows of this kind.

    Args:
        sparse: The caller takes `sparse_features` where there are such; else texts get fewer terms.

    Raises:
        TypeError: The rows are of no kind that is known.
    """
    options = PreprocessingOptions() if options is None else options
    if isinstance(rows, Table):
        return TablePreprocessor(options)
    if isinstance(rows, Texts):
        return TextPreprocessor(options if sparse else replace(options, max_terms=min(options.max_terms, DENSE_TERMS)))
    from modelpick.data.images.rows import ImageFiles
    from modelpick.data.sounds.rows import SoundFiles

    if isinstance(rows, ImageFiles):
        from modelpick.data.preprocessing_images import PixelPreprocessor

        return PixelPreprocessor(options)
    if isinstance(rows, SoundFiles):
        from modelpick.data.preprocessing_sounds import LogMelPreprocessor, SeriesPreprocessor

        if options.sounds == "series":
            return SeriesPreprocessor(options)
        return LogMelPreprocessor(options, "frames" if options.sounds == "log-mel" else "statistics")
    raise TypeError(f"{type(rows).__name__} is no kind of rows")


def learn(
    rows: Any,
    y: NDArray[Any],
    options: PreprocessingOptions | None = None,
    *,
    sparse: bool = False,
    groups: NDArray[np.intp] | None = None,
    times: NDArray[np.float64] | None = None,
) -> tuple[Preprocessor, Any]:
    """A preprocessing learned from training rows, and their features; in them no row's own label comes back to it.

    Arguments as of `preprocessor_for`; `y`, `groups` and `times`, all of shape (rows,) and the latter as of `FitJob`,
    are used where categories become mean targets.
    """
    preprocessor = preprocessor_for(rows, options, sparse=sparse)
    if isinstance(preprocessor, TablePreprocessor):
        return preprocessor, preprocessor.fit_transform(rows, y, groups, times)
    if sparse and isinstance(preprocessor, TextPreprocessor):
        return preprocessor, preprocessor.fit(rows, y).transform_sparse(rows)
    return preprocessor, preprocessor.fit_transform(rows, y)


def sparse_features(preprocessing: Preprocessing, rows: Any) -> Any:
    """Features as a sparse matrix (scipy's csr) where they are of texts, else as `transform` gives them."""
    if isinstance(preprocessing, TextPreprocessor):
        return preprocessing.transform_sparse(rows)
    return preprocessing.transform(rows)
