"""Several subjects side by side, saved and replayed, looked at in passing; the same commit gives the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo
from vetting.facts_of import GOOD

QUESTIONS = (
    "verdict", "commercial use", "licence", "family", "purpose", "training data", "restricted data", "parameters",
    "size", "safe weights", "downloads, 30 days", "last change", "findings, high", "findings, medium",
)  # fmt: skip


@pytest.fixture
def hub(repos: Path) -> Iterator[LoopbackHub]:
    weights = {"model.safetensors": safetensors_bytes({"a": [2, 3]}), "config.json": "{}", "LICENSE": "x"}
    write_repo(repos, "ann/good", {"README.md": GOOD.strip(), **weights}, downloads=12345, downloadsAllTime=99)
    write_repo(repos, "ann/bare", {"README.md": b"# \xff\n", "pytorch_model.bin": b"x"})
    with LoopbackHub(repos) as running:
        yield running


def test_subjects_are_compared_first_those_that_failed_too(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ("human", "markdown"):
        outcome = call(capsys, "vet", "ann/good", "ann/gone", "ann/bare", "--endpoint", hub.endpoint, "--format", kind)
        assert outcome.code == 4
        table = outcome.out.split("ann/good")[0]
        for question in QUESTIONS:
            assert f"\n{question} " in table.replace("| ", "\n"), question
        assert outcome.out.index("error") < outcome.out.index("Verdict")
        assert "Could not find out" in outcome.out
    cells = {
        line.split("  ")[0]: line.split()
        for line in call(capsys, "vet", "ann/good", "ann/bare", "--endpoint", hub.endpoint).out.splitlines()[2:18]
    }
    assert cells["verdict"][1:] == ["accept", "review"]
    assert cells["downloads, 30 days"][3] == "12,345"
    assert cells["safe weights"][2:] == ["yes", "no"]


def test_a_replayed_vet_gives_the_same_bytes_but_for_its_source(
    hub: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = str(tmp_path / "b.json.gz")
    for subjects in (("ann/good",), ("ann/bare", "ann/gone", "ann/good")):
        arguments = ("vet", *subjects, "--endpoint", hub.endpoint, "--format", "json")
        online = call(capsys, *arguments, "--save", bundle)
        first = Path(bundle).read_bytes()
        assert call(capsys, *arguments, "--save", bundle).out == online.out
        assert Path(bundle).read_bytes() == first, "the same facts give the same bundle"
        hub.forget()
        replayed = call(capsys, "vet", "--from", bundle, "--format", "json")
        told = re.sub(r'("subject": {[^{}]*"source": )"hub"', r'\1"bundle"', online.out)
        assert told != online.out
        assert replayed.out == told
        assert replayed.code == online.code
        assert hub.requests() == []


def test_a_replay_takes_another_policy(hub: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = str(tmp_path / "b.json")
    call(capsys, "vet", "ann/bare", "--endpoint", hub.endpoint, "--save", bundle)
    verdicts = {
        policy: call(capsys, "vet", "--from", bundle, "--policy", policy, "--format", "quiet").out.strip()
        for policy in ("default", "strict")
    }
    assert verdicts["default"] == "review"
    assert json.loads(Path(bundle).read_text())["schema"] == "modelpick.bundle/1"


def test_a_bundle_that_cannot_be_written_says_so(
    hub: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "nowhere" / "b.json"
    outcome = call(capsys, "vet", "ann/good", "--endpoint", hub.endpoint, "--save", str(target))
    assert outcome.code == 4
    assert "cannot be written" in outcome.err


def test_a_shallow_look_is_two_calls_and_says_what_was_not_asked_for(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = call(capsys, "vet", "ann/good", "--endpoint", hub.endpoint, "--shallow")
    assert outcome.code == 0
    assert [request.path.split("/")[1] for request in hub.requests()] == ["api", "ann"]
    told = next(line for line in outcome.out.splitlines() if line.startswith("Not known or not looked at"))
    assert "downloads in all" in told
    assert "a shallow look" in told


def test_slow_answers_in_any_order_change_no_byte(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("vet", "ann/good", "ann/bare", "ann/good", "--endpoint", hub.endpoint, "--format", "json")
    first = call(capsys, *arguments).out
    hub.inject(Fault("expand", "hang", seconds=0.3, count=1))
    hub.inject(Fault("README.md", "hang", seconds=0.3, count=1))
    assert call(capsys, *arguments).out == first
