"""Is it a path or a built-in name, and what kind of file lies there: the questions before any reading."""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from modelpick.errors import CannotFindOut, UsageError

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLook:
    r"""What one pass over a text file told.

    Attributes:
        fingerprint: sha256 (hex) of its bytes.
        lines: Counted at `\n`, an unterminated last one included.
    """

    fingerprint: str
    lines: int


def is_path(text: str) -> bool:
    """Whether it means a file: `./x`, `/x`, `~/x`, a folder before it, or a suffix. Anything else is a name."""
    return "/" in text or "\\" in text or text.startswith("~") or text in {".", ".."} or bool(Path(text).suffix)


def resolve(text: str, built_in: Collection[str]) -> Path | None:
    """The existing regular file that `text` means, or None where it is one of the `built_in` names.

    Raises:
        UsageError: A URL, a folder, a pipe or a device, an unknown name, or a name that could mean both.
        CannotFindOut: There is no such file, or it may not be read.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        raise UsageError(
            f"`{text}` is an address, and data are read from files only",
            "download it first and give the path of the file",
        )
    if not is_path(text):
        if text in built_in:
            if _exists(text):
                raise UsageError(
                    f"`{text}` is a built-in data set and also a file here",
                    f"write `./{text}` for the file, or rename it to use the data set",
                )
            return None
        raise _unknown_name(text, built_in)
    return _regular_file(text)


def _unknown_name(text: str, built_in: Collection[str]) -> UsageError:
    if text and _exists(text):
        return UsageError(f"`{text}` is no built-in data set", f"write `./{text}` for the file of that name")
    close = get_close_matches(text.lower(), built_in, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"built in are {', '.join(built_in)}"
    return UsageError(f"there is no built-in data set `{text}`", f"{hint}; a file is given as `./{text}`")


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except OSError:  # a name that is too long is not there
        return False


def _regular_file(text: str) -> Path:
    try:
        path = Path(text).expanduser()
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise CannotFindOut(
            f"there is no file `{text}`", "check the path, and the folder you are in", kind="file-not-found"
        ) from None
    except PermissionError:
        raise _not_allowed(text) from None
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: `~name` of nobody
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotFindOut(f"`{text}` cannot be opened: {why}", "check the path", kind="data") from error
    if stat.S_ISDIR(mode):
        raise UsageError(
            f"`{text}` is a folder", "give the table's own file; folders of images or sounds come with a later release"
        )
    if not stat.S_ISREG(mode):
        raise UsageError(f"`{text}` is a pipe or a device, no regular file", "write the data into a file first")
    return path


def _not_allowed(text: str) -> CannotFindOut:
    return CannotFindOut(f"`{text}` may not be read by you", "ask for the permission to read it", kind="permission")


def read_head(path: Path, shown: str) -> bytes:
    """The first 64 KiB of a file."""
    try:
        with path.open("rb") as file:
            return file.read(1 << 16)
    except PermissionError:
        raise _not_allowed(shown) from None
    except OSError as error:
        raise CannotFindOut(f"`{shown}` cannot be read: {error.strerror}", kind="data") from error


def fingerprint(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def look_at_text(path: Path, shown: str) -> TextLook:
    """One pass over a text file: strict UTF-8, no NUL, not blank.

    Raises:
        CannotFindOut: It is empty or not UTF-8; the message names the encoding as far as it can be told.
    """
    digest, decoder = sha256(), codecs.getincrementaldecoder("utf-8")()
    lines, last, blank = 0, b"", True
    with path.open("rb") as file:
        chunk = file.read(_CHUNK)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _zero_bytes_like_utf16(chunk):
            raise _not_utf8(shown, "it is UTF-16", "UTF-16")
        while chunk:
            digest.update(chunk)
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                at = lines + 1 + error.object[: error.start].count(b"\n")
                why = f"byte 0x{error.object[error.start]:02x} in line {at}; perhaps latin-1 (Windows-1252)"
                raise _not_utf8(shown, why, "latin1") from None
            if "\0" in text:
                at = lines + 1 + chunk[: chunk.index(b"\0")].count(b"\n")
                raise CannotFindOut(f"`{shown}` is no text: a NUL byte in line {at}", "check the file", kind="data")
            blank = blank and not text.strip().strip("\ufeff")
            lines += chunk.count(b"\n")
            last, chunk = chunk, file.read(_CHUNK)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_utf8(shown, "it ends inside a character", "latin1") from None
    if blank:
        raise CannotFindOut(f"`{shown}` is empty", "give a file with a header and rows", kind="data")
    return TextLook(fingerprint=digest.hexdigest(), lines=lines + (not last.endswith(b"\n")))


def _zero_bytes_like_utf16(head: bytes) -> bool:
    """Western text in UTF-16 without a mark has a zero in every other byte."""
    sample = head[:1000]
    return len(sample) >= 4 and max(sample[0::2].count(0), sample[1::2].count(0)) > 0.4 * len(sample) / 2


def _not_utf8(shown: str, why: str, encoding: str) -> CannotFindOut:
    return CannotFindOut(
        f"`{shown}` is not UTF-8: {why}",
        f"convert it, as with `iconv -f {encoding} -t UTF-8 {shown} > utf8.csv`; a later release reads it as it is",
        kind="data",
    )
