"""What is made of a licence: the key, other places, restrictions in prose, contradictions, commercial use."""

import pytest
from vetting.facts_of import facts

from modelpick.vetting.answers.contract_license import License
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
        ("The dataset that this model was trained on is for non-commercial use only.", "none"),
        ("Free for both commercial and non-commercial use.", "none"),
        ("Commercial use is not restricted.", "none"),
        ("It was made at a non-commercial institute.", "none"),
        ("Please do not use this for commercial purposes.", "non-commercial"),
        ("Die kommerzielle Nutzung ist untersagt.", "non-commercial"),
        ("You may not use the model commercially without permission.", "other"),
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
    parts = [(part.subject, part.declared) for part in found.subjects]
    assert parts == [("code", "apache-2.0"), ("weights", "cc-by-nc-4.0")]
    assert (found.prose, found.commercial_use, found.conflicts) == ("cc-by-nc-4.0", "no", ())
    assert "of the weights" in found.reason
    assert "the code is under `apache-2.0`" in found.reason
    assert "CC BY-NC 4.0" in found.evidence[0].quote


@pytest.mark.parametrize(
    ("sentence", "subject"),
    [
        ("The base model, Mistral-7B, is licensed under Apache 2.0.", "component"),
        ("Mistral-7B, on which this model is based, is released under the Apache 2.0 license.", "component"),
        ("This model is a fine-tune of Mistral 7B, which is licensed under Apache 2.0.", "component"),
        ("The tokenizer is under the Apache license.", "component"),
        ("The dataset used to train this model is licensed under Apache 2.0.", "data"),
        ("Our model was trained on data licensed under Apache 2.0.", "data"),
        ("The code to run this model is Apache 2.0 licensed.", "code"),
        ("The model's code is under the Apache license.", "code"),
        ("代码采用 Apache 2.0 许可证。", "code"),
    ],
)
def test_a_licence_of_something_else_grants_nothing_on_the_model(sentence: str, subject: str) -> None:
    found = license_of(f"# x\n\n{sentence}")
    assert [(part.subject, part.declared) for part in found.subjects] == [(subject, "apache-2.0")]
    assert (found.prose, found.commercial_use) == (None, "unknown")


@pytest.mark.parametrize(
    "sentence",
    [
        "The code and model weights are released under Apache 2.0.",
        "Code, data and models are released under Apache 2.0.",
        "This text classification model is licensed under Apache 2.0.",
        "An open-source model, licensed under Apache 2.0.",
        "## License\n\nApache Software License 2.0",
        "Apache 2.0 - the same license as the base model.",
        "| License | Apache 2.0 |\n|---|---|",
        "<table><tr><td>License</td><td>Apache 2.0</td></tr></table>",
        "## Lizenz\n\nDas Modell steht unter der Apache-2.0-Lizenz.",
        "## ライセンス\n\nこのモデルはApache 2.0で公開されています。",
    ],
)
def test_a_licence_of_the_model_is_read(sentence: str) -> None:
    found = license_of(f"# x\n\n{sentence}")
    assert (found.prose, found.commercial_use, found.subjects) == ("apache-2.0", "yes", ())


@pytest.mark.parametrize(
    "sentence",
    ["This model is not licensed under the MIT license.", "The license is based on the MIT license.", "© 2023 MIT."],
)
def test_a_name_that_is_no_statement_is_no_licence(sentence: str) -> None:
    found = license_of(f"# x\n\n{sentence}")
    assert (found.prose, found.commercial_use) == (None, "unknown")


def test_a_strange_name_beside_other_is_not_replaced_by_what_the_text_mentions() -> None:
    found = license_of("---\nlicense: other\nlicense_name: our-terms\n---\nThis model is under the MIT license.")
    assert found.commercial_use == "unknown"
    assert "our-terms" in found.reason


def test_of_several_models_in_one_card_the_stricter_licence_is_worked_with() -> None:
    found = license_of("# x\n\n## License\n- small: MIT\n- large: Llama 2 Community License")
    assert found.commercial_use == "conditional"


def test_who_asks_commercial_users_for_permission_does_not_say_yes() -> None:
    found = license_of("---\nlicense: apache-2.0\n---\nFor commercial use please apply for a permission by e-mail.")
    assert (found.commercial_use, len(found.conflicts)) == ("conditional", 1)


def test_no_licence_is_said_only_where_none_is_told() -> None:
    assert license_of("---\nlicence: mit\n---\n# x").commercial_use == "yes"
    assert "nobody has granted" in license_of("---\nlicence: license\n---\n# x").reason
    assert "`LICENSE`" in license_of("# x", files={"LICENSE": 10}).reason
    assert "holds no name" in license_of("---\nlicense:\n  name: mit\n---\n# x").reason


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


@pytest.mark.parametrize(
    "text",
    [
        "---\nlicense: cc-by-nc-4.0\nlicense: mit\n---\n# x",
        "---\nlicense: mit\n---\n\n---\nlicense: cc-by-nc-4.0\n---\n# x",
    ],
)
def test_of_two_keys_the_stricter_is_worked_with(text: str) -> None:
    found = license_of(text)
    assert (found.declared, found.commercial_use, len(found.conflicts)) == (("mit",), "no", 1)


@pytest.mark.parametrize(
    "sentence",
    [
        "License: proprietary.",
        "License: BUSL-1.1",
        "Released under MIT-0.",
        "## License\n\nSee the file LICENSE.",
        "Licensed under the Apache License, Version 1.1.",
        "All rights reserved.",
    ],
)
def test_a_licence_with_a_strange_name_is_not_called_absent(sentence: str) -> None:
    found = license_of(f"# x\n\n{sentence}")
    assert (found.prose, found.commercial_use) == (None, "unknown")
    assert "not in our table" in found.reason
    assert found.evidence[0].quote in sentence
