"""The target of a table: which column it is, what task it asks for, and which rows have one."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Dataset, Task
from modelpick.data.number_signs import bare, split_style
from modelpick.data.number_styles import STYLES, plain
from modelpick.data.raw_table import RawTable
from modelpick.data.schema import LARGEST, MISSING_CODES, infer_task, is_infinite
from modelpick.data.style_notes import word_notes
from modelpick.data.table import as_number, listed
from modelpick.errors import CannotFindOut, UsageError


def find_target(raw: RawTable, target: str | int | None, shown: str) -> str:
    """The name of the target's column, which may be given by its position; UsageError where there is none."""
    if target is None:
        raise UsageError(
            f"which column of `{shown}` is to be predicted?", f"add `--target NAME`: {_columns(raw.names)}"
        )
    if isinstance(target, str) and target in raw.names:
        return target
    try:
        position = int(target)
    except ValueError:
        raise no_such_column(str(target), raw.names, shown) from None
    if not -len(raw.names) <= position < len(raw.names):
        raise UsageError(
            f"`{shown}` has no column at position {position}: it has {len(raw.names)}, the first is 0",
            _columns(raw.names),
        )
    return raw.names[position]


def no_such_column(name: str, names: Sequence[str], shown: str, option: str = "") -> UsageError:
    """The error for an unknown column: the close matches, or the list; several columns in one `option` are taken apart
    for the user, and not for the program: a name may hold a comma.
    """
    parts = [part.strip() for part in name.split(",")]
    if option in ("--drop", "--text") and len(parts) > 1 and all(part in names for part in parts):
        apart = " ".join(f"{option} {shlex.quote(part)}" for part in parts)
        return UsageError(f"`{shown}` has no column `{name}`", f"name each by itself: `{apart}`")
    folded: dict[str, str] = {}
    for known in names:
        folded.setdefault(known.casefold(), known)
    close = [folded[match] for match in get_close_matches(name.casefold(), list(folded), n=3)]
    hint = f"did you mean {' or '.join(f'`{match}`' for match in close)}? " if close else ""
    return UsageError(f"`{shown}` has no column `{name}`", hint + _columns(names))


def _columns(names: Sequence[str]) -> str:
    return f"its columns are {listed(names, 20)}"


def read_target(
    raw: RawTable, name: str, task: Task | None, shown: str, notes: list[str]
) -> tuple[Task, NDArray[Any], NDArray[np.intp]]:
    """The task, the targets of the rows that have one, and the numbers of these rows. Adds to the notes."""
    labels = raw.labels(name)
    style, words = raw.style(name), raw.words(name)
    if (style != STYLES[0] or words) and task != "classification":
        written = _written(labels, style, words)
        if task == "regression" or infer_task(_present(written)) == "regression":
            labels = np.array(written, dtype=object)
            if style != STYLES[0]:
                notes.append(f"The numbers of `{name}` are written like {style}.")
            notes += word_notes({name: words})
    counts = Counter(label for label in labels if label is not None)
    # A label stands as it is, and a class may be called NA; a number to be predicted may be missing.
    codes = {label for label in counts if label.strip() in MISSING_CODES}
    inferred = task is None
    if task is None:
        task = infer_task([label.strip() for label in labels if label is not None and label not in codes])
    absent = codes if task == "regression" else {label for label in codes if not label.strip()}
    rows = np.array([i for i, label in enumerate(labels) if label is not None and label not in absent], dtype=np.intp)
    if not len(rows):
        raise CannotFindOut(
            f"the target `{name}` of `{shown}` has no value in any row", "choose another `--target`", kind="data"
        )
    if len(rows) < len(labels):
        notes.append(f"{len(labels) - len(rows)} of {len(labels)} rows have no target and are left out.")
    if inferred:
        different = set(counts) - absent
        if all(as_number(label.strip()) is not None for label in different):
            overrule = "regression" if task == "classification" else "classification"
            how = f"{len(different)} different numbers in {len(rows)} rows: {task}; `--task {overrule}` overrules"
        else:
            how = f"{len(different)} different words: {task}"
        notes.append(f"`{name}` holds {how}.")
    if task == "classification":
        kept = sorted(codes - absent)
        if kept:
            notes.append(f"Classes that read like missing values are kept: {listed(kept)}.")
        return task, labels[rows], rows
    return task, np.array([_number(labels[i], i, name, raw, shown) for i in rows]), rows


def _written(labels: NDArray[Any], style: str, words: Sequence[str]) -> list[str | None]:
    """Numbers of the style as `1234.5`, and None where a word says that one is missing."""
    base, sign = split_style(style)
    bared = [None if label is None else bare(label.strip(), sign) for label in labels]
    return [None if label is None or label in words else plain(label, base) for label in bared]


def _present(labels: Sequence[str | None]) -> list[str]:
    return [label for label in labels if label is not None and label not in MISSING_CODES]


def targets_like(raw: RawTable, dataset: Dataset, shown: str) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The targets of a test file, and the numbers of the rows that have one, by what is known of the training file.

    Raises:
        CannotFindOut: No row has a target, or one is of a class that no training row has.
        UsageError: A number is expected, and a cell is none.
    """
    name = dataset.target_name
    labels = raw.labels(name)
    if dataset.task == "regression":
        labels = np.array(_written(labels, raw.style(name), raw.words(name)), dtype=object)
    absent = set(MISSING_CODES) - set(dataset.classes)
    rows = np.array([i for i, v in enumerate(labels) if v is not None and v.strip() not in absent], dtype=np.intp)
    if dataset.task == "regression" and len(rows):
        numbers = np.array([_number(labels[i], i, name, raw, shown) for i in rows])
        codes = dataset.reading.get("missing_numbers", {}).get(name, ())
        there = ~np.isin(numbers, np.asarray(codes, dtype=np.float64))
        numbers, rows = numbers[there], rows[there]
        labels = np.full(len(labels), np.nan)
        labels[rows] = numbers
    if not len(rows):
        raise CannotFindOut(f"no row of `{shown}` has a target `{name}`", "a test part needs the answers", kind="data")
    if dataset.task == "classification":
        known = set(dataset.classes)
        for i in rows:
            if labels[i] not in known:
                raise CannotFindOut(
                    f"`{labels[i][:40]}` in {raw.place(int(i))}, the target of `{shown}`, is a class that no training "
                    "row has",
                    f"the classes are {listed(dataset.classes)}",
                    kind="data",
                )
    return labels[rows], rows


def _number(label: str, row: int, name: str, raw: RawTable, shown: str) -> float:
    number = math.inf if is_infinite(label.strip()) else as_number(label.strip())
    if number is None:
        raise UsageError(
            f"regression needs numbers, and `{name}` of `{shown}` holds `{label[:40]}` in {raw.place(row)}",
            "correct the cell, or give `--task classification`",
        )
    if abs(number) > LARGEST:
        raise CannotFindOut(
            f"`{label[:40]}` in {raw.place(row)}, the target `{name}` of `{shown}`, is not finite, or too large to "
            "compute with",
            "correct the cell, or empty it if the value is not known",
            kind="data",
        )
    return number
