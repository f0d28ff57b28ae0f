"""Company mirrors: what search, vet, download and doctor do where a mirror knows less than the Hub does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Outcome, call
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

from modelpick.hub.client import HubClient
from modelpick.hub.collect import collect
from modelpick.hub.faults import Again
from modelpick.hub.settings import Settings

NOWHERE = "127.0.0.1:9"
CARD = "---\nlicense: apache-2.0\npipeline_tag: image-classification\n---\n# M\n\nThis model classifies photos.\n"
WORDS = {
    "search": ["--task", "image-classification"],
    "vet": ["org/m"],
    "download": ["org/m", "--yes", "--local-dir", "here"],
    "doctor": ["org/m"],
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    """A mirror whose routes all lie under a path; beside it nothing is served."""
    folder = tmp_path_factory.mktemp("repos")
    files: dict[str, str | bytes] = {"README.md": CARD, "config.json": "{}"}
    write_repo(folder, "org/m", files | {"model.safetensors": safetensors_bytes({"w": (300, 200)})}, downloads=3)
    write_repo(folder, "org/old", {"README.md": CARD}, renamed_to="org/m")
    with LoopbackHub(folder, mount="/repository/hub", page_size=1) as hub:
        yield hub


@pytest.fixture
def ask(
    hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> object:
    """Calls a command against the mirror, in an empty folder, with a token."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")

    def asked(command: str) -> Outcome:
        outcome = call(capsys, command, *WORDS[command], "--endpoint", hub.endpoint, "--format", "json")
        assert "hf_secret" not in outcome.out + outcome.err
        assert "Traceback" not in outcome.err
        return outcome

    return asked


def outcomes(outcome: Outcome) -> dict[str, str]:
    return {check["check"]: check["outcome"] for check in outcome.data["checks"]}


def remedy(outcome: Outcome, check: str) -> str:
    return str(next(c["remedy"] for c in outcome.data["checks"] if c["check"] == check))


def test_a_mirror_under_a_path_serves_all(hub: LoopbackHub, ask) -> None:  # type: ignore[no-untyped-def]
    for command in WORDS:
        assert ask(command).code == 0, command
    assert all(request.path.startswith("/repository/hub/") for request in hub.requests())
    assert {request.token for request in hub.requests()} == {"hf_secret"}


def test_renames_are_followed_under_a_path(hub: LoopbackHub) -> None:
    with HubClient(Settings(endpoint=hub.endpoint)) as client:
        assert collect(client, "org/old", shallow=True).repo_id == "org/m"


def test_a_mirror_without_x_repo_commit(hub: LoopbackHub, ask) -> None:  # type: ignore[no-untyped-def]
    hub.inject(Fault("resolve", "drop-header", header="X-Repo-Commit"))
    assert ask("vet").data["subject"]["commit"]
    assert ask("download").code == 0
    looked = ask("doctor")
    assert looked.code == 0
    assert outcomes(looked)["file-headers"] == "limited"


@pytest.mark.parametrize("status", [400, 404])
def test_a_mirror_that_refuses_expand(hub: LoopbackHub, ask, status: int) -> None:  # type: ignore[no-untyped-def]
    hub.inject(Fault("expand=", "status", status=status))
    assert [model["repo_id"] for model in ask("search").data["candidates"]] == ["org/m"]
    vetted = ask("vet")
    assert vetted.code == 0
    assert vetted.data["answers"]["popularity"]["downloads_all_time"] is None
    assert vetted.data["answers"]["popularity"]["downloads_30d"] == 3
    looked = ask("doctor")
    assert looked.code == 0
    assert outcomes(looked)["expand"] == outcomes(looked)["list-route"] == "limited"


def test_a_mirror_that_does_not_list(hub: LoopbackHub, ask) -> None:  # type: ignore[no-untyped-def]
    hub.inject(Fault(r"/api/models\?", "status", status=404))
    searched = ask("search")
    assert searched.code == 4
    assert "does not list models" in searched.data["error"]["message"]
    assert "search --offline" in searched.data["error"]["hint"]
    assert ask("vet").code == 0
    looked = ask("doctor")
    assert looked.code == 0
    assert (outcomes(looked)["list-route"], outcomes(looked)["paging"]) == ("limited", "skipped")
    assert "index import" in remedy(looked, "list-route")


def test_a_mirror_that_points_to_a_host_that_does_not_answer(hub: LoopbackHub, ask) -> None:  # type: ignore[no-untyped-def]
    hub.inject(Fault("resolve.*safetensors", "redirect", location=f"http://{NOWHERE}{{path}}"))
    assert ask("vet").code == 0
    for outcome in (ask("download"), ask("doctor")):
        assert outcome.code == 4
        assert f"{NOWHERE} refused the connection" in outcome.out
        assert f"sends us to {NOWHERE} for the bytes" in outcome.out
    assert not list(Path("here").rglob("*.safetensors"))


def test_a_host_of_bytes_that_refuses_them_is_named(hub: LoopbackHub, ask, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with LoopbackHub(tmp_path) as other:
        other.inject(Fault("resolve", "status", status=403))
        hub.inject(Fault("resolve.*safetensors", "redirect", location=f"{other.endpoint}{{path}}"))
        looked = ask("doctor")
        assert {request.token for request in other.requests("resolve")} == {None}
    assert looked.code == 4
    (failed,) = (check for check in looked.data["checks"] if check["outcome"] == "fails")
    assert failed["check"] == "weights"
    assert failed["message"].startswith(other.endpoint.removeprefix("http://"))
    assert "status 403" in failed["message"]


def test_a_mirror_that_is_silent_before_the_first_byte(  # type: ignore[no-untyped-def]
    hub: LoopbackHub, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.inject(Fault("resolve.*safetensors", "hang", seconds=2.5))
    assert ask("download").code == 0, "a proxy may fetch a whole file before it answers"
    hub.heal()
    hub.inject(Fault("resolve.*safetensors", "hang", method="GET"))
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "1")
    monkeypatch.setattr("modelpick.hub.retry._DELAYS", dict.fromkeys(Again, ()))
    start = time.monotonic()
    looked = ask("doctor")
    assert time.monotonic() - start < 40
    assert looked.code == 4
    assert "HF_HUB_DOWNLOAD_TIMEOUT=120" in remedy(looked, "weights")


def test_a_mirror_that_tells_no_sizes_cannot_be_downloaded_from(hub: LoopbackHub, ask) -> None:  # type: ignore[no-untyped-def]
    hub.inject(Fault("blobs=", "status", status=400))
    assert ask("vet").code == 0
    refused = ask("download")
    assert refused.code == 4
    assert "could not be verified" in json.dumps(refused.data)
    looked = ask("doctor")
    assert (looked.code, outcomes(looked)["files"]) == (4, "fails")


@pytest.mark.parametrize("status", [405, 501])
def test_a_mirror_that_does_no_head_is_asked_for_the_file_itself(hub: LoopbackHub, ask, status: int) -> None:  # type: ignore[no-untyped-def]
    hub.inject(Fault("resolve", "status", status=status, method="HEAD"))
    start = time.monotonic()
    assert ask("download").code == 0
    assert time.monotonic() - start < 5
    hub.inject(Fault("resolve", "status", status=403, method="GET", headers={"X-Error-Code": "GatedRepo"}))
    assert ask("download").code == 4, "the files are there already, and the gate is put up since"
