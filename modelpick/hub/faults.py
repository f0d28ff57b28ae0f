"""What can go wrong between us and the Hub: one ordered table from what was seen to what the user is told.

The first row that fits counts, so the special stands before the general (a gated repo before a missing one).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    import httpx2 as httpx
else:  # one name across versions: httpx2 since huggingface_hub 2.0
    from huggingface_hub.utils import httpx

NETWORK = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
"""What the HTTP library raises where there is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request is about, for the error's words: a repo, at a revision, a file of it; all None for a listing."""

    repo_id: str | None = None
    revision: str | None = None
    path: str | None = None


NOTHING = Asked()
"""A request about no repo in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One failed try: an exception of the HTTP library, or an answer with a status that is none.

    `host` is the one that failed: the endpoint's, or where the endpoint sent us (`elsewhere`), as a Hub does for the
    bytes of large files.
    """

    asked: Asked
    endpoint: str
    host: str
    token: bool
    elsewhere: bool = False
    proxies: tuple[str, ...] = ()
    error: BaseException | None = None
    status: int = 0
    code: str = ""
    said: str = ""
    headers: Mapping[str, str] | None = None


class Again(Enum):
    """Whether another try may help: no, at once (a server that just starts), or after a back-off."""

    NEVER = "never"
    SOON = "soon"
    LATER = "later"


class HubRefusal(CannotFindOut):
    """The Hub answered, but with a status that is no answer; `status` lets the caller fall back."""

    def __init__(self, message: str, hint: str | None, *, kind: str, status: int) -> None:
        super().__init__(message, hint, kind=kind)
        self.status = status


class BrokenBody(CannotFindOut):
    """A file's body stopped before its end. Asking again from there may help; `kind` is network or timeout."""


class Fault(NamedTuple):
    """A row of the table; `message` and `hint` are format strings over `_words`."""

    seen: Callable[[Trouble], bool]
    kind: str
    again: Again
    message: str
    hint: str


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what caused it, down to the first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _raised(*types: type[BaseException]) -> Callable[[Trouble], bool]:
    """The exception, or what caused it, is one of these."""
    return lambda t: any(isinstance(e, types) for e in causes(t.error))


def _code(name: str) -> Callable[[Trouble], bool]:
    return lambda t: t.code == name


def _status(*numbers: int, token: bool | None = None) -> Callable[[Trouble], bool]:
    return lambda t: t.status in numbers and token in (None, t.token)


def _is_page(trouble: Trouble) -> bool:
    kind = (trouble.headers or {}).get("content-type", "")
    return kind.partition(";")[0].strip().lower() == "text/html"


_CHECK = "check the network{proxy}, and the endpoint {endpoint} (--endpoint, HF_ENDPOINT)"

FAULTS: tuple[Fault, ...] = (
    # No answer at all.
    Fault(
        _raised(ssl.SSLCertVerificationError),
        "network",
        Again.NEVER,
        "the certificate of {host} is not trusted: {cause}",
        "behind a company proxy, point SSL_CERT_FILE to its certificate",
    ),
    Fault(_raised(ssl.SSLError), "network", Again.NEVER, "no secure connection to {host}: {cause}", _CHECK),
    Fault(_raised(socket.gaierror), "network", Again.SOON, "the host {host}{or_proxy} is not known: {cause}", _CHECK),
    Fault(
        _raised(ConnectionRefusedError),
        "network",
        Again.SOON,
        "{host}{or_proxy} refused the connection",
        "check that it runs{proxy}, and the endpoint {endpoint} (--endpoint, HF_ENDPOINT)",
    ),
    Fault(
        _raised(httpx.ProxyError),
        "network",
        Again.NEVER,
        "the proxy would not connect to {host}: {cause}",
        "check HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
    ),
    Fault(_raised(httpx.ConnectTimeout), "timeout", Again.LATER, "no connection to {host} in time", _CHECK),
    Fault(
        lambda t: t.asked.path is not None and _raised(httpx.TimeoutException)(t),
        "timeout",
        Again.LATER,
        "{host} did not send `{path}` in time",
        "try again later; behind a slow proxy, set HF_HUB_DOWNLOAD_TIMEOUT=120",
    ),
    Fault(
        _raised(httpx.TimeoutException),
        "timeout",
        Again.LATER,
        "{host} did not answer in time",
        "try again later; " + _CHECK,
    ),
    Fault(_raised(httpx.NetworkError), "network", Again.LATER, "the connection to {host} broke: {cause}", _CHECK),
    Fault(
        _raised(httpx.RemoteProtocolError),
        "network",
        Again.LATER,
        "{host} ended the connection before its answer was complete",
        "try again; if it stays so, " + _CHECK,
    ),
    Fault(
        lambda t: t.error is not None,
        "network",
        Again.NEVER,
        "the request to {host} failed: {cause}",
        _CHECK,
    ),
    Fault(
        lambda t: t.elsewhere and 400 <= t.status < 500 and t.status not in (408, 429),
        "network",
        Again.NEVER,
        "{host} does not give what {endpoint} sends us there for: status {status}{said}",
        _CHECK,
    ),
    # An answer that is none. Gated before missing: huggingface_hub's classes inherit in this order too.
    Fault(
        lambda t: t.code == "GatedRepo" and t.token,
        "gated",
        Again.NEVER,
        "`{repo}` is gated, and this token is not on its list: its owner gives access on request",
        "ask for access at {endpoint}/{repo} with the account of this token, and check that the token may read "
        "gated repos",
    ),
    Fault(
        _code("GatedRepo"),
        "gated",
        Again.NEVER,
        "`{repo}` is gated, and you are not logged in: its owner gives access on request",
        "ask for access at {endpoint}/{repo}, then log in with `hf auth login`",
    ),
    Fault(
        lambda t: t.code == "DisabledRepo" or (t.status == 403 and "is disabled" in t.said),
        "disabled",
        Again.NEVER,
        "`{repo}` was disabled by the Hub",
        "choose another model; why it was disabled may stand at {endpoint}/{repo}",
    ),
    Fault(
        _code("RevisionNotFound"),
        "revision-not-found",
        Again.NEVER,
        "`{repo}` has no revision `{revision}`",
        "leave --revision out, or see {endpoint}/{repo}/commits/main",
    ),
    Fault(
        _code("EntryNotFound"),
        "file-not-found",
        Again.NEVER,
        "`{repo}` has no file `{path}` at `{revision}`",
        "see its files at {endpoint}/{repo}/tree/main",
    ),
    Fault(
        lambda t: t.code == "RepoNotFound" and t.token,
        "repo-not-found",
        Again.NEVER,
        "{host} has no model `{repo}` that this token may see",
        "check its spelling with `modelpick search --text {name}`; a private one needs a token of its members",
    ),
    # The real Hub answers a missing or private repo to an anonymous caller with a bare 401.
    Fault(
        lambda t: not t.token and (t.code == "RepoNotFound" or (t.status == 401 and t.asked.repo_id is not None)),
        "repo-not-found",
        Again.NEVER,
        "{host} shows no model `{repo}` to an anonymous caller: it does not exist or is private",
        "check its spelling with `modelpick search --text {name}`; a private one needs `hf auth login`",
    ),
    Fault(
        _status(401, token=True),
        "permission",
        Again.NEVER,
        "{host} refused the token{said}",
        "log in again with `hf auth login`, or correct HF_TOKEN",
    ),
    Fault(
        _status(401, 407),
        "permission",
        Again.NEVER,
        "{host} wants a login{said}",
        "log in with `hf auth login` or HF_TOKEN; for a proxy, set HTTPS_PROXY with its user name",
    ),
    Fault(
        _status(403),
        "permission",
        Again.NEVER,
        "{host} refused access{said}",
        "check what the token may do, and whether a proxy blocks the endpoint {endpoint}",
    ),
    # The Hub says what is missing in a header or in JSON; a page is another server's.
    Fault(
        lambda t: t.status in (404, 410) and _is_page(t),
        "not-a-hub",
        Again.NEVER,
        "{host} answers with a web page (status {status}): that is no Hub's answer",
        "check the endpoint {endpoint} (--endpoint, HF_ENDPOINT) and the proxy",
    ),
    Fault(
        lambda t: t.status in (404, 410) and t.asked.path is not None,
        "file-not-found",
        Again.NEVER,
        "`{repo}` has no file `{path}` at `{revision}`",
        "see its files at {endpoint}/{repo}/tree/main",
    ),
    Fault(
        lambda t: t.status in (404, 410) and t.asked.repo_id is not None,
        "repo-not-found",
        Again.NEVER,
        "{host} has no model `{repo}`{or_private}",
        "check its spelling with `modelpick search --text {name}`",
    ),
    Fault(_status(408), "timeout", Again.LATER, "{host} gave up waiting for the request", "try again"),
    Fault(
        _status(429),
        "rate-limit",
        Again.LATER,
        "{host} allows no more requests for now{said}",
        "try again in some minutes; a login (`hf auth login` or HF_TOKEN) is allowed more",
    ),
    Fault(_status(501), "not-a-hub", Again.NEVER, "{host} does not know such a request: status 501{said}", _CHECK),
    Fault(
        lambda t: t.status >= 500,
        "network",
        Again.LATER,
        "{host} has trouble of its own: status {status}{said}",
        "try again later",
    ),
    Fault(
        lambda t: 300 <= t.status < 400,
        "not-a-hub",
        Again.NEVER,
        "{host} redirects to where we cannot follow",
        _CHECK,
    ),
    Fault(
        lambda t: True,
        "not-a-hub",
        Again.NEVER,
        "{host} does not serve this request: status {status}{said}",
        "a mirror may know fewer routes; name another endpoint (--endpoint, HF_ENDPOINT)",
    ),
)
"""Every fault of a try, most special first. Row order is the rule; a test goes through it."""


def fault_of(trouble: Trouble) -> Fault:
    """The table's first row that fits; its last rows fit everything."""
    return next(fault for fault in FAULTS if fault.seen(trouble))
