"""Paths as users write them, and the folder of our own files."""

from __future__ import annotations

import os
from pathlib import Path

from modelpick.errors import CannotFindOut, UsageError


def user_path(path: str | Path) -> Path:
    """The path with `~` filled in.

    Raises:
        UsageError: Nobody knows the home folder that it means.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UsageError(f"the home folder in `{path}` is not known", "set HOME, or write the whole path") from error


def whole_path(path: str | Path) -> Path:
    """The path from the root on, `~` filled in: what is told to a person or kept in a receipt holds anywhere.

    Raises:
        UsageError: It is empty, or nobody knows the home folder that it means.
        CannotFindOut: It is relative, and the current folder is gone.
    """
    if not str(path).strip():
        raise UsageError("the name of the folder is empty", "give it a name, or leave the option out")
    try:
        return user_path(path).absolute()
    except FileNotFoundError as error:
        hint = "change to a folder that exists, or write the whole path"
        raise CannotFindOut("the current folder is gone", hint, kind="disk") from error


def own_folder() -> Path:
    """The folder of our own files: `MODELPICK_HOME`, else the user's cache folder of this platform.

    Raises:
        UsageError: It begins with `~`, and nobody knows that home folder.
    """
    chosen = os.environ.get("MODELPICK_HOME", "").strip()
    if chosen:
        return whole_path(chosen)
    from platformdirs import user_cache_path

    return whole_path(user_cache_path("modelpick", appauthor=False))
