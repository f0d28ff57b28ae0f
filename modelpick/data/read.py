"""From what the user names to a dataset: a file, a built-in name, a data frame or arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data import missing_numbers, schema_file
from modelpick.data.dataset import Dataset, Task
from modelpick.data.files import resolve
from modelpick.data.guards.inspection import inspected
from modelpick.data.opening import open_table
from modelpick.data.other_kinds import as_texts, folder_dataset, folder_of, group_of_files, with_files
from modelpick.data.raw_table import RawTable, TypedColumns
from modelpick.data.read_options import ReadOptions
from modelpick.data.readers.bundled import BUNDLED, load
from modelpick.data.readers.frames import from_memory
from modelpick.data.schema_file import Schema
from modelpick.data.split_columns import group_numbers, moments
from modelpick.data.table import Column, ColumnKind, Table, as_number, listed
from modelpick.data.target import find_target, no_such_column, read_target, targets_like
from modelpick.errors import CannotFindOut, UsageError
from modelpick.progress import SILENT, Listener


def read_dataset(
    data: Any,
    *,
    target: str | int | None,
    task: Task | None = None,
    drop: Sequence[str] = (),
    allow: Sequence[str] = (),
    options: ReadOptions | None = None,
    listener: Listener = SILENT,
) -> Dataset:
    """Reads a table or a folder, finds its target and the kinds of its columns, and lets the guards look at it.

    Rows are images, sounds or texts where a folder of class folders is given, where a column of the table names files,
    and where its only feature is a free text.

    Args:
        data: A file of a table, a folder of class folders, a built-in name (`iris`), a data frame (pandas, polars and
            what narwhals knows), an array of shape (rows, columns) with the target among them, or a pair (X, y).
        target: The column to predict: its name, or its position from 0 (negative from the end). A built-in data set
            and a pair have one of their own.
        task: Overrules the task that the values of the target suggest.
        drop: Columns to leave out.
        allow: Ids of guards that shall not stop the run, nor keep columns out.
        options: What overrules the inference, and columns with a part of their own.

    Raises:
        UsageError: Not a file or a name, no such column or guard, or a task that the target does not fit.
        CannotFindOut: The file is not there, not readable, or not a regular table; the message says where.
        AnswerIsNo: A guard stops: a column that is the answer, one class, a class of one row, too few rows.
    """
    given = options or ReadOptions()
    given = replace(given, drop=tuple(dict.fromkeys((*given.drop, *drop))))
    root = folder_of(data)
    if root is not None:
        return inspected(
            folder_dataset(root, str(data), target=target, task=task, options=given, listener=listener), allow
        )
    schema = None
    if given.schema is not None and given.schema.exists():
        schema = schema_file.load(given.schema)
        given = _with_schema(given, schema)
    dataset = _of_table(data, target, task, given, schema, listener)
    with listener.step("Looking for what is wrong with the data"):
        dataset = inspected(dataset, allow, given.text)
    if dataset.kind != "table":
        return dataset
    _check_features(dataset)
    dataset = replace(dataset, notes=(*dataset.notes, _kinds(dataset.features)))
    if given.schema is not None and schema is None:
        schema_file.write(given.schema, dataset)
        dataset = replace(dataset, notes=(*dataset.notes, f"What was inferred is written to `{given.schema}`."))
    return as_texts(dataset, kind=given.kind, text=given.text)


def _of_table(
    data: Any,
    target: str | int | None,
    task: Task | None,
    given: ReadOptions,
    schema: Schema | None,
    listener: Listener,
) -> Dataset:
    """A table, or the files that it names, before the guards look at it."""
    named = isinstance(data, str | Path)
    shown = str(data) if named else "the data"
    with listener.step(f"Reading {shown}"):
        raw, name, own_target = _raw(data, shown, given, schema)
        if raw.rows < 2:
            rows = "one row only" if raw.rows else "a header and no rows"
            raise CannotFindOut(f"`{shown}` has {rows}", "give a table with more rows", kind="data")
        if target is None:
            target = own_target if schema is None or schema.target is None else schema.target
        if task is None and schema is not None:
            task = schema.task
        if schema is not None and given.schema is not None:
            schema_file.check_columns(given.schema, schema, raw.names)
        of_files = group_of_files(given, raw.names)
        columns = given if of_files is None else replace(given, group=None)
        reading = _Reading(raw, shown, find_target(raw, target, shown), columns, schema or Schema())
        dataset = reading.dataset(name, task)
    base = Path(shown).expanduser().parent if named else Path()
    return with_files(dataset, base, kind=given.kind, group=of_files, listener=listener)


def _with_schema(given: ReadOptions, schema: Schema) -> ReadOptions:
    """The options with what the schema states where the command line says nothing."""
    stated = schema.reading
    return replace(
        given,
        sep=given.sep or stated.get("sep"),
        encoding=given.encoding or stated.get("encoding"),
        header=stated.get("header") if given.header is None else given.header,
        second_header=stated.get("second_header"),
        quote=stated.get("quote"),
        drop=tuple(dict.fromkeys((*given.drop, *schema.drop))),
    )


def _raw(data: Any, shown: str, given: ReadOptions, schema: Schema | None) -> tuple[RawTable, str, str | int | None]:
    """The table, a short name for it, and its own target where it has one."""
    if not isinstance(data, str | Path):
        raw, own = from_memory(data)
        return raw, "data", own
    path = resolve(shown, tuple(BUNDLED))
    if path is None:
        return load(shown), shown, BUNDLED[shown].target
    stated = None if schema is None else schema.reading.get("missing")
    words = tuple(code for code in given.na if as_number(code) is None)
    codes = None if stated is None else tuple(dict.fromkeys(("", *stated, *words)))
    return open_table(path, shown, given, codes), path.name.split(".")[0] or path.stem, None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One table on its way to a dataset."""

    raw: RawTable
    shown: str
    target_name: str
    options: ReadOptions
    schema: Schema

    def dataset(self, name: str, task: Task | None) -> Dataset:
        self._check_columns()
        notes = [f"{self.raw.how}; {self.raw.rows} rows, {len(self.raw.names)} columns.", *self.raw.notes]
        task, target, rows = read_target(self.raw, self.target_name, task, self.shown, notes)
        typed = self._features()
        columns, target, rows, codes = self._without_codes(typed, task, target, rows, notes)
        table = Table(columns, self.raw.rows)
        if len(rows) < self.raw.rows:
            table = table.take(rows)
        notes += typed.notes
        if self.options.drop:
            notes.append(f"Left out as asked: {listed(self.options.drop)}.")
        groups = None if self.options.group is None else self.raw.labels(self.options.group)[rows]
        dataset = Dataset(
            name=name,
            path=self.shown,
            features=table,
            target=target,
            target_name=self.target_name,
            task=task,
            classes=tuple(sorted(set(target))) if task == "classification" else (),
            fingerprint=self.raw.fingerprint,
            notes=tuple(notes),
            dropped=self._aside(),
            missing_targets=self.raw.rows - len(rows),
            groups=None if groups is None else group_numbers([groups]),
            times=None if self.options.time is None else moments(self.raw, self.options.time, self.shown)[rows],
            reading={
                **self.raw.dialect,
                "styles": dict(typed.styles),
                "missing_numbers": {column: list(found) for column, found in codes.items()},
                "missing_words": {column: list(found) for column, found in typed.words.items()},
            },
            row_numbers=np.asarray(rows, dtype=np.intp) + 1,
        )
        return dataset if self.options.test is None else self._with_test(dataset, typed, groups)

    def _aside(self) -> tuple[str, ...]:
        """Columns of the table that are no features, besides the target."""
        extra = (self.options.group, self.options.time)
        return tuple(dict.fromkeys((*self.options.drop, *(name for name in extra if name is not None))))

    def _check_columns(self) -> None:
        options = self.options
        for option, names in (
            ("--drop", options.drop),
            ("--text", options.text),
            ("--group", () if options.group is None else (options.group,)),
            ("--time", () if options.time is None else (options.time,)),
        ):
            for column in names:
                if column not in self.raw.names:
                    raise no_such_column(column, self.raw.names, self.shown, option)
                if column == self.target_name:
                    raise UsageError(
                        f"`{column}` is the target and cannot be `{option}` too", f"take it out of `{option}`"
                    )
        clash = [column for column in options.text if column in self._aside()]
        if clash:
            raise UsageError(f"`{clash[0]}` cannot be a text to learn from and left out", "take one of the options out")

    def _features(self) -> TypedColumns:
        aside = {self.target_name, *self._aside()}
        kinds: dict[str, ColumnKind] = {**self.schema.kinds, **dict.fromkeys(self.options.text, "text")}
        return self.raw.features(
            [name for name in self.raw.names if name not in aside], kinds, self.schema.styles, self.schema.missing_words
        )

    def _without_codes(
        self, typed: TypedColumns, task: Task, target: NDArray[Any], rows: NDArray[np.intp], notes: list[str]
    ) -> tuple[tuple[Column, ...], NDArray[Any], NDArray[np.intp], missing_numbers.Codes]:
        """Features and target without the numbers that stand for a missing value: given, stated or found."""
        numbers = [number for code in self.options.na if (number := as_number(code.strip())) is not None]
        columns: list[Column] = list(typed.columns)
        if task == "regression":
            columns.append(Column(name=self.target_name, kind="number", values=target))
        if numbers:
            codes = missing_numbers.named(columns, numbers)
        elif self.options.schema is not None and self.options.schema.exists():
            codes = self.schema.missing_numbers
        elif self.raw.typed:
            codes = {}
        else:
            codes = missing_numbers.find(columns, self.target_name)
            notes += missing_numbers.notes(codes)
        if task == "regression" and codes.get(self.target_name):
            there = ~missing_numbers.coded(target, codes[self.target_name])
            if there.sum() < len(target):
                notes.append(f"{len(target) - there.sum()} rows have such a number as their target and are left out.")
            target, rows = target[there], rows[there]
        return missing_numbers.without(typed.columns, codes), target, rows, codes

    def _with_test(self, dataset: Dataset, typed: TypedColumns, labels: NDArray[Any] | None) -> Dataset:
        """The dataset with the rows of the test file after its own, read in the same way."""
        shown = str(self.options.test)
        path = resolve(shown, ())
        if path is None:  # resolve returns None for built-in names alone, and there are none here
            raise UsageError(f"`--test {shown}` is no file", f"write `./{shown}`")
        header = self.raw.dialect.get("header")
        options = replace(self.options, header=header if isinstance(header, bool) else None, second_header=None)
        codes = tuple(str(code) for code in self.raw.dialect.get("missing", ()))
        raw = open_table(path, shown, options, codes or None)
        wanted = [column.name for column in typed.columns]
        aside = [name for name in (self.options.group, self.options.time) if name is not None]
        absent = [name for name in (*wanted, self.target_name, *aside) if name not in raw.names]
        if absent:
            raise CannotFindOut(
                f"the test file `{shown}` lacks {listed(absent)}",
                f"give it the columns of `{self.shown}`, by the same names; their order does not matter",
                kind="data",
            )
        more = [name for name in raw.names if name not in self.raw.names]
        columns = raw.as_kinds([(column.name, column.kind) for column in typed.columns], typed.styles, typed.words)
        columns = missing_numbers.without(columns, dataset.reading["missing_numbers"])
        target, rows = targets_like(raw, dataset, shown)
        test = Table(columns, raw.rows).take(rows)
        notes = [f"`{shown}` is the test part: {len(rows)} rows, read likewise."]
        if len(rows) < raw.rows:
            notes.append(f"{raw.rows - len(rows)} of them have no target and are left out.")
        if more:
            notes.append(f"It has columns that `{self.shown}` has not, and they are left out: {listed(more)}.")
        groups = times = None
        if labels is not None and self.options.group is not None:
            groups = group_numbers([labels, raw.labels(self.options.group)[rows]])
        if dataset.times is not None and self.options.time is not None:
            times = np.concatenate([dataset.times, moments(raw, self.options.time, shown)[rows]])
        return replace(
            dataset,
            features=_below(dataset.features, test),
            target=np.concatenate([dataset.target, target]),
            fingerprint=sha256(f"{dataset.fingerprint}{raw.fingerprint}".encode()).hexdigest(),
            notes=(*dataset.notes, *notes),
            groups=groups,
            times=times,
            test_rows=np.repeat([False, True], [dataset.rows, len(rows)]),
            row_numbers=None if dataset.row_numbers is None else np.concatenate([dataset.row_numbers, rows + 1]),
        )


def _below(upper: Table, lower: Table) -> Table:
    """The rows of two tables of the same columns, the second ones below."""
    columns = [
        above.with_values(np.concatenate([above.values, below.values]))
        for above, below in zip(upper.columns, lower.columns, strict=True)
    ]
    return Table(columns, upper.rows + lower.rows)


def _kinds(features: Table) -> str:
    words: dict[ColumnKind, tuple[str, str]] = {
        "number": ("number", "numbers"),
        "category": ("category", "categories"),
        "date": ("date", "dates"),
        "text": ("text", "texts"),
    }
    counts = Counter(kind for _, kind in features.kinds)
    parts = [f"{counts[kind]} {word[counts[kind] != 1]}" for kind, word in words.items() if counts[kind]]
    return f"Features: {', '.join(parts) or 'none'}."


def _check_features(dataset: Dataset) -> None:
    if not dataset.features.kinds:
        out = [column.name for column in dataset.kept_out]
        why = f": kept out {'is' if len(out) == 1 else 'are'} {listed(out)}, with nothing in it or one value alone"
        raise CannotFindOut(
            f"`{dataset.path}` has no column to learn from besides the target{why if out else ''}",
            "give a table with features",
            kind="data",
        )
