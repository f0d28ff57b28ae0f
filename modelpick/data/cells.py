"""Values of rows as a person types them: what `rows_from_values` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from math import isnan
from typing import Any

from modelpick.data.dates import date_text
from modelpick.data.table import ColumnKind, Table, number_text


def cell_text(value: Any) -> str:
    """A number in its shortest form, a text as it is, nothing for a missing value."""
    if isinstance(value, str):
        return value
    return "" if value is None or isnan(value) else number_text(float(value))


def values_line(cells: Sequence[str]) -> str:
    """Cells with commas between, quoted where they must be: `6.6,3,"a, b"`."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def row_line(table: Table, row: int) -> str:
    """One row of a table."""
    return values_line([typed_text(column.values[row], column.kind) for column in table.columns])


def typed_text(value: Any, kind: ColumnKind) -> str:
    """As `cell_text`, of a column's own value: the seconds of a date as a date."""
    return date_text(float(value)) if kind == "date" and not isnan(value) else cell_text(value)
