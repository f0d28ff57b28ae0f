"""`modelpick cache`: what lies where; only what we fetched and no lock needs is removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import LoopbackHub, safetensors_bytes, write_repo

import modelpick
from modelpick.errors import AnswerIsNo, NothingMatched, UsageError
from modelpick.verbs.cache import cache, clear_downloads, drop_download

CARD = "---\nlicense: mit\n---\n# Tiny\n\nIt classifies photos of cats and dogs.\n"
WEIGHTS = safetensors_bytes({"w": (20, 20)})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    files: dict[str, str | bytes] = {"README.md": CARD, "config.json": "{}", "model.safetensors": WEIGHTS}
    write_repo(folder, "org/tiny", files)
    write_repo(folder, "org/tiny@v1", files | {"config.json": '{"v": 1}'})
    write_repo(folder, "org/other", files)
    with LoopbackHub(folder) as hub:
        yield hub


@pytest.fixture(autouse=True)
def here(hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.chdir(tmp_path)


def left(home: Path) -> set[str]:
    cache = home / "hf" / "hub"
    return {path.relative_to(cache).parts[0] for path in cache.rglob("*") if not path.is_dir()}


def test_it_shows_what_lies_where(capsys: pytest.CaptureFixture[str], own_home: Path) -> None:
    modelpick.download("org/tiny")
    modelpick.download("org/tiny", local_dir="mine")
    data = call(capsys, "cache", "--format", "json").data
    assert [(d["repo_id"], d["shared"], d["needed_by"]) for d in data["downloads"]] == [
        ("org/tiny", True, []),
        ("org/tiny", False, []),
    ]
    assert all(d["bytes"] > len(WEIGHTS) for d in data["downloads"])
    shared = next(p for p in data["places"] if p["path"] == str(own_home / "hf" / "hub"))
    assert shared["bytes"] >= data["downloads"][0]["bytes"]
    assert "org/tiny" in call(capsys, "cache").out


def test_a_drop_asks_and_leaves_nothing_of_it(capsys: pytest.CaptureFixture[str], own_home: Path) -> None:
    modelpick.download("org/tiny")
    modelpick.download("org/other")
    outcome = call(capsys, "cache", "drop", "org/tiny")
    assert outcome.code == 2  # nobody can be asked here
    assert "--yes" in outcome.err
    with pytest.raises(AnswerIsNo, match="nothing was removed"):
        drop_download("org/tiny", confirm=lambda _: False)
    assert left(own_home) == {"models--org--tiny", "models--org--other"}
    outcome = call(capsys, "cache", "drop", "org/tiny", "--yes", "--format", "json")
    assert (outcome.code, outcome.data["freed"] > len(WEIGHTS)) == (0, True)
    assert left(own_home) == {"models--org--other"}
    assert not (own_home / "hf/hub/models--org--tiny").exists()
    assert [kept.receipt.repo_id for kept in cache().downloads] == ["org/other"]


def test_what_a_lock_needs_stays(own_home: Path, tmp_path: Path) -> None:
    modelpick.download("org/tiny", lock=True)
    with pytest.raises(AnswerIsNo, match="is needed by") as caught:
        drop_download("org/tiny", yes=True)
    assert str(tmp_path / "modelpick.lock") in caught.value.message
    with pytest.raises(NothingMatched):
        clear_downloads(yes=True)
    (tmp_path / "modelpick.lock").write_text("format = 1\n[[")
    with pytest.raises(UsageError, match="line 2") as broken:
        drop_download("org/tiny", yes=True)
    assert "nobody can tell what it needs" in str(broken.value.hint)
    assert left(own_home) == {"models--org--tiny"}
    (tmp_path / "modelpick.lock").unlink()
    drop_download("org/tiny", yes=True)
    assert left(own_home) == set()


def test_what_another_snapshot_shows_stays(own_home: Path, tmp_path: Path) -> None:
    main = modelpick.download("org/tiny").path
    old = modelpick.download("org/tiny", revision="v1", lock=True).path
    assert main != old
    clear_downloads(yes=True)
    assert not main.exists()
    assert (old / "model.safetensors").read_bytes() == WEIGHTS
    assert modelpick.download("org/tiny", locked=True).receipt.bytes_fetched == 0


def test_nothing_is_left_of_two_commits_that_share_files(own_home: Path) -> None:
    modelpick.download("org/tiny")
    modelpick.download("org/tiny", revision="v1")  # its weights are there already: we fetched them
    drop_download("org/tiny", yes=True)
    assert not (own_home / "hf/hub/models--org--tiny").exists()


def test_what_another_program_fetched_stays(own_home: Path, hub: LoopbackHub) -> None:
    from huggingface_hub import snapshot_download

    shared = own_home / "hf" / "hub"
    theirs = Path(snapshot_download("org/tiny", cache_dir=shared, endpoint=hub.endpoint, allow_patterns="*.json"))
    modelpick.download("org/tiny")
    modelpick.download("org/tiny")  # a second receipt, of a download that fetched nothing
    drop_download("org/tiny", yes=True)
    assert [path.name for path in theirs.iterdir()] == ["config.json"]
    assert (theirs / "config.json").read_text() == "{}"
    offline = snapshot_download("org/tiny", cache_dir=shared, local_files_only=True, allow_patterns="*.json")
    assert offline == str(theirs)


def test_a_folder_of_the_users_own_is_not_touched(tmp_path: Path) -> None:
    folder = modelpick.download("org/tiny", local_dir="mine").path
    with pytest.raises(NothingMatched, match="yours to remove"):
        drop_download("org/tiny", yes=True)
    with pytest.raises(NothingMatched):
        clear_downloads(yes=True)
    assert (folder / "model.safetensors").exists()


def test_unfinished_downloads_are_shown_and_cleared(own_home: Path) -> None:
    blobs = own_home / "hf/hub/models--org--big/blobs"
    blobs.mkdir(parents=True)
    (blobs / ("a" * 64 + ".modelpick-part")).write_bytes(b"x" * 1000)
    assert any("unfinished" in place.what and place.bytes == 1000 for place in cache().places)
    assert clear_downloads(yes=True).freed == 1000
    assert list(blobs.iterdir()) == []


@pytest.mark.parametrize("folder", ["/", "/etc", "relative"])
def test_a_receipt_that_was_tampered_with_removes_nothing_else(own_home: Path, folder: str) -> None:
    import json

    modelpick.download("org/tiny")
    [receipt] = (own_home / "modelpick/receipts").glob("*.json")
    fields = json.loads(receipt.read_text()) | {"folder": folder}
    receipt.write_text(json.dumps(fields))
    with pytest.raises(NothingMatched):
        drop_download("org/tiny", yes=True)
    receipt.write_text(
        json.dumps(fields | {"files": [{"path": "../x", "size": 1, "sha256": "a" * 64, "fetched": True}]})
    )
    assert cache().unread == (receipt,)
