"""How long a server asks to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from modelpick.hub.retry import asked_wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"ratelimit": '"api";r=0;t=55', "retry-after": "3"}, 56.0),
        ({"ratelimit": '"api";r=12;t=55', "retry-after": "3"}, 3.0),
        ({"retry-after": "1" + "0" * 30}, 1e30),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Mon, 01 Jan 2024 00:00:00 +" + "9" * 30}, None),
        ({"retry-after": "Mon, " + "9" * 30 + " Jan 2024 00:00:00 GMT"}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds


def test_retry_after_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert asked_wait({"retry-after": soon}) == pytest.approx(90, abs=3)
