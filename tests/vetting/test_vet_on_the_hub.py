"""`modelpick vet` of repos on a Hub: downloads, tags, files, renames, gates, and subjects that are not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import LoopbackHub, safetensors_bytes, write_repo
from vetting.facts_of import GOOD


@pytest.fixture
def hub(repos: Path) -> Iterator[LoopbackHub]:
    weights = {"model.safetensors": safetensors_bytes({"a": [2, 3]})}
    write_repo(repos, "ann/good", {"README.md": GOOD.strip(), **weights}, downloads=12345, likes=7)
    write_repo(repos, "ann/pickle", {"README.md": "# x\n", "pytorch_model.bin": b"\x80\x04" + b"0" * 3000}, downloads=9)
    write_repo(repos, "ann/silent", dict(weights))
    with LoopbackHub(repos) as running:
        yield running


def test_a_repo_in_both_forms(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "vet", "ann/good", "--endpoint", hub.endpoint, "--format", "json")
    assert outcome.code == 0
    report = outcome.data
    assert report["subject"]["repo_id"] == "ann/good"
    assert len(report["subject"]["commit"]) == 40
    answers = report["answers"]
    assert answers["popularity"]["downloads_30d"] == 12345
    assert answers["files"]["weights"][0]["safe"] is True
    assert answers["purpose"]["evidence"][0]["line"] == 8
    seen = call(capsys, "vet", "ann/good", "--endpoint", hub.endpoint).out
    for words in ("12,345 downloads", "apache-2.0", "This model is intended", "README.md:8"):
        assert words in seen


def test_several_repos_with_one_that_is_not_there(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(
        capsys, "vet", "ann/pickle", "ann/nobody", "ann/silent", "--endpoint", hub.endpoint, "--format", "json"
    )
    assert outcome.code == 4
    pickle, nobody, silent = outcome.data
    assert pickle["verdict"] == "review"
    assert "weights-safe" in {f["check"] for f in pickle["findings"] if f["outcome"] == "fail"}
    assert nobody["error"]["kind"] == "repo-not-found"
    assert silent["answers"]["purpose"]["status"] == "absent"
    assert silent["subject"]["card_sha256"] is None


def test_another_case_is_a_finding(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = call(capsys, "vet", "Ann/Good", "--endpoint", hub.endpoint, "--format", "json").data
    by_check = {finding["check"]: finding for finding in report["findings"]}
    assert by_check["name-as-asked"]["outcome"] == "fail"
    assert report["subject"]["requested"] == "Ann/Good"
