"""`modelpick vet` of many: a list of ids, cards from the disk over several processes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import lzma
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import Outcome, call
from loopback_hub import Fault, LoopbackHub, write_repo
from vetting.facts_of import GOOD

from modelpick.verbs.vet_bulk import vet_cards

COMMAND = [sys.executable, "-m", "modelpick"]
NO_CARD = "Error: the path 'README.md' does not exist in the given tree"


def dumped(repo_id: str, card: str, **infos: Any) -> str:
    return json.dumps({"id": repo_id, "infos.json": json.dumps(infos), "README.md": card})


def made(count: int) -> list[str]:
    """Lines with and without a card."""
    cards = (GOOD.strip(), "# x\n", NO_CARD)
    return [dumped(f"org/m{n}", cards[n % 3].replace("squad", f"set{n}"), downloads=n) for n in range(count)]


def lines(outcome: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in outcome.out.splitlines()]


# --- cards ------------------------------------------------------------------------------------------------------


def test_lines_of_a_dump_tell_what_the_hub_said_and_broken_ones_do_not_stop_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    infos = {
        "sha": "a" * 40,
        "tags": ["license:mit"],
        "siblings": [{"rfilename": "pytorch_model.bin"}],
        "downloads": 7,
        "likes": 2,
        "lastModified": "2022-01-12T08:04:56.000Z",
    }
    text = [
        dumped("org/a", GOOD.strip(), **infos),
        "{broken",
        "",
        json.dumps({"id": "org/b", "README.md": NO_CARD}),
        json.dumps({"id": "org/c", "infos.json": "{"}),
        json.dumps(["no object"]),
        json.dumps({"id": "org/d"}),
        json.dumps({"id": "org/e", "infos.json": {"downloads": 3}, "README.md": "# \ud83d bad"}),
    ]
    path = tmp_path / "cards.jsonl"
    path.write_text("\n".join(text), encoding="utf-8")
    outcome = call(capsys, "vet", "--cards", str(path), "--format", "json")
    assert outcome.code == 4
    found = lines(outcome)
    named = [item["subject"]["requested"] for item in found]
    assert named == ["org/a", f"{path}:2", "org/b", "org/c", f"{path}:6", "org/d", "org/e"]
    assert [item.get("error", {}).get("kind") for item in found] == [None, "data", None, "data", "data", None, None]
    first = found[0]
    assert first["subject"] | {"card_sha256": ""} == {
        "requested": "org/a", "repo_id": "org/a", "commit": "a" * 40, "source": "cards", "card_sha256": "",
    }  # fmt: skip
    assert first["answers"]["popularity"]["downloads_30d"] == 7
    assert first["answers"]["popularity"]["last_modified"].startswith("2022-01-12")
    assert first["answers"]["files"]["weights"][0]["path"] == "pytorch_model.bin"
    assert first["answers"]["purpose"]["evidence"][0]["line"] == 8
    assert found[2]["answers"]["purpose"]["status"] == "absent", "the repo has no card"
    assert found[5]["answers"]["purpose"]["status"] == "unknown", "the line holds none"
    assert found[6]["answers"]["popularity"]["downloads_30d"] == 3


def test_a_folder_is_read_in_order_of_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("b/README.md", "a.md", "b/other.MD", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD.strip(), encoding="utf-8")
    found = lines(call(capsys, "vet", "--cards", str(tmp_path), "--format", "json"))
    assert [item["subject"]["requested"] for item in found] == ["a.md", "b/README.md", "b/other.MD"]
    assert {item["subject"]["source"] for item in found} == {"cards"}


def test_several_processes_write_what_one_writes_in_order(tmp_path: Path) -> None:
    data = ("\n".join(made(60)) + "\n").encode()
    (tmp_path / "c.jsonl.xz").write_bytes(lzma.compress(data))
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(data))
    with vet_cards(tmp_path / "c.jsonl.gz", jobs=1) as one, vet_cards(tmp_path / "c.jsonl.xz", jobs=2) as two:
        alone, together = list(one), list(two)
    assert [line.requested for line in alone] == [f"org/m{n}" for n in range(60)]
    assert together == alone
    assert two.tally == one.tally
    assert two.tally.verdicts.total() == 60


def test_people_get_counts_and_pipes_verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text("\n".join(made(9)), encoding="utf-8")
    shown = call(capsys, "vet", "--cards", str(path)).out
    assert "9 subjects" in shown
    assert "training data" in shown
    assert "org/m0" not in shown
    quiet = call(capsys, "vet", "--cards", str(path), "--format", "quiet").out.splitlines()
    assert len(quiet) == 9
    assert set(quiet) <= {"accept", "review", "reject"}
    assert call(capsys, "vet", "--cards", str(path), "--fail-on", "review").code == 1


def test_a_file_that_breaks_off_gives_what_stands_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = hashlib.shake_256(b"x").hexdigest(300_000)
    whole = lzma.compress(("\n".join([*made(60), dumped("org/last", noise)]) + "\n").encode())
    (tmp_path / "c.jsonl.xz").write_bytes(whole[:-20_000])
    outcome = call(capsys, "vet", "--cards", str(tmp_path / "c.jsonl.xz"), "--format", "json", "--jobs", "1")
    assert outcome.code == 4
    assert [item["subject"]["requested"] for item in lines(outcome)] == [f"org/m{n}" for n in range(60)]
    assert "breaks off after line 60" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--cards", "nowhere.jsonl"), 4, "nowhere.jsonl"),
        (("--cards", "README.md"), 2, "no folder and no file of JSON Lines"),
        (("--cards", ".", "--revision", "main"), 2, "--revision has no meaning for --cards"),
        (("--cards", ".", "org/x"), 2, "cannot be used together"),
        (("--jobs", "2", "org/x"), 2, "--jobs has no meaning"),
        (("--ids", "x", "--save", "y"), 2, "--save has no meaning for --ids"),
        (("--ids", "nowhere.txt"), 4, "`nowhere.txt` cannot be read"),
        (("--from", "nowhere.json"), 4, "`nowhere.json` cannot be read"),
    ],
)
def test_refusals(
    arguments: tuple[str, ...],
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("# x\n", encoding="utf-8")
    outcome = call(capsys, "vet", *arguments)
    assert outcome.code == code
    assert words in outcome.err
    assert outcome.out == ""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_ends_all_processes_quietly_and_a_closed_pipe_too(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text("\n".join(made(6000)), encoding="utf-8")
    command = [*COMMAND, "vet", "--cards", str(path), "--format", "json", "--jobs", "2"]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert json.loads(process.stdout.readline())["schema"] == "modelpick.vet/1"  # type: ignore[union-attr]
    os.killpg(processes[0].pid, signal.SIGINT)  # as a terminal does: to all of them
    assert processes[0].wait(60) == 130
    for process in processes:
        process.stdout.close()  # type: ignore[union-attr]
    assert processes[1].wait(60) == 0
    assert [process.stderr.read().strip() for process in processes] == ["interrupted", ""]  # type: ignore[union-attr]
    for process in processes:
        process.stderr.close()  # type: ignore[union-attr]
        assert ended(process.pid), "none of its processes is left"


def ended(group: int) -> bool:
    """Whether all processes of a group end soon."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


# --- ids --------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(repos: Path) -> Iterator[LoopbackHub]:
    for n in range(30):
        write_repo(repos, f"org/m{n}", {"README.md": GOOD.strip() if n % 2 else "# x\n"}, downloads=n)
    with LoopbackHub(repos) as running:
        yield running


def test_ids_get_a_line_each_in_order_those_that_failed_too(
    served: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\ufeff# mine\norg/m1\n\n  org/m0  \nno id\norg/nobody\n" + "".join(f"org/m{n}\n" for n in range(2, 30))
    (tmp_path / "ids.txt").write_text(text, encoding="utf-8")
    arguments = ("--endpoint", served.endpoint, "--format", "json")
    outcome = call(capsys, "vet", "--ids", str(tmp_path / "ids.txt"), *arguments)
    assert outcome.code == 4
    found = lines(outcome)
    asked = ["org/m1", "org/m0", "no id", "org/nobody", *(f"org/m{n}" for n in range(2, 30))]
    assert [item["subject"]["requested"] for item in found] == asked
    assert [item["error"]["kind"] for item in found if "error" in item] == ["usage", "repo-not-found"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    again = call(capsys, "vet", "--ids", "-", *arguments)
    assert again.out == outcome.out, "the same commits give the same bytes, whichever thread was faster"


def test_people_get_a_line_for_each_id_and_counts(
    served: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ids.txt").write_text("org/m0\norg/m1\n", encoding="utf-8")
    outcome = call(capsys, "vet", "--ids", str(tmp_path / "ids.txt"), "--endpoint", served.endpoint)
    first, second, *rest = outcome.out.splitlines()
    assert first.startswith("review  org/m0: ")
    assert second.startswith("accept  org/m1")
    assert "2 subjects" in rest


def test_a_hub_that_allows_no_more_requests_loses_nothing_that_was_done(
    served: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ids.txt").write_text("".join(f"org/m{n}\n" for n in range(30)), encoding="utf-8")
    limit = {"RateLimit": '"api";r=0;t=3000'}
    served.inject(Fault("^/api/models/org", "status", skip=24, status=429, headers=limit))
    arguments = ("--endpoint", served.endpoint, "--shallow", "--format", "json")
    outcome = call(capsys, "vet", "--ids", str(tmp_path / "ids.txt"), *arguments)
    assert outcome.code == 4
    found = lines(outcome)
    assert [item["subject"]["requested"] for item in found] == [f"org/m{n}" for n in range(30)]
    limited = [item for item in found if item.get("error", {}).get("kind") == "rate-limit"]
    assert len(limited) == 6
    assert "6 could not be asked for" in outcome.err
    assert len(served.requests("^/api/models/org")) <= 30, "who was refused does not ask again"
