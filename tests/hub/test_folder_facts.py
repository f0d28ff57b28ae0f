"""The facts of what lies on this machine: folders, git clones, LFS pointers, card files."""

import json
import os
import struct
from pathlib import Path

import pytest

from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.folder import collect_path, is_path, read_commit
from modelpick.hub.ids import check_repo_id

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize("subject", ["./x", "../x", "/x", "~/x", ".", "README.md", "some/card.MD", "C:\\x"])
def test_paths(subject: str) -> None:
    assert is_path(subject)


@pytest.mark.parametrize("subject", ["gpt2", "org/name", "org/name.v2", "bert-base-uncased"])
def test_names(subject: str) -> None:
    assert not is_path(subject)


def test_a_folder_that_could_be_a_repo_is_asked_about_and_a_run_of_ours_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "org" / "name"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        is_path("org/name")
    assert "`./org/name`" in (caught.value.hint or "")
    for name in ("config.json", "model.safetensors", "preprocessing.json", "report.json"):
        (folder / name).write_bytes(b"")
    assert is_path("org/name")


def safetensors(shape: list[int]) -> bytes:
    size = 4
    for side in shape:
        size *= side
    header = json.dumps({"w": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0" * size


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# x\n", encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(safetensors([2, 3]))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "empty.safetensors").write_bytes(b"")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "x").write_text("", encoding="utf-8")
    facts = collect_path(str(tmp_path))
    assert (facts.source, facts.repo_id, facts.commit) == ("path", None, None)
    assert facts.card is not None
    assert facts.files is not None
    assert [file.path for file in facts.files] == [
        "README.md",
        "config.json",
        "model.safetensors",
        "sub/empty.safetensors",
    ]
    assert (facts.parameters, facts.dtypes) == (6, {"F32": 6})
    empty = facts.files[-1]
    assert empty.bytes == 0
    assert empty.problem is not None
    assert "empty" in empty.problem
    assert str(tmp_path) not in empty.problem
    assert [text.path for text in facts.texts] == ["config.json"]


def test_an_lfs_pointer_is_no_weight_file(tmp_path: Path) -> None:
    oid = "ab" * 32
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 999\n"
    (tmp_path / "model.safetensors").write_text(pointer, encoding="utf-8")
    facts = collect_path(str(tmp_path))
    assert facts.files is not None
    assert [(f.pointer, f.bytes, f.sha256, f.problem) for f in facts.files] == [(True, 999, oid, None)]
    assert facts.parameters is None


@pytest.mark.parametrize("way", ["loose", "packed", "detached", "worktree"])
def test_the_commit_of_a_clone_is_read_without_git(tmp_path: Path, way: str) -> None:
    clone = tmp_path / "clone"
    git = clone / ".git"
    git.mkdir(parents=True)
    (clone / "README.md").write_text("# x", encoding="utf-8")
    if way == "worktree":
        real = tmp_path / "real"
        real.mkdir()
        git.rmdir()
        git.write_text(f"gitdir: {real}\n", encoding="utf-8")
        git = real
    head = COMMIT if way == "detached" else "ref: refs/heads/main"
    (git / "HEAD").write_text(head + "\n", encoding="utf-8")
    if way == "packed":
        (git / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n", encoding="utf-8")
    else:
        (git / "refs" / "heads").mkdir(parents=True)
        (git / "refs" / "heads" / "main").write_text(COMMIT + "\n", encoding="utf-8")
    facts = collect_path(str(clone))
    assert facts.commit == COMMIT
    assert facts.files is not None
    assert not [file for file in facts.files if file.path.startswith(".git/")]


def test_a_head_that_points_out_of_the_repo_gives_no_commit(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "secret").write_text(COMMIT, encoding="utf-8")
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/../../secret\n", encoding="utf-8")
    assert read_commit(tmp_path) is None


def test_a_card_file(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("# x\n", encoding="utf-8")
    facts = collect_path(str(card))
    assert facts.files is None
    assert facts.card is not None
    assert facts.card.path == "card.md"


def test_a_file_of_another_kind_is_no_card(tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no model card"):
        collect_path(str(table))


@pytest.mark.parametrize("tail", ["", "/", "/tree/main", "?library=x"])
def test_the_address_of_a_page_is_answered_with_its_id(tail: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_repo_id("https://huggingface.co/org/name.v1" + tail)
    assert caught.value.hint == "write `org/name.v1`"
    with pytest.raises(UsageError, match="no repo id"):
        check_repo_id("https://huggingface.co/datasets/org" + tail)


def test_what_is_not_there_is_said_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CannotFindOut) as caught:
        collect_path(str(tmp_path / "nothing"))
    assert "owner/name" in (caught.value.hint or "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# x\n", encoding="utf-8")
    (tmp_path / "config.json").symlink_to("/dev/zero")
    (tmp_path / "LICENSE").symlink_to("nowhere")
    os.mkfifo(tmp_path / "NOTICE")
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git/HEAD")
    facts = collect_path(str(tmp_path))
    assert facts.card is not None
    assert (facts.texts, facts.commit) == ((), None)
    assert {file.path for file in facts.files or () if file.problem} == {"config.json", "LICENSE", "NOTICE"}


@pytest.mark.parametrize("named", ["gitdir: \0", "gitdir: " + "x" * 5000, "gitdir: ../nowhere"])
def test_a_clone_that_is_none_has_no_commit(tmp_path: Path, named: str) -> None:
    (tmp_path / ".git").write_text(named, encoding="utf-8")
    assert read_commit(tmp_path) is None


def test_bytes_that_are_no_text_in_a_clone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (tmp_path / ".git/commondir").write_bytes(b"\xff")
    assert read_commit(tmp_path) is None


def test_a_home_that_nobody_knows_is_no_path() -> None:
    with pytest.raises(CannotFindOut, match="there is no"):
        collect_path("~nobody-of-that-name/README.md")


def test_an_adapter_names_its_base_and_a_broken_config_is_told(tmp_path: Path) -> None:
    config = tmp_path / "adapter_config.json"
    config.write_text(json.dumps({"base_model_name_or_path": "org/base"}))
    (base,) = collect_path(str(tmp_path)).base_models
    assert (base.repo_id, base.relation, base.source) == ("org/base", "adapter", "config")
    config.write_text("{ broken")
    facts = collect_path(str(tmp_path))
    assert facts.base_models == ()
    assert [missing.what for missing in facts.missing] == ["base model"]
