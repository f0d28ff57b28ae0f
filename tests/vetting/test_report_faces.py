"""What a person sees of a report: nothing blamed on a card that is not there, nothing half quoted, ignores marked."""

import dataclasses
import io

import pytest
from vetting.facts_of import GOOD, facts

from modelpick.errors import UsageError
from modelpick.facts import Missing, RepoFacts
from modelpick.findings import Evidence, Finding, Outcome, Severity
from modelpick.render.human import render_human
from modelpick.vetting.comparison import comparison
from modelpick.vetting.explain import explanation_of
from modelpick.vetting.finding_blocks import finding_blocks
from modelpick.vetting.policy import Ignore
from modelpick.vetting.policy_file import built_in
from modelpick.vetting.reports import VetReports
from modelpick.vetting.verdict import vet_reading

DEFAULT = built_in("default")


def shown(found: RepoFacts) -> str:
    return render_human(vet_reading(found, DEFAULT).document(), io.StringIO())


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (facts(None), "Not stated: there is no card."),
        (facts("  \n"), "Not stated: the card is empty."),
        (facts("# x"), "Not stated: the card does not say what the model is for."),
        (facts(None, missing=(Missing(what="card", reason="it is gated"),)), "Unknown: the card could not be had."),
    ],
)
def test_a_question_without_an_answer_says_why(found: RepoFacts, words: str) -> None:
    assert words in shown(found)


def test_the_way_to_a_card_behind_a_gate_is_no_other_model() -> None:
    gated = facts(None, missing=(Missing(what="card", reason="it is gated", hint="ask for access"),))
    (about,) = [f for f in vet_reading(gated, DEFAULT).findings if f.check == "card-present"]
    assert about.remediation == "ask for access"


def test_a_card_with_another_spelling_is_named() -> None:
    found = vet_reading(facts(None, files={"readme.md": 9}), DEFAULT).findings
    assert any("`readme.md` is not read as a card" in finding.message for finding in found)


def test_an_ignored_finding_is_marked_where_it_stands() -> None:
    ignoring = dataclasses.replace(DEFAULT, ignores=(Ignore(check="purpose-stated", reason="known"),))
    lines = render_human(vet_reading(facts("# x"), ignoring).document(), io.StringIO()).splitlines()
    marked = [line for line in lines if "[ignored by the policy" in line]
    assert len(marked) == 1
    assert "purpose-stated" in marked[0]


def test_a_quote_is_not_torn_from_the_one_before_it() -> None:
    first, second = (Evidence(file="README.md", line=n, quote=f"line {n}", section=None) for n in (3, 9))
    finding = Finding(
        check="x", outcome=Outcome.FAIL, severity=Severity.MEDIUM, message="both", evidence=(first, second)
    )
    (line, *_) = [b for b in finding_blocks([finding], "", {first}) if "both" in getattr(b, "text", "")]
    assert "README.md:3, README.md:9" in line.text
    assert not any(getattr(block, "text", "") == "line 9" for block in finding_blocks([finding], "", {first}))


def test_a_broken_header_is_told_once() -> None:
    broken = "---\nlicense: [mit\ntags: : x\n---\nA model for sorting mail."
    told = [f.check for f in vet_reading(facts(broken), DEFAULT).findings if "no valid YAML" in f.message]
    assert told == ["front-matter-readable"]


def test_data_that_nobody_named_are_not_called_free_of_restrictions() -> None:
    reports = VetReports(items=(vet_reading(facts(GOOD), DEFAULT), vet_reading(facts("# x"), DEFAULT)))
    table = next(block for block in comparison(reports.items) if hasattr(block, "rows"))
    row = next(row for row in table.rows if row[0] == "restricted data")
    assert [getattr(cell, "text", cell) for cell in row[1:]] == ["none known", "-"]


@pytest.mark.parametrize(
    ("asked", "words"), [("weight-safe", "`weights-safe`"), ("qqq", "`modelpick policy init FILE`")]
)
def test_an_unknown_check_names_its_neighbours_or_the_list(asked: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        explanation_of(asked)
    assert words in (caught.value.hint or "")


def test_a_well_made_repo_is_accepted_and_a_card_without_purpose_is_not() -> None:
    assert vet_reading(facts(GOOD, files={"model.safetensors": 4096}), DEFAULT).verdict == "accept"
    bare = GOOD.replace("This model is intended to be used for question answering over short English texts.", "")
    assert vet_reading(facts(bare, files={"model.safetensors": 4096}), DEFAULT).verdict == "review"


@pytest.mark.parametrize(
    ("found", "qualified"),
    [
        (facts(GOOD, files={"model.safetensors": 4096}), False),
        (facts(GOOD, source="path"), True),
        (facts(GOOD, files={"a.safetensors": 4096}, missing=(Missing(what="weights", reason="not asked for"),)), True),
    ],
)
def test_an_accept_says_when_not_all_was_looked_at(found: RepoFacts, qualified: bool) -> None:
    assert "Verdict: accept" in shown(found)
    assert ("as far as was looked" in shown(found)) is qualified
