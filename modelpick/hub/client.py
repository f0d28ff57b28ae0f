"""The one client that talks to the Hub: every route goes through it, with its timeouts, caps, tries and errors.

It stands on the HTTP library that huggingface_hub brings. huggingface_hub's own calls have no default timeout, retry
on some routes only and wait as long as a server says, and its client is one for the whole process: replacing that
would change it for everybody else.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar
from urllib.parse import quote, urljoin

from modelpick import __version__
from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.answers import not_a_hub, read_json, refuse_html
from modelpick.hub.faults import Asked, Trouble, clean, error_of, fault_of
from modelpick.hub.retry import Patience, in_words
from modelpick.hub.settings import Settings, read_settings
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    import httpx2 as httpx
else:  # one name across versions: httpx2 since huggingface_hub 2.0
    from huggingface_hub.utils import httpx

MAX_ANSWER = 64 * 2**20
"""Bytes of one API answer, at most."""

Params = Sequence[tuple[str, str]]
"""Query parameters in order; a name may come several times."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_HOPS = 5
_MAX_PAGES = 1000
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*?\brel\s*=\s*"?next"?', re.IGNORECASE)
_NETWORK = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
_SLOW_BYTES, _SLOW_SECONDS = 30 * 1024, 30.0
T = TypeVar("T")


class Answer(NamedTuple):
    """An API answer: the JSON value, the headers (a mapping that ignores case), and where redirects led to."""

    value: object
    headers: Mapping[str, str]
    url: str


class Head(NamedTuple):
    """The headers of a file on the endpoint. A redirect to another host is not followed: status 302, `location`."""

    status: int
    headers: Mapping[str, str]
    url: str


class SmallFile(NamedTuple):
    """A file read whole, or up to the cap (`truncated`); `size` as the server gave it, else None."""

    data: bytes
    size: int | None
    truncated: bool


@dataclass(frozen=True, slots=True)
class Body:
    """An open body: the answer's status and headers, and its bytes as they come."""

    status: int
    headers: Mapping[str, str]
    url: str
    _chunks: Iterator[bytes]

    def chunks(self) -> Iterator[bytes]:
        """The bytes, once.

        Raises:
            BrokenBody: The connection ended or stalled, or gave less than 1 KiB/s over 30 s; asking again may help.
            CannotFindOut: More came than `max_bytes`.
        """
        return self._chunks


class HubClient:
    """A client for one endpoint; a context manager; may be used by several threads."""

    def __init__(self, settings: Settings, listener: Listener = SILENT) -> None:
        self.settings = settings
        self._listener = listener
        self._http = None if settings.offline else _open_http(settings)

    @classmethod
    def from_environment(cls, endpoint: str | None = None, listener: Listener = SILENT) -> Self:
        """The client that the environment asks for; `endpoint` is the option `--endpoint`.

        Raises:
            UsageError: A variable of the environment, or the endpoint, is malformed.
        """
        settings = read_settings(endpoint)
        if settings.token and settings.unencrypted:
            listener.notice(f"the token goes unencrypted over the network to {settings.host} (http)")
        return cls(settings, listener)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        if self._http is not None:
            self._http.close()

    # --- addresses ----------------------------------------------------------------------------------------------

    def api_url(self, repo_id: str, revision: str | None = None, route: str = "") -> str:
        """The info route of a repo, or `route` of it (`tree`), at a revision where one is given."""
        end = f"/{route}" if route else "/revision" if revision else ""
        at = f"/{quote(revision, safe='')}" if revision else ""
        return self.settings.url(f"/api/models/{quote(repo_id)}{end}{at}")

    def resolve_url(self, repo_id: str, commit: str, path: str) -> str:
        """Where a file's bytes are at a commit (or another revision)."""
        return self.settings.url(f"/{quote(repo_id)}/resolve/{quote(commit, safe='')}/{quote(path)}")

    # --- requests -----------------------------------------------------------------------------------------------

    def get_json(self, path_or_url: str, params: Params = (), *, asked: Asked = Asked()) -> Answer:  # noqa: B008
        """One API answer.

        Raises:
            CannotFindOut: It could not be had (`kind` says why); a status that is none is a `HubRefusal`.
        """
        url = self.settings.url(path_or_url)
        if params:
            url = str(httpx.URL(url).copy_merge_params(list(params)))
        keep: Callable[[httpx.Response], bytes] = lambda response: self._read(response, MAX_ANSWER + 1)  # noqa: E731
        with self._ask("GET", url, None, self.settings.timeouts.read, asked, keep=keep) as (data, response):
            if len(data) > MAX_ANSWER:
                raise not_a_hub(self.settings, f"answers with more than {MAX_ANSWER // 2**20} MiB")
            value = read_json(self.settings, response.headers, data)
            return Answer(value, response.headers, str(response.url))

    def pages(self, path_or_url: str, params: Params = (), *, asked: Asked = Asked()) -> Iterator[Answer]:  # noqa: B008
        """The answer and those that its `Link: <...>; rel="next"` leads to, on the endpoint's own origin only.

        Raises:
            CannotFindOut: As `get_json`; also when a next page lies elsewhere or was seen already.
        """
        answer = self.get_json(path_or_url, params, asked=asked)
        seen = {answer.url}
        while True:
            yield answer
            link = _NEXT.search(answer.headers.get("link", ""))
            if link is None:
                return
            target = urljoin(answer.url, link[1])
            if not self.settings.owns(target):
                raise not_a_hub(self.settings, "sends us to another host for the next page")
            if target in seen:
                raise not_a_hub(self.settings, "names the same next page twice")
            if len(seen) >= _MAX_PAGES:
                raise not_a_hub(self.settings, f"lists more than {_MAX_PAGES} pages")
            seen.add(target)
            answer = self.get_json(target, asked=asked)

    def head(self, path_or_url: str, *, headers: Mapping[str, str] | None = None, asked: Asked = Asked()) -> Head:  # noqa: B008
        """The headers of a file; redirects are followed on the endpoint's own origin only, so they are the Hub's own.

        Raises:
            CannotFindOut: As `get_json`.
        """
        wait = self.settings.timeouts.headers
        with self._ask("HEAD", path_or_url, headers, wait, asked, keep=_same, elsewhere=False) as (_, response):
            return Head(response.status_code, response.headers, str(response.url))

    def get_small(self, path_or_url: str, max_bytes: int, *, asked: Asked = Asked()) -> SmallFile:  # noqa: B008
        """A small file, read up to `max_bytes`. Its bytes may come from another host (without the token).

        Raises:
            CannotFindOut: As `get_json`.
        """
        wait = self.settings.timeouts.file
        keep: Callable[[httpx.Response], bytes] = lambda response: self._read(response, max_bytes + 1)  # noqa: E731
        with self._ask("GET", path_or_url, None, wait, asked, keep=keep) as (data, response):
            refuse_html(self.settings, response.headers, data, path=asked.path)
            size = response.headers.get("content-length", "")
            return SmallFile(data[:max_bytes], int(size) if size.isdigit() else None, truncated=len(data) > max_bytes)

    @contextmanager
    def stream(
        self,
        method: str,
        path_or_url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200, 206),
        asked: Asked = Asked(),  # noqa: B008
    ) -> Iterator[Body]:
        """A body to read piece by piece; tries again only until the first headers, for the rest the caller resumes.

        Args:
            method: GET or HEAD.
            path_or_url: Usually a `resolve_url`; redirects are followed, to another host without the token.
            max_bytes: The size that was promised; one byte more is an error.
            headers: Such as `Range` and `If-Range`.
            accept: Statuses that are an answer; add 416 to handle it.
            asked: For the error's words.

        Raises:
            CannotFindOut: As `get_json`.
        """
        wait = self.settings.timeouts.file
        with self._ask(method, path_or_url, headers, wait, asked, keep=_same, accept=accept) as (_, response):
            chunks = self._chunks(response, max_bytes, asked)
            yield Body(response.status_code, response.headers, str(response.url), chunks)

    # --- one request, as often as it takes ------------------------------------------------------------------------

    @contextmanager
    def _ask(
        self,
        method: str,
        path_or_url: str,
        headers: Mapping[str, str] | None,
        wait: float,
        asked: Asked,
        *,
        keep: Callable[[httpx.Response], T],
        accept: Sequence[int] = (200,),
        elsewhere: bool = True,
    ) -> Iterator[tuple[T, httpx.Response]]:
        """Sends until there is an answer; yields what `keep` made of it, and the answer, still open."""
        url, timeouts = self.settings.url(path_or_url), self.settings.timeouts
        silence = max(timeouts.silence, 1.5 * wait)
        patience = Patience(silence=silence, longest_wait=timeouts.wait, host=self.settings.host)
        good = frozenset(accept) if elsewhere else _REDIRECTS.union(accept)
        while True:
            bound = httpx.Timeout(max(1.0, min(wait, patience.left())), connect=min(timeouts.connect, wait))
            try:
                response = self._send(method, url, headers or {}, bound, elsewhere)
                kept = self._kept(response, keep, good)
            except _NETWORK as error:
                self._pause_or_raise(patience, self._trouble(asked, error=error))
                continue
            if kept is not None:
                break
            self._pause_or_raise(patience, self._trouble(asked, response))
        try:
            yield kept[0], response
        finally:
            response.close()

    @staticmethod
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

    def _pause_or_raise(self, patience: Patience, trouble: Trouble) -> None:
        fault = fault_of(trouble)
        pause = patience.pause(fault.again, trouble.headers)
        if pause is None:
            raise error_of(trouble, fault) from trouble.error
        if pause >= 2.0:
            self._listener.notice(f"{self.settings.host}: trying again in {in_words(pause)}")
        time.sleep(pause)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], timeout: httpx.Timeout, elsewhere: bool
    ) -> httpx.Response:
        """Sends once and follows redirects by hand, so that the token goes to the endpoint's own origin only."""
        if self._http is None:
            raise CannotFindOut(
                f"offline mode is on (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE), and this needs {self.settings.host}",
                "unset HF_HUB_OFFLINE, or use what lies on the disk: ./folder instead of a repo id",
                kind="offline",
            )
        for _ in range(_MAX_HOPS + 1):
            own = self.settings.owns(url)
            sent = {**headers, "accept-encoding": "identity"}
            if own and self.settings.token:
                sent["authorization"] = f"Bearer {self.settings.token}"
            request = self._http.build_request(method, url, headers=sent, timeout=timeout)
            response = self._http.send(request, stream=True)
            target = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not target:
                return response
            url = urljoin(url, target)
            if not url.startswith(("http://", "https://")) or not (elsewhere or self.settings.owns(url)):
                return response
            response.close()
        raise not_a_hub(self.settings, f"redirects more than {_MAX_HOPS} times")

    def _trouble(self, asked: Asked, response: httpx.Response | None = None, error: Exception | None = None) -> Trouble:
        said, code, status = "", "", 0
        if response is not None:
            status = response.status_code
            code = response.headers.get("x-error-code", "")
            said = clean(response.headers.get("x-error-message", ""))
        return Trouble(
            asked=asked,
            endpoint=self.settings.endpoint,
            host=self.settings.host,
            token=self.settings.token is not None,
            error=error,
            status=status,
            code=code,
            said=said,
            headers=None if response is None else response.headers,
        )

    # --- bodies -------------------------------------------------------------------------------------------------

    def _read(self, response: httpx.Response, cap: int) -> bytes:
        """The body up to `cap` bytes, within the deadline of one answer."""
        _refuse_encoding(self.settings, response)
        limit = max(self.settings.timeouts.answer, self.settings.timeouts.file)
        deadline, data = time.monotonic() + limit, bytearray()
        for chunk in response.iter_raw():
            data += chunk
            if len(data) >= cap:
                break
            if time.monotonic() > deadline:
                raise CannotFindOut(
                    f"{self.settings.host} answers too slowly: not done after {limit:.0f} s",
                    "try again later, or check the network",
                    kind="timeout",
                )
        del data[cap:]
        return bytes(data)

    def _chunks(self, response: httpx.Response, max_bytes: int, asked: Asked) -> Iterator[bytes]:
        _refuse_encoding(self.settings, response)
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
        except _NETWORK as error:
            trouble = self._trouble(asked, error=error)
            raise error_of(trouble, fault_of(trouble), body=True) from error


def _open_http(settings: Settings) -> httpx.Client:
    from huggingface_hub import __version__ as hub_version

    # Not huggingface_hub's build_hf_headers: once a day that asks HF_ENDPOINT's host for a list of coding tools,
    # which may be another host than the one this client was told to ask.
    headers = {"user-agent": f"modelpick/{__version__}; hf_hub/{hub_version}", "accept": "*/*"}
    try:
        return httpx.Client(headers=headers, timeout=settings.timeouts.connect, follow_redirects=False)
    except (ValueError, OSError, httpx.InvalidURL) as error:
        raise UsageError(
            f"the connection cannot be set up as the environment asks: {clean(str(error))}",
            "check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
        ) from error


def _refuse_encoding(settings: Settings, response: httpx.Response) -> None:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise not_a_hub(settings, f"packs its answer ({encoding}) though it was asked not to")


def _same(response: httpx.Response) -> httpx.Response:
    return response


def _close(response: httpx.Response | None) -> None:
    if response is not None:
        response.close()
