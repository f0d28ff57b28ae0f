"""The faults of a real disk and of several processes: full, read-only, two at once, killed, moved branches, crowds."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

import modelpick
from modelpick.errors import CannotFindOut
from modelpick.hub import part_file
from modelpick.hub.client import HubClient
from modelpick.hub.hashing import FileHash
from modelpick.hub.info import read_info
from modelpick.hub.part_file import PartFile
from modelpick.hub.plan import plan
from modelpick.hub.side_by_side import Halt
from modelpick.progress import SILENT

CARD = "---\nlicense: mit\n---\n# Tiny\n\nIt classifies photos of cats and dogs.\n"
WEIGHTS = safetensors_bytes({"w": (700, 500)})  # 1.4 MB
COMMAND = [sys.executable, "-m", "modelpick", "download", "org/tiny", "--yes", "--allow-rejected"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    write_repo(folder, "org/tiny", {"README.md": CARD, "config.json": "{}", "model.safetensors": WEIGHTS})
    write_repo(folder, "org/tiny@v1", {"README.md": CARD, "config.json": '{"v": 1}', "model.safetensors": WEIGHTS})
    with LoopbackHub(folder) as hub:
        yield hub


@pytest.fixture(autouse=True)
def asks_it(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[None]:
    """A file system of memory, or a bind, where this process may mount."""
    place.mkdir(parents=True, exist_ok=True)
    if os.name == "nt" or subprocess.run(["mount", *options, str(place)], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def parts(home: Path) -> list[Path]:
    return [path for path in (home / "hf").rglob("*") if "part" in path.name]


def weights_part(home: Path) -> Path:
    return home / "hf/hub/models--org--tiny/blobs" / f"{hashlib.sha256(WEIGHTS).hexdigest()}.modelpick-part"


def wait_until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def test_a_disk_that_is_too_small_is_refused_and_one_that_fills_up_is_left_clean(
    own_home: Path, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mounted(own_home / "hf", "-t", "tmpfs", "-o", "size=1m", "none"):
        with pytest.raises(CannotFindOut, match="are needed and") as refused:
            modelpick.download("org/tiny")
        assert refused.value.kind == "disk"
        assert not any(
            r.method == "GET" for r in hub.requests("/resolve/.*/model.safetensors") if not r.header("Range")
        )
        monkeypatch.setattr("modelpick.hub.download.check_room", lambda *_: None)  # as if another program filled it
        with pytest.raises(CannotFindOut, match="the disk is full") as full:
            modelpick.download("org/tiny")
        assert full.value.kind == "disk"
        assert parts(own_home) == []


def test_a_read_only_cache_that_is_filled_serves_and_an_empty_one_is_named(
    own_home: Path, hub: LoopbackHub, capsys: pytest.CaptureFixture[str]
) -> None:
    modelpick.download("org/tiny")
    cache = own_home / "hf"
    with mounted(cache, "--bind", str(cache)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(cache)], check=True)
        outcome = call(capsys, "download", "org/tiny", "--yes", "--format", "json")
        assert (outcome.code, outcome.data["bytes_fetched"]) == (0, 0), outcome.err
        outcome = call(capsys, "download", "org/tiny", "--revision", "v1", "--yes", "--format", "json")
        assert (outcome.code, outcome.data["error"]["kind"]) == (4, "permission")
        assert str(cache) in outcome.data["error"]["message"]


def test_of_two_processes_one_fetches(own_home: Path, hub: LoopbackHub) -> None:
    hub.inject(Fault("/resolve/.*model.safetensors", "drip", at=60_000, seconds=0.1, method="GET"))
    started = [subprocess.Popen(COMMAND, env=os.environ, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    asked = [r.header("Range") or "" for r in hub.requests("/resolve/.*model.safetensors") if r.method == "GET"]
    assert len([header for header in asked if not header.startswith("bytes=0-")]) == 1  # the others are of the vet
    assert (modelpick.download("org/tiny").path / "model.safetensors").read_bytes() == WEIGHTS
    assert parts(own_home) == []


def test_who_is_waited_for_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Hears(type(SILENT)):  # type: ignore[misc]
        def notice(self, text: str) -> None:
            said.append(text)

    monkeypatch.setattr(part_file, "_TELL_AFTER", 0.3)
    found = FileHash("a" * 64, 100)
    with ThreadPoolExecutor(1) as pool:
        with PartFile(tmp_path / "0f3a", SILENT, Halt()) as held:
            found.update(b"x")
            held.write(b"x")
            held.note(found, None)
            waiting = pool.submit(lambda: PartFile(tmp_path / "0f3a", Hears(), Halt(), shown="weights"))
            wait_until(lambda: bool(said))
        waiting.result(10).__exit__(None, None, None)
    assert len(said) == 1
    assert f"waiting for another modelpick (process {os.getpid()}) that fetches `weights`" in said[0]


def test_a_dead_process_holds_nothing_up(own_home: Path, hub: LoopbackHub) -> None:
    hub.inject(Fault("/resolve/.*model.safetensors", "drip", at=100_000, seconds=0.2, method="GET", skip=1, count=1))
    first = subprocess.Popen(COMMAND, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: weights_part(own_home).exists() and weights_part(own_home).stat().st_size > 0)
    first.kill()
    first.wait()
    start = time.monotonic()
    assert (modelpick.download("org/tiny").path / "model.safetensors").read_bytes() == WEIGHTS
    assert time.monotonic() - start < 8
    assert parts(own_home) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_and_keeps_what_came(
    own_home: Path, hub: LoopbackHub, number: signal.Signals, code: int
) -> None:
    hub.inject(Fault("/resolve/.*model.safetensors", "drip", at=60_000, seconds=0.1, method="GET", skip=1, count=1))
    process = subprocess.Popen(COMMAND, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: weights_part(own_home).exists() and weights_part(own_home).stat().st_size > 0)
    start = time.monotonic()
    process.send_signal(number)
    assert process.wait(20) == code
    assert time.monotonic() - start < 3
    kept = weights_part(own_home).stat().st_size
    hub.heal()
    hub.forget()
    modelpick.download("org/tiny")
    asked = [r.header("Range") for r in hub.requests("/resolve/.*model.safetensors") if r.method == "GET"]
    assert f"bytes={kept}-" in asked


def test_a_branch_that_moves_meanwhile_mixes_nothing(hub: LoopbackHub, repos: Path) -> None:
    """All is asked for at the commit; a server that gives other bytes for it is found out by the hash."""
    write_repo(repos, "org/moving", {"README.md": CARD, "config.json": '{"v": 1}', "model.safetensors": WEIGHTS})
    with LoopbackHub(repos) as server:
        result = modelpick.download("org/moving", endpoint=server.endpoint)
        asked = {request.path.split("/resolve/")[1].split("/")[0] for request in server.requests("/resolve/")}
        assert asked == {result.receipt.commit}
        write_repo(repos, "org/moving", {"config.json": '{"v": 2}'})
        again = modelpick.download("org/moving", endpoint=server.endpoint)
    assert again.receipt.commit != result.receipt.commit
    assert (result.path / "config.json").read_text() == '{"v": 1}'
    assert (again.path / "config.json").read_text() == '{"v": 2}'


def test_a_hundred_thousand_siblings_are_planned(hub: LoopbackHub) -> None:
    crowd = [{"rfilename": f"data/{n}.jpg", "size": 1, "blobId": f"{n:040x}"} for n in range(100_000)]
    info = hub_info(hub)
    hub.inject(Fault("^/api/models/org/tiny", "patch", patch={"siblings": [*info["siblings"], *crowd]}))
    start = time.monotonic()
    with HubClient.from_environment(hub.endpoint) as client:
        answer = client.get_json(client.api_url("org/tiny"), [("blobs", "true")])
        planned = plan(read_info(client.settings, answer, "org/tiny", None))
    assert time.monotonic() - start < 30
    assert (len(planned.files), len(planned.left_out)) == (3, 100_000)


@pytest.mark.parametrize("names", [("CONFIG.json",), ("../../evil.json",), ("/etc/evil.json",)])
def test_hostile_names_are_an_answer_of_no_and_write_nothing(
    hub: LoopbackHub, own_home: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, ...]
) -> None:
    info = hub_info(hub)
    evil = [{"rfilename": name, "size": 2, "blobId": "a" * 40} for name in names]
    hub.inject(Fault("^/api/models/org/tiny", "patch", patch={"siblings": [*info["siblings"], *evil]}))
    before = sorted(own_home.rglob("*"))
    outcome = call(capsys, "download", "org/tiny", "--yes", "--include", "*.json", "--format", "json")
    assert (outcome.code, outcome.data["error"]["kind"]) == (1, "hostile-name")
    assert sorted(own_home.rglob("*")) == before


def hub_info(hub: LoopbackHub) -> dict[str, list[dict[str, object]]]:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{hub.endpoint}/api/models/org/tiny?blobs=true") as answer:
        found: dict[str, list[dict[str, object]]] = json.load(answer)
    return found
