"""What a server says in words of its own, made fit for a message of ours."""

from __future__ import annotations

import unicodedata

_WORDS = 200
"""Characters of a server's own message that are passed on."""


def clean(text: str) -> str:
    """A server's words without control, format and escape characters, on one line, cut."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 4 * _WORDS])
    line = " ".join(kept.split()).rstrip(".")
    return line if len(line) <= _WORDS else line[:_WORDS] + "..."
