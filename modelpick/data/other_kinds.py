"""Rows that are no table: where what was given is a folder, a table that names files, or one that holds a text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset, Task
from modelpick.data.files import is_path
from modelpick.data.folders.classes import Row
from modelpick.data.folders.read import read_folder
from modelpick.data.groups import groups_of, suggested_group
from modelpick.data.kinds import WORDS, MediaKind, kind_of_all
from modelpick.data.media_rows import read_media
from modelpick.data.read_options import ReadOptions
from modelpick.data.table import Table, listed
from modelpick.data.texts import read_texts
from modelpick.errors import CannotFindOut, UsageError
from modelpick.progress import SILENT, Listener

_LOOKED_AT = 50
_OF_FILES = ("folder:", "name:")


def folder_of(data: Any) -> Path | None:
    """The folder that was given, or None where it is anything else."""
    if not isinstance(data, str | Path):
        return None
    if isinstance(data, str) and not is_path(data):  # a bare name is no path, here as everywhere
        return None
    try:
        path = Path(data).expanduser()
        return path if path.is_dir() else None
    except (OSError, ValueError, RuntimeError):  # no path at all: whoever reads files says so
        return None


def folder_dataset(
    root: Path,
    shown: str,
    *,
    target: str | int | None,
    task: Task | None,
    options: ReadOptions,
    listener: Listener = SILENT,
) -> Dataset:
    """A folder of class folders, before the guards; see `read_folder`.

    Raises:
        UsageError: An option that only a table has.
    """
    for option, given in (
        ("--target", target),
        ("--text", options.text),
        ("--time", options.time),
        ("--test", options.test),
        ("--drop", options.drop),
        ("--schema", options.schema),
    ):
        if given:
            hint = "the classes are the names of its folders" if option == "--target" else "leave it out"
            if option == "--test":
                hint = "put the test part into a folder `test` beside one named `train`"
            raise UsageError(f"`{option}` is for tables, and `{shown}` is a folder", hint)
    if task == "regression":
        raise UsageError(
            f"`{shown}` is a folder of classes, no numbers to predict", "give a CSV with the paths and the numbers"
        )
    kind = options.kind
    if kind == "table":
        raise UsageError(f"`{shown}` is a folder, no table", "give the file of the table, or leave `--kind` out")
    return read_folder(root, shown, kind=kind, group=options.group, listener=listener)


def group_of_files(options: ReadOptions, names: Sequence[str]) -> str | None:
    """The `--group` that is no column but a rule for files, or None."""
    group = options.group
    return group if group is not None and group not in names and group.startswith(_OF_FILES) else None


def with_files(
    dataset: Dataset, base: Path, *, kind: str | None, group: str | None, listener: Listener = SILENT
) -> Dataset:
    """The dataset with the files that a column of its table names as rows, where there is such a column.

    Args:
        dataset: A table, before the guards.
        base: The folder from which relative paths are counted: that of the table's file.
        kind: As the user gave it; None looks for a column of paths.
        group: `folder:LEVEL` or `name:REGEX`, for the files.

    Raises:
        UsageError: Files were asked for, by `kind` or `group`, and no column names any.
        CannotFindOut: More than a tenth of them cannot be used.
    """
    found = _paths_column(dataset.features) if kind in (None, "image", "audio") else None
    if found is None or kind not in (None, found[1]):
        if kind in ("image", "audio"):
            raise UsageError(
                f"no column of `{dataset.path}` names files of {WORDS[kind][1]}",  # type: ignore[index]
                "each cell must be a path, from the table's own folder, with its suffix",
            )
        if group is not None:
            raise UsageError(f"`--group {group}` is for files, and `{dataset.path}` is a table", "name a column")
        return dataset
    return _of_files(dataset, base, *found, group, listener)


def _of_files(
    dataset: Dataset, base: Path, column: str, kind: MediaKind, group: str | None, listener: Listener
) -> Dataset:
    """The dataset with the files that a column names as rows; those without a file that can be used are left out."""
    cells = dataset.features.column(column).values
    there = np.array([cell is not None for cell in cells], dtype=bool)
    names = [str(cell).strip() for cell in cells[there]]
    different = {name: i for i, name in enumerate(dict.fromkeys(names))}
    media = read_media(
        kind,
        [os.path.join(base, name) for name in different],  # noqa: PTH118 - fast
        list(different),
        dataset.path,
        listener,
    )
    place = {int(i): new for new, i in enumerate(media.kept)}
    pairs = zip(np.flatnonzero(there), names, strict=True)
    kept = np.array([i for i, name in pairs if different[name] in place], dtype=np.intp)
    index = [place[different[name]] for name in names if different[name] in place]
    others = [name for name in dataset.features.names if name != column]
    notes = [*dataset.notes, f"`{column}` names {len(different):,} {WORDS[kind][1]}: they are the rows.", *media.notes]
    if others:
        notes.append(f"Other columns are not used: {listed(others)}.")
    if not there.all():
        notes.append(f"{int((~there).sum()):,} rows name no file and are left out.")
    rows = [_row(str(cells[i]), dataset.target[i]) for i in kept]
    groups, findings = _taken(dataset.groups, kept), list(media.findings)
    if group is not None:
        groups, note = groups_of(rows, group, first=1)
        notes.append(note)
    elif groups is None and dataset.task == "classification":
        findings += suggested_group(rows, first=1)
    target = dataset.target[kept]
    return replace(
        dataset,
        kind=kind,
        features=media.rows.take(index),
        target=target,
        classes=tuple(sorted(set(target))) if dataset.task == "classification" else (),
        fingerprint=sha256(f"{dataset.fingerprint}{media.fingerprint}".encode()).hexdigest(),
        notes=tuple(notes),
        findings=(*dataset.findings, *findings),
        dropped=(*dataset.dropped, *others),
        groups=groups,
        times=_taken(dataset.times, kept),
        test_rows=_taken(dataset.test_rows, kept),
        validation_rows=_taken(dataset.validation_rows, kept),
        row_numbers=_taken(dataset.row_numbers, kept),
    )


def _paths_column(table: Table) -> tuple[str, MediaKind] | None:
    """The first column whose cells are names of images or sounds."""
    for name, kind in table.kinds:
        if kind in ("text", "category"):
            cells = [cell for cell in table.column(name).values[: 4 * _LOOKED_AT] if cell is not None][:_LOOKED_AT]
            media = kind_of_all(cells) if cells else None
            if media is not None:
                return name, media
    return None


def _row(path: str, label: Any) -> Row:
    """A path of a table as a row of a folder, without a class folder."""
    *inside, name = path.replace("\\", "/").split("/")
    return Row((path,), str(label), None, tuple(inside), name)


def _taken(values: NDArray[Any] | None, kept: NDArray[np.intp]) -> NDArray[Any] | None:
    """What is known of the rows, for those that are kept."""
    return None if values is None else values[kept]


def as_texts(dataset: Dataset, *, kind: str | None, text: Sequence[str] = ()) -> Dataset:
    """The dataset with one text a row, where its table is nothing but a text, or texts were asked for.

    Args:
        dataset: A table, after the guards.
        kind: As the user gave it: `text` leaves other columns out; None takes texts where there is nothing else.
        text: Columns that the user named as texts.

    Raises:
        UsageError: Texts were asked for, and no column or several could be meant.
    """
    table: Table = dataset.features
    kinds = dict(table.kinds)
    if kind not in (None, "text") or (kind is None and list(kinds.values()) != ["text"]):
        return dataset
    named = [name for name in kinds if name in text] or [name for name in kinds if kinds[name] == "text"]
    named = named or [name for name in kinds if kinds[name] == "category"]
    if len(named) != 1:
        which = f"it could be {listed(named)}" if named else "none of its columns is a text"
        raise UsageError(f"which column of `{dataset.path}` is the text? {which}", "name it: `--text COLUMN`")
    rows, notes = read_texts(table.column(named[0]).values, named[0])
    if not any(value.strip() for value in rows.values):
        raise CannotFindOut(
            f"every text in `{named[0]}` of `{dataset.path}` is empty", "choose another column", kind="data"
        )
    others = [name for name in kinds if name != named[0]]
    if others:
        notes = (*notes, f"Other columns are not used, as `--kind text` asks: {listed(others)}.")
    return replace(
        dataset, kind="text", features=rows, notes=(*dataset.notes, *notes), dropped=(*dataset.dropped, *others)
    )
