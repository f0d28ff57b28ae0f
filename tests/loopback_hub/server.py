"""The HTTP server: takes requests, records them, lets faults do their harm, sends answers."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from loopback_hub.answer import Answer, as_json
from loopback_hub.faults import Fault
from loopback_hub.routes import RATE, Routes


class Hub(ThreadingHTTPServer):
    """The server with its routes, its faults and its memory of requests."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, routes: Routes, faults: list[Fault], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.routes = routes
        self.faults = faults
        self.requests: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the server's."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server: Hub

    def do_GET(self) -> None:
        """A GET, HEAD, POST or DELETE."""
        target = self.path
        path, _, query = target.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path.startswith("/__"):
            return self._send(self._control(path, body), [])
        with self.server.lock:
            hit = [fault for fault in self.server.faults if fault.hits(self.command, target)]
            record = {"method": self.command, "path": path, "query": query, "headers": dict(self.headers)}
            self.server.requests.append(
                record | {"time": time.time(), "body": body.decode("latin-1"), "port": self.client_address[1]}
            )
        kinds = {fault.kind: fault for fault in hit}
        if "no-range" in kinds:
            del self.headers["Range"]
        if "hang" in kinds and kinds["hang"].at is None:
            time.sleep(_seconds(kinds["hang"]))
        page_size = kinds["page-size"].at if "page-size" in kinds else None
        answer = self.server.routes.answer(path, query, body, self.headers, page_size)
        answer.headers = RATE | answer.headers
        if "shift" in kinds and answer.status == 206:
            _shift(answer, kinds["shift"].at or 1)
        for fault in hit:
            fault.change(answer, target)
        return self._send(answer, hit)

    do_HEAD = do_POST = do_DELETE = do_GET  # noqa: N815 - names of the base class

    def _control(self, path: str, body: bytes) -> Answer:
        """The tests' own routes: read or forget the requests, set or clear the faults."""
        with self.server.lock:
            if path == "/__requests__" and self.command == "GET":
                return as_json(self.server.requests)
            if path == "/__requests__":
                self.server.requests.clear()
            elif path == "/__faults__" and self.command == "POST":
                self.server.faults.append(Fault(**json.loads(body)))
            elif path == "/__faults__":
                self.server.faults.clear()
        return as_json({})

    def _send(self, answer: Answer, hit: list[Fault]) -> None:
        kinds = {fault.kind: fault for fault in hit}
        self.send_response(answer.status)
        for name, text in answer.headers.items():
            self.send_header(name, text)
        dropped = {fault.header.lower() for fault in hit if fault.kind == "drop-header"}
        given = {name.lower() for name in answer.headers}
        if "endless" in kinds or "content-length" in dropped:
            self.close_connection = True
            self.send_header("Connection", "close")
        elif "content-length" not in given:
            self.send_header("Content-Length", str(answer.length))
        self.end_headers()
        if self.command == "HEAD" or answer.status in (204, 304):
            return
        self._send_body(answer, kinds)

    def _send_body(self, answer: Answer, kinds: dict[str, Fault]) -> None:
        stop = kinds.get("cut") or kinds.get("reset")
        hang, flip, drip = kinds.get("hang"), kinds.get("flip"), kinds.get("drip")
        sent = 0
        for chunk in answer.chunks():
            if flip is not None:
                place = (flip.at or 0) - answer.start - sent
                if 0 <= place < len(chunk):
                    chunk = chunk[:place] + bytes([chunk[place] ^ 1]) + chunk[place + 1 :]
            limit = next((f.at for f in (stop, hang) if f is not None and f.at is not None), None)
            if limit is not None and sent + len(chunk) >= limit:
                self.wfile.write(chunk[: limit - sent])
                self.wfile.flush()
                if stop is None and hang is not None:
                    time.sleep(_seconds(hang))
                return self._break_off(kinds)
            if drip is not None:
                self._drip(chunk, drip)
            else:
                self.wfile.write(chunk)
            sent += len(chunk)
        if stop is not None:
            return self._break_off(kinds)
        if "endless" in kinds:
            left = kinds["endless"].at or 1 << 30
            while left > 0:
                self.wfile.write(bytes(1 << 16))
                left -= 1 << 16
        return None

    def _drip(self, chunk: bytes, drip: Fault) -> None:
        step = drip.at or 1
        for start in range(0, len(chunk), step):
            self.wfile.write(chunk[start : start + step])
            self.wfile.flush()
            time.sleep(drip.seconds or 0.1)

    def _break_off(self, kinds: dict[str, Fault]) -> None:
        self.close_connection = True
        self.wfile.flush()
        if "reset" in kinds:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - of the base class
        """Nothing: the requests are recorded."""


def _seconds(fault: Fault) -> float:
    return 3600 if fault.seconds is None else fault.seconds


def _shift(answer: Answer, by: int) -> None:
    size = answer.headers["Content-Range"].rpartition("/")[2]
    answer.start = min(answer.start + by, answer.end - 1)
    answer.headers["Content-Range"] = f"bytes {answer.start}-{answer.end - 1}/{size}"
