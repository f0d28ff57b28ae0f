"""What is made of a licence: the key, other places, restrictions in prose, contradictions, commercial use."""

import pytest
from vetting.facts_of import facts

from modelpick.vetting.answers.contract import License
from modelpick.vetting.answers.read import read_answers


def license_of(text: str, **fields: object) -> License:
    return read_answers(facts(text, **fields)).license


@pytest.mark.parametrize(
    ("head", "use", "family"),
    [
        ("license: mit", "yes", "permissive"),
        ("license: cc-by-nc-4.0", "no", "non-commercial"),
        ("license: llama3", "conditional", "community"),
        ("license: cc", "unknown", "unknown"),
        ("license: other", "unknown", "other"),
        ("license: other\nlicense_name: qwen-research", "no", "research-only"),
        ("license: something-strange", "unknown", None),
        ("license: [mit, cc-by-nc-4.0]", "no", "non-commercial"),
        ("language: en", "unknown", None),
    ],
)
def test_commercial_use_follows_the_strictest_statement(head: str, use: str, family: str | None) -> None:
    found = license_of(f"---\n{head}\n---\n# x\n")
    assert (found.commercial_use, found.family) == (use, family)
    assert found.reason


def test_declared_is_as_written_and_survives_broken_yaml() -> None:
    assert license_of("---\nlicense: MIT\nlanguage: [en\n---\n# x\n").declared == ("MIT",)


@pytest.mark.parametrize(
    ("sentence", "restriction"),
    [
        ("This model is for research purposes only.", "research-only"),
        ("The weights may only be used for academic research.", "research-only"),
        ("It is released for non-commercial use.", "non-commercial"),
        ("This model may not be used for commercial purposes.", "non-commercial"),
        ("For commercial use please apply for a permission by e-mail.", "other"),
        ("For commercial enquiries write to us.", "none"),
        ("It is free for commercial use.", "none"),
        ("Suitable for research and commercial applications.", "none"),
        ("The data set is licensed under CC-BY-NC-4.0.", "none"),
    ],
)
def test_restrictions_in_prose(sentence: str, restriction: str) -> None:
    assert license_of(f"---\nlicense: other\n---\n# x\n\n{sentence}").restriction == restriction


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\nlicense: mit\n---\nThe model is for research purposes only.", "research-only"),
        ("---\nlicense: apache-2.0\n---\nNot for commercial use.", "non-commercial"),
        ("---\nlicense: cc-by-sa-4.0\n---\nThe model is licensed under CC BY-SA 3.0.", "3.0"),
        ("---\nlicense: apache-2.0\nlicense_name: yi-license\n---\n# x", "license_name"),
        ("---\nlicense: mit\nlicense: gpl-3.0\n---\n# x", "twice"),
        ("---\nlicense: mit\nlicence: gpl-3.0\n---\n# x", "`licence`"),
    ],
)
def test_contradictions_quote_both_sides(text: str, why: str) -> None:
    found = license_of(text)
    assert [conflict for conflict in found.conflicts if why in conflict.why]
    assert all(len(conflict.evidence) >= 2 for conflict in found.conflicts)


@pytest.mark.parametrize(
    "text",
    [
        "---\nlicense: cc-by-nc-4.0\n---\nFor research purposes only.",
        "---\nlicense: openrail\n---\nLicensed under CreativeML OpenRAIL-M.",
        "---\nlicense: mit\n---\nThe MIT license applies. For commercial enquiries write to us.",
        "---\nlicense: cc-by-nc-4.0\n---\nThe code is licensed under Apache 2.0.",
        "---\nlicense: other\n---\nReleased under the Qwen license.",
        "---\nlicense: mit\n---\n# x",
    ],
)
def test_what_is_no_contradiction(text: str) -> None:
    assert license_of(text).conflicts == ()


def test_code_licensed_apart_stands_apart() -> None:
    found = license_of("---\nlicense: cc-by-nc-4.0\n---\nThe code is licensed under Apache 2.0.")
    assert [(part.subject, part.declared) for part in found.subjects] == [("code", "apache-2.0")]
    assert found.prose is None
    assert found.commercial_use == "no"


def test_code_and_weights_in_one_sentence_are_told_apart() -> None:
    found = license_of(
        "# x\n\nThe code is released under Apache 2.0, while the weights are licensed under CC BY-NC 4.0."
    )
    assert [(part.subject, part.declared) for part in found.subjects] == [("code", "apache-2.0")]
    assert (found.prose, found.commercial_use, found.conflicts) == ("cc-by-nc-4.0", "no", ())


def test_of_two_statements_the_stricter_is_worked_with() -> None:
    found = license_of("---\nlicense: apache-2.0\n---\nThe model is released under the Llama 2 Community License.")
    assert found.conflicts
    assert (found.commercial_use, found.family) == ("conditional", "community")


def test_other_with_a_licence_named_in_the_text() -> None:
    found = license_of("---\nlicense: other\n---\nThe model is released under the NVIDIA Open Model License.")
    assert (found.commercial_use, found.conflicts) == ("yes", ())


def test_a_tag_against_the_key() -> None:
    found = license_of("---\nlicense: mit\n---\n# x", tags=("license:gpl-3.0",))
    assert [conflict.why for conflict in found.conflicts] == ["the key `license` says mit, the tag `gpl-3.0`"]
    assert license_of("---\nlicense: mit\n---\n# x", tags=("license:mit",)).conflicts == ()


def test_a_tag_alone_is_worked_with_but_not_called_declared() -> None:
    found = license_of("# x", tags=("license:mit",))
    assert (found.declared, found.commercial_use) == ((), "yes")
    assert [source.source for source in found.other_sources] == ["tag"]


def test_gate_text_is_a_source_of_its_own() -> None:
    text = "---\nlicense: other\nextra_gated_prompt: |\n  You agree to the Llama 2 Community License.\n---\n# x"
    found = license_of(text)
    gate = [source for source in found.other_sources if source.source == "gate text"]
    assert gate[0].evidence is not None
    assert gate[0].evidence.line == 4
