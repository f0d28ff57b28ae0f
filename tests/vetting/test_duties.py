"""What a user of the model must do, and what a base leaves of the answer about commercial use."""

from __future__ import annotations

import pytest
from vetting.facts_of import facts
from vetting.lineage_cases import GEMMA, LLAMA, NC, OPEN, card, made_from, repo, text

from modelpick.facts import RepoFacts
from modelpick.licences.lookup import licences
from modelpick.vetting.answers.license_rules import RULES, rule_for
from modelpick.vetting.answers.read import read_answers

POLICY = "Use policy\n\nThe rights are not granted to persons who live in the European Union.\n"


def duties(of: RepoFacts) -> list[str]:
    return [duty.text for duty in read_answers(of).license.duties]


def test_duties_of_its_own_licence_with_the_line_that_states_it() -> None:
    answer = read_answers(repo("ann/model", "apache-2.0")).license
    (duty,) = answer.duties
    assert duty.text.startswith("with every copy: license text")
    assert [(e.file, e.line, e.quote) for e in duty.evidence] == [("README.md", 2, "license: apache-2.0")]


def test_duties_of_all_bases_add_up() -> None:
    merged = made_from(repo("ann/model", "apache-2.0", "a/b", "c/d"), LLAMA, GEMMA)
    texts = duties(merged)
    for words in ("Built with Llama", "700,000,000 users a month", "Prohibited Use Policy", "its outputs: "):
        assert any(words in line for line in texts), words
    assert any("of the base `google/gemma-2-2b`" in line for line in texts)


def test_places_where_nothing_is_licensed_are_quoted_from_the_policy() -> None:
    vision = facts(card("llama3.2"), texts=(text("USE_POLICY.md", POLICY),), files={"USE_POLICY.md": 90})
    (duty,) = [duty for duty in read_answers(vision).license.duties if "European Union" in duty.text]
    assert ("USE_POLICY.md", 3) in [(e.file, e.line) for e in duty.evidence]


def test_no_licence_no_duties() -> None:
    assert duties(repo("ann/model", None)) == []


@pytest.mark.parametrize(
    ("own", "base", "use"),
    [
        ("mit", OPEN, "yes"),
        ("mit", NC, "no"),
        ("mit", LLAMA, "conditional"),
        ("mit", repo("org/silent", None), "unknown"),
        ("cc-by-nc-4.0", OPEN, "no"),
        (None, OPEN, "unknown"),
        ("mit", repo("ann/base", "cc-by-nc-4.0"), "yes"),  # of one owner, who may license the two apart
        ("mit", repo("org/x", "mit", body="This model is for research purposes only."), "no"),
    ],
)
def test_commercial_use_is_the_stricter_of_its_own_and_its_base(own: str | None, base: RepoFacts, use: str) -> None:
    answer = read_answers(made_from(repo("ann/model", own, base.repo_id or ""), base)).license
    assert answer.commercial_use == use
    decided_by_base = use != read_answers(repo("ann/model", own)).license.commercial_use
    assert (f"`{base.repo_id}`" in answer.reason) is decided_by_base


def test_every_restricting_licence_has_a_rule_for_what_is_made_of_it() -> None:
    free = {"permissive", "public-domain", "other-data", "other", "unknown"}
    bound = [licence for licence in licences() if licence.family not in free]
    assert [licence.hub_id for licence in bound if rule_for(licence, licence.family, "finetune") is None] == []
    assert {rule.name for rule in RULES} == {"B2", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B12", "B16"}
