"""Rows for a saved model: found by name in a file, or typed by hand, and read in the model's own kinds."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data import dates
from modelpick.data.files import resolve
from modelpick.data.missing_numbers import without
from modelpick.data.number_signs import is_number_style
from modelpick.data.opening import open_table
from modelpick.data.read_options import ReadOptions
from modelpick.data.schema import LARGEST, MISSING_CODES
from modelpick.data.table import Column, ColumnKind, Table, as_number, columns_differ, listed
from modelpick.errors import UsageError

_NO_READING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Rows to answer for.

    Attributes:
        rows: The columns of the model, in its order and kinds.
        whole: All columns of the file in its own order, for an answer that is to stand beside them: those that the
            model does not look at are verbatim text.
    """

    rows: Table
    whole: Table


def read_rows(
    path: str,
    columns: Sequence[tuple[str, ColumnKind]],
    target_name: str | None = None,
    ignored: Sequence[str] = (),
    reading: Mapping[str, Any] = _NO_READING,
    options: ReadOptions | None = None,
) -> Table:
    """The rows alone of `find_rows`."""
    return find_rows(path, columns, target_name, ignored, reading, options, beside=False).rows


def find_rows(
    path: str,
    columns: Sequence[tuple[str, ColumnKind]],
    target_name: str | None = None,
    ignored: Sequence[str] = (),
    reading: Mapping[str, Any] = _NO_READING,
    options: ReadOptions | None = None,
    *,
    beside: bool = True,
) -> FoundRows:
    """Rows to answer for: the columns of a saved model, found by name in a table file of any format that is read.

    Args:
        columns: (name, kind) as the model knows them; all of them must be there.
        target_name: Of the model; a column of that name is left out.
        ignored: Names of further columns that may be there and are left out, such as those dropped in training.
        reading: Of the model's training table (`Dataset.reading`): how its numbers and dates were written, and which
            cells were missing values.
        options: What overrules the inference for this file.
        beside: Whether the other columns are read, too; else `whole` is `rows`.

    Raises:
        CannotFindOut: The file cannot be read, columns are missing or unknown, or a cell is no number; named.
    """
    file = resolve(path, ())
    if file is None:  # resolve returns None for built-in names alone, and there are none here
        raise UsageError(f"`{path}` is no file", f"write `./{path}`")
    asked = replace(options or ReadOptions(), keep_blank=True)
    if reading.get("header") is False and asked.header is None:
        asked = replace(asked, header=False)
    codes = tuple(str(code) for code in reading.get("missing", ())) or None
    raw = open_table(file, path, asked, codes)
    given = set(raw.names)
    known = {name for name, _ in columns} | {target_name, *ignored}
    missing = [name for name, _ in columns if name not in given]
    extra = [name for name in raw.names if name not in known]
    if missing or extra:
        drop = " ".join(f"--drop {shlex.quote(name)}" for name in extra[:8])
        out = f"leave {'it' if len(extra) == 1 else 'them'} out: `{drop}`"
        raise columns_differ(missing, extra, f"`{path}`", None if missing else out)
    made = raw.as_kinds(columns, reading.get("styles", {}), reading.get("missing_words", {}))
    rows = Table(without(made, reading.get("missing_numbers", {})), raw.rows)
    if not beside:
        return FoundRows(rows, rows)
    found = {column.name: column for column in rows.columns}
    more = {
        name: Column(name=name, kind="category", values=raw.labels(name)) for name in raw.names if name not in found
    }
    return FoundRows(rows, Table([(found | more)[name] for name in raw.names], raw.rows))


def is_reading(value: Any) -> bool:
    """Whether a value from a file has the shape of `Dataset.reading`."""
    if not isinstance(value, dict):
        return False
    missing, styles, numbers = value.get("missing", []), value.get("styles", {}), value.get("missing_numbers", {})
    words = value.get("missing_words", {})
    return (
        isinstance(missing, list)
        and all(isinstance(code, str) for code in missing)
        and isinstance(styles, dict)
        and all(style in dates.FORM_NAMES or is_number_style(style) for style in styles.values())
        and isinstance(words, dict)
        and all(isinstance(of, list) and all(isinstance(word, str) for word in of) for of in words.values())
        and isinstance(numbers, dict)
        and all(
            isinstance(codes, list) and all(type(code) in (int, float) for code in codes) for codes in numbers.values()
        )
    )


def rows_from_values(
    text: str, columns: Sequence[tuple[str, ColumnKind]], reading: Mapping[str, Any] = _NO_READING
) -> Table:
    """One row typed by hand, `6.6,3,4.4,1.4`: values of the columns in their order.

    Raises:
        UsageError: Too few or too many values, or one that is no number or no date.
    """
    try:
        cells = next(csv.reader(io.StringIO(text.strip()), strict=True, skipinitialspace=True), [])
    except csv.Error as error:
        raise UsageError(f"`--row {text}` cannot be read: {error}", _order(columns)) from None
    if len(cells) != len(columns):
        values = "1 value" if len(cells) == 1 else f"{len(cells)} values"
        raise UsageError(f"`--row` has {values} where the model takes {len(columns)}", _order(columns))
    codes = {str(code) for code in reading.get("missing", MISSING_CODES)}
    styles, words = reading.get("styles", {}), reading.get("missing_words", {})
    made = [
        Column(
            name=name,
            kind=kind,
            values=_cell(cell.strip(), name, kind, codes | set(words.get(name, ())), styles.get(name)),
        )
        for cell, (name, kind) in zip(cells, columns, strict=True)
    ]
    return Table(without(made, reading.get("missing_numbers", {})), 1)


def _cell(cell: str, name: str, kind: ColumnKind, codes: set[str], style: str | None) -> NDArray[Any]:
    missing = not cell or cell in codes
    if kind == "date":
        moment = np.nan if missing else dates.any_seconds(cell, style)
        if moment is None:
            raise UsageError(f"`{cell}` is no date, for the column `{name}`", "dates are written `2004-03-10`")
        return np.array([moment])
    if kind != "number":
        return np.array([None if missing else cell], dtype=object)
    number = np.nan if missing else as_number(cell)
    if number is None or abs(number) > LARGEST:
        raise UsageError(
            f"`{cell}` is no number to compute with, for the column `{name}`", "decimals are written `1.5`"
        )
    return np.array([number])


def _order(columns: Sequence[tuple[str, ColumnKind]]) -> str:
    return f"give them in this order, with commas between: {listed([name for name, _ in columns], 20)}"
