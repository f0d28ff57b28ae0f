"""`modelpick vet` from the outside: faces, exit codes, several subjects, and cards made to do harm."""

import json
import time
from pathlib import Path

import pytest
from command_line import call
from loopback_hub import LoopbackHub, write_repo
from vetting.facts_of import GOOD

KEYS = {
    "purpose", "out_of_scope", "limitations", "evaluation", "training_data", "license", "popularity", "usage",
    "base_models", "auto_generated", "run_instructions", "files",
}  # fmt: skip


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.md"
    path.write_text(GOOD.strip(), encoding="utf-8")
    return path


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "bare.md"
    path.write_text("# x\n", encoding="utf-8")
    return path


def test_json_of_one_subject_is_the_contract(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "vet", str(good), "--format", "json")
    assert outcome.code == 0
    report = outcome.data
    assert report["schema"] == "modelpick.vet/1"
    assert report["subject"]["requested"] == str(good)
    assert report["subject"]["source"] == "path"
    assert len(report["subject"]["card_sha256"]) == 64
    assert set(report["answers"]) == KEYS
    assert report["answers"]["license"]["declared"] == ["apache-2.0"]
    assert report["answers"]["popularity"]["downloads_30d"] is None
    assert report["answers"]["files"]["weights"] is None
    assert all(
        set(finding) >= {"check", "outcome", "severity", "message", "evidence"} for finding in report["findings"]
    )


def test_people_see_the_verdict_and_the_four_questions_with_quotes(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = call(capsys, "vet", str(good))
    for words in (
        "Verdict: accept",
        "May I use it commercially? yes",
        "What is it for?",
        "This model is intended",
        "good.md:8",
        "What was it trained on?",
        "Under which licence, and what does it demand?",
        "No legal advice",
    ):
        assert words in outcome.out


def test_markdown_and_quiet(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "vet", str(good), "--format", "markdown").out.startswith("# ")
    assert call(capsys, "vet", str(good), "--format", "quiet").out == "accept\n"


def test_review_is_a_notice_and_a_failure_only_when_asked(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = call(capsys, "vet", str(bare), "--format", "quiet")
    assert (plain.code, plain.out) == (0, "review\n")
    assert "--fail-on review" in plain.err
    assert call(capsys, "vet", str(bare), "--fail-on", "review").code == 1


def test_reject_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    outcome = call(capsys, "vet", str(tmp_path), "--format", "json")
    assert outcome.code == 1
    assert outcome.data["verdict"] == "reject"


def test_several_subjects_in_order_and_4_beats_1(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.safetensors").write_bytes(b"")
    gone = str(tmp_path / "gone.md")
    outcome = call(capsys, "vet", gone, str(broken), str(good), "--format", "json")
    assert outcome.code == 4
    assert [item["subject"]["requested"] for item in outcome.data] == [gone, str(broken), str(good)]
    assert outcome.data[0]["error"]["exit_code"] == 4
    assert "answers" not in outcome.data[0]
    assert [item.get("verdict") for item in outcome.data] == [None, "reject", "accept"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("vet",), "at least one model"),
        (("vet", "README.md", "--revision", "main"), "no revision"),
        (("vet", "README.md", "--policy", "lenient"), "`default`"),
        (("vet", "--explain", "weights-save"), "`weights-safe`"),
    ],
)
def test_usage_errors(arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, *arguments)
    assert outcome.code == 2
    assert words in outcome.err


def test_the_bare_name_of_a_run_is_not_looked_for_on_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "modelpick-runs" / "iris-1"
    run.mkdir(parents=True)
    (run / "report.json").write_text('{"schema": "modelpick.eval/1"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    outcome = call(capsys, "vet", "iris-1", "--endpoint", "http://127.0.0.1:9")
    assert outcome.code == 2
    assert "write `./modelpick-runs/iris-1`" in outcome.err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "vet", "--explain", "weights-safe")
    assert outcome.code == 0
    assert "Why it matters" in outcome.out


def test_the_same_card_gives_the_same_bytes(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = call(capsys, "vet", str(good), "--format", "json").out
    assert call(capsys, "vet", str(good), "--format", "json").out == first


# --- cards made to do harm ------------------------------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: v}}\n" for n in range(1, 25))
HOSTILE = {
    "alias bomb": f"---\n{BOMB}---\n# x\n",
    "merge keys": f"---\n{MERGES}---\n# x\n",
    "deep nesting": "---\na: " + "[" * 5000 + "\n---\n# x\n",
    "python tag": '---\na: !!python/object/apply:os.system ["touch pwned"]\n---\n# x\n',
    "many tags": "---\ntags:\n" + "".join(f"- tag{n}\n" for n in range(60_000)) + "license: mit\n---\n# x\n",
    "long line": "# x\n\n" + "a " * 900_000,
    "long word": "# x\n\n" + "trained on " + "a-" * 400_000,
    "many brackets": "# x\n\n" + "[" * 60_000 + "](" * 20_000,
    "nested fences": "".join("`" * (3 + n % 40) + "\n" for n in range(20_000)),
    "nested quotes": ">" * 20_000 + " x\n",
    "unclosed": "---\nlicense: mit\n" + "text\n" * 20_000,
    "commas": "# x\n\nIt was trained on " + "A, " * 300_000,
    "backticks": "# x\n\n" + "`a" * 200_000,
    "bad bytes": "# x\n\nA model for text classification \udcff\udcfe",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_card_ends_soon_with_an_honest_report(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(HOSTILE[name].encode("utf-8", "surrogateescape"))
    start = time.process_time()  # of this process alone: a busy machine fails no test
    outcome = call(capsys, "vet", str(path), "--format", "json")
    assert time.process_time() - start < 3
    assert outcome.code == 0
    assert outcome.data["verdict"] == "review"
    assert not (tmp_path / "pwned").exists()


def test_a_refused_header_is_never_no_licence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"---\nlicense: mit\n{BOMB}---\n# x\n", encoding="utf-8")
    report = call(capsys, "vet", str(path), "--format", "json").data
    by_check = {finding["check"]: finding for finding in report["findings"]}
    assert by_check["front-matter-readable"]["outcome"] == "fail"
    assert by_check["license-declared"]["outcome"] in {"pass", "unknown"}


def test_outside_text_cannot_forge_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "README.md"
    path.write_text(
        "# x\n\nThis model is intended for \x1b[2J\x1b[HVerdict: accept \u202egnp [/] [red]x\n", encoding="utf-8"
    )
    outcome = call(capsys, "vet", str(path))
    assert "\x1b" not in outcome.out
    assert "\u202e" not in outcome.out
    assert outcome.out.split("\n")[1].startswith("Verdict: review")
    document = json.loads(call(capsys, "vet", str(path), "--format", "json").out)
    assert "\x1b" in document["answers"]["purpose"]["evidence"][0]["quote"]


def test_a_value_of_several_lines_begins_no_line_of_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "card.md").write_text(
        '---\nlicense: "mit\\n\\nVerdict: accept"\nlibrary_name: "a\\nVerdict: accept"\n'
        'datasets: ["x\\nVerdict: accept"]\n'
        "---\n# x\n\n```python\nimport torch\n```\n"
    )
    for kind in ("human", "markdown"):
        lines = call(capsys, "vet", str(tmp_path / "card.md"), "--format", kind).out.split("\n")
        assert [line.split(" (")[0] for line in lines if line.lstrip().startswith("Verdict")] == ["Verdict: review"]


def test_the_quote_that_decides_stands_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "card.md").write_text("---\nlicense: apache-2.0\nlicense_name: yi-license\n---\n# x\n")
    out = call(capsys, "vet", str(tmp_path / "card.md")).out
    assert out.index("license_name: yi-license") < out.index("What is it for?")
    assert "apache-2.0 (community)" not in out


def test_a_gated_repo_gets_what_is_known_and_the_exit_code_of_what_is_not(
    repos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_repo(repos, "org/gated", {"README.md": GOOD.strip()}, gated="manual", downloads=7)
    write_repo(repos, "org/open", {"README.md": GOOD.strip()}, downloads=7)
    with LoopbackHub(repos) as hub:
        one = call(capsys, "vet", "org/gated", "--format", "json", "--endpoint", hub.endpoint)
        two = call(capsys, "vet", "org/open", "org/gated", "--format", "json", "--endpoint", hub.endpoint)
        fine = call(capsys, "vet", "org/open", "--format", "json", "--endpoint", hub.endpoint)
    assert (one.code, two.code, fine.code) == (4, 4, 0)
    assert one.data["answers"]["popularity"]["downloads_30d"] == 7
    assert one.data["answers"]["purpose"]["status"] == "unknown"
    assert "gated" in one.err
    assert f"{hub.endpoint}/org/gated" in one.err


def test_what_is_open_is_not_called_passed_and_facts_have_names(
    repos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_repo(repos, "org/both", {"README.md": GOOD.strip(), "model.safetensors": b"", "pytorch_model.bin": b"x"})
    write_repo(repos, "org/gated", {"README.md": GOOD.strip()}, gated="manual")
    with LoopbackHub(repos) as hub:
        shown = call(capsys, "vet", "org/both", "--endpoint", hub.endpoint).out
        gated = call(capsys, "vet", "org/gated", "--endpoint", hub.endpoint).out
    passed = next(line for line in shown.splitlines() if line.startswith("Passed: "))
    assert "] weights-safe: " in shown
    assert "weights-safe" not in passed
    assert "downloads_all_time" not in shown
    assert "How to use it is unknown" in gated
