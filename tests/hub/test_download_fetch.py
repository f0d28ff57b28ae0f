"""Fetching against the loopback Hub: right bytes or an honest error, and nothing half-written."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from download_bench import CONFIG, WEIGHTS, Bench
from loopback_hub import Fault, LoopbackHub

from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.hub import transfer
from modelpick.hub.part_file import PART


def test_the_cache_is_laid_out_as_huggingface_hub_has_it(bench: Bench) -> None:
    from huggingface_hub import snapshot_download

    receipt = bench.fetch()
    commit, sha256 = receipt.commit, hashlib.sha256(WEIGHTS).hexdigest()
    root = "models--org--tiny"
    assert (bench.cache / root / "refs/main").read_text() == commit
    assert sorted(p.name for p in (bench.cache / root).iterdir()) == ["blobs", "refs", "snapshots"]
    link = bench.cache / root / "snapshots" / commit / "model.safetensors"
    assert link.readlink() == Path(f"../../blobs/{sha256}")
    assert {f.path: f.sha256 for f in receipt.files}["model.safetensors"] == sha256
    assert not any("pytorch_model.bin" in r.path for r in bench.hub.requests())
    found = snapshot_download("org/tiny", cache_dir=bench.cache, local_files_only=True)
    assert Path(found) == receipt.folder
    umask = os.umask(0)
    os.umask(umask)
    assert link.stat().st_mode & 0o777 == 0o666 & ~umask


def test_every_file_is_asked_for_at_the_commit(bench: Bench) -> None:
    receipt = bench.fetch()
    asked = bench.hub.requests("/resolve/")
    assert len(asked) == 4
    assert all(f"/resolve/{receipt.commit}/" in r.path for r in asked)


def test_a_second_time_only_hashes(bench: Bench) -> None:
    bench.fetch()
    bench.hub.forget()
    receipt = bench.fetch()
    assert receipt.bytes_fetched == 0
    assert bench.hub.requests("/resolve/") == []


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_flipped_bit_is_found_named_and_not_kept(bench: Bench, name: str) -> None:
    from huggingface_hub import scan_cache_dir

    bench.hub.inject(Fault(f"/resolve/.*{name}", "flip", at=9))
    with pytest.raises(AnswerIsNo) as caught:
        bench.fetch()
    declared = {f.path: f.digest for f in bench.plan().files}[name]
    assert name in caught.value.message
    assert f"expected {declared}" in caught.value.message
    assert "got " in caught.value.message
    # Of the files beside it, which are fetched at once, a part may stay for the next run.
    assert not any("snapshots" in path or declared in path for path in bench.files())
    assert len(bench.hub.requests(f"/resolve/.*{name}")) == 2
    assert scan_cache_dir(bench.cache).warnings == []
    bench.hub.heal()
    assert bench.fetch().folder.is_dir()


def test_a_bit_flipped_once_is_fetched_again(bench: Bench) -> None:
    bench.hub.inject(Fault("model.safetensors", "flip", at=50, count=1))
    assert (bench.fetch().folder / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    "fault",
    [
        Fault("model.safetensors", "cut", at=100_000, count=1),
        Fault("model.safetensors", "cut", at=0, count=3),
        Fault("model.safetensors", "cut", at=len(WEIGHTS), count=1),
        Fault("model.safetensors", "reset", at=70_000, count=2),
        Fault("model.safetensors", "hang", at=80_000, seconds=5, count=1),
        Fault("model.safetensors", "truncate", at=90_000, count=1),
        Fault("model.safetensors", "status", status=503, count=2),
        Fault("model.safetensors", "drip", at=40_000, seconds=0.05),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.at}",
)
def test_a_body_that_breaks_off_is_taken_up_again(bench: Bench, fault: Fault) -> None:
    bench.hub.inject(fault)
    assert (bench.fetch().folder / "model.safetensors").read_bytes() == WEIGHTS


def test_it_goes_on_with_a_range_where_it_broke_off(bench: Bench) -> None:
    bench.hub.inject(Fault("model.safetensors", "cut", at=100_000, count=1))
    bench.fetch()
    first, second = bench.hub.requests("model.safetensors")
    assert first.header("Range") is None
    assert second.header("Range") == "bytes=100000-"
    assert second.header("If-Range") == f'"{hashlib.sha256(WEIGHTS).hexdigest()}"'


@pytest.mark.parametrize(
    "harm",
    [
        Fault("model.safetensors", "shift", at=7),
        Fault("model.safetensors", "no-range"),
        Fault("model.safetensors", "set-header", headers={"ETag": '"other"'}),
        Fault("model.safetensors", "set-header", headers={"Content-Range": "bytes 100000-5/7"}),
        Fault("model.safetensors", "status", status=416),
    ],
    ids=["other-offset", "whole-file", "other-etag", "wrong-content-range", "416"],
)
def test_an_answer_that_is_no_continuation_is_never_spliced(bench: Bench, harm: Fault) -> None:
    for turn in (0, 2):  # twice: a single wrong file would be fetched again anyway
        bench.hub.inject(Fault("model.safetensors", "cut", at=100_000, skip=turn, count=1))
        bench.hub.inject(replace(harm, skip=turn + 1, count=1))
    assert (bench.fetch().folder / "model.safetensors").read_bytes() == WEIGHTS
    ranges = [r.header("Range") for r in bench.hub.requests("model.safetensors")]
    again = [None, "bytes=100000-"]
    assert ranges == (again if harm.kind == "no-range" else [*again, *again, None])


def test_a_connection_that_always_breaks_ends(bench: Bench) -> None:
    bench.hub.inject(Fault("model.safetensors", "cut", at=0))
    with pytest.raises(CannotFindOut) as caught:
        bench.fetch()
    assert caught.value.kind == "network"
    assert not any("part" in path for path in bench.files())


def test_an_endless_body_is_stopped_at_the_declared_size(bench: Bench) -> None:
    bench.hub.inject(Fault("model.safetensors", "endless", at=200_000_000))
    with pytest.raises(AnswerIsNo, match=f"more than {len(WEIGHTS)} bytes"):
        bench.fetch()


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"/tmp/evil"'},
        {"ETag": '"../../../../evil"'},
        {"X-Linked-Etag": '"..\\\\evil"'},
        {"X-Repo-Commit": "../../../evil"},
        {"X-Repo-Commit": "main"},
    ],
    ids=str,
)
def test_forged_headers_are_refused(bench: Bench, headers: dict[str, str]) -> None:
    bench.hub.inject(Fault("/resolve/", "set-header", headers=headers))
    with pytest.raises(AnswerIsNo) as caught:
        bench.fetch()
    assert caught.value.kind == "forged"
    assert not bench.cache.exists() or bench.files() == []


def test_a_mirror_without_these_headers_is_fine(bench: Bench) -> None:
    for name in ("X-Repo-Commit", "ETag", "X-Linked-Etag", "Content-Length"):
        bench.hub.inject(Fault("/resolve/", "drop-header", header=name))
    assert bench.fetch().bytes_fetched > len(WEIGHTS)


def test_bytes_from_another_host_are_taken_without_the_token(bench: Bench, tiny_hub: LoopbackHub) -> None:
    with LoopbackHub(tiny_hub.folder) as store:
        bench.hub.inject(Fault("/resolve/.*model.safetensors", "redirect", location=store.endpoint + "{path}"))
        bench.fetch()
        assert [r.token for r in store.requests("model.safetensors")] == [None]
    assert {r.token for r in bench.hub.requests("/resolve/")} == {"hf_secret"}


def test_a_login_page_is_no_file(bench: Bench) -> None:
    bench.hub.inject(Fault("config.json", "html"))
    with pytest.raises(CannotFindOut) as caught:
        bench.fetch()
    assert caught.value.kind == "not-a-hub"


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


@pytest.mark.parametrize("poison", [flipped, lambda _: b""], ids=["altered", "empty"])
@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_poisoned_cache_is_seen_and_healed(bench: Bench, name: str, poison: Callable[[bytes], bytes]) -> None:
    folder = bench.fetch().folder
    blob = (folder / name).resolve()
    good, times = blob.read_bytes(), (blob.stat().st_atime, blob.stat().st_mtime)
    blob.write_bytes(poison(good))
    os.utime(blob, times)
    receipt = bench.fetch()
    assert [f.path for f in receipt.files if f.fetched] == [name]
    assert (folder / name).read_bytes() == good


def test_a_file_in_place_of_a_link_is_replaced(bench: Bench) -> None:
    folder = bench.fetch().folder
    (folder / "config.json").unlink()
    (folder / "config.json").write_text("{}")
    assert (bench.fetch().folder / "config.json").read_text() == CONFIG


def test_without_links_the_files_are_plain(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_SYMLINKS", True)
    weights = bench.fetch().folder / "model.safetensors"
    assert not weights.is_symlink()
    assert weights.read_bytes() == WEIGHTS
    assert bench.fetch().bytes_fetched == 0


def test_ctrl_c_before_the_first_byte_leaves_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: object, chunk: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(transfer._Incoming, "take", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bench.fetch()
    assert not bench.cache.exists() or bench.files() == []


def test_a_leftover_of_a_killed_process_is_used_up(bench: Bench) -> None:
    blobs = bench.cache / "models--org--tiny/blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{hashlib.sha256(WEIGHTS).hexdigest()}.modelpick-part").write_bytes(b"garbage")
    assert (bench.fetch().folder / "model.safetensors").read_bytes() == WEIGHTS
    assert not any("part" in path for path in bench.files())


def test_a_full_disk_is_refused_before_anything_is_fetched(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(CannotFindOut, match="are needed and") as caught:
        bench.fetch()
    assert caught.value.kind == "disk"
    assert bench.hub.requests("/resolve/") == []


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object, chunk: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(transfer.PartFile, "write", full)
    with pytest.raises(CannotFindOut, match="disk is full") as caught:
        bench.fetch()
    assert caught.value.kind == "disk"
    assert not (bench.cache / "models--org--tiny").exists()


def test_a_cache_that_cannot_be_written_is_named(bench: Bench) -> None:
    bench.cache.write_text("a file where the cache should be")
    with pytest.raises(CannotFindOut, match="cannot be used") as caught:
        bench.fetch()
    assert str(bench.cache) in caught.value.message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_that_is_filled_serves(bench: Bench) -> None:
    bench.fetch()
    folders = [p for p in bench.cache.rglob("*") if p.is_dir() and not p.is_symlink()]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert bench.fetch().bytes_fetched == 0
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_files_are_fetched_at_once(bench: Bench) -> None:
    bench.hub.inject(Fault("/resolve/", "hang", seconds=0.6, method="GET"))
    start = time.monotonic()
    assert len(bench.fetch().files) == 4
    assert time.monotonic() - start < 1.8, "one after the other takes 2.4 s"


def test_a_wrong_file_stops_the_others_and_what_came_of_them_is_kept(bench: Bench) -> None:
    bench.hub.inject(Fault("model.safetensors", "hang", at=100_000, seconds=0.8, count=1))
    bench.hub.inject(Fault("config.json", "hang", seconds=0.4, count=1, method="GET"))
    bench.hub.inject(Fault("config.json", "flip", at=9))
    with pytest.raises(AnswerIsNo, match=r"config\.json"):
        bench.fetch()
    (kept,) = (bench.cache / path for path in bench.files() if path.endswith(PART))
    assert 0 < kept.stat().st_size < len(WEIGHTS)
    bench.hub.heal()
    bench.hub.forget()
    assert (bench.fetch().folder / "model.safetensors").read_bytes() == WEIGHTS
    (asked,) = bench.hub.requests("model.safetensors")
    assert asked.header("Range") is not None
