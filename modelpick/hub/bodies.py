"""Reads bodies as they come, within caps and deadlines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelpick.errors import CannotFindOut
from modelpick.hub.answers import not_a_hub
from modelpick.hub.fault_words import error_of, trouble_of
from modelpick.hub.faults import NETWORK, Asked, fault_of
from modelpick.hub.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx
else:  # one name across versions: httpx2 since huggingface_hub 2.0
    from huggingface_hub.utils import httpx

_SLOW_BYTES, _SLOW_SECONDS = 30 * 1024, 30.0


def read_body(settings: Settings, response: httpx.Response, cap: int) -> bytes:
    """The body up to `cap` bytes, within the deadline of one answer.

    Raises:
        CannotFindOut: It comes too slowly, or packed.
    """
    _refuse_encoding(settings, response)
    limit = max(settings.timeouts.answer, settings.timeouts.file)
    deadline, data = time.monotonic() + limit, bytearray()
    for chunk in response.iter_raw():
        data += chunk
        if len(data) > cap:  # not at it: a body that is read to its end leaves its connection to the next request
            break
        if time.monotonic() > deadline:
            host = settings.host if settings.owns(str(response.url)) else response.url.host
            raise CannotFindOut(
                f"{host} answers too slowly: not done after {limit:.0f} s",
                "try again later, or check the network",
                kind="timeout",
            )
    del data[cap:]
    return bytes(data)


def body_chunks(settings: Settings, response: httpx.Response, max_bytes: int, asked: Asked) -> Iterator[bytes]:
    """The body piece by piece.

    Raises:
        BrokenBody: It ended early, stalled, or fell below 1 KiB/s over 30 s.
        CannotFindOut: It is longer than `max_bytes`, or packed.
    """
    _refuse_encoding(settings, response)
    total = window = 0
    since = time.monotonic()
    try:
        for chunk in response.iter_raw():
            total += len(chunk)
            window += len(chunk)
            if total > max_bytes:
                raise CannotFindOut(
                    f"`{asked.path or response.url}` is longer than the {max_bytes} bytes that were promised",
                    "the server or a proxy changed the file; try again, or another endpoint",
                    kind="data",
                )
            yield chunk
            now = time.monotonic()
            if now - since > _SLOW_SECONDS:
                if window < _SLOW_BYTES:
                    raise httpx.ReadTimeout("less than 1 KiB/s")
                since, window = now, 0
    except NETWORK as error:
        trouble = trouble_of(settings, asked, error=error)
        raise error_of(trouble, fault_of(trouble), body=True) from error


def _refuse_encoding(settings: Settings, response: httpx.Response) -> None:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise not_a_hub(settings, f"packs its answer ({encoding}) though it was asked not to")
