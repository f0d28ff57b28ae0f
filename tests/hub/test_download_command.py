"""`modelpick download` and its verb against the loopback Hub: vet, plan, fetch, and every honest way to fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

import modelpick
from modelpick.errors import AnswerIsNo, CannotFindOut

GOOD_CARD = """---
license: apache-2.0
pipeline_tag: text-classification
library_name: transformers
language: en
datasets: [stanfordnlp/imdb]
---
# Tiny film critic

## Model description
A small encoder that tells whether a film review is positive or negative.

## Intended uses
Use it to sort English film reviews into positive and negative ones.

## Limitations
It was trained on long reviews of films; short texts and other subjects are outside of what it knows.

## Training data
It was trained on the IMDB data set of 25,000 film reviews.

## How to use
```python
from transformers import pipeline
pipeline("text-classification", "org/tiny")("A fine film.")
```

## Evaluation results
Accuracy on the test part of IMDB: 0.91.
"""
CONFIG = '{"model_type": "bert", "architectures": ["BertForSequenceClassification"]}'


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    files: dict[str, str | bytes] = {
        "README.md": GOOD_CARD,
        "config.json": CONFIG,
        "model.safetensors": safetensors_bytes({"w": (30, 20)}),
    }
    popular = {"downloads": 5000, "likes": 12, "downloadsAllTime": 90000}
    write_repo(folder, "org/tiny", files, **popular)
    write_repo(folder, "org/tiny@v1", files | {"config.json": '{"model_type": "bert"}'})
    write_repo(folder, "org/renamed", {}, renamed_to="org/tiny")
    write_repo(folder, "org/gated", files, gated="manual", **popular)
    write_repo(folder, "org/off", files, disabled=True, **popular)
    write_repo(folder, "org/bare", {"config.json": CONFIG, "model.safetensors": files["model.safetensors"]})
    write_repo(folder, "org/pickle", {"README.md": GOOD_CARD, "config.json": CONFIG, "pytorch_model.bin": b"x"})
    scan = {"scansDone": True, "filesWithIssues": [{"path": "evil.bin", "level": "unsafe"}]}
    write_repo(folder, "org/flagged", files | {"evil.bin": b"x" * 2000}, securityRepoStatus=scan, **popular)
    write_repo(folder, "org/empty", files | {"model.safetensors": b""}, **popular)
    write_repo(folder, "org/cut", files | {"model.safetensors": files["model.safetensors"][:-1]}, **popular)
    write_repo(folder, "org/void", {}, **popular)
    write_repo(folder, "org/evil", files, extra_files={"../../evil.json": "{}"}, **popular)
    with LoopbackHub(folder) as server:
        yield server


@pytest.fixture(autouse=True)
def asks_it(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.heal()
    hub.forget()
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)


def cached(home: Path) -> list[Path]:
    return [p for p in (home / "hf").rglob("*") if not p.is_dir()]


def test_json_names_commit_files_and_hashes(capsys: pytest.CaptureFixture[str], own_home: Path) -> None:
    outcome = call(capsys, "download", "org/tiny", "--yes", "--format", "json")
    assert outcome.code == 0, outcome.err
    data = outcome.data
    assert data["schema"] == "modelpick.download/1"
    assert (data["repo_id"], len(data["commit"]), data["verdict"] in ("accept", "review")) == ("org/tiny", 40, True)
    assert {f["path"] for f in data["files"]} == {"README.md", "config.json", "model.safetensors"}
    assert all(len(f["sha256"]) == 64 and f["size"] > 0 for f in data["files"])
    assert Path(data["path"]).is_relative_to(own_home / "hf" / "hub")
    assert data["loading"][0] == "from transformers import AutoModelForSequenceClassification"


def test_people_see_the_plan_then_the_folder_then_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "download", "org/tiny", "--yes")
    assert outcome.code == 0, outcome.err
    plan, folder, line = (outcome.out.find(text) for text in ("model.safetensors", "snapshots", "from_pretrained"))
    assert -1 < plan < folder < line


def test_pipes_get_the_folder_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    outcome = call(capsys, "download", "org/tiny", "--yes", "--format", "quiet", "--local-dir", str(tmp_path / "m"))
    assert outcome.out == f"{tmp_path / 'm'}\n"
    assert (tmp_path / "m" / "config.json").read_text() == CONFIG


def test_a_branch_is_pinned_to_its_commit(hub: LoopbackHub) -> None:
    main, old = modelpick.download("org/tiny"), modelpick.download("org/tiny", revision="v1")
    assert main.receipt.commit != old.receipt.commit
    assert (old.path / "config.json").read_text() == '{"model_type": "bert"}'
    again = modelpick.download("org/tiny", revision=old.receipt.commit)
    assert again.path == old.path
    assert again.receipt.bytes_fetched == 0


def test_a_renamed_repo_is_taken_under_its_new_name() -> None:
    result = modelpick.download("org/renamed")
    assert (result.plan.requested, result.receipt.repo_id) == ("org/renamed", "org/tiny")


@pytest.mark.parametrize(
    ("repo", "code", "kind"),
    [
        ("org/nope", 4, "repo-not-found"),
        ("org/gated", 4, "gated"),
        ("org/off", 4, "disabled"),
        ("org/evil", 1, "hostile-name"),
        ("org/empty", 1, "empty-weights"),
        ("org/pickle", 1, "no-safe-weights"),
        ("org/void", 4, "data"),
        ("no such id!", 2, "usage"),
    ],
)
def test_what_cannot_be_had(
    capsys: pytest.CaptureFixture[str], own_home: Path, repo: str, code: int, kind: str
) -> None:
    outcome = call(capsys, "download", repo, "--format", "json")
    assert (outcome.code, outcome.data["error"]["kind"]) == (code, kind)
    assert outcome.data["error"]["hint"]
    assert cached(own_home) == []


def test_weights_that_were_published_cut_never_show_as_a_model(
    capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    outcome = call(capsys, "download", "org/cut", "--yes", "--format", "json")
    assert (outcome.code, outcome.data["error"]["kind"]) == (1, "rejected")
    outcome = call(capsys, "download", "org/cut", "--yes", "--allow-rejected", "--format", "json")
    assert (outcome.code, outcome.data["error"]["kind"]) == (1, "unfit-weights")
    assert not any("snapshots" in path.parts or "refs" in path.parts for path in cached(own_home))


def test_what_is_rejected_stays_away_unless_asked_for(hub: LoopbackHub, own_home: Path) -> None:
    with pytest.raises(AnswerIsNo, match="rejected") as caught:
        modelpick.download("org/flagged")
    assert "--allow-rejected" in str(caught.value.hint)
    assert cached(own_home) == []
    assert modelpick.download("org/flagged", allow_rejected=True).verdict == "reject"


def test_a_pickle_is_taken_only_by_name(hub: LoopbackHub) -> None:
    result = modelpick.download("org/pickle", include="*.bin")
    assert (result.path / "pytorch_model.bin").read_bytes() == b"x"
    assert result.loading == ()


def test_a_review_asks_a_person(capsys: pytest.CaptureFixture[str], own_home: Path) -> None:
    outcome = call(capsys, "download", "org/bare")
    assert outcome.code == 2  # nobody can be asked here
    assert "--yes" in outcome.err
    asked: list[str] = []
    with pytest.raises(AnswerIsNo, match="was not downloaded"):
        modelpick.download("org/bare", confirm=lambda question: bool(asked.append(question)))
    assert len(asked) == 1
    assert cached(own_home) == []
    assert modelpick.download("org/bare").verdict == "review"


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_flipped_bit_is_an_answer_of_no(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str], own_home: Path, name: str
) -> None:
    hub.inject(Fault(f"/resolve/.*{name}", "flip", at=3))
    outcome = call(capsys, "download", "org/tiny", "--yes")
    assert outcome.code == 1
    assert name in outcome.err
    assert "expected" in outcome.err
    assert "got" in outcome.err
    assert not any("snapshots" in path.parts for path in cached(own_home))
    hub.heal()
    assert call(capsys, "download", "org/tiny", "--yes").code == 0


@pytest.mark.parametrize("sha", ["../../../../evil", "/tmp/evil", "..", "A" * 40])
def test_a_commit_that_is_none_is_refused(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str], own_home: Path, sha: str
) -> None:
    before = sorted(own_home.rglob("*"))
    hub.inject(Fault("^/api/models/org/tiny", "patch", patch={"sha": sha}))
    assert call(capsys, "download", "org/tiny", "--yes").code == 1
    assert sorted(own_home.rglob("*")) == before


@pytest.mark.parametrize("revision", ["../x", "/etc/passwd", "a/../../b"])
def test_a_revision_that_climbs_is_refused(capsys: pytest.CaptureFixture[str], own_home: Path, revision: str) -> None:
    assert call(capsys, "download", "org/tiny", "--revision", revision).code == 2
    assert cached(own_home) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("org/tiny", "patch", patch={"disabled": True}),
        Fault("org/tiny", "status", status=401),
        Fault("org/tiny", "status", status=404, headers={"X-Error-Code": "RepoNotFound"}),
        Fault("/resolve/", "status", status=403, headers={"X-Error-Message": "Access to this resource is disabled."}),
    ],
    ids=["disabled", "401", "404", "files-disabled"],
)
def test_a_cached_copy_is_named_but_not_used_when_the_hub_says_no(hub: LoopbackHub, fault: Fault) -> None:
    folder = modelpick.download("org/tiny").path
    hub.inject(fault)
    with pytest.raises(CannotFindOut) as caught:
        modelpick.download("org/tiny")
    assert str(folder) in str(caught.value.hint)


def test_the_token_stands_in_no_output(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_very_secret")
    outcome = call(capsys, "download", "org/tiny", "--yes", "--format", "json")
    assert {r.token for r in hub.requests("/resolve/")} == {"hf_very_secret"}
    hub.inject(Fault("/resolve/", "status", status=403))
    failed = call(capsys, "download", "org/tiny", "--yes", "--revision", "v1", "--format", "json")
    assert failed.code == 4
    assert "hf_very_secret" not in outcome.out + outcome.err + failed.out + failed.err


def test_it_needs_no_torch(hub: LoopbackHub, own_home: Path) -> None:
    import os
    import subprocess

    code = (
        "import sys, modelpick; modelpick.download('org/tiny'); "
        "print([m for m in ('torch', 'transformers', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert done.stdout.strip() == "[]", done.stderr
