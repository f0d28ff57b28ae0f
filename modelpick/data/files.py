"""Is it a path or a built-in name, and what kind of file lies there: the questions before any reading."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from modelpick.errors import CannotFindOut, UsageError

_CHUNK = 1 << 20


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
    name = Path(text).stem
    if name in built_in and Path(text).parent == Path() and not _exists(text):
        raise CannotFindOut(
            f"there is no file `{text}`", f"write `{name}` for the built-in data set", kind="file-not-found"
        )
    return _regular_file(text)


def _unknown_name(text: str, built_in: Collection[str]) -> UsageError:
    if text and _exists(text):
        return UsageError(f"`{text}` is no built-in data set", f"write `./{text}` for the file of that name")
    close = get_close_matches(text.lower(), built_in, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"built in are {', '.join(built_in)};"
    return UsageError(f"there is no built-in data set `{text}`", f"{hint} a file is given as `./{text}`")


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
        raise UsageError(f"`{text}` is a folder, where one file is expected", "give the table's own file")
    if not stat.S_ISREG(mode):
        raise UsageError(f"`{text}` is a pipe or a device, no regular file", "write the data into a file first")
    return path


def _not_allowed(text: str) -> CannotFindOut:
    return CannotFindOut(f"`{text}` may not be read by you", "ask for the permission to read it", kind="permission")


def why_unread(error: OSError | UnicodeDecodeError) -> str:
    """Why a text in UTF-8 could not be read: `no such file or directory`, or the line that is no UTF-8."""
    if isinstance(error, UnicodeDecodeError):
        return f"line {error.object[: error.start].count(10) + 1} is not UTF-8"
    words = error.strerror or type(error).__name__
    return words[:1].lower() + words[1:]


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
