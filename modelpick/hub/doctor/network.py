"""Probes of the way to the Hub: offline mode, proxy, endpoint, certificate, token."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from modelpick.errors import CannotFindOut
from modelpick.hub.doctor.probe import Found, Visit
from modelpick.hub.faults import Asked, HubRefusal, causes
from modelpick.hub.reading import as_object, as_text
from modelpick.hub.settings import OFFLINE, TOKENS, is_true

_OBEYED = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_NOT_READ = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables for certificates that other programs read."""
_NO_BLOBS = (400, 422)
_REFUSED = (401, 403)


def offline_mode(visit: Visit) -> Found:
    """Whether variables forbid the network."""
    names = [name for name in OFFLINE if is_true(os.environ.get(name, ""))]
    if not names:
        return Found("works", "off")
    set_ = " and ".join(names)
    return Found("limited", f"on ({set_}): the Hub is not asked", f"unset {' '.join(names)}")


def proxy(visit: Visit) -> Found:
    """The proxy that the way to the endpoint goes through; its password is not shown."""
    parts = urlsplit(visit.client.settings.endpoint)
    proxies = getproxies()
    kind = next((kind for kind in (parts.scheme, "all") if proxies.get(kind)), None)
    if kind is None:
        return Found("works", "none")
    names = sorted((n for n in os.environ if n.lower() == f"{kind}_proxy" and os.environ[n]), reverse=True)
    source = names[0] if names else "the system's settings"
    if proxy_bypass(parts.hostname or ""):
        return Found("works", f"none: {source} is set, but not for {parts.hostname} (NO_PROXY)")
    return Found("works", f"{_shown(proxies[kind])}, from {source}")


def endpoint(visit: Visit) -> Found:
    """Whether the endpoint answers, and as a Hub does: by its info route."""
    client = visit.client
    address = client.settings.endpoint
    if client.settings.offline:
        return Found("skipped", f"{address} is not asked: offline mode is on")
    url, asked = client.api_url(visit.repo_id), Asked(repo_id=visit.repo_id)
    try:
        try:
            visit.info = client.get_json(url, [("securityStatus", "true"), ("blobs", "true")], asked=asked)
        except HubRefusal as refusal:
            if refusal.status not in _NO_BLOBS:
                raise
            visit.info, visit.bare = client.get_json(url, asked=asked), True
    except CannotFindOut as error:
        visit.refusal = error
        if not isinstance(error, HubRefusal) or error.kind in ("not-a-hub", "network", "timeout"):
            raise
        return Found("works", f"{address} answers, though not about `{visit.repo_id}`")
    return Found("works", f"{address} answers as a Hub does")


def certificate(visit: Visit) -> Found:
    """Whether the endpoint's certificate is trusted, and which variables say what is."""
    settings = visit.client.settings
    if settings.endpoint.startswith("http://"):
        if settings.unencrypted:
            return Found("limited", "none: what is sent can be read on the way", "use an https:// endpoint")
        return Found("works", "none is needed: http on this machine")
    inside = [f"{name}={os.environ[name]}" for name in _OBEYED if os.environ.get(name)]
    source = " and ".join(inside) or "the system's store"
    if visit.refusal is not None and any(isinstance(cause, ssl.SSLError) for cause in causes(visit.refusal)):
        return Found("fails", f"not trusted by {source}: {visit.refusal.message}", _certificate_remedy())
    if visit.info is None and not isinstance(visit.refusal, HubRefusal):
        return Found("skipped", "not seen: the endpoint could not be asked")
    return Found("works", f"trusted by {source}")


def token(visit: Visit) -> Found:
    """Whether there is a token, from where, and whether the endpoint takes it."""
    settings = visit.client.settings
    if settings.token is None:
        if is_true(os.environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", "")):
            return Found("works", "none is sent: HF_HUB_DISABLE_IMPLICIT_TOKEN is set")
        return Found("works", "none: you are not logged in, which is enough for public models")
    where = f"from {_source_of_token()}, sent to {_origin(settings.endpoint)} only"
    try:
        answer = visit.client.get_json("/api/whoami-v2")
    except HubRefusal as refusal:
        if refusal.status in _REFUSED:
            return Found("fails", f"{refusal.message}; it is {where}", refusal.hint)
        return Found("limited", f"{where}; {settings.host} has no route that tells whether it is valid")
    name = as_text(as_object(answer.value).get("name"))
    valid = f"valid{f', of `{name}`' if name else ''}; {where}"
    if settings.unencrypted:
        return Found("limited", f"{valid}, unencrypted", "use an https:// endpoint")
    return Found("works", valid)


def _certificate_remedy() -> str:
    folder = os.environ.get("SSL_CERT_DIR", "")
    if folder and not Path(folder).is_dir():
        return f"SSL_CERT_DIR names no folder (`{folder}`): unset it, or give it one with certificates"
    other = next((name for name in _NOT_READ if os.environ.get(name)), None)
    if not os.environ.get("SSL_CERT_FILE") and other is not None:
        return f'export SSL_CERT_FILE="${other}": {other} is not read here'
    return "behind a company proxy, point SSL_CERT_FILE to a file with its certificate"


def _source_of_token() -> str:
    if os.environ.get("HF_OIDC_RESOURCE"):
        return "an exchange (HF_OIDC_RESOURCE)"
    name = next((name for name in TOKENS if os.environ.get(name)), None)
    if name is not None:
        return name
    from huggingface_hub import constants

    place = Path(constants.HF_TOKEN_PATH)
    return f"`{place}` (`hf auth login`)" if place.is_file() else "this notebook's secrets"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _shown(address: str) -> str:
    """A proxy's scheme, host and port. A password may hold any character, so all before the last `@` goes."""
    scheme, found, rest = address.partition("://")
    scheme, rest = (scheme, rest) if found else ("http", address)
    return f"{scheme}://{rest.rpartition('@')[2].partition('/')[0]}"
