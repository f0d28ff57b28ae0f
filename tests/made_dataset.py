"""Small datasets made by hand, for tests of what looks at a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset
from modelpick.data.table import Column, Table


def made_dataset(target: Any, columns: dict[str, Any], **fields: Any) -> Dataset:
    """Columns of numbers where the values are, else of categories, or of text where they are sentences."""
    values = np.asarray(target)
    classification = values.dtype.kind != "f"
    labels = np.array([str(label) for label in target], dtype=object) if classification else values
    return Dataset(
        name="made",
        path="made.csv",
        features=Table(tuple(_column(name, cells) for name, cells in columns.items()), len(labels)),
        target=labels,
        target_name=fields.pop("target_name", "y"),
        task="classification" if classification else "regression",
        classes=tuple(sorted(set(labels))) if classification else (),
        fingerprint="0",
        **fields,
    )


def _column(name: str, cells: Sequence[Any]) -> Column:
    array = np.asarray(cells)
    if array.dtype.kind in "fiu":
        return Column(name=name, kind="number", values=array.astype(np.float64))
    words: NDArray[Any] = np.array([None if cell is None else str(cell) for cell in cells], dtype=object)
    sentences = any(cell is not None and len(cell.split()) > 5 for cell in words)
    return Column(name=name, kind="text" if sentences else "category", values=words)
