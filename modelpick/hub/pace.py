"""How fast a Hub may be asked: what its `RateLimit` headers leave, shared by all threads of a client.

Source: hub-docs rate-limits (`RateLimit: "api";r=466;t=45`: 466 requests left, 45 seconds to the next window).
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from modelpick.errors import CannotFindOut
from modelpick.hub.retry import in_words, rate_limited
from modelpick.progress import Listener

_LEFT = re.compile(r'"[^"]{1,40}"\s*;\s*r\s*=\s*(\d{1,9})\s*;\s*t\s*=\s*(\d{1,9})')
_SAME_WINDOW = 1.5  # seconds by which the ends of one window may differ in two answers
_WORTH_TELLING = 1.0  # seconds


@dataclass(slots=True)
class _Window:
    """What an answer said is left, and until when (seconds of the monotonic clock)."""

    left: int
    end: float


class Pace:
    """Lets requests go as long as the Hub has some left for us; all threads wait where it has none.

    Each kind of request (API calls, files) is counted by the Hub for itself. Requests under way count as spent, so
    the threads slow down before a window is empty, and none of them runs into a refusal that another one had.

    Args:
        host: For notices and errors.
        longest_wait: Seconds that one request waits for its turn, at most.
        listener: Hears of waits.
    """

    def __init__(self, host: str, longest_wait: float, listener: Listener) -> None:
        self._host = host
        self._longest_wait = longest_wait
        self._listener = listener
        self._changed = threading.Condition()
        self._windows: dict[str, _Window] = {}
        self._shut: dict[str, float] = {}  # until when a refusal holds
        self._under_way: Counter[str] = Counter()
        self._told = 0.0  # the end of the wait that was told last
        self._closed = False

    @contextmanager
    def turn(self, url: str) -> Iterator[None]:
        """Waits for the request's turn; while inside, it counts as under way.

        Raises:
            CannotFindOut: The Hub asks for a longer wait than is borne, or the client was closed meanwhile.
        """
        kind = _kind(url)
        with self._changed:
            while (wait := self._wait(kind)) > 0:
                self._changed.wait(wait)
            self._under_way[kind] += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way[kind] -= 1
                self._changed.notify_all()

    def heard(self, url: str, headers: Mapping[str, str]) -> None:
        """Takes note of what an answer says is left."""
        match = _LEFT.search(headers.get("ratelimit", ""))
        if match is None:
            return
        kind, left, end = _kind(url), int(match[1]), time.monotonic() + float(match[2])
        with self._changed:
            known = self._windows.get(kind)
            if known is not None and end <= known.end + _SAME_WINDOW:  # answers come in any order
                left, end = min(left, known.left), known.end
            self._windows[kind] = _Window(left, end)

    def refused(self, url: str, seconds: float) -> None:
        """The Hub asked for a wait before the next request of this kind: all threads keep to it."""
        kind, end = _kind(url), time.monotonic() + seconds
        with self._changed:
            self._shut[kind] = max(end, self._shut.get(kind, 0.0))

    def close(self) -> None:
        """Sends away all who wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait(self, kind: str) -> float:
        """Seconds until something may have changed; 0 where the request may go."""
        if self._closed:
            raise CannotFindOut("the connection to the Hub was closed", kind="network")
        now = time.monotonic()
        shut = self._shut.get(kind, 0.0)
        if shut > now:
            if shut - now > self._longest_wait:
                raise rate_limited(self._host, shut - now)
            self._tell(shut)
            return shut - now
        window = self._windows.get(kind)
        if window is None or window.left > self._under_way[kind] or window.end <= now:
            return 0.0
        if window.left == 0 and window.end - now > self._longest_wait:
            return 0.0  # a refusal would say so; a mirror's headers may mean nothing
        if window.left == 0:
            self._tell(window.end)
        return window.end - now  # sooner where those under way leave some over

    def _tell(self, end: float) -> None:
        wait = end - time.monotonic()
        if end > self._told + _SAME_WINDOW and wait >= _WORTH_TELLING:
            self._told = end
            self._listener.notice(f"{self._host} allows no more requests for now; going on in {in_words(wait)}")


def _kind(url: str) -> str:
    return "api" if "/api/" in urlsplit(url).path else "files"
