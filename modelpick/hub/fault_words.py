"""From a failed try to the error that the user is told: what was seen, and the words of the row that fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from modelpick.errors import CannotFindOut
from modelpick.hub.faults import Asked, BrokenBody, Fault, HubRefusal, Trouble, causes
from modelpick.hub.server_words import clean
from modelpick.hub.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx
else:  # one name across versions: httpx2 since huggingface_hub 2.0
    from huggingface_hub.utils import httpx


_ELSEWHERE = (
    "the endpoint {endpoint} sends us to {host} for the bytes: let the network{proxy} through to it, or use an "
    "endpoint that gives them itself (--endpoint, HF_ENDPOINT)"
)


def trouble_of(
    settings: Settings, asked: Asked, response: httpx.Response | None = None, error: Exception | None = None
) -> Trouble:
    """What an answer, or an exception of `NETWORK`, tells of a failed try."""
    headers: Mapping[str, str] = {} if response is None else response.headers
    url = _url(response, error)
    elsewhere = url is not None and not settings.owns(url)
    return Trouble(
        asked=asked,
        endpoint=settings.endpoint,
        host=urlsplit(url).netloc.rpartition("@")[2] if url is not None and elsewhere else settings.host,
        elsewhere=elsewhere,
        proxies=settings.proxies,
        token=settings.token is not None,
        error=error,
        status=0 if response is None else response.status_code,
        code=headers.get("x-error-code", ""),
        said=clean(headers.get("x-error-message", "")),
        headers=None if response is None else headers,
    )


def error_of(trouble: Trouble, fault: Fault, *, body: bool = False) -> CannotFindOut:
    """The error that the user is told. With `body` the headers were fine and the body broke."""
    words = _words(trouble)
    message = fault.message.format_map(words)
    hint = (_ELSEWHERE if trouble.elsewhere else fault.hint).format_map(words)
    if trouble.status:
        return HubRefusal(message, hint, kind=fault.kind, status=trouble.status)
    if body:
        return BrokenBody(message, hint, kind=fault.kind)
    return CannotFindOut(message, hint, kind=fault.kind)


def _url(response: httpx.Response | None, error: Exception | None) -> str | None:
    """Where a try failed; None where nobody tells."""
    if response is not None:
        return str(response.url)
    try:
        return str(error.request.url) if isinstance(error, httpx.RequestError) else None
    except RuntimeError:  # one of our own, made without a request
        return None


def _words(trouble: Trouble) -> dict[str, str]:
    asked = trouble.asked
    repo = asked.repo_id or "the model"
    proxied = bool(trouble.proxies) and not proxy_bypass(urlsplit(f"//{trouble.host}").hostname or "")
    return {
        "host": trouble.host,
        "endpoint": trouble.endpoint,
        "repo": repo,
        "name": repo.rsplit("/", 1)[-1],
        "revision": asked.revision or "main",
        "path": asked.path or "",
        "status": str(trouble.status),
        "proxy": f", the proxy ({', '.join(trouble.proxies)})" if proxied else "",
        "or_proxy": ", or the proxy on the way to it," if proxied else "",
        "said": f": {trouble.said}" if trouble.said else "",
        "cause": clean(str(_innermost(trouble.error))) if trouble.error else "",
        "or_private": " that this token may see" if trouble.token else "",
    }


def _innermost(error: BaseException) -> BaseException:
    """The cause that says most: the last of the chain that has words."""
    worded = [e for e in causes(error) if str(e)]
    return worded[-1] if worded else error
