"""The one client that talks to the Hub: every route goes through it, with its timeouts, caps, tries and errors.

It stands on the HTTP library that huggingface_hub brings. huggingface_hub's own calls have no default timeout, retry
on some routes only and wait as long as a server says, and its client is one for the whole process: replacing that
would change it for everybody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import quote

from modelpick.errors import CannotFindOut
from modelpick.hub.answers import not_a_hub, read_json, refuse_html
from modelpick.hub.bodies import body_chunks, read_body
from modelpick.hub.connection import Connection, Request, join
from modelpick.hub.faults import NOTHING, Asked
from modelpick.hub.settings import Settings, read_settings
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    import httpx2 as httpx
else:  # one name across versions: httpx2 since huggingface_hub 2.0
    from huggingface_hub.utils import httpx

MAX_ANSWER = 64 * 2**20
"""Bytes of one API answer, at most."""

MAX_SKIPPED = 2**20
"""Bytes of a file that are read, at most, up to and with a part that the server does not give alone."""

Params = Sequence[tuple[str, str]]
"""Query parameters in order; a name may come several times."""

_MAX_PAGES = 1000
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*?\brel\s*=\s*"?next"?', re.IGNORECASE)


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
        self._connection = Connection(settings, listener)

    @classmethod
    def from_environment(
        cls, endpoint: str | None = None, listener: Listener = SILENT, *, longest_wait: float | None = None
    ) -> Self:
        """The client that the environment asks for; `endpoint` is the option `--endpoint`.

        `longest_wait`: seconds that the Hub may ask us to wait, where that is not the usual bound.

        Raises:
            UsageError: A variable of the environment, or the endpoint, is malformed.
        """
        settings = read_settings(endpoint)
        if longest_wait is not None:
            settings = replace(settings, timeouts=replace(settings.timeouts, wait=longest_wait))
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
        self._connection.close()

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

    def get_json(self, path_or_url: str, params: Params = (), *, asked: Asked = NOTHING) -> Answer:
        """One API answer.

        Raises:
            CannotFindOut: It could not be had (`kind` says why); a status that is none is a `HubRefusal`.
        """
        url = self.settings.url(path_or_url)
        if params:
            url = str(httpx.URL(url).copy_merge_params(list(params)))
        request = Request(method="GET", url=url, wait=self.settings.timeouts.read, asked=asked)
        with self._connection.ask(request, self._up_to(MAX_ANSWER + 1)) as (data, response):
            if len(data) > MAX_ANSWER:
                raise not_a_hub(self.settings, f"answers with more than {MAX_ANSWER // 2**20} MiB")
            value = read_json(self.settings, response.headers, data)
            return Answer(value, response.headers, str(response.url))

    def pages(self, path_or_url: str, params: Params = (), *, asked: Asked = NOTHING) -> Iterator[Answer]:
        """The answer and those that its `Link: <...>; rel="next"` leads to, on the endpoint's own origin only.

        Raises:
            CannotFindOut: As `get_json`; also when a next page lies elsewhere or was seen already.
        """
        answer = self.get_json(path_or_url, params, asked=asked)
        seen = {answer.url}
        while True:
            yield answer
            target = self.next_page(answer)
            if target is None:
                return
            if target in seen:
                raise not_a_hub(self.settings, "names the same next page twice")
            if len(seen) >= _MAX_PAGES:
                raise not_a_hub(self.settings, f"lists more than {_MAX_PAGES} pages")
            seen.add(target)
            answer = self.get_json(target, asked=asked)

    def next_page(self, answer: Answer) -> str | None:
        """Where the `Link` of an answer leads to; None after the last page.

        Raises:
            CannotFindOut: To another origin than the endpoint's own.
        """
        link = _NEXT.search(answer.headers.get("link", ""))
        if link is None:
            return None
        target = join(answer.url, link[1])
        if target is None or not self.settings.owns(target):
            raise not_a_hub(self.settings, "sends us to another host for the next page")
        return target

    def head(self, path_or_url: str, *, headers: Mapping[str, str] | None = None, asked: Asked = NOTHING) -> Head:
        """The headers of a file; redirects are followed on the endpoint's own origin only, so they are the Hub's own.

        Raises:
            CannotFindOut: As `get_json`.
        """
        request = Request(
            method="HEAD",
            url=self.settings.url(path_or_url),
            wait=self.settings.timeouts.headers,
            asked=asked,
            headers=headers,
            elsewhere=False,
        )
        with self._connection.ask(request, _open) as (_, response):
            return Head(response.status_code, response.headers, str(response.url))

    def get_small(self, path_or_url: str, max_bytes: int, *, asked: Asked = NOTHING) -> SmallFile:
        """A small file, read up to `max_bytes`. Its bytes may come from another host (without the token).

        Raises:
            CannotFindOut: As `get_json`.
        """
        url = self.settings.url(path_or_url)
        request = Request(method="GET", url=url, wait=self.settings.timeouts.file, asked=asked)
        with self._connection.ask(request, self._up_to(max_bytes + 1)) as (data, response):
            refuse_html(self.settings, response.headers, data, path=asked.path)
            size = response.headers.get("content-length", "")
            return SmallFile(data[:max_bytes], int(size) if size.isdigit() else None, truncated=len(data) > max_bytes)

    def get_range(self, path_or_url: str, start: int, length: int, *, asked: Asked = NOTHING) -> bytes:
        """The bytes [start, start + length) of a file, fewer only at its end; redirects as in `get_small`.

        A server that answers with the whole file is read up to the end of the part and no further.

        Raises:
            CannotFindOut: As `get_json`; also when another part comes than was asked for, or one far inside a file
                from a server that gives no parts.
        """
        request = Request(
            method="GET",
            url=self.settings.url(path_or_url),
            wait=self.settings.timeouts.file,
            asked=asked,
            headers={"range": f"bytes={start}-{start + length - 1}"},
            accept=frozenset({200, 206}),
        )

        def keep(response: httpx.Response) -> bytes:
            if response.status_code == 206:
                if not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
                    raise not_a_hub(self.settings, "sends another part of a file than the one asked for")
                return read_body(self.settings, response, length)
            if start + length > MAX_SKIPPED:
                raise CannotFindOut(f"{self.settings.host} gives no parts of files", kind="not-a-hub")
            return read_body(self.settings, response, start + length)[start:]

        with self._connection.ask(request, keep) as (data, response):
            refuse_html(self.settings, response.headers, data, path=asked.path)
            return data

    @contextmanager
    def stream(
        self,
        method: str,
        path_or_url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (200, 206),
        asked: Asked = NOTHING,
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
        request = Request(
            method=method,
            url=self.settings.url(path_or_url),
            wait=self.settings.timeouts.file,
            asked=asked,
            headers=headers,
            accept=frozenset(accept),
        )
        with self._connection.ask(request, _open) as (_, response):
            chunks = body_chunks(self.settings, response, max_bytes, asked)
            yield Body(response.status_code, response.headers, str(response.url), chunks)

    def _up_to(self, cap: int) -> Callable[[httpx.Response], bytes]:
        return lambda response: read_body(self.settings, response, cap)


def _open(response: httpx.Response) -> None:
    """Leaves a body unread."""
