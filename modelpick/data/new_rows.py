"""Rows for a saved model that takes texts, images or sounds: one typed by hand, a file, or a folder of files."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from modelpick.data.cells import row_line
from modelpick.data.dataset import Kind
from modelpick.data.files import is_path, resolve
from modelpick.data.folders.scan import scan
from modelpick.data.images.rows import read_images
from modelpick.data.kinds import UNREAD, WORDS, MediaKind, media_kind
from modelpick.data.media_files import BadFile, read_whole
from modelpick.data.media_rows import decoded_text, suffixes_in_words
from modelpick.data.opening import open_table
from modelpick.data.read_options import ReadOptions
from modelpick.data.sounds.rows import read_sounds
from modelpick.data.table import Column, Table, listed
from modelpick.data.texts import Texts, read_texts
from modelpick.errors import CannotFindOut, UsageError
from modelpick.progress import SILENT, Listener

_EXAMPLE = 60


@dataclass(frozen=True, slots=True)
class NewRows:
    """Rows to answer for.

    Attributes:
        rows: `Texts`, `ImageFiles` or `SoundFiles`.
        files: The file of each; empty where they come from a table or were typed.
    """

    rows: Any
    files: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """What is told of the rows where answers are written: the files, or the texts."""
        name, values = ("file", self.files) if self.files else (self.rows.name, self.rows.values)
        cells = np.empty(len(values), dtype=object)
        cells[:] = values
        return Table((Column(name=name, kind="category", values=cells),), len(cells))


def row_option(rows: Any, row: int) -> str:
    """The option of `modelpick predict` that gives one of these rows, for a shell."""
    if isinstance(rows, Table):
        return f"--row {shlex.quote(row_line(rows, row))}"
    if isinstance(rows, Texts):
        return f"--row {shlex.quote(' '.join(rows.values[row].split())[:_EXAMPLE])}"
    return f"--input {shlex.quote(rows.take([row]).paths[0])}"


def read_new_rows(kind: Kind, given: str, config: Mapping[str, Any], listener: Listener = SILENT) -> NewRows:
    """The rows that a file or a folder holds.

    Images and sounds: a file is one row, a folder all files of the kind in it, at any depth, in the order of their
    paths. Texts: a `.txt` file is one row and a folder all such files; any other file is a table with the column of the
    training table, or with one column.

    Args:
        kind: Of the rows that the model takes, no table.
        config: Of the model: the `text_column` of its training table, and how that was read (`reading`).

    Raises:
        CannotFindOut: There is no such file, nothing of the kind in the folder, or a file is damaged (named).
        UsageError: The name is no path.
    """
    path = Path(given).expanduser()
    if path.is_dir():
        return _files(kind, *_in_folder(kind, path, given), listener)
    file = resolve(given if is_path(given) else f"./{given}", ())
    if file is None:  # resolve returns None for built-in names alone, and there are none here
        raise UsageError(f"`{given}` is no file", f"write `./{given}`")
    if kind == "text" and media_kind(file.name) != "text":
        return _texts_of_table(file, given, config)
    return _files(kind, [os.fspath(file)], [given], listener)


def text_row(text: str) -> NewRows:
    """One text typed by hand."""
    return NewRows(read_texts([text])[0])


def _in_folder(kind: Kind, folder: Path, given: str) -> tuple[list[str], list[str]]:
    found = [parts for parts, of in scan(folder, given).files.items() if of == kind]
    if not found:
        raise CannotFindOut(
            f"`{given}` holds no {WORDS[_media(kind)][1]}", f"read are {suffixes_in_words()}", kind="data"
        )
    return [os.fspath(folder.joinpath(*parts)) for parts in found], ["/".join(parts) for parts in found]


def _media(kind: Kind) -> MediaKind:
    if kind == "table":
        raise ValueError("rows of a table are read by `read_rows`")
    return kind


def _files(kind: Kind, paths: Sequence[str], names: Sequence[str], listener: Listener) -> NewRows:
    """All of the files, for an answer is expected for each."""
    if kind == "text":
        try:
            texts = [decoded_text(read_whole(path)) for path in paths]
        except BadFile as error:
            raise CannotFindOut(
                f"a text of `{names[0]}` cannot be read: {error}", "save it as UTF-8", kind="data"
            ) from None
        return NewRows(read_texts(texts)[0], tuple(names))
    rows, bad = read_images(paths, listener) if kind == "image" else read_sounds(paths, listener)
    if bad:
        called = dict(zip(paths, names, strict=True))
        first = bad[0]
        more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        suffix = Path(first.path).suffix.lower()
        others = f"take {'it' if len(bad) == 1 else 'them'} out, and the others are answered"
        hint = UNREAD.get(suffix, others if len(bad) < len(paths) else "repair it, or give another file")
        raise CannotFindOut(f"`{called[first.path]}` cannot be used: {first.why}{more}", hint, kind="data")
    return NewRows(rows, tuple(names))


def _texts_of_table(path: Path, given: str, config: Mapping[str, Any]) -> NewRows:
    name, header = str(config.get("text_column", "text")), config.get("reading", {}).get("header")
    raw = open_table(path, given, ReadOptions(header=header if isinstance(header, bool) else None))
    if name not in raw.names and len(raw.names) != 1:
        raise CannotFindOut(
            f"`{given}` has no column `{name}`, which holds the texts of the training table",
            f"its columns are {listed(raw.names)}: name one of them so",
            kind="data",
        )
    column = name if name in raw.names else raw.names[0]
    return NewRows(read_texts(raw.labels(column), column)[0])
