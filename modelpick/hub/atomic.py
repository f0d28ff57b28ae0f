"""Small files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from modelpick.hub.part_file import sync_folder


def write_whole(place: Path, data: bytes) -> None:
    """Puts these bytes in place of what was there, in one step; a failure leaves that as it was.

    The file's rights are kept; a new one gets those that the umask gives.

    Raises:
        OSError: The folder cannot be written to, or the disk is full.
    """
    fresh = place.with_name(f".{place.name}.{secrets.token_hex(6)}.part")
    # The system takes the umask off these rights, as for any new file; a link of that name is refused.
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            fresh.chmod(place.stat().st_mode & 0o777)
        fresh.replace(place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(place.parent)
