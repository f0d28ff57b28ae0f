"""`modelpick verify`: what lies on the disk is hashed again, without a network."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import LoopbackHub, safetensors_bytes, write_repo

import modelpick
from modelpick.verbs.verify import verify

CARD = "---\nlicense: mit\n---\n# Tiny\n\nIt classifies photos of cats and dogs.\n"
WEIGHTS = safetensors_bytes({"w": (20, 20)})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    files: dict[str, str | bytes] = {"README.md": CARD, "config.json": '{"a": 1}'}
    write_repo(folder, "org/tiny", files | {"model.safetensors": WEIGHTS})
    shards = {f"model-0000{n}-of-00002.safetensors": WEIGHTS for n in (1, 2)}
    index = '{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}'
    write_repo(folder, "org/shards", files | shards | {"model.safetensors.index.json": index})
    with LoopbackHub(folder) as hub:
        yield hub


@pytest.fixture(autouse=True)
def here(hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.chdir(tmp_path)


def hf_download(cache: Path, repo_id: str = "org/tiny", **options: object) -> Path:
    from huggingface_hub import snapshot_download

    endpoint = os.environ["HF_ENDPOINT"]
    return Path(snapshot_download(repo_id, cache_dir=cache, endpoint=endpoint, **options))  # type: ignore[arg-type]


def test_what_is_right_passes_without_a_request(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    folder = modelpick.download("org/tiny").path
    hub.forget()
    for arguments in ([], ["org/tiny"], [str(folder)]):
        outcome = call(capsys, "verify", *arguments, "--format", "json")
        assert (outcome.code, outcome.data["ok"]) == (0, True), outcome.err
        [model] = outcome.data["checked"]
        assert (model["source"], len(model["files"]), model["extra"]) == ("receipt", 3, [])
    assert hub.requests() == []


@pytest.mark.parametrize(
    ("name", "harm", "problem"),
    [
        ("model.safetensors", lambda data: bytes([data[0] ^ 1]) + data[1:], "wrong-hash"),
        ("config.json", lambda data: data.replace(b"1", b"2"), "wrong-hash"),
        ("model.safetensors", lambda data: b"", "wrong-size"),
        ("config.json", None, "missing"),
    ],
)
def test_a_wrong_file_is_named(capsys: pytest.CaptureFixture[str], name: str, harm: object, problem: str) -> None:
    folder = modelpick.download("org/tiny").path
    blob = (folder / name).resolve()
    times = blob.stat().st_mtime_ns
    if callable(harm):
        blob.write_bytes(harm(blob.read_bytes()))
        os.utime(blob, ns=(times, times))
    else:
        blob.unlink()
    outcome = call(capsys, "verify", "org/tiny", "--format", "json")
    assert outcome.code == 1
    wrong = [(f["path"], f["problem"]) for f in outcome.data["checked"][0]["files"] if f["problem"]]
    assert wrong == [(name, problem)]
    assert call(capsys, "verify", "--format", "quiet").out == f"{folder / name}\n"
    assert "modelpick download org/tiny" in call(capsys, "verify").out
    modelpick.download("org/tiny")
    assert verify("org/tiny").ok


@pytest.mark.parametrize("place", ["cache", "folder", "lock"])
def test_the_way_out_that_is_named_leads_out(capsys: pytest.CaptureFixture[str], tmp_path: Path, place: str) -> None:
    mine = tmp_path / "my models"
    folder = modelpick.download("org/tiny", lock=place == "lock", local_dir=mine if place == "folder" else None).path
    wrong = folder / "model.safetensors"
    wrong.resolve().write_bytes(bytes(len(WEIGHTS)))
    subject = [str(folder)] if place == "folder" else []
    shown = call(capsys, "verify", *subject)
    assert shown.code == 1
    command = re.search(r"`modelpick (download [^`]*)`", shown.out)
    assert command, shown.out
    assert ("Move what is wrong away" in shown.out) == (place == "folder")
    if place == "folder":
        wrong.unlink()
    outcome = call(capsys, *shlex.split(command[1]), "--yes", "--format", "quiet")
    assert (outcome.code, outcome.out) == (0, f"{folder}\n"), outcome.err
    assert call(capsys, "verify", *subject).code == 0


def test_what_others_downloaded_is_held_against_the_names_of_its_blobs(own_home: Path) -> None:
    folder = hf_download(own_home / "hf" / "hub")
    assert verify("org/tiny").ok
    assert verify(str(folder)).checked[0].claim.source == "cache"
    (folder / "model.safetensors").resolve().write_bytes(WEIGHTS[:-1] + b"x")
    assert [file.path for file in verify("org/tiny").checked[0].wrong] == ["model.safetensors"]


def test_a_folder_of_hf_download_is_held_against_its_notes(tmp_path: Path) -> None:
    hf_download(tmp_path / "cache", local_dir=tmp_path / "mine")
    assert verify("./mine").ok
    (tmp_path / "mine/config.json").write_text("{}")
    assert [file.path for file in verify("./mine").checked[0].wrong] == ["config.json"]


def test_card_and_configuration_alone_never_pass_for_a_model(own_home: Path, tmp_path: Path) -> None:
    modelpick.download("org/tiny", include="config.json", local_dir="mine")
    hf_download(own_home / "hf" / "hub", allow_patterns=["*.json", "*.md"])
    for subject in ("./mine", "org/tiny"):
        for checked in verify(subject).checked:
            assert checked.wrong == ()
            assert not checked.ok
            assert "no weights" in str(checked.lacking)


def test_a_missing_shard_is_seen_whoever_fetched_the_others(own_home: Path) -> None:
    hf_download(own_home / "hf" / "hub", "org/shards", ignore_patterns="*00002-of*")
    [checked] = verify("org/shards").checked
    assert "1 of 2 parts" in str(checked.lacking)
    hf_download(own_home / "hf" / "hub", "org/shards")
    assert verify("org/shards").ok


def test_other_files_in_a_folder_are_told_and_do_not_fail(tmp_path: Path) -> None:
    modelpick.download("org/tiny", local_dir="mine")
    (tmp_path / "mine/evil.pkl").write_bytes(b"x")
    result = verify("./mine")
    assert result.ok
    assert result.checked[0].extra == ("evil.pkl",)


def test_what_a_lock_names_must_be_there(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = modelpick.download("org/tiny", lock=True).path
    assert call(capsys, "verify", "--format", "json").data["checked"][0]["source"] == "lock"
    for path in folder.iterdir():
        path.unlink()
    outcome = call(capsys, "verify", "--format", "json")
    assert outcome.code == 1
    assert {f["problem"] for f in outcome.data["checked"][0]["files"]} == {"missing"}


@pytest.mark.parametrize(("arguments", "code"), [([], 3), (["org/tiny"], 3), (["./none"], 4), (["."], 3), (["a b"], 2)])
def test_nothing_checked_is_no_yes(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int) -> None:
    outcome = call(capsys, "verify", *arguments)
    assert outcome.code == code
    assert "hint" in outcome.err
