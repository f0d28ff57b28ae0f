"""What the Hub client runs with: endpoint, token, timeouts, offline; read from the environment and checked first.

huggingface_hub reads its variables at import and breaks on a bad one with a traceback, so they are checked here,
before it is imported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from modelpick.errors import CannotFindOut, UsageError

DEFAULT_ENDPOINT = "https://huggingface.co"
_LONGEST = 86_400.0  # seconds; a timer of the operating system cannot take any number
_TRUE = {"1", "ON", "YES", "TRUE"}
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
"""Variables that hold a token, the first before the second."""
_SECONDS = ("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT")
_FOLDERS = ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN_PATH")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Variables that forbid the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds that the client waits.

    Attributes:
        connect: For a connection.
        read: For the next bytes of an API answer.
        silence: In all, retries included, for an API that never answers.
        answer: For one API answer that comes slowly.
        file: For the next bytes of a file, the first included. A company proxy fetches a large file whole before it
            answers; its guides raise HF_HUB_DOWNLOAD_TIMEOUT, or HF_HUB_ETAG_TIMEOUT for the headers.
        headers: For the headers of a file (HEAD).
        wait: The longest that a server may ask us to wait before the next try.
    """

    connect: float = 10.0
    read: float = 18.0
    silence: float = 27.0
    answer: float = 60.0
    file: float = 20.0
    headers: float = 20.0
    wait: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One client's settings. The token is sent to the endpoint's own scheme, host and port, and nowhere else.

    Attributes:
        endpoint: `https://host[:port][/path]` without a slash at its end; a company mirror may live under a path.
        token: None where the user is not logged in.
        proxies: The variables that name one, for the hints of errors; they are obeyed, but for the hosts of NO_PROXY.
        offline: Nothing is asked of the network; what needs it fails with kind `offline`.
        timeouts: All waits.
    """

    endpoint: str = DEFAULT_ENDPOINT
    token: str | None = field(default=None, repr=False)
    proxies: tuple[str, ...] = ()
    offline: bool = False
    timeouts: Timeouts = Timeouts()

    @property
    def host(self) -> str:
        """Host and port, as messages name them."""
        return urlsplit(self.endpoint).netloc

    @property
    def unencrypted(self) -> bool:
        """Whether what is sent can be read on the way: plain http to another machine."""
        parts = urlsplit(self.endpoint)
        return parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1")

    def url(self, path: str) -> str:
        """The URL of a path of the endpoint (`/api/models`); a whole URL stays as it is."""
        return path if "://" in path else f"{self.endpoint}/{path.lstrip('/')}"

    def owns(self, url: str) -> bool:
        """Whether a URL has the endpoint's scheme, host and port."""
        return _origin(url) == _origin(self.endpoint)


def read_settings(endpoint: str | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment gives; `endpoint` (the option `--endpoint`) goes before HF_ENDPOINT.

    Raises:
        UsageError: A variable, or the endpoint, is not what it should be; it is named.
        CannotFindOut: A token was to be exchanged for another (HF_OIDC_RESOURCE) and that failed.
    """
    check_environment(environ)
    if endpoint is None:
        url = _endpoint(environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT, "HF_ENDPOINT")
    else:
        url = _endpoint(endpoint, "--endpoint")
    offline = any(is_true(environ.get(name, "")) for name in OFFLINE)
    anonymous = is_true(environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", ""))
    return Settings(
        endpoint=url,
        token=None if offline or anonymous else _token(),
        proxies=tuple(name for name in environ if name.upper() in _PROXIES and environ[name]),
        offline=offline,
        timeouts=Timeouts(
            file=_longer(20.0, environ.get("HF_HUB_DOWNLOAD_TIMEOUT")),
            headers=_longer(20.0, environ.get("HF_HUB_ETAG_TIMEOUT")),
        ),
    )


def is_true(value: str) -> bool:
    """Whether a variable says yes, by huggingface_hub's rule."""
    return value.upper() in _TRUE


def check_environment(environ: Mapping[str, str] = os.environ) -> None:
    """Checks the HF_* variables that are read.

    Raises:
        UsageError: One of them is malformed; its name stands in the message, a token never does.
    """
    for name in TOKENS:
        token = environ.get(name, "")
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise UsageError(
                f"{name} holds a line break, a blank or a character that is not ASCII",
                f"set {name} to the bare token, or unset it and log in with `hf auth login`",
            )
    for name in _SECONDS:
        seconds = environ.get(name, "")
        if seconds and not (seconds.isascii() and seconds.isdigit()):
            raise UsageError(f"{name} is `{seconds}`, not a whole number of seconds", f"set {name}=30, or unset it")
    for name in _FOLDERS:
        if name in environ and not environ[name].strip():
            raise UsageError(f"{name} is set but empty", f"unset {name}, or give it a folder")
    if environ.get("HF_ENDPOINT"):
        _endpoint(environ["HF_ENDPOINT"], "HF_ENDPOINT")


def _endpoint(value: str, name: str) -> str:
    hint = f"give {name} a whole address, such as {DEFAULT_ENDPOINT}"
    if "@" in value:
        raise UsageError(f"{name} holds a user name or password", "log in with HF_TOKEN or `hf auth login` instead")
    try:
        parts = urlsplit(value)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        raise UsageError(f"{name} is no web address: `{value}`", hint) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok:
        raise UsageError(f"{name} needs http:// or https:// and a host, not `{value}`", hint)
    if parts.query or parts.fragment or not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError(f"{name} is no plain address: `{value}`", hint)
    return value.rstrip("/")


def _token() -> str | None:
    """The token from the usual places: variable, trusted publisher, file of `hf auth login`, Colab."""
    from huggingface_hub import get_token
    from huggingface_hub.errors import OIDCError

    try:
        token = get_token()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "the stored token cannot be read", "log in again with `hf auth login`, or see HF_TOKEN_PATH"
        ) from error
    except OIDCError as error:
        raise CannotFindOut(
            "the token exchange that HF_OIDC_RESOURCE asks for failed",
            "check the workflow's permissions, or unset HF_OIDC_RESOURCE",
            kind="permission",
        ) from error
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageError("the stored token is damaged", "log in again with `hf auth login`")
    return token


def _longer(seconds: float, variable: str | None) -> float:
    """A timeout that a variable may lengthen; huggingface_hub's own 10 s default is no reason to shorten ours."""
    return seconds if not variable else min(float(variable), _LONGEST) or seconds


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
