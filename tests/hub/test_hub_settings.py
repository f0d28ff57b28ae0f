"""What the environment says: endpoint, token, timeouts, proxies, offline mode. A secret stands in no error."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.client import HubClient
from modelpick.hub.settings import Settings, read_settings
from modelpick.progress import Listener

TOKEN = "hf_secret"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HF_ENDPOINT", "huggingface.co"),
        ("HF_ENDPOINT", "https://"),
        ("HF_ENDPOINT", "http://host:99999"),
        ("HF_ENDPOINT", "https://me:secret@host"),
        ("HF_ENDPOINT", "https://me:secret@[bad"),
        ("HF_ENDPOINT", "me:secret@host"),
        ("HF_ENDPOINT", "ftp://host"),
        ("HF_TOKEN", "hf_a\nb"),
        ("HF_TOKEN", "hf_é"),
        ("HF_HUB_DOWNLOAD_TIMEOUT", "abc"),
        ("HF_HUB_ETAG_TIMEOUT", "1.5"),
        ("HF_HUB_CACHE", ""),
    ],
)
def test_a_bad_variable_is_named_and_a_secret_is_not(name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings(environ={name: value})
    assert name in caught.value.message
    assert "secret" not in caught.value.message
    assert "hf_" not in caught.value.message


def test_a_stored_token_that_cannot_be_read_is_named(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    place = own_home / "token"
    place.write_bytes(b"\xff\xfe")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(place))
    with pytest.raises(UsageError, match="stored token cannot be read"):
        read_settings(environ={})
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(own_home))
    with pytest.raises(UsageError, match="stored token cannot be read"):
        read_settings(environ={})


def test_settings_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    settings = read_settings(environ={"HF_ENDPOINT": "https://host/hf/", "HF_HUB_DOWNLOAD_TIMEOUT": "120"})
    assert (settings.endpoint, settings.token, settings.timeouts.file) == ("https://host/hf", TOKEN, 120)
    assert TOKEN not in repr(settings)
    assert read_settings("http://other:1", environ={"HF_ENDPOINT": "https://host"}).host == "other:1"
    assert read_settings(environ={"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}).token is None
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        with HubClient(read_settings(environ={variable: "1"})) as client, pytest.raises(CannotFindOut) as caught:
            client.get_json("/api/models")
        assert caught.value.kind == "offline"


def test_a_token_that_goes_unencrypted_over_the_network_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    heard: list[str] = []
    for endpoint in ("http://mirror.example", "https://mirror.example", "http://127.0.0.1:9"):
        listener = cast(Listener, SimpleNamespace(notice=heard.append))
        HubClient.from_environment(endpoint, listener).close()
    assert len(heard) == 1
    assert "mirror.example" in heard[0]


def test_a_timeout_beyond_all_clocks_is_a_long_one() -> None:
    settings = read_settings(environ={"HF_HUB_DOWNLOAD_TIMEOUT": "9" * 400, "HF_HUB_ETAG_TIMEOUT": "1800"})
    assert (settings.timeouts.file, settings.timeouts.headers) == (86_400, 1800)


def test_a_socks_proxy_without_its_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://me:secret@127.0.0.1:1080")
    with pytest.raises(UsageError, match="SOCKS") as caught:
        HubClient(Settings())
    assert "socksio" in str(caught.value.hint)
    assert "secret" not in caught.value.message + str(caught.value.hint)


def test_a_store_of_certificates_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(UsageError, match=r"SSL_CERT_FILE names no file \(`.*none\.pem`\)"):
        HubClient(Settings())
    (tmp_path / "none.pem").write_text("no certificate\n")
    with pytest.raises(UsageError, match=r"SSL_CERT_FILE \(`.*none\.pem`\) holds no certificate"):
        HubClient(Settings())


def test_a_bad_proxy_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense://x")
    with pytest.raises(UsageError, match="nonsense"):
        HubClient(Settings())


@pytest.mark.parametrize("address", ["http://me:secret#x@host", "http://me:secret/x@host", "nonsense://me:secret@host"])
def test_the_password_of_a_proxy_is_in_no_error(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", address)
    with pytest.raises(UsageError) as caught:
        HubClient(Settings())
    assert "secret" not in caught.value.message
    assert "HTTP_PROXY" in str(caught.value.hint)


def test_where_there_is_a_proxy_it_is_named_among_the_suspects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with HubClient(read_settings("http://mirror.example")) as client, pytest.raises(CannotFindOut) as caught:
        client.get_json("/api/models")
    assert "the proxy (http_proxy)" in str(caught.value.hint)
    assert "mirror.example, or the proxy on the way to it, refused" in caught.value.message
