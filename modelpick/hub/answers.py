"""What a Hub's answer must be before anybody reads it: JSON of a sane shape, and no page of a captive portal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from modelpick.errors import CannotFindOut
from modelpick.hub.server_words import clean
from modelpick.hub.settings import Settings

MAX_VALUES = 3_000_000
"""Values of one answer, at most: each costs far more memory than its two or three bytes of JSON. An answer about
100,000 files has 600,000.
"""


def not_a_hub(settings: Settings, what: str) -> CannotFindOut:
    """The one error for all answers that no Hub gives; `what` continues "HOST ..."."""
    return CannotFindOut(
        f"{settings.host} {what}: that is no Hub's answer",
        f"check the endpoint {settings.endpoint} (--endpoint, HF_ENDPOINT) and the proxy",
        kind="not-a-hub",
    )


def refuse_html(settings: Settings, headers: Mapping[str, str], data: bytes, path: str | None = None) -> None:
    """Refuses a page where a file was asked for (a login page, a captive portal).

    Raises:
        CannotFindOut: The content type is HTML, and the file asked for is none.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    wanted = (path or "").lower().endswith((".html", ".htm"))
    if kind == "text/html" and not wanted and data.lstrip()[:1] == b"<":
        raise not_a_hub(settings, "answers with a web page")


def read_json(settings: Settings, headers: Mapping[str, str], data: bytes) -> object:
    """The JSON value of an answer.

    Raises:
        CannotFindOut: It is HTML, not UTF-8, cut, nested too deep, or holds too many values, NaN, a number of
            thousands of digits, or a name twice in one object.
    """
    refuse_html(settings, headers, data)
    if data.count(b",") > MAX_VALUES:
        raise not_a_hub(settings, f"answers with more than {MAX_VALUES:,} values")
    try:
        value: object = json.loads(
            data.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_unique_names
        )
    except RecursionError:
        raise not_a_hub(settings, "answers with JSON that is nested too deep") from None
    except ValueError as error:
        raise not_a_hub(settings, f"answers with broken JSON ({clean(str(error))})") from error
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return names
