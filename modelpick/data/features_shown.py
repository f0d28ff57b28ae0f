"""The first rows before and after preprocessing, as blocks of a report: what a model is really given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Preprocessing
from modelpick.data.dates import date_text
from modelpick.data.table import Column, number_text
from modelpick.data.table import Table as Rows
from modelpick.data.texts import Texts
from modelpick.document import Block, Heading, Table, Text, Tone

MOST_COLUMNS = 8
_MOST_CHARACTERS = 40
_HEAVIEST = 4


def features_before_and_after(
    preprocessing: Preprocessing, rows: Any, *, count: int = 5, level: int = 2
) -> tuple[Block, ...]:
    """A heading, the first rows as they came, and their features.

    Args:
        preprocessing: Fitted.
        rows: Of its kind; the first `count` are shown, of tables and features the first `MOST_COLUMNS`.
        level: Of the heading.
    """
    first = rows.take(np.arange(min(count, len(rows))))
    features = preprocessing.transform(first)
    blocks: list[Block] = [Heading("Features before and after scaling", level=level), _before(first)]
    blocks.append(
        _heaviest_terms(preprocessing, features) if isinstance(first, Texts) else _after(preprocessing, features)
    )
    hidden = features.shape[1] - MOST_COLUMNS
    if hidden > 0 and not isinstance(first, Texts):
        blocks.append(Text(f"And {hidden:,} more features.", Tone.MUTED))
    return tuple(blocks)


def _before(rows: Any) -> Table:
    if isinstance(rows, Rows):
        columns = rows.columns[:MOST_COLUMNS]
        cells = [[_cell(column, i) for column in columns] for i in range(rows.rows)]
        right = tuple(column.name for column in columns if column.kind == "number")
        return _table("Before", [column.name for column in columns], cells, right)
    if isinstance(rows, Texts):
        return _table("Before", [rows.name], [[_cut(text)] for text in rows.values], ())
    return _table("Before", ["file"], [[_cut(PurePath(path).name)] for path in rows.paths], ())


def _after(preprocessing: Preprocessing, features: NDArray[Any]) -> Table:
    names = preprocessing.feature_names_[:MOST_COLUMNS]
    cells = [[f"{value:.3f}" for value in row[:MOST_COLUMNS]] for row in features]
    return _table("After", names, cells, names)


def _heaviest_terms(preprocessing: Preprocessing, features: NDArray[Any]) -> Table:
    """Of each text the terms that count most: its features are zeros but for a few."""
    names = preprocessing.feature_names_
    cells = []
    for row in features:
        heaviest = [i for i in np.argsort(-row, kind="stable")[:_HEAVIEST] if row[i] > 0]
        told = ", ".join(f"{names[i]} {row[i]:.3f}" for i in heaviest)
        cells.append([f"{int((row > 0).sum()):,}", told or "no known term"])
    return _table("After", [f"terms of {len(names):,}", "heaviest, with their weights"], cells, ())


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> Table:
    return Table(tuple(columns), tuple(tuple(row) for row in rows), title=title, right=tuple(right))


def _cell(column: Column, row: int) -> str:
    value = column.values[row]
    if column.kind == "number":
        return "" if np.isnan(value) else number_text(float(f"{value:.6g}"))
    if column.kind == "date":
        return "" if np.isnan(value) else date_text(float(value))
    return "" if value is None else _cut(value)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 3] + "..."
