"""Compressed files, unpacked beside us with a limit: gzip, bzip2, xz, and zip archives of one file."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from modelpick.errors import CannotFindOut

MAX_UNPACKED = 4 << 30
"""Bytes that are unpacked at most."""
_FREE, _MOST_FOLD = 64 << 20, 200
_CHUNK = 1 << 20

_Open = Callable[[Path], IO[bytes]]


def _gzip(path: Path) -> IO[bytes]:
    return gzip.open(path)  # type: ignore[return-value]


def _bz2(path: Path) -> IO[bytes]:
    return bz2.open(path)


def _xz(path: Path) -> IO[bytes]:
    return lzma.open(path)


_FORMATS: tuple[tuple[bytes, str, str, _Open], ...] = (
    (b"\x1f\x8b", ".gz", "gzip", _gzip),
    (b"BZh", ".bz2", "bzip2", _bz2),
    (b"\xfd7zXZ\0", ".xz", "xz", _xz),
)
_SUFFIXES = {suffix: name for _, suffix, name, _ in _FORMATS} | {".zip": "zip"}


def unpacked(path: Path, head: bytes, shown: str, folder: Path) -> tuple[Path, str, str]:
    """(file without compression, its lower-case suffix, what it was packed with or ""); `folder` takes what is made.

    What a file is packed with is told by its first bytes; an Excel workbook is a zip archive and is left as it is.

    Raises:
        CannotFindOut: It is broken, protected by a password, holds several files, or unpacks to more than the limit.
    """
    suffix = path.suffix.lower()
    try:
        for magic, ending, name, opener in _FORMATS:
            if head.startswith(magic):
                inner = Path(path.stem) if suffix == ending else path
                target = folder / "unpacked"
                with opener(path) as packed:
                    _copy(packed, target, path.stat().st_size, shown)
                return target, inner.suffix.lower(), name
        if head.startswith(b"PK\x03\x04") and suffix not in (".xlsx", ".xlsm"):
            return _unzipped(path, shown, folder)
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, gzip.BadGzipFile) as error:
        raise _broken(shown, str(error) or "it ends too early") from None
    except OSError as error:
        if error.errno is None:  # what bz2 says of broken data
            raise _broken(shown, str(error)) from None
        raise
    if suffix in _SUFFIXES:
        raise CannotFindOut(
            f"`{shown}` is named `{suffix}` and is not packed with {_SUFFIXES[suffix]}",
            "name it after what it is, such as `.csv`",
            kind="data",
        )
    return path, suffix, ""


def _unzipped(path: Path, shown: str, folder: Path) -> tuple[Path, str, str]:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _of_a_mac(member.filename)]
        if len(members) != 1:
            names = ", ".join(f"`{member.filename}`" for member in members[:5]) or "none"
            raise CannotFindOut(
                f"`{shown}` holds {len(members)} files ({names}) where one table is expected",
                "unpack it, and give the file of the table",
                kind="data",
            )
        member = members[0]
        if member.flag_bits & 1:
            raise CannotFindOut(f"`{shown}` is protected by a password", "unpack it first", kind="data")
        if member.file_size > MAX_UNPACKED:
            raise _too_large(shown)
        target = folder / "unpacked"
        with archive.open(member) as packed:
            _copy(packed, target, path.stat().st_size, shown)
        return target, Path(member.filename).suffix.lower(), "zip"


def _of_a_mac(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.endswith("/.DS_Store")


def _copy(packed: IO[Any], target: Path, size: int, shown: str) -> None:
    """Unpacks piece by piece, and stops at the limit or where it swells beyond what tables do."""
    written = 0
    with target.open("xb") as file:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > MAX_UNPACKED or (written > _FREE and written > _MOST_FOLD * size):
                raise _too_large(shown)
            file.write(chunk)


def _too_large(shown: str) -> CannotFindOut:
    return CannotFindOut(
        f"`{shown}` unpacks to over {MAX_UNPACKED >> 30} GiB, or to over {_MOST_FOLD} times its size: no table does",
        "unpack it yourself if you trust it, and give the file of the table",
        kind="data",
    )


def _broken(shown: str, why: str) -> CannotFindOut:
    return CannotFindOut(f"`{shown}` cannot be unpacked: {why}", "check that the file is whole", kind="data")
