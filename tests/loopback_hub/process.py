"""Starts and stops the server in a process of its own, and talks to it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from loopback_hub.faults import Fault

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that the server received; header names as sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    time: float
    body: str
    port: int
    """Of the client: requests over one connection have it in common."""

    def header(self, name: str) -> str | None:
        """A header's value, whatever the case of its name."""
        return next((v for k, v in self.headers.items() if k.lower() == name.lower()), None)

    @property
    def token(self) -> str | None:
        """The bearer token that was sent along."""
        sent = self.header("Authorization")
        return None if sent is None else sent.removeprefix("Bearer ")


class LoopbackHub:
    """A context manager: the Hub of a folder, at `endpoint` while inside.

    Args:
        folder: The repos; read anew at each request.
        dump: A `models.jsonl.xz` to be served as well (takes some seconds).
        page_size: Most entries of one page.
        faults: From the start on; more with `inject`.
        mount: A path that all routes lie under, as on a company mirror (`/repository/hub`).
        not_found_code: Say `X-Error-Code: RepoNotFound` of unknown repos to anonymous callers too.
    """

    def __init__(
        self,
        folder: Path,
        *,
        dump: Path | None = None,
        page_size: int = 1000,
        faults: Iterable[Fault] = (),
        not_found_code: bool = False,
        mount: str = "",
    ) -> None:
        options = ["--page-size", str(page_size), "--faults", f"[{','.join(f.to_json() for f in faults)}]"]
        options += ["--dump", str(dump)] if dump else []
        options += ["--mount", mount] if mount else []
        options += ["--not-found-code"] if not_found_code else []
        # -S: the standard library is enough, and site-packages cost more than the server's own start.
        self._command = [sys.executable, "-S", "-m", "loopback_hub", str(folder), *options]
        self.folder = folder
        self._mount = mount
        self._origin = ""
        self.endpoint = ""

    def __enter__(self) -> LoopbackHub:
        self._process = subprocess.Popen(
            self._command, cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.__exit__(None, None, None)
            raise RuntimeError("the loopback Hub did not start; its own message is on stderr")
        self._origin = f"http://127.0.0.1:{json.loads(line)['port']}"
        self.endpoint = self._origin + self._mount
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def requests(self, path: str = "") -> list[Recorded]:
        """The requests so far whose path and query match this regular expression, in order."""
        recorded = [Recorded(**record) for record in self._ask("GET", "/__requests__")]
        return [r for r in recorded if re.search(path, f"{r.path}?{r.query}")]

    def forget(self) -> None:
        """Forgets the requests so far."""
        self._ask("DELETE", "/__requests__")

    def inject(self, fault: Fault) -> None:
        """Adds a fault."""
        self._ask("POST", "/__faults__", fault.to_json())

    def heal(self) -> None:
        """Takes all faults away."""
        self._ask("DELETE", "/__faults__")

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        data = None if body is None else body.encode()
        request = urllib.request.Request(self._origin + path, data=data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as response:
            return json.load(response)
