"""Lines for a person on stderr, beside the answer on stdout."""

from __future__ import annotations

from typing import TextIO


def tell(stream: TextIO, line: str) -> None:
    """Writes a line. Where nobody can read it (a closed pipe, a full disk) the work goes on: the exit code tells."""
    try:
        stream.write(line + "\n")
        stream.flush()
    except OSError:
        pass
