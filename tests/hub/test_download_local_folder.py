"""Downloads into a folder of the user's: what is there is never touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from download_bench import Bench
from loopback_hub import Fault

from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError


def test_a_local_folder_holds_the_files_and_nothing_else(bench: Bench, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    receipt = bench.fetch(local_dir=target)
    found = sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file())
    assert found == ["README.md", "additional_chat_templates/tool.jinja", "config.json", "model.safetensors"]
    assert not any(p.name.startswith(".") for p in target.iterdir())
    assert receipt.folder == target
    assert not bench.cache.exists()
    assert bench.fetch(local_dir=target).bytes_fetched == 0


def test_the_users_own_file_is_never_touched(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine too")
    with pytest.raises(UsageError, match="exists and is not the file"):
        bench.fetch(local_dir=tmp_path)
    assert (tmp_path / "config.json").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["config.json", "notes.txt"]
    assert bench.hub.requests("/resolve/") == []


@pytest.mark.parametrize("name", ["config.json", "additional_chat_templates"])
def test_a_link_that_leads_out_of_a_local_folder_is_refused(bench: Bench, tmp_path: Path, name: str) -> None:
    outside, target = tmp_path / "outside", tmp_path / "mine"
    outside.mkdir()
    target.mkdir()
    (target / name).symlink_to(outside)
    with pytest.raises(UsageError):
        bench.fetch(local_dir=target)
    assert list(outside.iterdir()) == []


def test_a_wrong_file_leaves_a_local_folder_as_it_was(bench: Bench, tmp_path: Path) -> None:
    bench.hub.inject(Fault("/resolve/.*model.safetensors", "flip", at=9))
    with pytest.raises(AnswerIsNo):
        bench.fetch(local_dir=tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_after_a_failure_a_local_folder_is_gone_again(bench: Bench, tmp_path: Path) -> None:
    bench.hub.inject(Fault("/resolve/", "status", status=404, headers={"X-Error-Code": "EntryNotFound"}))
    with pytest.raises(CannotFindOut):
        bench.fetch(local_dir=tmp_path / "mine")
    with pytest.raises(CannotFindOut):
        bench.fetch()
    assert not (tmp_path / "mine").exists()
    assert not (bench.cache / "models--org--tiny").exists()
