"""What a careful reader found wrong once: whose licence it is, what restricts nothing, what is said twice."""

from dataclasses import replace
from typing import Any

import pytest
from vetting.facts_of import facts
from vetting.lineage_cases import NC, OPEN, made_from, repo

from modelpick.facts import Missing, RepoFacts, TextFile
from modelpick.findings import Finding, Outcome, Severity
from modelpick.licences.files import is_licence_file
from modelpick.licences.lookup import licences
from modelpick.vetting.answers.contract_license import License
from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.check import Reading
from modelpick.vetting.checks import CHECKS
from modelpick.vetting.policy import LicenseRules


def license_of(keys: str, body: str, **fields: Any) -> License:
    return read_answers(facts(f"---\n{keys}\n---\n# Model\n\n{body}\n", **fields)).license


def apart(found: License) -> set[tuple[str, str | None]]:
    return {(part.subject, part.declared) for part in found.subjects if part.subject != "weights"}


def findings(check: str, subject: RepoFacts) -> list[Finding]:
    run = next(one for one in CHECKS if one.id == check)
    return list(run.findings(Reading(facts=subject, answers=read_answers(subject))))


@pytest.mark.parametrize(
    ("body", "subjects"),
    [
        ("Any code generated with this model may have to follow licenses such as GPL-3.0.", set()),
        ("Images created with this model are released under CC0.", set()),
        ("This model utilizes the encoder of Foo v1.0 released under CC BY-SA 4.0.", {("component", "cc-by-sa-4.0")}),
        ("The pretrained weights were trained on CC BY-SA 4.0 scans.", {("data", "cc-by-sa-4.0")}),
        ("The data used to train this model is licensed under CC BY-NC 4.0.", {("data", "cc-by-nc-4.0")}),
        ("## Datasets\nWe may use the set and release the resulting model under MIT.", set()),
        ("## License\nWeights: MIT\nTraining imagery: CC BY-NC 4.0", {("data", "cc-by-nc-4.0")}),
        ("Code is Apache-2.0, weights are MIT.", {("code", "apache-2.0")}),
        ("**License:** MIT (code and weights).", set()),
        ("The source code and the trained weights are both under MIT.", set()),
        ("This project uses FooNet, licensed under AGPL-3.0, to find boxes.", {("component", "agpl-3.0")}),
    ],
)
def test_whose_licence_it_is(body: str, subjects: set[tuple[str, str]]) -> None:
    found = license_of("license: mit", body)
    assert (apart(found), found.commercial_use, found.conflicts) == (subjects, "yes", ())


@pytest.mark.parametrize(
    "body",
    [
        "It is a non-commercial hobby project.",
        "Non-commercial partners helped to gather the voices.",
        "It is to boost research on German, as most research is done for English only.",
        "| Model | Size | License |\n|---|---|---|\n| small | 1 | MIT |\n| large | 2 | CC BY-NC 4.0 |",
    ],
)
def test_what_restricts_nothing(body: str) -> None:
    found = license_of("license: mit", body)
    assert (found.restriction, found.commercial_use, found.conflicts) == ("none", "yes", ())


@pytest.mark.parametrize(
    ("body", "restriction", "use"),
    [
        ("For commercial use you must obtain a licence from us.", "other", "conditional"),
        ("You may not sell this merge.", "other", "conditional"),
        ("商用利用の際はご連絡ください。", "other", "conditional"),
        ("Die Nutzung ist ausschließlich für Forschungszwecke gestattet.", "research-only", "no"),
    ],
)
def test_what_restricts_after_all(body: str, restriction: str, use: str) -> None:
    found = license_of("license: mit", body)
    assert (found.restriction, found.commercial_use, len(found.conflicts)) == (restriction, use, 1)


def test_keys_without_a_fence_are_of_the_model() -> None:
    found = read_answers(facts("language: en\nlicense: bsd\ndatasets:\n- some\n\n# Model")).license
    assert (found.declared, found.prose, found.subjects, found.commercial_use) == ((), "bsd", (), "yes")


def test_business_source_is_no_source_code() -> None:
    found = license_of("license: bsl-1.0", "## License\nBusiness Source License 1.1.")
    assert (found.hub_id, found.commercial_use, len(found.conflicts)) == ("busl-1.1", "conditional", 1)


def test_a_table_of_several_models_tells_none() -> None:
    body = "| Model | Size | License |\n|---|---|---|\n| small | 1 | MIT |\n| large | 2 | CC BY-NC 4.0 |"
    found = read_answers(facts(f"# Models\n\n{body}")).license
    assert (found.commercial_use, found.evidence[0].quote) == ("unknown", "| small | 1 | MIT |")
    assert "read which one" in found.reason


def test_the_gate_is_read_where_the_card_is_closed() -> None:
    told = {"license": "mit", "extra_gated_prompt": "Welcome.\nFor non-commercial research purposes only."}
    found = read_answers(facts(None, card_data=told, missing=(Missing(what="card", reason="gated"),))).license
    assert (found.restriction, found.commercial_use) == ("research-only", "no")
    assert [quote.quote for quote in found.conflicts[0].evidence] == [
        "license: mit",
        "For non-commercial research purposes only.",
    ]
    assert "gate" in found.reason


def test_two_licences_of_the_same_terms_bring_the_duties_of_both() -> None:
    found = license_of("license:\n- mit\n- apache-2.0", "Text.")
    assert found.evidence[0].quote == "license:\n- mit\n- apache-2.0"
    assert "`apache-2.0` stands beside it" in found.reason
    assert [duty.text.rpartition("(")[2] for duty in found.duties] == ["`mit`)", "`apache-2.0`)"]


def test_the_text_may_tell_which_of_two_declared_is_the_models() -> None:
    found = license_of("license: [mit, cc-by-nc-4.0]", "The code is under MIT, the weights are under CC BY-NC 4.0.")
    assert (found.hub_id, found.commercial_use, found.conflicts) == ("cc-by-nc-4.0", "no", ())


def test_a_stricter_licence_beside_the_stated_one_counts() -> None:
    found = license_of("license: mit", "## Terms\nUnder the MIT License. Also the Llama 3.1 Community License applies.")
    assert (found.hub_id, found.commercial_use, found.conflicts) == ("llama3.1", "conditional", ())
    assert "`mit` stands beside it" in found.reason


def test_another_version_of_the_same_licence_is_a_small_matter() -> None:
    body = "---\nlicense: cc-by-sa-4.0\n---\n# x\n\n## License\nCC BY-SA 3.0"
    assert [found.severity for found in findings("license-conflict", facts(body))] == [Severity.LOW]
    other = body.replace("BY-SA 3.0", "BY-NC 3.0")
    assert [found.severity for found in findings("license-conflict", facts(other))] == [Severity.HIGH]


def test_terms_that_nobody_read_are_told_as_such() -> None:
    for licence in licences():
        found = license_of(f"license: other\nlicense_name: {licence.hub_id}", "Text.")
        assert ("told from memory" in found.reason) is ("RE-VERIFIED" in licence.verified or "ONLY" in licence.verified)


def test_no_duty_is_said_twice() -> None:
    found = license_of("license: cc-by-nc-sa-4.0", "Text.")
    assert [duty.text for duty in found.duties] == [
        "no commercial use (`cc-by-nc-sa-4.0`)",
        "with every copy: attribution + license link (`cc-by-nc-sa-4.0`)",
    ]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("LICENSE", True),
        ("Tongyi Qianwen LICENSE AGREEMENT.txt", True),
        ("Llama USE POLICY.md", True),
        ("vae/LICENSE-MODEL", True),
        ("a/b/LICENSE", False),
        ("license_check.py", False),
        ("unlicensed.bin.index.json", False),
        ("_" * 200 + "licen", False),
    ],
)
def test_names_of_licence_files(path: str, is_one: bool) -> None:
    assert is_licence_file(path) is is_one


def test_a_part_is_called_by_its_folder_and_third_parties_are_parts() -> None:
    text = "Attribution-NonCommercial 4.0 International\n\nCreative Commons\n" + "and so on " * 300
    texts = (TextFile(path="vae/LICENSE", text=text), TextFile(path="THIRD_PARTY_LICENSES.txt", text=text))
    found = license_of("license: mit", "Text.", texts=texts)
    assert "the part `vae` is under `cc-by-nc-4.0`" in found.reason
    assert (found.commercial_use, found.conflicts) == ("yes", ())


def test_a_base_behind_a_gate_is_unread_not_unlicensed() -> None:
    closed = replace(repo("org/closed", None), card=None, missing=(Missing(what="card", reason="gated"),))
    subject = made_from(repo("ann/model", "mit", "org/closed"), closed)
    found = read_answers(subject).license
    assert (found.commercial_use, "could not be had: gated" in found.reason) == ("unknown", True)
    assert "nobody has granted" not in " ".join(one.message for one in findings("base-known", subject))


def test_a_copyleft_base_is_named_beside_a_yes() -> None:
    base = repo("org/base", "agpl-3.0")
    found = read_answers(made_from(repo("ann/model", "mit", "org/base"), base)).license
    assert (found.commercial_use, "`agpl-3.0`, which binds" in found.reason) == ("yes", True)
    same = read_answers(made_from(repo("ann/model", "agpl-3.0", "org/base"), base)).license
    assert "binds" not in same.reason
    assert "binds" not in read_answers(made_from(repo("ann/model", "mit", "org/open"), OPEN)).license.reason


@pytest.mark.parametrize("check", ["license-known", "license-by-tool", "license-declared"])
def test_what_is_said_of_its_own_licence_quotes_its_own_line(check: str) -> None:
    subject = made_from(repo("ann/model", "apache-2.0", "org/nc", body="Made with Unsloth, 2x faster."), NC)
    tagged = replace(subject, tags=("unsloth",))
    quotes = [quote for finding in findings(check, tagged) for quote in finding.evidence]
    assert {(quote.file, quote.line) for quote in quotes} <= {("README.md", 2)}


def test_a_policy_judges_the_licence_that_is_worked_with() -> None:
    rules = LicenseRules(demands={"mit": "allow", "cc-by-nc-4.0": "refuse"})
    subject = facts("---\nlicense: mit\n---\n# x\n\n## License\nCC BY-NC 4.0")
    reading = Reading(facts=subject, answers=read_answers(subject), license_rules=rules)
    check = next(one for one in CHECKS if one.id == "license-allowed")
    assert [found.outcome for found in check.findings(reading)] == [Outcome.PASS, Outcome.FAIL]


@pytest.mark.parametrize(
    "sentence",
    [
        "Whoever trained this model has stated no licence for it: ask before you use it.",
        "No license has been chosen yet.",
        "The license is not specified.",
        "License: unknown",
    ],
)
def test_a_text_that_denies_a_licence_names_none(sentence: str) -> None:
    said = read_answers(facts(f"# M\n\nThis model sorts mail.\n\n## License\n\n{sentence}\n")).license
    assert said.commercial_use == "unknown"
    assert said.reason == "no licence is stated, so nobody has granted any right"
