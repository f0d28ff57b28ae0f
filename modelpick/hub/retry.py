"""When to ask again, and how long to wait: one bounded policy for every route."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from modelpick.errors import CannotFindOut
from modelpick.hub.faults import Again

_DELAYS = {Again.NEVER: (), Again.SOON: (0.3, 0.7), Again.LATER: (0.5, 1.0, 2.0, 4.0)}
_RATE_LIMIT = re.compile(r'"\w+"\s*;\s*r\s*=\s*0+\s*;\s*t\s*=\s*(\d{1,40})')


class Patience:
    """The tries of one request.

    Args:
        silence: Seconds in all, from the first try on, in which not even a status came back.
        longest_wait: Seconds in all that a server may ask us to wait.
        host: For the error's words.
    """

    def __init__(self, *, silence: float, longest_wait: float, host: str) -> None:
        self._silent_since = time.monotonic()
        self._silence = silence
        self._longest_wait = longest_wait
        self._waited = 0.0
        self._tries = 0
        self._host = host

    def left(self) -> float:
        """Seconds of silence that are still borne."""
        return max(0.0, self._silent_since + self._silence - time.monotonic())

    def excuse(self, seconds: float) -> None:
        """Time in which the server was not even asked is none of its silence."""
        self._silent_since += seconds

    def pause(self, again: Again, headers: Mapping[str, str] | None) -> float | None:
        """Seconds to wait before the next try, None to give up; `headers` of the answer, if there was one.

        Raises:
            CannotFindOut: The server asks for a longer wait than is borne; the number stands in the message.
        """
        delays = _DELAYS[again]
        if self._tries >= len(delays):
            return None
        pause = delays[self._tries]
        self._tries += 1
        if headers is not None:
            self._silent_since = time.monotonic()
            asked = asked_wait(headers)
            if asked is not None and self._waited + asked > self._longest_wait:
                raise rate_limited(self._host, asked)
            pause = max(pause, asked or 0.0)
            self._waited += pause
            self._silent_since += pause
        elif self.left() <= pause + 1.0:
            return None
        return pause


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks us to wait: `RateLimit` with nothing left, else `Retry-After`; None without either.

    Sources: hub-docs rate-limits (`"api";r=0;t=55`), RFC 9110 section 10.2.3 (seconds or a date).
    """
    limit = _RATE_LIMIT.search(headers.get("ratelimit", ""))
    if limit:
        return float(limit[1]) + 1.0
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return float(after[:40])
    try:
        until = parsedate_to_datetime(after)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def rate_limited(host: str, seconds: float) -> CannotFindOut:
    """The error where a server asks for a longer wait than is borne."""
    return CannotFindOut(
        f"{host} allows no more requests for {in_words(seconds)}",
        f"try again in {in_words(seconds)}; a login (`hf auth login` or HF_TOKEN) is allowed more",
        kind="rate-limit",
    )


def in_words(seconds: float) -> str:
    """A duration for people: 45 s, 12 min, 24 h, 3 days."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} h"
    days = seconds / 86_400
    return f"{days:.0f} days" if days < 1000 else "more than 1000 days"
