"""Reading a saved preprocessing: the formats that this version knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from modelpick.data.candidate import Preprocessing
from modelpick.data.features import table_format
from modelpick.data.features.reading import damaged
from modelpick.data.network_inputs import frames, images, own, untouched, words
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.preprocessing_images import FORMAT as PIXELS
from modelpick.data.preprocessing_images import PixelPreprocessor
from modelpick.data.preprocessing_sounds import LOG_MEL_FORMAT, SERIES_FORMAT, LogMelPreprocessor, SeriesPreprocessor
from modelpick.data.preprocessing_texts import FORMAT as TEXTS
from modelpick.data.preprocessing_texts import TextPreprocessor

Reader = Callable[[Mapping[str, Any], Mapping[str, NDArray[Any]]], Preprocessing]

FORMATS: tuple[tuple[str, Reader], ...] = (
    (table_format.FORMAT, TablePreprocessor.from_dict),
    (table_format.FIRST_FORMAT, TablePreprocessor.from_dict),
    (TEXTS, TextPreprocessor.from_dict),
    (PIXELS, PixelPreprocessor.from_dict),
    (LOG_MEL_FORMAT, LogMelPreprocessor.from_dict),
    (SERIES_FORMAT, SeriesPreprocessor.from_dict),
    (images.FORMAT, images.PixelInputs.from_dict),
    (words.FORMAT, words.WordInputs.from_dict),
    (frames.FORMAT, frames.FrameInputs.from_dict),
    (own.FORMAT, own.OwnInputs.from_dict),
    (untouched.FORMAT, untouched.Untouched.from_dict),
)
"""What `format` says, and what reads it."""


def read_preprocessing(fields: Any, arrays: Mapping[str, NDArray[Any]]) -> Preprocessing:
    """The preprocessing that `to_dict` and `arrays` wrote.

    Raises:
        CannotFindOut: (kind `checkpoint`) It is damaged, or of a format that this version does not know.
    """
    stated = fields.get("format") if isinstance(fields, Mapping) else None
    for name, read in FORMATS:
        if stated == name:
            return read(fields, arrays)
    known = ", ".join(repr(name) for name, _ in FORMATS)
    raise damaged(f"its format is {stated!r}, and this version reads {known}")
