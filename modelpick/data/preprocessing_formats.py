"""Reading a saved preprocessing: the formats that this version knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from modelpick.data.candidate import Preprocessing
from modelpick.data.features import table_format
from modelpick.data.features.reading import damaged
from modelpick.data.preprocessing import TablePreprocessor

Reader = Callable[[Mapping[str, Any], Mapping[str, NDArray[Any]]], Preprocessing]

FORMATS: tuple[tuple[str, Reader], ...] = (
    (table_format.FORMAT, TablePreprocessor.from_dict),
    (table_format.FIRST_FORMAT, TablePreprocessor.from_dict),
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
