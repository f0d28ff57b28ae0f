"""The places beside the key `license`: files, headers of weights, links, the Hub's answer; what is licensed apart."""

from dataclasses import replace
from typing import Any

import pytest
from vetting.facts_of import card, facts

from modelpick.facts import Missing, RepoFacts, TextFile
from modelpick.findings import Evidence, Finding, Outcome
from modelpick.vetting.answers.contract_license import License
from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.check import Reading
from modelpick.vetting.checks import CHECKS
from modelpick.weight_facts import WeightFacts

MIT = (
    "MIT License\n\nPermission is hereby granted, free of charge ... the above copyright notice\n"
    "DEALINGS IN THE SOFTWARE\n"
)
NC = "Attribution-NonCommercial 4.0 International\n\nCreative Commons\n" + "and so on " * 300
LLAMA = (
    "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\nLlama Materials\nabove 700 million monthly active users\n" + "etc. " * 300
)


def repo(head: str, texts: dict[str, str], **fields: Any) -> RepoFacts:
    found = tuple(TextFile(path=path, text=text) for path, text in texts.items())
    return facts(f"---\n{head}\n---\n# x", files=dict.fromkeys(texts, 10), texts=found, **fields)


def license_of(head: str, texts: dict[str, str], **fields: Any) -> License:
    return read_answers(repo(head, texts, **fields)).license


def test_a_licence_file_against_the_key_is_a_contradiction_with_both_quotes() -> None:
    found = license_of("license: apache-2.0", {"LICENSE": NC})
    assert [[(e.file, e.line) for e in conflict.evidence] for conflict in found.conflicts] == [
        [("README.md", 2), ("LICENSE", 1)]
    ]
    assert (found.commercial_use, found.hub_id) == ("no", "cc-by-nc-4.0")
    assert license_of("license: mit", {"LICENSE": MIT}).conflicts == ()


@pytest.mark.parametrize(
    ("head", "hub_id"),
    [("license: cc", "cc-by-nc-4.0"), ("license: other", "cc-by-nc-4.0"), ("language: en", "cc-by-nc-4.0")],
)
def test_the_file_tells_what_a_family_id_or_other_leaves_open(head: str, hub_id: str) -> None:
    found = license_of(head, {"LICENSE.txt": NC})
    assert (found.hub_id, found.commercial_use, found.conflicts) == (hub_id, "no", ())
    assert "LICENSE.txt" in [quote.file for quote in found.evidence]


def test_a_family_id_alone_has_no_text() -> None:
    found = license_of("license: openrail", {})
    assert found.commercial_use == "conditional"
    assert "exact text unknown" in found.reason


def test_a_file_with_a_clause_more_is_not_the_plain_licence() -> None:
    clause = (
        "Any commercial use of the model needs a written licence of the authors, who answer within some days or so."
    )
    found = license_of("license: mit", {"LICENSE": f"{MIT}\n{clause}\n"})
    assert found.commercial_use == "unknown"
    assert "with additions" in found.reason
    assert clause in [quote.quote for quote in found.evidence]
    assert [quote.file for quote in found.conflicts[0].evidence] == ["README.md", "LICENSE", "LICENSE"]


def test_thresholds_come_from_the_repo_itself() -> None:
    found = license_of("license: llama3.1", {"LICENSE": LLAMA})
    assert [(term.kind, term.amount, term.evidence.line) for term in found.terms] == [("users", 700_000_000, 3)]
    assert "sets limits" not in found.reason  # the table says so already
    less = license_of("license: llama3.1", {"LICENSE": LLAMA.replace("700", "70")})
    assert "its file sets limits: 70,000,000 users a month" in less.reason
    assert found.conflicts == ()


def test_files_for_parts_answer_for_their_subject() -> None:
    found = license_of("license: other", {"LICENSE-CODE": MIT, "LICENSE-MODEL": NC, "vae/LICENSE": MIT})
    assert [(part.subject, part.declared) for part in found.subjects] == [
        ("code", "mit"),
        ("weights", "cc-by-nc-4.0"),
        ("component", "mit"),
    ]
    assert (found.hub_id, found.commercial_use, found.conflicts) == ("cc-by-nc-4.0", "no", ())
    assert "of the weights" in found.reason


def test_headers_of_weights_stand_beside_the_key() -> None:
    weights = (
        WeightFacts(path="a.safetensors", format="safetensors", examined="header", metadata={"license": "mit"}),
        WeightFacts(path="b.gguf", format="gguf", examined="header", metadata={"general.license.name": "CC BY-NC 4.0"}),
    )
    found = license_of("license: mit", {}, weights=weights)
    headers = [source for source in found.other_sources if source.source == "weights header"]
    assert [(source.value, source.hub_id) for source in headers] == [("mit", "mit"), ("CC BY-NC 4.0", "cc-by-nc-4.0")]
    assert headers[1].evidence == Evidence(file="b.gguf", line=0, quote="CC BY-NC 4.0")
    assert (len(found.conflicts), found.commercial_use) == (1, "no")
    assert "header of the weights" in found.conflicts[0].why


@pytest.mark.parametrize(
    ("link", "hub_id"),
    [
        ("LICENSE.md", "cc-by-nc-4.0"),
        ("https://huggingface.co/ann/model/blob/main/LICENSE.md", "cc-by-nc-4.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.en", "cc-by-sa-4.0"),
        ("https://www.llama.com/llama3_2/license/", "llama3.2"),
        ("https://ai.google.dev/gemma/terms", "gemma"),
        ("https://example.org/terms", None),
    ],
)
def test_where_a_link_leads(link: str, hub_id: str | None) -> None:
    found = license_of(f"license: other\nlicense_link: {link}", {"LICENSE.md": NC})
    assert [source.hub_id for source in found.other_sources if source.source == "license_link"] == [hub_id]


def test_the_hub_tells_what_a_closed_card_declares() -> None:
    gone = (Missing(what="card", reason="gated"),)
    found = read_answers(facts(None, card_data={"license": "llama3.1"}, missing=gone)).license
    assert (found.declared, found.commercial_use) == (("llama3.1",), "conditional")
    assert [(source.source, source.value, source.evidence) for source in found.other_sources] == [
        ("hub", "llama3.1", None)
    ]
    assert found.evidence == (Evidence(file="the Hub's copy of the header", line=0, quote="license: llama3.1"),)


def test_gate_text_names_the_licence_where_nothing_else_does() -> None:
    found = license_of("extra_gated_prompt: |\n  You accept the Llama 3.1 Community License.", {})
    assert (found.declared, found.commercial_use, found.hub_id) == ((), "conditional", "llama3.1")
    assert found.evidence[0].line == 3


def test_a_part_that_the_usage_code_loads_has_its_own_licence() -> None:
    card = (
        '---\nlicense: mit\n---\n# x\n\n```python\nimport y\nvae = AutoencoderKL.from_pretrained("bob/vae")\n'
        'app = FaceAnalysis(name="faces")\n```\n'
    )
    found = read_answers(facts(card)).license
    assert [(part.name, part.declared, part.evidence[0].line) for part in found.subjects] == [
        ("bob/vae", None, 8),
        ("faces", None, 9),
    ]
    assert all(part.name and part.name in part.evidence[0].quote for part in found.subjects)
    assert found.commercial_use == "yes"


def findings(check: str, of: RepoFacts) -> list[Finding]:
    found = next(one for one in CHECKS if one.id == check)
    return list(found.findings(Reading(facts=of, answers=read_answers(of))))


def test_code_taken_for_weights_is_one_finding_with_both_quotes() -> None:
    card = facts("---\nlicense: apache-2.0\n---\n# x\n\nThe code is Apache-2.0, the model CC-BY-NC-4.0.")
    conflict, *rest = findings("license-conflict", card)
    assert not rest
    assert [quote.line for quote in conflict.evidence] == [2, 6]
    assert "to the code only" in conflict.message
    answer = findings("license-commercial", card)[0]
    assert answer.outcome is Outcome.FAIL
    assert "of the weights" in answer.message
    assert answer.evidence[0].quote == "The code is Apache-2.0, the model CC-BY-NC-4.0."


@pytest.mark.parametrize(
    "text", ["A model.", "For commercial enquiries write to us.", "Commercial support is available."]
)
def test_a_clean_repo_gives_no_finding_about_its_licence(text: str) -> None:
    of = repo("license: mit", {"LICENSE": MIT}, tags=("license:mit",))
    of = replace(of, card=card(f"---\nlicense: mit\n---\n# x\n\n{text}"))
    for check in ("license-conflict", "license-commercial", "license-known", "license-declared", "license-by-tool"):
        assert {found.outcome for found in findings(check, of)} == {Outcome.PASS}, check


def test_what_the_file_is_stands_among_the_findings() -> None:
    messages = [found.message for found in findings("license-known", repo("license: cc", {"LICENSE": NC}))]
    assert any("another place tells" in message for message in messages)
    assert any("`LICENSE` bears the title of" in message for message in messages)
    strange = findings("license-known", repo("license: other", {"LICENSE": "Our own terms " * 300}))
    assert {found.outcome for found in strange} == {Outcome.UNKNOWN}


def test_lists_and_broken_headers_keep_what_was_declared() -> None:
    assert license_of("license:\n- mit\n- apache-2.0", {}).declared == ("mit", "apache-2.0")
    broken = license_of("license: cc-by-nc-4.0\ntags: [a", {})
    assert (broken.declared, broken.commercial_use) == (("cc-by-nc-4.0",), "no")
