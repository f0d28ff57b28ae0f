"""Sends one request as often as it takes: redirects by hand, the token to the endpoint only, bounded tries."""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit

from modelpick import __version__
from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.answers import not_a_hub
from modelpick.hub.fault_words import error_of, trouble_of
from modelpick.hub.faults import NETWORK, Asked, Trouble, fault_of
from modelpick.hub.pace import Pace
from modelpick.hub.pool import THREADS
from modelpick.hub.retry import Patience, asked_wait, in_words
from modelpick.hub.server_words import clean
from modelpick.hub.settings import Settings
from modelpick.progress import Listener

if TYPE_CHECKING:
    import httpx2 as httpx
else:  # one name across versions: httpx2 since huggingface_hub 2.0
    from huggingface_hub.utils import httpx

T = TypeVar("T")

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_HOPS = 5
_TOO_MANY = 429
_LONG_WAIT = 30.0  # seconds; only the user's own variables allow as many
_TOLD_AFTER = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be sent.

    Attributes:
        method: GET or HEAD.
        url: Whole.
        wait: Seconds for the next bytes of the answer.
        asked: What it is about, for the error's words.
        headers: More of them.
        accept: Statuses that are an answer.
        elsewhere: Whether redirects to another host are followed (without the token) or are the answer.
    """

    method: str
    url: str
    wait: float
    asked: Asked
    headers: Mapping[str, str] | None = None
    accept: frozenset[int] = frozenset({200})
    elsewhere: bool = True

    @property
    def good(self) -> frozenset[int]:
        """All statuses that are an answer."""
        return self.accept if self.elsewhere else self.accept | _REDIRECTS


class Connection:
    """The connections to one endpoint and to where it redirects."""

    def __init__(self, settings: Settings, listener: Listener) -> None:
        self._settings = settings
        self._listener = listener
        self._http = None if settings.offline else _open_http(settings)
        self._pace = Pace(settings.host, settings.timeouts.wait, listener)

    def close(self) -> None:
        """Closes them; who waits for a turn is sent away."""
        self._pace.close()
        if self._http is not None:
            self._http.close()

    @contextmanager
    def ask(self, request: Request, keep: Callable[[httpx.Response], T]) -> Iterator[tuple[T, httpx.Response]]:
        """Sends until there is an answer; yields what `keep` made of it, and the answer, still open.

        A try counts as failed when `keep` meets a network error while it reads.

        Raises:
            CannotFindOut: There is none, or it is a status that is no answer (`HubRefusal`).
        """
        timeouts = self._settings.timeouts
        silence = max(timeouts.silence, 1.5 * request.wait)
        patience = Patience(silence=silence, longest_wait=timeouts.wait, host=self._settings.host)
        while True:
            asked_at = time.monotonic()
            try:
                with self._pace.turn(request.url):
                    patience.excuse(time.monotonic() - asked_at)
                    with self._telling(request):
                        response = self._send(request, self._bound(request, patience))
                    if self._settings.owns(str(response.url)):  # inside: the next turn must know what is left
                        self._pace.heard(request.url, response.headers)
                kept = _kept(response, keep, request.good)
            except NETWORK as error:
                self._pause_or_raise(patience, trouble_of(self._settings, request.asked, error=error), request.url)
                continue
            if kept is not None:
                break
            if response.status_code == _TOO_MANY:
                self._pace.refused(request.url, asked_wait(response.headers) or 0.0)
            self._pause_or_raise(patience, trouble_of(self._settings, request.asked, response), request.url)
        try:
            yield kept[0], response
        finally:
            response.close()

    @contextmanager
    def _telling(self, request: Request) -> Iterator[None]:
        """Says what is waited for where that may take minutes: a proxy may fetch a large file before it answers."""
        if request.wait < _LONG_WAIT:
            yield
            return
        what = f"`{request.asked.path}`" if request.asked.path else "an answer"
        told = f"waiting for {what} from {self._settings.host}, for up to {in_words(request.wait)}"
        timer = threading.Timer(_TOLD_AFTER, self._listener.notice, (told,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _bound(self, request: Request, patience: Patience) -> httpx.Timeout:
        """The timeouts of one try. Waiting for a free connection is no silence of the server's."""
        timeouts = self._settings.timeouts
        read = max(1.0, min(request.wait, patience.left()))
        return httpx.Timeout(read, connect=min(timeouts.connect, request.wait), pool=max(timeouts.answer, request.wait))

    def _pause_or_raise(self, patience: Patience, trouble: Trouble, url: str) -> None:
        fault = fault_of(trouble)
        pause = patience.pause(fault.again, trouble.headers)
        if pause is None:
            raise error_of(trouble, fault) from trouble.error
        if trouble.status == _TOO_MANY:  # not for this request alone: the next turn comes after the pause
            self._pace.refused(url, pause)
            return
        if fault.kind == "timeout":
            self._listener.notice(f"{trouble.host} has not answered yet; trying again")
        elif pause >= 2.0:
            self._listener.notice(f"{trouble.host}: trying again in {in_words(pause)}")
        time.sleep(pause)

    def _send(self, request: Request, timeout: httpx.Timeout) -> httpx.Response:
        """Sends once and follows redirects by hand, so that the token goes to the endpoint's own origin only."""
        if self._http is None:
            raise CannotFindOut(
                f"offline mode is on (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE), and this needs {self._settings.host}",
                "unset HF_HUB_OFFLINE, or use what lies on the disk: ./folder instead of a repo id",
                kind="offline",
            )
        url = request.url
        for _ in range(_MAX_HOPS + 1):
            headers = {**(request.headers or {}), "accept-encoding": "identity"}
            if self._settings.token and self._settings.owns(url):
                headers["authorization"] = f"Bearer {self._settings.token}"
            sent = self._http.build_request(request.method, url, headers=headers, timeout=timeout)
            response = self._http.send(sent, stream=True)
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not location:
                return response
            target = join(url, location)
            if target is None or not (request.elsewhere or self._settings.owns(target)):
                return response
            response.close()
            url = target
        raise not_a_hub(self._settings, f"redirects more than {_MAX_HOPS} times")


def join(url: str, reference: str) -> str | None:
    """The address that a `Location` or `Link` names, seen from a page; None where it is none of the web."""
    try:
        target = urljoin(url, reference)
        parts = urlsplit(target)
        return target if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _kept(response: httpx.Response, keep: Callable[[httpx.Response], T], good: frozenset[int]) -> tuple[T] | None:
    """What `keep` makes of a good answer; None for another. Closes the answer on anything but success."""
    if response.status_code not in good:
        response.close()
        return None
    try:
        return (keep(response),)
    except BaseException:
        response.close()
        raise


def _open_http(settings: Settings) -> httpx.Client:
    from huggingface_hub import __version__ as hub_version

    # Not huggingface_hub's build_hf_headers: once a day that asks HF_ENDPOINT's host for a list of coding tools,
    # which may be another host than the one this client was told to ask.
    headers = {"user-agent": f"modelpick/{__version__}; hf_hub/{hub_version}", "accept": "*/*"}
    try:
        return httpx.Client(
            headers=headers,
            timeout=settings.timeouts.connect,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=2 * THREADS, max_keepalive_connections=2 * THREADS),
        )
    except ImportError as error:
        raise UsageError(
            "a SOCKS proxy is set, and the package that speaks its protocol is not installed",
            "`pip install socksio`, or set HTTPS_PROXY to an http:// proxy; see ALL_PROXY, HTTP_PROXY and HTTPS_PROXY",
        ) from error
    except (ValueError, OSError, httpx.InvalidURL) as error:
        # An invalid address may hold the proxy's password in any of its parts.
        why = "a proxy's address is malformed" if isinstance(error, httpx.InvalidURL) else clean(str(error))
        store = os.environ.get("SSL_CERT_FILE", "")
        if isinstance(error, FileNotFoundError) and store:
            why = f"SSL_CERT_FILE names no file (`{clean(store)}`)"
        elif isinstance(error, ssl.SSLError) and store:
            why = f"SSL_CERT_FILE (`{clean(store)}`) holds no certificate that can be read"
        raise UsageError(
            f"the connection cannot be set up as the environment asks: {why}",
            "check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
        ) from error
