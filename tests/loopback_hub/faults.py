"""Harm on demand. A fault applies to requests whose path matches, `count` times.

| kind | does | uses |
|---|---|---|
| cut | closes the connection after `at` bytes of the body | at |
| reset | the same with a TCP reset | at |
| flip | changes one bit of the byte at `at`, counted in the whole file | at |
| drip | sends `at` bytes (1) every `seconds` | at, seconds |
| hang | sends nothing for `seconds` (an hour), before the answer or after `at` bytes of its body | at, seconds |
| truncate | a shorter body with a fitting Content-Length | at |
| endless | no Content-Length; after the body zeros up to `at` bytes (1 GiB) | at |
| gzip | the body compressed, followed by `at` zeros (0): a bomb | at |
| status | another answer | status, headers, body |
| html | a captive portal's page with status 200; X- headers stay | headers |
| json | a body of JSON, broken (the default) or as given | body |
| patch | changes members of a JSON object | patch |
| drop-header | leaves out a header | header |
| set-header | changes or adds headers | headers |
| no-range | ignores Range | |
| shift | answers a Range `at` bytes too late, and says so in Content-Range | at |
| redirect | to `location` (`{path}` is the path asked for) | status (302), location |
| page-size | pages of `at` entries | at |
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any

from loopback_hub.answer import Answer

PORTAL = b"<!doctype html><html><body><h1>Welcome to the hotel</h1><p>Please log in.</p></body></html>"
KINDS = [
    "cut",
    "reset",
    "flip",
    "drip",
    "hang",
    "truncate",
    "endless",
    "gzip",
    "status",
    "html",
    "json",
    "patch",
    "drop-header",
    "set-header",
    "no-range",
    "shift",
    "redirect",
    "page-size",
]


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        path: A regular expression that is searched in path and query.
        kind: See the module's table.
        count: How many requests it hits; None for all.
        skip: How many matching requests it lets pass first.
        method: Only these; None for all.
    """

    path: str
    kind: str
    count: int | None = None
    skip: int = 0
    method: str | None = None
    at: int | None = None
    seconds: float | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    header: str = ""
    body: str | None = None
    patch: dict[str, Any] = field(default_factory=dict)
    location: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}")

    def to_json(self) -> str:
        """For the server's process."""
        return json.dumps(asdict(self))

    def hits(self, method: str, target: str) -> bool:
        """Whether this request is hit; counts."""
        if self.count == 0 or (self.method or method) != method or not re.search(self.path, target):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.count is not None:
            self.count -= 1
        return True

    def change(self, answer: Answer, target: str) -> None:
        """Changes the answer; what concerns the connection is done when it is sent."""
        if self.kind == "status":
            _replace(answer, self.body or "", status=self.status or 500)
            answer.headers = {"Content-Type": "text/plain"} | self.headers
        elif self.kind == "html":
            kept = {k: v for k, v in answer.headers.items() if k.lower().startswith("x-") or k == "ETag"}
            _replace(answer, PORTAL.decode(), status=200)
            answer.headers = kept | {"Content-Type": "text/html"} | self.headers
        elif self.kind == "json":
            _replace(answer, '{"id": "org/na' if self.body is None else self.body, status=200)
        elif self.kind == "patch" and isinstance(answer.body, bytes):
            _replace(answer, json.dumps(json.loads(answer.body) | self.patch))
        elif self.kind == "drop-header":
            answer.headers = {k: v for k, v in answer.headers.items() if k.lower() != self.header.lower()}
        elif self.kind == "set-header":
            names = {name.lower() for name in self.headers}
            answer.headers = {k: v for k, v in answer.headers.items() if k.lower() not in names} | self.headers
        elif self.kind == "redirect":
            _replace(answer, "", status=self.status or 302)
            answer.headers["Location"] = self.location.format(path=target)
        elif self.kind == "truncate":
            answer.end = min(answer.end, answer.start + (self.at or 0))
        elif self.kind == "gzip":
            data = b"".join(answer.chunks()) + b"\0" * (self.at or 0)
            packer = zlib.compressobj(wbits=31)
            answer.body = packer.compress(data) + packer.flush()
            answer.start, answer.end = 0, len(answer.body)
            answer.headers["Content-Encoding"] = "gzip"


def _replace(answer: Answer, text: str, status: int | None = None) -> None:
    answer.body = text.encode("utf-8", "surrogateescape")
    answer.start, answer.end = 0, len(answer.body)
    answer.status = status or answer.status
