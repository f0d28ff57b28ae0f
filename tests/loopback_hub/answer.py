"""An answer of the server before it is sent: what faults change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHUNK = 1 << 16


@dataclass(slots=True)
class Answer:
    """Status, headers and body; of a file the part from `start` to `end` (exclusive)."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Path = b""
    start: int = 0
    end: int = 0

    @property
    def length(self) -> int:
        """How many bytes of body the answer declares."""
        return self.end - self.start

    def chunks(self) -> Iterator[bytes]:
        """The body, piece by piece."""
        if isinstance(self.body, bytes):
            if self.length:
                yield self.body[self.start : self.end]
            return
        with self.body.open("rb") as stream:
            stream.seek(self.start)
            left = self.length
            while left > 0 and (chunk := stream.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer of JSON."""
    body = json.dumps(value).encode()
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Answer(status, kind | (headers or {}), body, 0, len(body))


def as_error(status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None) -> Answer:
    """An error as the Hub tells it: in the body, in X-Error-Message, and mostly in X-Error-Code."""
    named = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
    return as_json({"error": message}, status, named | (headers or {}))
