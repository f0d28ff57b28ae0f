"""`modelpick.lock` from download to check, update and restore, against the loopback Hub."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Outcome, call
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

import modelpick
from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError
from modelpick.hub.lock import change_lock, read_lock
from modelpick.verbs.lock import update_lock

CARD = "---\nlicense: {license}\npipeline_tag: image-classification\n---\n# Tiny\n\nIt classifies photos of cats.\n"
WEIGHTS = safetensors_bytes({"w": (20, 20)})


def publish(folder: Path, *, license_: str = "mit", config: str = "{}", weights: bytes = WEIGHTS, at: str = "") -> None:
    files: dict[str, str | bytes] = {"README.md": CARD.format(license=license_), "config.json": config}
    write_repo(folder, "org/tiny" + at, files | {"model.safetensors": weights})


@pytest.fixture
def hub(repos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """A Hub whose one repo is locked in the current folder."""
    publish(repos)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    with LoopbackHub(repos) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        modelpick.download("org/tiny", lock=True)
        server.forget()
        yield server


def move_main(hub: LoopbackHub, **changed: str | bytes) -> None:
    """A new commit on main; the old one can still be had, as on the Hub."""
    shutil.copytree(hub.folder / "org/tiny", hub.folder / "org/tiny@old")
    publish(hub.folder, **changed)  # type: ignore[arg-type]


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> Outcome:
    return call(capsys, "lock", "check", "--format", "json", *arguments)


def changed(outcome: Outcome) -> set[tuple[str, str]]:
    return {(change["kind"], change["what"]) for change in outcome.data["models"][0]["changes"]}


def test_the_lock_names_what_was_downloaded_and_stays_the_same(hub: LoopbackHub) -> None:
    text = Path("modelpick.lock").read_text()
    [model] = tomllib.loads(text)["model"]
    assert (model["repo_id"], model["revision"], model["license"]) == ("org/tiny", "main", ["mit"])
    assert (model["license_family"], model["commercial_use"]) == ("permissive", "yes")
    assert [file["path"] for file in model["file"]] == ["README.md", "config.json", "model.safetensors"]
    assert all(len(file["sha256"]) == 64 for file in model["file"])
    modelpick.download("org/tiny")  # a lock is there, so it is written again
    assert Path("modelpick.lock").read_text() == text


def test_without_a_lock_none_is_made(hub: LoopbackHub) -> None:
    Path("modelpick.lock").unlink()
    modelpick.download("org/tiny")
    assert not Path("modelpick.lock").exists()


def test_locked_restores_the_old_commit_after_main_moved(
    hub: LoopbackHub, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move_main(hub, weights=safetensors_bytes({"w": (30, 30)}))
    shutil.rmtree(own_home / "hf")
    text = Path("modelpick.lock").read_text()
    outcome = call(capsys, "download", "--locked", "--format", "json")
    assert outcome.code == 0, outcome.err
    [data] = outcome.data
    assert (Path(data["path"]) / "model.safetensors").read_bytes() == WEIGHTS
    assert Path("modelpick.lock").read_text() == text
    assert not any((own_home / "hf").rglob("refs/*"))


def test_locked_needs_no_network_for_what_is_there(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = modelpick.download("org/tiny", locked=True)
    assert result.receipt.bytes_fetched == 0
    assert (result.path / "model.safetensors").read_bytes() == WEIGHTS
    assert hub.requests() == []


def test_a_lock_that_names_other_bytes_is_an_answer_of_no(hub: LoopbackHub) -> None:
    text = Path("modelpick.lock").read_text()
    sha256 = tomllib.loads(text)["model"][0]["file"][2]["sha256"]
    Path("modelpick.lock").write_text(text.replace(sha256, "0" * 64))
    with pytest.raises(AnswerIsNo, match="is not the locked one") as caught:
        modelpick.download("org/tiny", locked=True)
    assert caught.value.kind == "lock-mismatch"


def test_a_locked_commit_that_is_gone_leads_to_the_update(
    hub: LoopbackHub, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(hub.folder, config='{"a": 1}')  # the old commit is nowhere any more
    outcome = call(capsys, "download", "org/tiny", "--locked")
    assert outcome.code == 4
    assert "`modelpick lock update org/tiny`" in outcome.err
    assert "--revision" not in outcome.err


def test_locked_says_what_it_cannot_do(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["org/other", "--locked"], ["org/tiny", "--locked", "--revision", "v1"], []):
        outcome = call(capsys, "download", *arguments)
        assert outcome.code == 2
        assert "hint" in outcome.err
    Path("modelpick.lock").unlink()
    assert call(capsys, "download", "--locked").code == 4


def test_a_broken_lock_stops_a_download_before_it_begins(hub: LoopbackHub) -> None:
    Path("modelpick.lock").write_text("format = 1\n[[model]\n")
    with pytest.raises(UsageError, match="line 2"):
        modelpick.download("org/tiny")
    assert hub.requests() == []


def test_nothing_changed(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = check(capsys)
    assert (outcome.code, outcome.data["changed"], changed(outcome)) == (0, False, set())
    assert not hub.requests("model.safetensors")[1:]  # the header alone
    assert call(capsys, "lock").out.count("org/tiny") == 1


def test_what_changed_is_named(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    move_main(hub, license_="cc-by-nc-4.0", config='{"a": 1}')
    outcome = check(capsys)
    assert outcome.code == 1
    assert {("commit", "main"), ("card", "README.md"), ("file", "config.json"), ("license", "license")} <= changed(
        outcome
    )
    assert ("license", "commercial use") in changed(outcome)
    assert not any(what == "model.safetensors" for _, what in changed(outcome))
    assert call(capsys, "lock", "check", "--format", "quiet").out == "org/tiny\n"
    told = call(capsys, "lock", "check")
    assert "cc-by-nc-4.0" in told.out
    assert "lock update org/tiny" in told.out


def test_a_moved_repo_is_seen(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    (hub.folder / "org/tiny").rename(hub.folder / "org/huge")
    write_repo(hub.folder, "org/tiny", {}, renamed_to="org/huge")
    assert ("moved", "repo") in changed(check(capsys))


def test_a_tag_that_was_moved_is_seen(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    publish(hub.folder, config='{"v": 1}', at="@v1")
    modelpick.download("org/tiny", revision="v1")
    assert check(capsys).code == 0
    publish(hub.folder, config='{"v": 2}', at="@v1")
    outcome = check(capsys)
    assert outcome.code == 1
    assert changed(outcome) == {("commit", "v1"), ("file", "config.json")}


def test_a_hub_that_does_not_answer_is_no_yes(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.inject(Fault("^/api/models/org/tiny", "status", status=404))
    outcome = check(capsys)
    assert outcome.code == 4
    assert outcome.data["models"][0]["error"]["kind"] == "repo-not-found"


def test_an_update_is_shown_asked_for_and_written(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    move_main(hub, config='{"a": 1}', weights=safetensors_bytes({"w": (30, 30)}))
    before = Path("modelpick.lock").read_text()
    outcome = call(capsys, "lock", "update")
    assert outcome.code == 2  # nobody can be asked here
    assert "--yes" in outcome.err
    assert "model.safetensors" in outcome.out
    assert Path("modelpick.lock").read_text() == before
    outcome = call(capsys, "lock", "update", "org/tiny", "--yes", "--format", "json")
    assert (outcome.code, outcome.data["written"]) == (0, True)
    hub.forget()
    assert check(capsys).code == 0
    result = modelpick.download("org/tiny", locked=True)
    assert (result.path / "config.json").read_text() == '{"a": 1}'


def test_an_update_of_nothing_writes_nothing(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "lock", "update", "--format", "json")
    assert (outcome.code, outcome.data["written"]) == (0, False)


def test_an_update_to_what_is_rejected_keeps_the_lock(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    scan = {"scansDone": True, "filesWithIssues": [{"path": "evil.bin", "level": "unsafe"}]}
    move_main(hub, config='{"a": 1}')
    write_repo(hub.folder, "org/tiny", {"evil.bin": b"x" * 2000}, securityRepoStatus=scan)
    before = Path("modelpick.lock").read_text()
    outcome = call(capsys, "lock", "update", "--yes")
    assert outcome.code == 1
    assert "rejected" in outcome.err
    assert Path("modelpick.lock").read_text() == before


def test_an_update_keeps_what_another_process_wrote_while_a_person_thought(hub: LoopbackHub) -> None:
    move_main(hub, config='{"a": 1}')
    place = Path("modelpick.lock").resolve()
    [model] = read_lock(place).models
    theirs = replace(model, commit="f" * 40)

    def confirm(question: str) -> bool:
        change_lock(place, lambda old: old.put(theirs))
        return True

    with pytest.raises(UsageError, match="changed meanwhile"):
        update_lock(confirm=confirm)
    assert read_lock(place).models == (theirs,)

    other = replace(theirs, repo_id="org/other")

    def add_another(question: str) -> bool:
        change_lock(place, lambda old: old.put(other))
        return True

    assert update_lock(confirm=add_another).written
    assert other in read_lock(place).models
    assert len(read_lock(place).models) == 2


def test_a_lock_that_cannot_be_written_ends_the_download_before_anything_is_fetched(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere but on a read-only mount
    with pytest.raises(CannotFindOut, match="cannot be written"):
        modelpick.download("org/tiny")
    assert hub.requests() == []
