"""Excel workbooks through openpyxl, an extra: the values of one sheet, as they were when it was saved."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from typing import Any

from modelpick.data.raw_table import MAX_COLUMNS, RawTable, Reader, Source
from modelpick.data.readers.delimited import from_rows
from modelpick.data.table import listed, number_text
from modelpick.data.unpack import MAX_UNPACKED
from modelpick.errors import CannotFindOut, UsageError


def _read(source: Source) -> RawTable:
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise UsageError(
            f"`{source.shown}` is an Excel workbook, for which openpyxl is needed",
            'type `pip install "modelpick[excel]"`, or save the sheet as CSV',
        ) from None
    _check_size(source)
    try:
        book = openpyxl.load_workbook(source.path, read_only=True, data_only=True)
    except (ValueError, KeyError, zipfile.BadZipFile, SyntaxError) as error:
        raise _wrong(source.shown, str(error).splitlines()[0] if str(error) else "it is damaged") from None
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not sheets:
            raise _wrong(source.shown, "it has no sheet of cells")
        sheet = sheets[0]
        records = [list(record) for record in _records(sheet, source.shown)]
    finally:
        book.close()
    width = max((len(record) for record in records), default=0)
    if not width:
        raise CannotFindOut(f"`{source.shown}` is empty", "give a sheet with a header and rows", kind="data")
    for record in records:
        record += [""] * (width - len(record))
    notes = []
    if len(sheets) > 1:
        others = listed([other.title for other in sheets[1:]], 4)
        notes.append(f"Of {len(sheets)} sheets the first is read, `{sheet.title}`; not {others}.")
    return from_rows(
        records,
        width,
        source,
        how="Read as an Excel workbook",
        dialect={"format": "excel"},
        notes=notes,
    )


def _check_size(source: Source) -> None:
    try:
        with zipfile.ZipFile(source.path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _wrong(source.shown, str(error)) from None
    if size > MAX_UNPACKED // 4:
        raise _wrong(source.shown, f"it unpacks to {size >> 20} MiB")


def _records(sheet: Any, shown: str) -> Iterator[list[str]]:
    """The rows from the first one that has a cell, without empty columns at their end."""
    begun = False
    for row in sheet.iter_rows(values_only=True):
        cells = [_cell(value) for value in row[: MAX_COLUMNS + 1]]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise _wrong(shown, f"it has over {MAX_COLUMNS} columns")
        if cells or begun:
            begun = True
            yield cells


def _cell(value: Any) -> str:
    """A value as text: numbers in their shortest form, dates as ISO 8601, an error such as `#N/A` as it stands."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _wrong(shown: str, why: str) -> CannotFindOut:
    return CannotFindOut(f"`{shown}` cannot be read as an Excel workbook: {why}", "save the sheet as CSV", kind="data")


EXCEL = Reader(kind="table", suffixes=(".xlsx", ".xlsm"), sniff=lambda head: False, read=_read)
