"""A download that was killed goes on where it stopped, reads next to nothing again, and never keeps a wrong byte."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from download_bench import WEIGHTS, Bench
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.hub import part_file, sha256_state, transfer
from modelpick.hub.client import HubClient
from modelpick.hub.download import fetch
from modelpick.hub.hashing import FileHash
from modelpick.hub.info import read_info
from modelpick.hub.part_file import PartFile, remove_stale
from modelpick.hub.plan import plan
from modelpick.hub.settings import Settings
from modelpick.hub.side_by_side import Halt
from modelpick.progress import SILENT

SHA256 = hashlib.sha256(WEIGHTS).hexdigest()
MIB = 2**20


def part(bench: Bench) -> Path:
    return bench.cache / "models--org--tiny/blobs" / f"{SHA256}.modelpick-part"


def interrupt_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C once so many bytes of the weights have come."""
    take = transfer._Incoming.take

    def taking(self: Any, chunk: bytes) -> None:
        take(self, chunk)
        if self.file.path == "model.safetensors" and self.hash.bytes >= count:
            raise KeyboardInterrupt

    monkeypatch.setattr(transfer._Incoming, "take", taking)


def test_after_ctrl_c_it_goes_on_with_the_next_byte(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        interrupt_after(100_000, patched)
        with pytest.raises(KeyboardInterrupt):
            bench.fetch()
    kept = part(bench).stat().st_size
    assert 100_000 <= kept < len(WEIGHTS)
    bench.hub.forget()
    folder = bench.fetch().folder
    [asked] = bench.hub.requests("model.safetensors")
    assert asked.header("Range") == f"bytes={kept}-"
    assert asked.header("If-Range") == f'"{SHA256}"'
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert not any("part" in path for path in bench.files())


@pytest.mark.parametrize(
    "harm",
    [
        Fault("model.safetensors", "shift", at=7, count=1),
        Fault("model.safetensors", "no-range", count=1),
        Fault("model.safetensors", "set-header", headers={"ETag": '"other"'}, count=1),
        Fault("model.safetensors", "status", status=416, count=1),
        Fault("model.safetensors", "flip", at=len(WEIGHTS) - 9, count=1),
    ],
    ids=lambda fault: fault.kind,
)
def test_an_answer_that_is_no_continuation_begins_the_file_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, harm: Fault
) -> None:
    with monkeypatch.context() as patched:
        interrupt_after(100_000, patched)
        with pytest.raises(KeyboardInterrupt):
            bench.fetch()
    bench.hub.inject(harm)
    assert (bench.fetch().folder / "model.safetensors").read_bytes() == WEIGHTS


def test_a_byte_changed_in_the_part_file_is_seen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its date is put back: the kernel's own date of change cannot be."""
    with monkeypatch.context() as patched:
        interrupt_after(100_000, patched)
        with pytest.raises(KeyboardInterrupt):
            bench.fetch()
    time.sleep(0.3)
    found = part(bench).stat()
    with part(bench).open("r+b") as stream:
        stream.seek(20)
        stream.write(b"\xff")
    os.utime(part(bench), ns=(found.st_atime_ns, found.st_mtime_ns))
    assert (bench.fetch().folder / "model.safetensors").read_bytes() == WEIGHTS
    assert [r.header("Range") for r in bench.hub.requests("model.safetensors")][-1] is None


def test_a_wrong_file_leaves_no_part(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        interrupt_after(100_000, patched)
        with pytest.raises(KeyboardInterrupt):
            bench.fetch()
    bench.hub.inject(Fault("model.safetensors", "flip", at=len(WEIGHTS) - 9))
    with pytest.raises(AnswerIsNo):
        bench.fetch()
    assert not any("part" in path for path in bench.files())


def test_a_network_that_fails_keeps_what_came(bench: Bench) -> None:
    bench.hub.inject(Fault("model.safetensors", "cut", at=90_000, count=1))
    bench.hub.inject(Fault("model.safetensors", "status", status=404, skip=1, count=1))
    with pytest.raises(CannotFindOut):
        bench.fetch()
    assert part(bench).stat().st_size == 90_000
    assert bench.fetch().folder.is_dir()


def written(target: Path, data: bytes) -> None:
    """What a process that is killed leaves of `data`: nothing is closed in order."""
    killed = PartFile(target, SILENT, Halt())
    found = FileHash(hashlib.sha256(data).hexdigest(), len(data) + 1)
    for start in range(0, len(data), 60_000):
        chunk = data[start : start + 60_000]
        found.update(chunk)
        killed.write(chunk)
        killed.note(found, '"etag"')
    killed._record.close()
    killed._stream.close()


def test_of_what_is_on_the_disk_hardly_anything_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = random.Random(1).randbytes(40 * MIB)  # noqa: S311
    written(tmp_path / "file", data)
    read: list[int] = []
    update = FileHash.update
    monkeypatch.setattr(FileHash, "update", lambda self, chunk: (read.append(len(chunk)), update(self, chunk))[1])
    found = FileHash(hashlib.sha256(data).hexdigest(), len(data) + 1)
    with PartFile(tmp_path / "file", SILENT, Halt()) as again:
        assert again.take_up(found, len(data) + 1) == '"etag"'
    assert found.bytes == len(data)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert sum(read) <= 2 * MIB


@pytest.mark.parametrize("loss", ["library", "record", "forged", "restart"])
def test_where_nothing_is_known_of_it_all_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str) -> None:
    data = random.Random(2).randbytes(3 * MIB)  # noqa: S311
    written(tmp_path / "file", data)
    record = tmp_path / "file.modelpick-part-state"
    if loss == "library":
        monkeypatch.setattr(sha256_state, "_library", lambda: None)
    elif loss == "record":
        record.unlink()
    elif loss == "forged":
        text = record.read_text()
        record.write_text(text.replace('"state": "', '"state": "ff'))
    else:
        monkeypatch.setattr("modelpick.hub.part_record._boot", lambda: "another")
    found = FileHash(hashlib.sha256(data).hexdigest(), len(data))
    with PartFile(tmp_path / "file", SILENT, Halt()) as again:
        again.take_up(found, len(data))
    assert found.matches


def test_parts_that_were_given_up_are_removed(tmp_path: Path) -> None:
    for name in ("old", "young", "wanted", "busy"):
        written(tmp_path / name, b"x" * 100_000)
    long_ago = time.time() - part_file.STALE_SECONDS - 60
    for name in ("old", "wanted", "busy"):
        os.utime(tmp_path / f"{name}.modelpick-part", (long_ago, long_ago))
    with PartFile(tmp_path / "busy", SILENT, Halt()):
        os.utime(tmp_path / "busy.modelpick-part", (long_ago, long_ago))
        remove_stale(tmp_path, {"wanted"})
        left = {path.name.partition(".")[0] for path in tmp_path.iterdir()}
    assert left == {"young", "wanted", "busy"}


BIG = safetensors_bytes({"w": (700, 500)})  # 1.4 MB


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_killed_twenty_times_it_loses_nothing(tmp_path: Path) -> None:
    write_repo(tmp_path / "repos", "org/big", {"config.json": "{}", "model.safetensors": BIG})
    cache, sha256 = tmp_path / "cache", hashlib.sha256(BIG).hexdigest()
    part = cache / "models--org--big/blobs" / f"{sha256}.modelpick-part"
    stops = sorted(random.Random(3).sample(range(1, len(BIG) * 9 // 10), 20))  # noqa: S311
    with LoopbackHub(tmp_path / "repos") as hub:
        settings = Settings(endpoint=hub.endpoint)
        with HubClient(settings) as client:
            answer = client.get_json(client.api_url("org/big"), [("blobs", "true")])
            planned = plan(read_info(settings, answer, "org/big", None))
        hub.inject(Fault("model.safetensors", "drip", at=8_000, seconds=0.004))
        left: list[int] = []
        for stop in stops:
            child = os.fork()
            if child == 0:
                try:
                    with HubClient(settings) as client:
                        fetch(client, planned, cache_dir=cache)
                finally:
                    os._exit(0)
            deadline, reached = time.monotonic() + 30, max([stop, *(size + 1 for size in left[-1:])])
            while time.monotonic() < deadline and not (part.exists() and part.stat().st_size >= reached):
                time.sleep(0.001)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            left.append(part.stat().st_size)
        assert len(list(part.parent.glob("*part"))) == 1
        hub.heal()
        with HubClient(settings) as client:
            receipt = fetch(client, planned, cache_dir=cache)
        asked = [request.header("Range") for request in hub.requests("model.safetensors")]
    assert asked[0] is None
    assert asked[1 : len(left) + 1] == [f"bytes={size}-" for size in left]
    assert (receipt.folder / "model.safetensors").read_bytes() == BIG
    assert not any("part" in path.name for path in part.parent.iterdir())
    shutil.rmtree(cache)


def test_into_a_folder_of_the_users_own_it_goes_on_too(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "mine"
    with monkeypatch.context() as patched:
        interrupt_after(100_000, patched)
        with pytest.raises(KeyboardInterrupt):
            bench.fetch(local_dir=target)
    assert [path.name for path in target.iterdir()] == [".modelpick-staging"]
    bench.hub.forget()
    bench.fetch(local_dir=target)
    [asked] = bench.hub.requests("model.safetensors")
    assert asked.header("Range")
    assert (target / "model.safetensors").read_bytes() == WEIGHTS
    assert not any(path.name.startswith(".") for path in target.iterdir())
