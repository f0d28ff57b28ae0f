"""Policies as files: what they demand, what they refuse with its line, and what a report says of ignores."""

import dataclasses
import json
from datetime import date
from pathlib import Path

import pytest
from command_line import call
from hypothesis import given, settings
from hypothesis import strategies as st
from vetting.facts_of import GOOD, facts

from modelpick.errors import UsageError
from modelpick.facts import DerivedCounts, RepoFacts, TextFile
from modelpick.findings import Finding, Outcome, Severity
from modelpick.vetting.checks import CHECKS
from modelpick.vetting.policy import LEVELS, Ignore, Policy
from modelpick.vetting.policy_file import BUILT_IN, built_in, read_policy
from modelpick.vetting.policy_report import sample_policy
from modelpick.vetting.ruling import unused_ignores
from modelpick.vetting.verdict import judge, rule, vet_reading

TODAY = date(2026, 6, 1)
OPEN = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR]
FILES = {"model.safetensors": 5000}
FINDINGS = st.builds(
    Finding,
    check=st.sampled_from([check.id for check in CHECKS]),
    outcome=st.sampled_from(list(Outcome)),
    severity=st.sampled_from(list(Severity)),
    message=st.just("x"),
)


def policy(text: str) -> Policy:
    return read_policy(text.encode(), "p.toml", TODAY)


def under(license_: str, body: str = "") -> RepoFacts:
    return facts(GOOD.replace("apache-2.0", license_) + body, files=FILES, library="transformers")


def verdict(of: RepoFacts, demanded: Policy) -> str:
    return vet_reading(of, demanded).verdict


# --- the built-in ones ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
@given(findings=st.lists(FINDINGS), more=FINDINGS)
@settings(max_examples=40)
def test_a_further_finding_never_makes_a_verdict_milder(name: str, findings: list[Finding], more: Finding) -> None:
    before, after = judge(findings, built_in(name)), judge([*findings, more], built_in(name))
    assert LEVELS.index(after) >= LEVELS.index(before)
    ignoring = dataclasses.replace(built_in(name), ignores=(Ignore(check="weights-safe", reason="x"),))
    before, after = (rule(found, ignoring, "ann/model").verdict for found in (findings, [*findings, more]))
    assert LEVELS.index(after) >= LEVELS.index(before)


@pytest.mark.parametrize("name", BUILT_IN)
@given(downloads=st.none() | st.integers(0, 10**12), likes=st.none() | st.integers(0, 10**9))
@settings(max_examples=10, deadline=None)
def test_popularity_never_makes_a_verdict_milder(name: str, downloads: int | None, likes: int | None) -> None:
    for card in ("# x", GOOD):
        poor = facts(card, files=FILES, downloads_30d=0, likes=0, last_modified="2025-01-02T00:00:00.000Z")
        counts = DerivedCounts(finetune=downloads, quantized=likes)
        famous = dataclasses.replace(poor, downloads_30d=downloads, likes=likes, derived=counts)
        assert LEVELS.index(verdict(famous, built_in(name))) >= LEVELS.index(verdict(poor, built_in(name)))


@pytest.mark.parametrize("name", BUILT_IN)
def test_unknown_never_passes_unseen(name: str) -> None:
    for check in CHECKS:
        for severity in (Severity.MEDIUM, Severity.HIGH):
            for outcome in (Outcome.UNKNOWN, Outcome.ERROR):
                finding = Finding(check=check.id, outcome=outcome, severity=severity, message="x")
                assert built_in(name).level(finding) != "accept"


@pytest.mark.parametrize(
    ("license_", "verdicts"),
    [
        ("apache-2.0", ("accept", "accept", "accept")),
        ("llama3", ("accept", "review", "accept")),
        ("cc-by-nc-4.0", ("review", "reject", "accept")),
        ("gpl-3.0", ("accept", "review", "accept")),
        ("other", ("review", "review", "review")),
        ("my-own-terms", ("review", "review", "review")),
    ],
)
def test_who_takes_which_licence(license_: str, verdicts: tuple[str, ...]) -> None:
    found = tuple(verdict(under(license_), built_in(name)) for name in ("default", "commercial", "research"))
    assert found == verdicts


def test_a_restriction_in_the_text_rejects_where_commercial_use_is_needed() -> None:
    nc = under("apache-2.0", "\nThis model is for research purposes only.\n")
    assert verdict(nc, built_in("commercial")) == "reject"


def test_strict_rejects_pickles_and_custom_code_and_reviews_all_that_is_unknown() -> None:
    strict = built_in("strict")
    pickled = facts(GOOD, files={**FILES, "pytorch_model.bin": 5000})
    assert (verdict(pickled, built_in("default")), verdict(pickled, strict)) == ("accept", "reject")
    config = TextFile(path="config.json", text='{"auto_map": {"AutoModel": "m.M"}}')
    coded = facts(GOOD, files={**FILES, "m.py": 9}, texts=(config,))
    assert (verdict(coded, built_in("default")), verdict(coded, strict)) == ("review", "reject")
    unknown = Finding(check="popularity-known", outcome=Outcome.UNKNOWN, severity=Severity.INFO, message="x")
    assert strict.level(unknown) == "review"


def test_strict_is_nowhere_milder_than_the_others_and_rejects_what_is_medium() -> None:
    strict = built_in("strict")
    for check in CHECKS:
        for severity in Severity:
            for outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR):
                finding = Finding(check=check.id, outcome=outcome, severity=severity, message="x")
                assert LEVELS.index(strict.level(finding)) >= LEVELS.index(built_in("default").level(finding))
                if outcome is Outcome.FAIL and severity >= Severity.MEDIUM:
                    assert strict.level(finding) == "reject"
                if outcome is not Outcome.FAIL:
                    assert strict.level(finding) != "accept"


# --- a file -----------------------------------------------------------------------------------------------------


def test_what_init_writes_changes_nothing_and_names_every_check() -> None:
    written = policy(sample_policy())
    assert written.levels == built_in("default").levels
    assert written.checks == built_in("default").checks
    assert all(f"# {check.id} = " in sample_policy() for check in CHECKS)


def test_all_that_the_sample_shows_can_be_switched_on() -> None:
    import re

    text = re.sub(r"(?m)^# (?=[a-z-]+ = |\[\[)", "", sample_policy())
    written = policy(text)
    assert written.licenses.demands["gemma" if "gemma" in written.licenses.demands else "community"] == "ask"
    assert written.licenses.approvals[0].by == "Jo Doe"
    assert written.ignores[0].check == "limitations-stated"
    assert set(written.checks) >= {check.id for check in CHECKS}


def test_a_file_counts_before_the_policy_that_it_extends() -> None:
    own = policy(
        'extends = "strict"\nunknown = { low = "accept" }\n'
        '[fail]\nlow = "accept"\n[checks]\nweights-safe = { fail = { low = "review" }, unknown = "reject" }\n'
    )
    low = Finding(check="weights-safe", outcome=Outcome.FAIL, severity=Severity.LOW, message="x")
    assert own.level(low) == "review"
    assert own.level(dataclasses.replace(low, check="usage-stated")) == "accept"
    assert own.level(dataclasses.replace(low, outcome=Outcome.UNKNOWN)) == "reject"
    assert own.level(dataclasses.replace(low, severity=Severity.MEDIUM)) == "reject"


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        ('\nextend = "default"\n', 2, "unknown key `extend`", "`extends`"),
        ('extends = "strickt"', 1, "'strickt'", "`strict`"),
        ('[fail]\nhigh = "deny"', 2, "no level", "reject"),
        ('[fail]\nhihg = "reject"', 2, "unknown key `hihg`", "`high`"),
        ("fail = 3", 1, "is a table", "init"),
        ('[checks]\n\nlicence-known = "reject"', 3, "no check is called `licence-known`", "`license-known`"),
        ('[checks]\nweights-safe = { failed = "reject" }', 2, "unknown key `failed`", "`fail`"),
        ('[checks.weights-safe]\nunknown = "accept"', 2, "cannot pass unseen", "[[ignore]]"),
        ('[unknown]\nmedium = "accept"', 2, "cannot pass unseen", "review"),
        ('[licenses]\nallow = [\n  "mit",\n  "permisive",\n]', 4, "'permisive'", "`permissive`"),
        ('[licenses]\nallow = "mit"', 2, "is a list", "allow = [...]"),
        ('[licenses]\nallow = ["mit"]\nrefuse = ["MIT"]', 3, "stands under", "keep one"),
        ('[[licenses.approve]]\nlicense = "gemma"\nby = "Jo"\nreason = "x"', 2, "needs its day", "2026-01-31"),
        ('[[licenses.approve]]\nlicense = "gemma"\non = 2026-01-01\nreason = "x"', 1, "needs `by`", "by ="),
        ('[[licenses.approve]]\nlicense = "gemma"\nby = "x"\non = 2999-01-01\nreason = "x"', 4, "to come", "given"),
        ('[[ignore]]\ncheck = "hidden-text"', 1, "needs `reason`", "reason ="),
        ('[[ignore]]\ncheck = "hidden-text"\nreason = " "', 3, "not empty", '"..."'),
        ('[[ignore]]\ncheck = "hidden-txt"\nreason = "x"', 2, "`hidden-txt`", "`hidden-text`"),
        ('[[ignore]]\ncheck = "hidden-text"\nreason = "x"\nuntil = "2026-01-01"', 4, "is a day", "no quotes"),
        ('summary = "a"\nx = \n', 2, "not TOML", "init"),
        ("a = " + "[" * 5000, 1, "", ""),
        ("a = " + "9" * 5000, 1, "not TOML", "init"),
        ("summary = '\udcff'", 1, "UTF-8", "UTF-8"),
    ],
)
def test_a_slip_is_refused_with_its_line(text: str, line: int, words: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_policy(text.encode("utf-8", "surrogateescape"), "p.toml", TODAY)
    assert caught.value.message.startswith(f"p.toml:{line}: ")
    assert words in caught.value.message
    assert hint in (caught.value.hint or "")


# --- licences ---------------------------------------------------------------------------------------------------

LISTS = '[licenses]\nallow = ["permissive"]\nask = ["community"]\nrefuse = ["non-commercial", "llama2"]\n'
APPROVED = LISTS + (
    '[[licenses.approve]]\nlicense = "Gemma"\nby = "Jo"\non = 2026-01-31\nreason = "read"\nsubject = "ann/*"\n'
)


@pytest.mark.parametrize(
    ("text", "license_", "outcome", "words"),
    [
        (LISTS, "mit", "pass", "let through"),
        (LISTS, "cc-by-nc-4.0", "fail", "names `non-commercial`"),
        (LISTS, "llama2", "fail", "names `llama2`"),  # an id before its family
        (LISTS, "gemma", "fail", "asks for one for `community`"),
        (LISTS, "gpl-3.0", "fail", "no list"),
        (APPROVED, "gemma", "pass", "approved by Jo on 2026-01-31: read (line 5"),
        (APPROVED.replace("ann/", "bob/"), "gemma", "fail", "needs a person's"),
        (APPROVED + "until = 2026-05-31\n", "gemma", "fail", "needs a person's"),
        (LISTS, "my-own-terms", "fail", "no list"),
    ],
)
def test_lists_of_licences(text: str, license_: str, outcome: str, words: str) -> None:
    report = vet_reading(under(license_), policy(text))
    (found,) = [finding for finding in report.findings if finding.check == "license-allowed"]
    assert (found.outcome.value, words in found.message) == (outcome, True), found.message


def test_without_any_licence_the_lists_cannot_be_answered() -> None:
    report = vet_reading(facts("# x"), policy(LISTS))
    (found,) = [finding for finding in report.findings if finding.check == "license-allowed"]
    assert found.outcome is Outcome.UNKNOWN


# --- ignores ----------------------------------------------------------------------------------------------------

IGNORE = '[[ignore]]\ncheck = "weights-safe"\nsubject = "{}"\nreason = "looked at them"\n'
PICKLE = facts(GOOD, files={"pytorch_model.bin": 5000})


def test_an_ignored_finding_does_not_count_and_is_shown_with_its_reason() -> None:
    assert verdict(PICKLE, built_in("default")) == "review"
    report = vet_reading(PICKLE, policy("\n" + IGNORE.format("ANN/*")))
    assert report.verdict == "accept"
    assert any(finding.check == "weights-safe" and finding.outcome in OPEN for finding in report.findings)
    (told,) = report.document().data["policy_details"]["ignored"]
    assert (told["check"], told["line"], told["reason"]) == ("weights-safe", 2, "looked at them")
    shown = " ".join(getattr(block, "text", "") for block in report.document().blocks)
    assert "ignored by p.toml:2: looked at them" in shown


def test_an_ignore_for_another_subject_does_nothing_and_is_not_unused() -> None:
    report = vet_reading(PICKLE, policy(IGNORE.format("bob/*")))
    assert report.verdict == "review"
    assert unused_ignores([report.ruling]) == ()


def test_an_unused_ignore_is_told_unless_another_subject_of_the_run_used_it() -> None:
    demanded = policy(IGNORE.format("*"))
    clean, pickled = vet_reading(under("mit"), demanded), vet_reading(PICKLE, demanded)
    assert unused_ignores([clean.ruling])[0].startswith("p.toml:1: the ignore of weights-safe")
    assert unused_ignores([clean.ruling, pickled.ruling]) == ()


def test_an_ignore_counts_up_to_its_last_day() -> None:
    assert verdict(PICKLE, policy(IGNORE.format("*") + "until = 2026-06-01")) == "accept"
    over = vet_reading(PICKLE, policy(IGNORE.format("*") + "until = 2026-05-31"))
    assert over.verdict == "review"
    assert over.document().data["policy_details"]["expired_ignores"][0]["until"] == "2026-05-31"
    assert any("ended on 2026-05-31" in getattr(block, "text", "") for block in over.document().blocks)


def test_ignores_go_by_the_id_that_answered() -> None:
    taken_over = dataclasses.replace(PICKLE, requested="ann/model", repo_id="eve/model")
    assert verdict(taken_over, policy(IGNORE.format("ann/*"))) == "review"


# --- from the outside -------------------------------------------------------------------------------------------


def test_a_file_from_init_to_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text(GOOD.replace("apache-2.0", "cc-by-nc-4.0").strip(), encoding="utf-8")
    assert call(capsys, "policy", "init").out.startswith("Wrote ./policy.toml")
    again = call(capsys, "policy", "init")
    assert (again.code, "left as it is" in again.err) == (2, True)
    plain = call(capsys, "vet", "README.md", "--policy", "policy.toml", "--format", "json")
    assert (plain.code, plain.data["policy"], plain.data["verdict"]) == (0, "policy.toml", "review")
    assert len(plain.data["policy_details"]["sha256"]) == 64
    with Path("policy.toml").open("a", encoding="utf-8") as file:
        file.write('license-commercial = "reject"\n')
    refused = call(capsys, "vet", "README.md", "--policy", "./policy.toml")
    assert refused.code == 1
    assert "./policy.toml, sha256 " in refused.out
    assert call(capsys, "vet", "README.md", "--policy", "commercial").code == 1
    assert call(capsys, "vet", "README.md", "--policy", "research").code == 0


def test_what_is_a_path_and_what_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strict").write_text('summary = "mine"\n', encoding="utf-8")
    assert call(capsys, "policy", "show", "strict", "--format", "json").data["sha256"] is None
    assert call(capsys, "policy", "show", "./strict", "--format", "json").data["summary"] == "mine"
    for name, words in (("mine.toml", "no policy file"), ("mine", "write `./mine` for a file")):
        ended = call(capsys, "policy", "show", name)
        assert (ended.code, words in ended.err) == (2, True)


def test_the_list_of_policies(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "policy", "--format", "quiet").out.split() == list(BUILT_IN)
    shown = json.loads(call(capsys, "policy", "show", "commercial", "--format", "json").out)
    assert shown["licenses"]["demands"]["non-commercial"] == "refuse"
    assert "only with an approval" in call(capsys, "policy", "show", "commercial").out


def test_brackets_in_a_subject_stand_for_themselves() -> None:
    ignore = Ignore(check="weights-safe", reason="x", subject="org/[ab]*")
    assert ignore.covers("org/[AB]-model")
    assert not ignore.covers("org/a-model")
