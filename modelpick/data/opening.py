"""From a file to a raw table: unpacked, recognised by its suffix or its first bytes, and handed to its reader."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from modelpick.data.files import fingerprint, read_head
from modelpick.data.kinds import WORDS, media_kind
from modelpick.data.raw_table import RawTable, Reader, Source
from modelpick.data.read_options import ReadOptions
from modelpick.data.readers import READERS
from modelpick.data.schema import MISSING_CODES
from modelpick.data.table import as_number
from modelpick.data.unpack import unpacked
from modelpick.errors import CannotFindOut

OTHERS = {
    ".xls": "an Excel workbook of before 2007",
    ".ods": "an OpenDocument sheet",
    ".zst": "packed with zstd",
    ".7z": "a 7-Zip archive",
    ".tar": "a tar archive",
    ".tgz": "a tar archive",
    ".rar": "a RAR archive",
    ".pkl": "a pickle, which may run anybody's code when it is loaded",
    ".pickle": "a pickle, which may run anybody's code when it is loaded",
    ".feather": "a Feather file",
    ".sav": "an SPSS file",
    ".dta": "a Stata file",
    ".sas7bdat": "a SAS file",
}
"""Suffixes of tables that are not read, and what such a file is."""


def open_table(path: Path, shown: str, options: ReadOptions, codes: tuple[str, ...] | None = None) -> RawTable:
    """The table of a file.

    Args:
        codes: All cells that mean a missing value; None: the usual ones and those of the options.

    Raises:
        CannotFindOut: It cannot be read, or is of no known format.
    """
    head = read_head(path, shown)
    try:
        with TemporaryDirectory(prefix="modelpick-") as made:
            folder = Path(made)
            plain, suffix, packed = unpacked(path, head, shown, folder)
            inside = read_head(plain, shown)
            _check_no_page(inside, shown)
            reader = _reader(suffix, inside, shown)
            source = Source(
                path=plain,
                shown=shown,
                fingerprint=fingerprint(path),
                folder=folder,
                options=options,
                codes=codes or (*MISSING_CODES, *(code.strip() for code in options.na if as_number(code) is None)),
                packed=packed,
            )
            return reader.read(source)
    except OSError as error:
        raise CannotFindOut(
            f"`{shown}` cannot be read: {error.strerror}", "check the disk that it lies on", kind="data"
        ) from error


def _check_no_page(head: bytes, shown: str) -> None:
    """Refuses a web page, which a browser or a download often saves under the name of the table."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise CannotFindOut(
            f"`{shown}` is a web page (HTML), no table",
            "download the file itself: on GitHub and the Hub the button is called Raw or Download",
            kind="data",
        )


def _reader(suffix: str, head: bytes, shown: str) -> Reader:
    for reader in READERS:
        if suffix in reader.suffixes:
            return reader
    if suffix in OTHERS:
        raise CannotFindOut(
            f"`{shown}` is {OTHERS[suffix]}, which is not read",
            "save the table as CSV (UTF-8, with a header) or Parquet",
            kind="data",
        )
    if not suffix or not suffix[1:].isalpha():
        for reader in READERS:
            if reader.sniff(head):
                return reader
    kind = media_kind(f"file{suffix}")
    if kind is not None:
        one, many = WORDS[kind]
        raise CannotFindOut(
            f"`{shown}` is one {one}, where a table is expected",
            f"give a folder that holds a folder of {many} for each class, or a CSV with their paths and labels",
            kind="data",
        )
    known = ", ".join(f"`{known}`" for reader in READERS for known in reader.suffixes)
    raise CannotFindOut(
        f"`{shown}` has no suffix of a table that can be read ({known})",
        "rename it after what it is, or save it as CSV with a header",
        kind="data",
    )
