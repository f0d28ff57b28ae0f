"""The client against a real HTTP server: what each fault becomes, and where the token goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from loopback_hub import Fault, LoopbackHub, write_repo

from modelpick.errors import CannotFindOut
from modelpick.hub import answers
from modelpick.hub import client as client_module
from modelpick.hub.client import HubClient
from modelpick.hub.faults import NOTHING, Asked, BrokenBody, HubRefusal
from modelpick.hub.settings import Settings, Timeouts
from modelpick.progress import Listener

TOKEN = "hf_secret"
BODY = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    write_repo(folder, "org/open", {"README.md": "# Open\n", "weights.bin": BODY})
    write_repo(folder, "org/gated", {"README.md": "# Gated\n"}, gated="manual")
    write_repo(folder, "org/off", {"README.md": "# Off\n"}, disabled=True)
    write_repo(folder, "org/old", {"README.md": "# Old\n"}, renamed_to="org/open")
    with LoopbackHub(folder) as hub:
        yield hub


def client_of(hub: LoopbackHub, token: str | None = None, **timeouts: float) -> HubClient:
    return HubClient(Settings(endpoint=hub.endpoint, token=token, timeouts=Timeouts(**timeouts)))


def ear(heard: list[str]) -> Listener:
    """A listener that writes down the notices."""
    return cast(Listener, SimpleNamespace(notice=heard.append))


def failure(client: HubClient, path: str = "/api/models", asked: Asked = NOTHING) -> CannotFindOut:
    with client, pytest.raises(CannotFindOut) as caught:
        client.get_json(path, asked=asked)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("path", "asked", "token", "kind", "words"),
    [
        ("/api/models/org/none", Asked(repo_id="org/none"), None, "repo-not-found", "does not exist or is private"),
        ("/api/models/org/none", Asked(repo_id="org/none"), TOKEN, "repo-not-found", "that this token may see"),
        (
            "/api/models/org/open/revision/dev",
            Asked(repo_id="org/open", revision="dev"),
            None,
            "revision-not-found",
            "no revision `dev`",
        ),
        ("/org/gated/resolve/main/README.md", Asked(repo_id="org/gated", path="README.md"), None, "gated", "gated"),
        ("/org/gated/resolve/main/README.md", Asked(repo_id="org/gated", path="README.md"), TOKEN, "gated", "token"),
        ("/org/off/resolve/main/README.md", Asked(repo_id="org/off", path="README.md"), None, "disabled", "disabled"),
        ("/org/open/resolve/main/x", Asked(repo_id="org/open", path="x"), None, "file-not-found", "no file `x`"),
        ("/api/nothing", Asked(), None, "not-a-hub", "status 404"),
        ("/api/whoami-v2", Asked(), None, "permission", "wants a login"),
    ],
)
def test_each_refusal_has_its_kind_and_words(
    hub: LoopbackHub, path: str, asked: Asked, token: str | None, kind: str, words: str
) -> None:
    error = failure(client_of(hub, token), path, asked)
    assert error.kind == kind
    assert words in error.message
    assert isinstance(error, HubRefusal)
    assert len(hub.requests()) == 1, "a refusal is final"


@pytest.mark.parametrize("path", [None, "README.md"])
def test_a_page_that_says_404_is_not_taken_for_the_hub_s_word(hub: LoopbackHub, path: str | None) -> None:
    hub.inject(Fault("org/open", "status", status=404, headers={"Content-Type": "text/html;charset=utf-8"}))
    error = failure(client_of(hub), "/api/models/org/open", Asked(repo_id="org/open", path=path))
    assert error.kind == "not-a-hub"
    assert hub.endpoint in (error.hint or "")


def test_a_bare_401_with_a_token_is_about_the_token(hub: LoopbackHub) -> None:
    hub.inject(Fault("org/open", "status", status=401))
    error = failure(client_of(hub, TOKEN), "/api/models/org/open", Asked(repo_id="org/open"))
    assert error.kind == "permission"
    assert TOKEN not in error.message


def test_words_of_the_server_are_cleaned_and_cut(hub: LoopbackHub) -> None:
    hub.inject(Fault("api/models", "status", status=418, headers={"X-Error-Message": "\x1b]0;x\x07no " + "a" * 3000}))
    error = failure(client_of(hub))
    assert "]0;x no aaa" in error.message
    assert error.message.isprintable()
    assert len(error.message) < 400


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_trouble_that_passes_is_outlived(hub: LoopbackHub, status: int) -> None:
    hub.inject(Fault("api/models", "status", status=status, count=1))
    with client_of(hub) as client:
        assert client.get_json("/api/models").value
    assert len(hub.requests("api/models")) == 2


def test_503_twice_is_outlived_and_always_is_told(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    hub.inject(Fault("api/models", "status", status=503, count=2))
    with client_of(hub) as client:
        assert client.get_json("/api/models").value
    assert len(pauses) == 2
    hub.inject(Fault("api/models", "status", status=503))
    error = failure(client_of(hub))
    assert error.kind == "network"
    assert "503" in error.message
    assert 0 < sum(pauses) < 15


def test_a_reset_connection_is_tried_again(hub: LoopbackHub) -> None:
    hub.inject(Fault("api/models", "reset", at=10, count=1))
    with client_of(hub) as client:
        assert client.get_json("/api/models").value


def test_a_short_wait_is_waited_and_a_long_one_refused_with_its_number(hub: LoopbackHub) -> None:
    heard: list[str] = []
    hub.inject(Fault("api/models", "status", status=429, headers={"Retry-After": "2"}, count=1))
    start = time.monotonic()
    with HubClient(Settings(endpoint=hub.endpoint), ear(heard)) as client:
        assert client.get_json("/api/models").value
    assert time.monotonic() - start >= 2
    assert "2 s" in heard[0]

    hub.inject(Fault("api/models", "status", status=429, headers={"Retry-After": "86400"}))
    start = time.monotonic()
    error = failure(client_of(hub))
    assert error.kind == "rate-limit"
    assert "24 h" in error.message
    assert time.monotonic() - start < 5


def test_a_hub_that_never_answers_ends_in_time(hub: LoopbackHub) -> None:
    hub.inject(Fault("api/models", "hang"))
    start = time.monotonic()
    error = failure(client_of(hub, read=0.4, silence=2.5))
    assert error.kind == "timeout"
    assert hub.endpoint.removeprefix("http://") in error.message
    assert time.monotonic() - start < 8
    usual = Timeouts()
    assert usual.connect + usual.read < 29, "one silent try"
    assert usual.silence < 29, "several"


def test_a_file_that_hangs_names_the_variable_for_slow_proxies(hub: LoopbackHub) -> None:
    hub.inject(Fault("resolve", "hang"))
    asked = Asked(repo_id="org/open", path="README.md")
    with client_of(hub, file=0.3, silence=0.5) as client, pytest.raises(CannotFindOut) as caught:
        client.get_small(client.resolve_url("org/open", "main", "README.md"), 100, asked=asked)
    assert caught.value.kind == "timeout"
    assert "HF_HUB_DOWNLOAD_TIMEOUT" in str(caught.value.hint)


def test_a_long_silence_that_the_user_allows_is_told(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelpick.hub.connection._TOLD_AFTER", 0.3)
    heard: list[str] = []
    hub.inject(Fault("resolve", "hang", seconds=1.0, count=1))
    with HubClient(Settings(endpoint=hub.endpoint, timeouts=Timeouts(file=600)), ear(heard)) as client:
        url, asked = client.resolve_url("org/open", "main", "README.md"), Asked(repo_id="org/open", path="README.md")
        for _ in range(2):
            assert client.get_small(url, 100, asked=asked).data
    assert len(heard) == 1
    assert "`README.md`" in heard[0]
    assert "10 min" in heard[0]


def test_a_dripping_answer_meets_the_deadline(hub: LoopbackHub) -> None:
    hub.inject(Fault("api/models", "drip", seconds=0.05))
    start = time.monotonic()
    error = failure(client_of(hub, answer=0.5, file=0.4))
    assert error.kind == "timeout"
    assert time.monotonic() - start < 8


def test_a_refused_connection_is_told_quickly_with_host_and_port() -> None:
    start = time.monotonic()
    error = failure(HubClient(Settings(endpoint="http://127.0.0.1:9")))
    assert error.kind == "network"
    assert "127.0.0.1:9 refused" in error.message
    assert time.monotonic() - start < 3


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "body",
    ['{"id": "org/na', DEEP, '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": ' + "1" * 5000 + "}", "", '"\udcff"'],
    ids=["cut", "deep", "nan", "twice", "digits", "empty", "utf8"],
)
def test_broken_json_is_no_hubs_answer(hub: LoopbackHub, body: str) -> None:
    hub.inject(Fault("api/models", "json", body=body))
    error = failure(client_of(hub))
    assert error.kind == "not-a-hub"
    assert "proxy" in str(error.hint)


def test_an_answer_of_too_many_values_is_refused_before_it_is_read(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MAX_VALUES", 1000)
    hub.inject(Fault("api/models", "json", body="[" + "[]," * 1001 + "[]]"))
    error = failure(client_of(hub))
    assert error.kind == "not-a-hub"
    assert "1,000 values" in error.message


def test_a_portals_page_is_no_hubs_answer(hub: LoopbackHub) -> None:
    hub.inject(Fault("", "html"))
    assert failure(client_of(hub)).kind == "not-a-hub"
    with client_of(hub) as client, pytest.raises(CannotFindOut, match="web page"):
        client.get_small(client.resolve_url("org/open", "main", "README.md"), 1000)


@pytest.mark.parametrize("fault", [Fault("api/models", "gzip"), Fault("api/models", "endless", at=4 << 20)])
def test_answers_are_capped_and_never_unpacked(hub: LoopbackHub, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_ANSWER", 1 << 20)
    hub.inject(fault)
    assert failure(client_of(hub)).kind == "not-a-hub"


def test_next_pages_stay_on_the_endpoint_and_the_token_too(hub: LoopbackHub, tmp_path: Path) -> None:
    with LoopbackHub(tmp_path) as other:
        hub.inject(Fault("api/models", "set-header", headers={"Link": f'<{other.endpoint}/x>; rel="next"'}))
        with client_of(hub, TOKEN) as client, pytest.raises(CannotFindOut, match="another host"):
            list(client.pages("/api/models"))
        assert other.requests() == []
    assert hub.requests("api/models")[0].token == TOKEN


def test_a_next_page_may_be_relative_and_must_be_new(hub: LoopbackHub) -> None:
    hub.inject(Fault("models$", "set-header", headers={"Link": '</api/models?limit=1>; rel="next"'}, count=1))
    with client_of(hub) as client:
        sizes = [len(answer.value) for answer in client.pages("/api/models")]  # type: ignore[arg-type]
    assert sizes == [4 - 1, 1, 1, 1], "the page that was named, then the Hub's own"
    hub.inject(Fault("api/models", "set-header", headers={"Link": '<?cursor=MA==>; rel="next"'}))
    with client_of(hub) as client, pytest.raises(CannotFindOut, match="twice"):
        list(client.pages("/api/models"))


def test_a_long_link_header_is_read_in_linear_time() -> None:
    start = time.monotonic()
    assert client_module._NEXT.search("<>;" * 30_000) is None
    assert time.monotonic() - start < 2


def test_redirects_take_the_token_along_on_the_endpoint_only(hub: LoopbackHub, tmp_path: Path) -> None:
    with client_of(hub, TOKEN) as client:
        answer = client.get_json("/api/models/org/old")
    assert answer.url.endswith("/api/models/org/open")
    assert [request.token for request in hub.requests()] == [TOKEN, TOKEN]

    write_repo(tmp_path, "org/open", {"README.md": "# There\n"})
    with LoopbackHub(tmp_path) as other, client_of(hub, TOKEN) as client:
        hub.inject(Fault("resolve", "redirect", location=other.endpoint + "{path}"))
        url = client.resolve_url("org/open", "main", "README.md")
        assert client.get_small(url, 100).data == b"# There\n"
        assert [request.token for request in other.requests()] == [None]
        head = client.head(url)
        assert head.status == 302
        assert head.headers["location"].startswith(other.endpoint)
        assert len(other.requests()) == 1, "a HEAD stays with the Hub"


@pytest.mark.parametrize("location", ["{path}", "file:///etc/hostname", "http://[bad", "http://host:99999/"])
def test_redirects_that_lead_nowhere_end(hub: LoopbackHub, location: str) -> None:
    hub.inject(Fault("api/models", "redirect", location=location))
    assert failure(client_of(hub)).kind == "not-a-hub"


def test_a_stream_gives_bytes_parts_and_says_when_it_breaks(hub: LoopbackHub) -> None:
    with client_of(hub) as client:
        url = client.resolve_url("org/open", "main", "weights.bin")
        with client.stream("GET", url, max_bytes=len(BODY)) as body:
            assert b"".join(body.chunks()) == BODY
        with client.stream("GET", url, max_bytes=len(BODY), headers={"Range": "bytes=256-"}) as body:
            assert body.status == 206
            assert b"".join(body.chunks()) == BODY[256:]
        with client.stream("GET", url, max_bytes=100) as body, pytest.raises(CannotFindOut, match="longer") as caught:
            list(body.chunks())
        assert caught.value.kind == "data"
        hub.inject(Fault("resolve", "cut", at=1000))
        with client.stream("GET", url, max_bytes=len(BODY)) as body, pytest.raises(BrokenBody):
            list(body.chunks())


def test_a_small_file_is_read_up_to_its_cap(hub: LoopbackHub) -> None:
    with client_of(hub) as client:
        url = client.resolve_url("org/open", "main", "weights.bin")
        small = client.get_small(url, 1000)
        assert small == (BODY[:1000], len(BODY), True)
        assert client.get_small(url, len(BODY)) == (BODY, len(BODY), False)


def test_parts_of_files_come_over_one_connection(hub: LoopbackHub) -> None:
    with client_of(hub) as client:
        url = client.resolve_url("org/open", "main", "weights.bin")
        assert [client.get_range(url, start, 8) for start in (0, 256, 7)] == [BODY[:8], BODY[:8], BODY[7:15]]
    assert len({request.port for request in hub.requests()}) == 1


def test_the_host_that_failed_is_named_where_it_is_another(hub: LoopbackHub) -> None:
    hub.inject(Fault("resolve", "redirect", location="http://127.0.0.1:9{path}"))
    with client_of(hub) as client, pytest.raises(CannotFindOut, match=r"127\.0\.0\.1:9 refused") as caught:
        client.get_small(client.resolve_url("org/open", "main", "README.md"), 100)
    assert f"the endpoint {hub.endpoint} sends us to 127.0.0.1:9" in str(caught.value.hint)


def test_a_mirror_may_live_under_a_path(hub: LoopbackHub) -> None:
    with HubClient(Settings(endpoint=hub.endpoint + "/repository/hf")) as client, pytest.raises(CannotFindOut):
        client.get_json(client.api_url("org/open", "refs/pr/1"))
    assert hub.requests()[0].path == "/repository/hf/api/models/org/open/revision/refs%2Fpr%2F1"
