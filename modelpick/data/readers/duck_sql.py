"""DuckDB as we use it: our own connection, paths that are no patterns, and its refusals as errors of ours."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    import duckdb
    from duckdb import DuckDBPyConnection


def connect() -> DuckDBPyConnection:
    """A DuckDB of our own in memory: one thread keeps the order of rows, and nothing is fetched from anywhere."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": tempfile.gettempdir(),
        "memory_limit": "2GB",  # beyond, cells lie on the disk
    }
    return duckdb.connect(":memory:", config=settings)


def quoted_path(path: Path) -> str:
    """The path as DuckDB's file functions take it: absolute, and with nothing that they read as a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path.resolve()))


def quoted_text(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def quoted_texts(texts: Iterable[str]) -> str:
    """Texts as SQL has them, with commas between."""
    return ", ".join(map(quoted_text, texts))


def unreadable(shown: str, error: duckdb.Error) -> CannotFindOut:
    """DuckDB's refusal of a file as an error of ours, without its advice about its own options."""
    import duckdb

    why = str(error).strip().splitlines()[0].removeprefix("Invalid Input Error: ")
    if isinstance(error, duckdb.OutOfMemoryException):
        return CannotFindOut(f"`{shown}` does not fit into memory", "take fewer rows or columns", kind="memory")
    return CannotFindOut(f"`{shown}` cannot be read: {why}", "check that the file is whole", kind="data")
