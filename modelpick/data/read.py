"""From what the user names to a dataset, or to rows for a saved model."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset, Task
from modelpick.data.files import read_head, resolve
from modelpick.data.guards.inspection import inspected
from modelpick.data.raw_table import RawTable
from modelpick.data.readers import READERS
from modelpick.data.readers.bundled import BUNDLED, load
from modelpick.data.schema import LARGEST, MISSING_CODES
from modelpick.data.table import Column, ColumnKind, Table, as_number, columns_differ, listed
from modelpick.data.target import find_target, no_such_column, read_target
from modelpick.errors import CannotFindOut, UsageError
from modelpick.progress import SILENT, Listener

LATER = {
    ".xlsx": "an Excel workbook",
    ".xls": "an Excel workbook",
    ".arff": "an ARFF file",
    ".json": "JSON",
    ".jsonl": "JSON lines",
    ".gz": "compressed",
    ".zip": "compressed",
    ".bz2": "compressed",
    ".xz": "compressed",
    ".zst": "compressed",
}
"""Suffixes that a later release reads, and what such a file is."""


def read_dataset(
    path_or_name: str,
    *,
    target: str | int | None,
    task: Task | None = None,
    drop: Sequence[str] = (),
    allow: Sequence[str] = (),
    listener: Listener = SILENT,
) -> Dataset:
    """Reads a table, finds its target and the kinds of its columns, and lets the guards look at it.

    Args:
        path_or_name: A CSV, TSV or Parquet file, or a built-in name (`iris`).
        target: The column to predict: its name, or its position from 0 (negative from the end). A built-in data set
            has one of its own.
        task: Overrules the task that the values of the target suggest.
        drop: Columns to leave out.
        allow: Ids of guards that shall not stop the run, nor keep columns out.

    Raises:
        UsageError: Not a file or a name, no such column or guard, or a task that the target does not fit.
        CannotFindOut: The file is not there, not readable, or not a regular table; the message says where.
        AnswerIsNo: A guard stops: a column that is the answer, one class, a class of one row, too few rows.
    """
    path = resolve(path_or_name, tuple(BUNDLED))
    with listener.step(f"Reading {path_or_name}"):
        raw = load(path_or_name) if path is None else _read_file(path, path_or_name)
        if raw.rows < 2:
            rows = "one row only" if raw.rows else "a header and no rows"
            raise CannotFindOut(f"`{path_or_name}` has {rows}", "give a table with more rows", kind="data")
        if target is None and path is None:
            target = BUNDLED[path_or_name].target
        name = path_or_name if path is None else path.stem
        return _assemble(raw, name, path_or_name, find_target(raw, target, path_or_name), task, drop, allow)


def _read_file(path: Path, shown: str) -> RawTable:
    head, suffix = read_head(path, shown), path.suffix.lower()
    for reader in READERS:
        if suffix in reader.suffixes or (not suffix and reader.sniff(head)):
            try:
                return reader.read(path, shown)
            except OSError as error:
                raise CannotFindOut(
                    f"`{shown}` cannot be read: {error.strerror}", "check the disk that it lies on", kind="data"
                ) from error
    if suffix in LATER:
        raise CannotFindOut(
            f"`{shown}` is {LATER[suffix]}, which this version does not read",
            "save the table as CSV (UTF-8, with a header) or Parquet",
            kind="data",
        )
    known = ", ".join(f"`{known}`" for reader in READERS for known in reader.suffixes)
    raise CannotFindOut(
        f"`{shown}` has no suffix of a table that can be read ({known})",
        "rename it after what it is, or save it as CSV with a header",
        kind="data",
    )


def _assemble(
    raw: RawTable,
    name: str,
    shown: str,
    target_name: str,
    task: Task | None,
    drop: Sequence[str],
    allow: Sequence[str],
) -> Dataset:
    for column in drop:
        if column not in raw.names:
            raise no_such_column(column, raw.names, shown)
        if column == target_name:
            raise UsageError(f"`{column}` is the target and cannot be dropped", "take it out of `--drop`")
    notes = [f"{raw.how}; {raw.rows} rows, {len(raw.names)} columns."]
    task, target, rows = read_target(raw, target_name, task, shown, notes)
    typed = raw.features([column for column in raw.names if column != target_name and column not in drop])
    table = Table(typed.columns, raw.rows)
    if len(rows) < raw.rows:
        table = table.take(rows)
    if drop:
        notes.append(f"Left out as asked: {listed(drop)}.")
    dataset = Dataset(
        name=name,
        path=shown,
        features=table,
        target=target,
        target_name=target_name,
        task=task,
        classes=tuple(sorted(set(target))) if task == "classification" else (),
        fingerprint=raw.fingerprint,
        dropped=tuple(drop),
        missing_targets=raw.rows - len(rows),
    )
    dataset = inspected(dataset, allow)
    _check_features(dataset.features, shown, typed.notes)
    return replace(dataset, notes=(*notes, _kinds(dataset.features), *typed.notes))


def _kinds(features: Table) -> str:
    words: dict[ColumnKind, tuple[str, str]] = {
        "number": ("number", "numbers"),
        "category": ("category", "categories"),
        "text": ("text (not used by this version)", "texts (not used by this version)"),
    }
    counts = Counter(column.kind for column in features.columns)
    parts = [f"{counts[kind]} {word[counts[kind] != 1]}" for kind, word in words.items() if counts[kind]]
    return f"Features: {', '.join(parts) or 'none'}."


def _check_features(features: Table, shown: str, notes: Sequence[str]) -> None:
    if any(column.kind != "text" for column in features.columns):
        return
    if features.columns:
        raise CannotFindOut(
            f"all features of `{shown}` are free text, which this version does not use",
            " ".join(notes) or "give a table with numbers or categories",
            kind="data",
        )
    raise CannotFindOut(
        f"`{shown}` has no column to learn from besides the target", "give a table with features", kind="data"
    )


# --- rows for a saved model ---


def read_rows(
    path: str,
    columns: Sequence[tuple[str, ColumnKind]],
    target_name: str | None = None,
    ignored: Sequence[str] = (),
) -> Table:
    """Rows to answer for: the columns of a saved model, found by name in a CSV, TSV or Parquet file.

    Args:
        columns: (name, kind) as the model knows them. Columns of text may be missing, for they are not used.
        target_name: Of the model; a column of that name is left out.
        ignored: Names of further columns that may be there and are left out, such as those dropped in training.

    Raises:
        CannotFindOut: The file cannot be read, columns are missing or unknown, or a cell is no number; named.
    """
    file = resolve(path, ())
    if file is None:  # resolve returns None for built-in names alone, and there are none here
        raise UsageError(f"`{path}` is no file", f"write `./{path}`")
    raw = _read_file(file, path)
    given = set(raw.names)
    known = {name for name, _ in columns} | {target_name, *ignored}
    missing = [name for name, kind in columns if name not in given and kind != "text"]
    extra = [name for name in raw.names if name not in known]
    if missing or extra:
        raise columns_differ(missing, extra, f"`{path}`")
    return Table(raw.as_kinds([(name, kind) for name, kind in columns if name in given]), raw.rows)


def rows_from_values(text: str, columns: Sequence[tuple[str, ColumnKind]]) -> Table:
    """One row typed by hand, `6.6,3,4.4,1.4`: values of the columns in their order, those of text left out.

    Raises:
        UsageError: Too few or too many values, or one that is no number.
    """
    used = [(name, kind) for name, kind in columns if kind != "text"]
    try:
        cells = next(csv.reader(io.StringIO(text.strip()), strict=True, skipinitialspace=True), [])
    except csv.Error as error:
        raise UsageError(f"`--row {text}` cannot be read: {error}", _order(used)) from None
    if len(cells) != len(used):
        values = "1 value" if len(cells) == 1 else f"{len(cells)} values"
        raise UsageError(f"`--row` has {values} where the model takes {len(used)}", _order(used))
    return Table(
        tuple(
            Column(name=name, kind=kind, values=_cell(cell.strip(), name, kind))
            for cell, (name, kind) in zip(cells, used, strict=True)
        ),
        1,
    )


def _cell(cell: str, name: str, kind: ColumnKind) -> NDArray[Any]:
    if kind != "number":
        return np.array([None if cell in MISSING_CODES else cell], dtype=object)
    number = np.nan if cell in MISSING_CODES else as_number(cell)
    if number is None or abs(number) > LARGEST:
        raise UsageError(
            f"`{cell}` is no number to compute with, for the column `{name}`", "decimals are written `1.5`"
        )
    return np.array([number])


def _order(columns: Sequence[tuple[str, ColumnKind]]) -> str:
    return f"give them in this order, with commas between: {listed([name for name, _ in columns], 20)}"
