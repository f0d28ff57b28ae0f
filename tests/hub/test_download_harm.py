"""A cache, a folder or a server that means harm, and two downloads at once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

import modelpick
from modelpick.errors import CannotFindOut, UsageError
from modelpick.facts import FileFact, RepoFacts
from modelpick.hub import cache_layout, transfer
from modelpick.hub.cache_layout import RepoCache, default_cache
from modelpick.hub.plan import DownloadPlan, PlannedFile, plan
from modelpick.hub.side_by_side import Halt

WEIGHTS = safetensors_bytes({"w": (300, 200)})  # 240 kB


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    card = "---\nlicense: mit\n---\n# Tiny\n\nIt classifies photos of cats and dogs.\n"
    files: dict[str, str | bytes] = {"README.md": card, "config.json": "{}", "model.safetensors": WEIGHTS}
    write_repo(folder, "org/tiny", files | {"additional_chat_templates/a.jinja": "{{ x }}"})
    with LoopbackHub(folder) as hub:
        yield hub


@pytest.fixture
def hub(served: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> LoopbackHub:
    served.heal()
    served.forget()
    monkeypatch.setenv("HF_ENDPOINT", served.endpoint)
    return served


def test_a_link_in_place_of_a_part_file_is_not_followed(hub: LoopbackHub, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    blobs = default_cache() / "models--org--tiny/blobs"
    blobs.mkdir(parents=True)
    for file in modelpick.download("org/tiny", local_dir=tmp_path / "elsewhere").plan.files:
        (blobs / f"{file.digest}.modelpick-part").symlink_to(precious)
    with pytest.raises(CannotFindOut, match="cannot be used"):
        modelpick.download("org/tiny")
    assert precious.read_text() == "mine"


def test_a_file_where_a_folder_should_be_is_refused_before_anything_is_fetched(
    hub: LoopbackHub, tmp_path: Path
) -> None:
    (tmp_path / "additional_chat_templates").write_text("mine")
    with pytest.raises(UsageError, match="is a file where the folder"):
        modelpick.download("org/tiny", local_dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["additional_chat_templates"]
    asked = hub.requests("model.safetensors")
    assert all(request.method == "HEAD" or "range" in request.headers for request in asked), "vet reads the header only"


def test_a_link_in_place_of_the_waiting_room_is_refused(hub: LoopbackHub, tmp_path: Path) -> None:
    outside, target = tmp_path / "outside", tmp_path / "mine"
    outside.mkdir()
    target.mkdir()
    (target / ".modelpick-staging").symlink_to(outside)
    with pytest.raises(UsageError, match="is a link"):
        modelpick.download("org/tiny", local_dir=target)
    assert list(outside.iterdir()) == []


def test_a_server_that_never_gives_more_than_its_first_part_ends(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(self: Halt, seconds: float) -> None:
        pauses.append(seconds)
        assert len(pauses) < 30, "it goes round for ever"

    monkeypatch.setattr(transfer, "_PROGRESS", 1000)
    monkeypatch.setattr(Halt, "pause", pause)
    hub.inject(Fault("model.safetensors", "cut", at=100_000, method="GET"))
    hub.inject(Fault("model.safetensors", "shift", at=7))
    with pytest.raises(CannotFindOut) as caught:
        modelpick.download("org/tiny")
    assert caught.value.kind == "network"


def test_an_offset_of_thousands_of_digits_is_no_continuation(hub: LoopbackHub) -> None:
    hub.inject(Fault("model.safetensors", "cut", at=100_000, method="GET", count=1))
    odd = {"Content-Range": f"bytes {'9' * 5000}-1/2"}
    hub.inject(Fault("model.safetensors", "set-header", headers=odd, method="GET", skip=1, count=1))
    assert (modelpick.download("org/tiny").path / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("evil", ["../../evil", "org", "org/tiny/revision", "org\\..\\evil", "a/b\0"])
def test_a_redirect_cannot_choose_a_name_for_the_disk(hub: LoopbackHub, own_home: Path, evil: str) -> None:
    address = f"/api/models/{quote(evil, safe='')}"
    hub.inject(Fault("^/api/models/org/tiny", "redirect", location=address, count=1))
    hub.inject(Fault("^/api/models/", "json", body=json.dumps({"id": evil}), skip=1))
    with pytest.raises(CannotFindOut, match="another model") if evil != "org" else pytest.raises(CannotFindOut):
        modelpick.download("org/tiny")
    hub.heal()
    hub.inject(Fault("^/api/models/org/tiny", "patch", patch={"id": evil}))
    with pytest.raises(CannotFindOut, match="another model"):
        modelpick.download("org/tiny")
    assert not (own_home / "hf").exists()


def test_two_threads_do_not_mix_up_their_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tuple(PlannedFile(path=name, bytes=1, sha256=name * 64) for name in "ab")
    cache = RepoCache(
        tmp_path, DownloadPlan(requested="o/m", repo_id="o/m", commit="c" * 40, revision=None, files=files)
    )
    cache.open(files)
    for file in files:
        cache.destination(file).write_text(file.path)
    barrier, link = threading.Barrier(2, timeout=10), cache_layout._link

    def link_at_once(blob: Path, name: Path) -> None:
        link(blob, name)
        barrier.wait()

    monkeypatch.setattr(cache_layout, "_link", link_at_once)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(cache._show, files))
    shown = tmp_path / "models--o--m/snapshots" / ("c" * 40)
    assert {path.name: path.read_text() for path in shown.iterdir()} == {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    ("count", "names"),
    [(100_000, ["data/{}.jpg"]), (10_000, ["x{}-00001-of-00001.safetensors", "y{}.safetensors.index.json"])],
)
def test_a_plan_over_very_many_files_takes_seconds(count: int, names: list[str]) -> None:
    paths = ["model.safetensors", *(name.format(number) for number in range(count) for name in names)]
    files = tuple(FileFact(path=path, bytes=100, sha256="b" * 64) for path in paths)
    start = time.monotonic()
    planned = plan(RepoFacts(requested="o/m", source="hub", repo_id="o/m", commit="a" * 40, files=files))
    assert time.monotonic() - start < 10
    assert planned.files


@pytest.mark.parametrize("folder", ["", " ", "~nobody-of-that-name/x"])
def test_a_folder_that_is_none_is_a_matter_of_usage(hub: LoopbackHub, folder: str) -> None:
    with pytest.raises(UsageError):
        modelpick.download("org/tiny", local_dir=folder)
    assert hub.requests() == []


def test_a_relative_cache_is_told_whole(hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", "cache")
    assert modelpick.download("org/tiny").path.is_relative_to(tmp_path / "cache")


def test_a_home_that_nobody_knows_costs_the_receipt_only(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELPICK_HOME", "~nobody-of-that-name")
    assert modelpick.download("org/tiny").path.is_dir()


def test_of_two_downloads_at_once_one_fetches_the_weights(hub: LoopbackHub) -> None:
    hub.inject(Fault("model.safetensors", "drip", at=60_000, seconds=0.3, method="GET"))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: modelpick.download("org/tiny"), range(2)))
    files = [file for result in results for file in result.receipt.files if file.path == "model.safetensors"]
    assert sorted(file.fetched for file in files) == [False, True]
    whole = [r for r in hub.requests("model.safetensors") if r.method == "GET" and "range" not in r.headers]
    assert len(whole) == 1
    assert all((result.path / "model.safetensors").read_bytes() == WEIGHTS for result in results)
