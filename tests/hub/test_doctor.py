"""doctor: what it says of the way to a Hub and of this machine, and whom it asks."""

from __future__ import annotations

import http.server
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

from modelpick.hub.client import HubClient
from modelpick.hub.doctor import machine, network
from modelpick.hub.doctor.probe import Found, Probe, Visit, examine
from modelpick.hub.doctor.probes import PROBES
from modelpick.hub.settings import Settings
from modelpick.progress import SILENT
from modelpick.verbs.doctor import doctor

TOKEN = "hf_secret"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    weights = safetensors_bytes({"w": (8, 8)})
    write_repo(folder, "org/m", {"README.md": "# M\n", "config.json": "{}", "model.safetensors": weights})
    write_repo(folder, "org/text", {"README.md": "# T\n"})
    with LoopbackHub(folder) as hub:
        yield hub


def found(name: str, repo: str = "org/m", endpoint: str = "") -> Found:
    """What the whole doctor finds in one check."""
    return next(check.found for check in doctor(repo, endpoint=endpoint or None).checks if check.name == name)


def visit(endpoint: str = "https://hub.example", token: str | None = None) -> Visit:
    return Visit(client=HubClient(Settings(endpoint=endpoint, token=token)), repo_id="org/m")


def test_all_is_well_and_nothing_is_left_behind(
    hub: LoopbackHub, own_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    outcome = call(capsys, "doctor", "org/m", "--endpoint", hub.endpoint, "--format", "json")
    assert outcome.code == 0
    assert outcome.data["ok"] is True
    checks = {check["check"]: check for check in outcome.data["checks"]}
    assert list(checks) == [probe.name for probe in PROBES]
    assert all(set(check) == {"check", "outcome", "message", "remedy"} for check in checks.values())
    assert all(check["remedy"] for check in checks.values() if check["outcome"] == "fails")
    assert "`tester`" in checks["token"]["message"]
    assert "HF_TOKEN" in checks["token"]["message"]
    assert TOKEN not in outcome.out + outcome.err
    assert [path for path in own_home.rglob("*") if path.is_file()] == []
    assert not hub.requests("config.json"), "asking for it would count as a download"
    people = call(capsys, "doctor", "org/m", "--endpoint", hub.endpoint)
    assert "Everything works" in people.out
    assert call(capsys, "doctor", "org/m", "--endpoint", hub.endpoint, "--format", "quiet").out == ""


def test_a_hub_that_is_not_there_fails_once_and_the_rest_is_tried(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "doctor", "--endpoint", "http://127.0.0.1:9", "--format", "quiet")
    assert (outcome.code, outcome.out) == (4, "endpoint\n")
    checks = {check.name: check.found for check in doctor(endpoint="http://127.0.0.1:9").checks}
    assert checks["files"].outcome == "skipped"
    assert "`info-route`" in checks["files"].message
    assert checks["cache"].outcome == "works"


def test_a_portal_is_no_hub(hub: LoopbackHub) -> None:
    hub.inject(Fault("", "html"))
    assert found("endpoint", endpoint=hub.endpoint).outcome == "fails"


def test_a_model_that_the_mirror_lacks_is_no_fault_of_the_endpoint(hub: LoopbackHub) -> None:
    result = doctor(endpoint=hub.endpoint)
    checks = {check.name: check.found for check in result.checks}
    assert (checks["endpoint"].outcome, checks["info-route"].outcome) == ("works", "fails")
    assert "modelpick doctor owner/name" in str(checks["info-route"].remedy)


def test_a_repo_without_large_files_tells_nothing_of_xet(hub: LoopbackHub) -> None:
    assert found("weights", "org/text", hub.endpoint).outcome == "skipped"


def test_bytes_of_another_host_are_told_and_it_gets_no_token(
    hub: LoopbackHub, repos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    write_repo(repos, "org/m", {"model.safetensors": safetensors_bytes({"w": (8, 8)})})
    with LoopbackHub(repos) as other:
        place = f"{other.endpoint}/org/m/resolve/main/model.safetensors"
        hub.inject(Fault("resolve.*safetensors", "redirect", location=place))
        told = found("weights", endpoint=hub.endpoint)
        assert [(r.token, r.header("Range")) for r in other.requests()] == [(None, "bytes=0-0")]
    assert told.outcome == "works"
    assert other.endpoint.removeprefix("http://") in told.message


def test_a_hub_that_gives_no_parts_is_limited(hub: LoopbackHub) -> None:
    hub.inject(Fault("resolve", "no-range"))
    assert found("file-parts", endpoint=hub.endpoint).outcome == "limited"


def test_a_list_that_leads_elsewhere_is_not_followed(hub: LoopbackHub, tmp_path: Path) -> None:
    with LoopbackHub(tmp_path) as other:
        hub.inject(Fault(r"models\?", "set-header", headers={"Link": f'<{other.endpoint}/x>; rel="next"'}))
        assert found("paging", endpoint=hub.endpoint).outcome == "limited"
        assert other.requests() == []


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [(401, "fails", "refused the token"), (404, "limited", "no route that tells whether it is valid")],
)
def test_a_token_is_held_against_the_endpoint(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, status: int, outcome: str, words: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.inject(Fault("whoami", "status", status=status))
    token = found("token", endpoint=hub.endpoint)
    assert token.outcome == outcome
    assert words in token.message
    assert f"sent to {hub.endpoint} only" in token.message
    assert TOKEN not in token.message


def test_offline_mode_is_named_and_nobody_is_asked(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    outcome = call(capsys, "doctor", "org/m", "--endpoint", hub.endpoint, "--format", "json")
    checks = {check["check"]: check for check in outcome.data["checks"]}
    assert outcome.code == 0
    assert checks["offline-mode"]["remedy"] == "unset HF_HUB_OFFLINE"
    assert checks["endpoint"]["outcome"] == checks["token"]["outcome"] == checks["info-route"]["outcome"] == "skipped"
    shown = call(capsys, "doctor", "org/m", "--endpoint", hub.endpoint).out
    assert "The Hub was not asked" in shown
    assert "Everything works" not in shown
    assert hub.requests() == []


def test_a_bad_variable_is_a_usage_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "soon")
    assert call(capsys, "doctor").code == 2
    monkeypatch.delenv("HF_HUB_ETAG_TIMEOUT")
    monkeypatch.setenv("MODELPICK_HOME", "~nobody-of-that-name/x")
    assert call(capsys, "doctor", "--endpoint", "http://127.0.0.1:9").code == 2


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://me:pass@proxy.example:3128", "http://proxy.example:3128, from https_proxy"),
        ("http://me:p%40ss@w/x@proxy.example:3128/", "http://proxy.example:3128, from https_proxy"),
        ("proxy.example:3128", "http://proxy.example:3128, from https_proxy"),
    ],
)
def test_the_proxy_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, address: str, shown: str) -> None:
    here = visit()
    monkeypatch.setenv("https_proxy", address)
    assert network.proxy(here).message == shown
    monkeypatch.setenv("no_proxy", "hub.example")
    monkeypatch.setenv("NO_PROXY", "hub.example")
    assert "not for hub.example" in network.proxy(here).message


def test_http_over_the_network_is_limited() -> None:
    assert network.certificate(visit("http://mirror.example")).outcome == "limited"
    assert network.certificate(visit("http://127.0.0.1:9")).outcome == "works"


class _Refuses(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.skipif(shutil.which("openssl") is None, reason="a certificate is made with openssl")
def test_a_certificate_that_is_not_trusted_is_told_with_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, key = tmp_path / "own.pem", tmp_path / "key.pem"
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", own]
    subprocess.run([*make, *name], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Refuses) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # our client hangs up
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"https://127.0.0.1:{server.server_address[1]}"
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        monkeypatch.delenv("SSL_CERT_DIR", raising=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(own))
        distrusted = found("certificate", endpoint=endpoint)
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
        misled = found("certificate", endpoint=endpoint)
        monkeypatch.delenv("SSL_CERT_DIR")
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        trusted = found("certificate", endpoint=endpoint)
        server.shutdown()
    assert distrusted.outcome == "fails"
    assert 'export SSL_CERT_FILE="$REQUESTS_CA_BUNDLE"' in str(distrusted.remedy)
    assert "SSL_CERT_DIR names no folder" in str(misled.remedy)
    assert trusted == Found("works", f"trusted by SSL_CERT_FILE={own}")


def test_a_cache_that_cannot_be_written_to_fails_with_the_variable(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own_home / "hf").mkdir()
    (own_home / "hf" / "hub").write_text("a file")
    outcome = call(capsys, "doctor", "--endpoint", "http://127.0.0.1:9", "--format", "json")
    checks = {check["check"]: check for check in outcome.data["checks"]}
    assert outcome.code == 4
    assert checks["cache"]["outcome"] == "fails"
    assert "HF_HOME" in checks["cache"]["remedy"]
    assert f"`{own_home / 'hf' / 'hub'}`" in checks["cache"]["message"]
    assert checks["links"]["outcome"] == "skipped"


def test_a_torchvision_for_another_torch_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine.torchvision(visit()).outcome == "works", "the tests' own environment"
    info = tmp_path / "torchvision-0.9.dist-info"
    info.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    head = "Metadata-Version: 2.1\nName: torchvision\nVersion: 0.9\nRequires-Dist: "
    (info / "METADATA").write_text(f"{head}torch (==1.8.0)\n")
    told = machine.torchvision(visit())
    assert told.outcome == "fails"
    assert "built for torch 1.8.0" in told.message

    (info / "METADATA").write_text(f"{head}numpy\n")
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    broken = machine.torchvision(visit())
    assert broken.outcome == "fails"
    assert "nms does not exist" in broken.message
    (tmp_path / "torchvision.py").write_text("")
    assert machine.torchvision(visit()).outcome == "works"


def test_a_package_that_is_too_old_is_named_with_what_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "safetensors-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: safetensors\nVersion: 0.1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    old = machine.packages(visit())
    assert old.outcome == "fails"
    assert "safetensors>=" in str(old.remedy)


def test_a_probe_that_hangs_is_given_up_and_what_needs_it_skipped() -> None:
    probes = (
        Probe("slow", lambda _: time.sleep(20) or Found("works", ""), 0.2),
        Probe("after", lambda _: Found("works", ""), 1, ("slow",)),
        Probe("other", lambda _: Found("works", ""), 1),
    )
    start = time.monotonic()
    checks = list(examine(visit(), probes, SILENT))
    assert time.monotonic() - start < 5
    assert [check.found.outcome for check in checks] == ["fails", "skipped", "works"]
