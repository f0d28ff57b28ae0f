"""What cards of 2020 to 2026 say of their licence, in our own words: restriction, contradiction, answer."""

import time

import pytest
from vetting.facts_of import facts

from modelpick.vetting.answers.contract_license import License
from modelpick.vetting.answers.read import read_answers

CASES = [
    # key, text, restriction, contradiction, commercial use
    (
        "apache-2.0",
        "## Disclaimer\nProvided for research purposes only, without warranty.",
        "research-only",
        True,
        "no",
    ),
    ("mit", "Research use only.", "research-only", True, "no"),
    ("mit", "**Note:** for academic purposes only.", "research-only", True, "no"),
    ("mit", "It should not be used for anything besides research.", "research-only", True, "no"),
    ("openrail++", "The model is intended for research purposes only.", "research-only", True, "no"),
    ("mit", "Commercial use requires a license from us.", "other", True, "conditional"),
    ("mit", "Using it in a commercial product needs our written permission.", "other", True, "conditional"),
    ("apache-2.0", "## License\nNon-commercial use only.", "non-commercial", True, "no"),
    ("openrail", "Share it freely for non-commercial purposes; do not sell images.", "non-commercial", True, "no"),
    (
        "mit",
        "As the data came from GPT-4, the model is restricted to non-commercial use.",
        "non-commercial",
        True,
        "no",
    ),
    ("cc-by-nc-4.0", "Code: MIT. Model weights: CC-BY-NC-4.0.", "non-commercial", False, "no"),
    ("mit", "Contact us for commercial enquiries: sales@example.org", "none", False, "yes"),
    ("mit", "For commercial support and partnerships get in touch.", "none", False, "yes"),
    ("mit", "If you use this model commercially, we would love to hear from you!", "none", False, "yes"),
    ("mit", "It supports commercial use, modification and distillation.", "none", False, "yes"),
    ("mit", "Ready for commercial/non-commercial use.", "none", False, "yes"),
    ("mit", "There are no restrictions on commercial use.", "none", False, "yes"),
    ("mit", "This non-commercial project was made by volunteers.", "none", False, "yes"),
    ("mit", "This software is a research prototype, solely developed for the paper.", "none", False, "yes"),
    ("mit", "It beats several commercial systems and is widely used in academic research.", "none", False, "yes"),
    ("apache-2.0", "The images in this card are licensed under CC BY-NC 4.0.", "none", False, "yes"),
    ("apache-2.0", "The VAE is from another project and is under CC BY-NC 4.0.", "none", False, "yes"),
    (
        "cc-by-sa-4.0",
        "A derivative of Some Corpus by LDC, used under CC BY-NC 4.0 (Research only).",
        "none",
        False,
        "yes",
    ),
    ("mit", "This project is licensed under GPLv3.", "none", True, "yes"),
    ("cc-by-nc-4.0", "## License\nCC BY 4.0", "none", True, "no"),
    ("llama3", "Use is subject to the Meta Llama 3 Community License.", "none", False, "conditional"),
    ("other", "The model may be used under the DeepSeek Model License.", "none", False, "conditional"),
    ("other\nlicense_name: flux-1-dev-non-commercial-license", "A model.", "none", False, "no"),
    ("other\nlicense_name: Llama 3.1 Community License Agreement", "A model.", "none", False, "conditional"),
    ("other\nlicense_name: our-non-commercial-terms", "A model.", "none", False, "no"),
    ("other\nlicense_name: our-terms", "A model.", "none", False, "unknown"),
    ("other\nlicense_name: llama3", "The model is licensed under Apache 2.0.", "none", True, "conditional"),
    ("other", "本模型仅供学术研究使用，不得用于商业用途。", "research-only", False, "no"),
    ("other", "本モデルは商用利用禁止です。", "non-commercial", False, "no"),
    ("other", "이 모델은 상업적 이용이 금지되어 있습니다.", "non-commercial", False, "no"),
    ("other", "El uso comercial de este modelo está prohibido.", "non-commercial", False, "no"),
    ("other", "Ce modèle est destiné uniquement à la recherche.", "research-only", False, "no"),
    ("other", "Nur für nicht-kommerzielle Zwecke.", "non-commercial", False, "no"),
    ("other", "Só pode ser usado apenas para pesquisa.", "research-only", False, "no"),
    ("other", "Коммерческое использование запрещено.", "non-commercial", False, "no"),
]


def license_of(key: str, text: str) -> License:
    return read_answers(facts(f"---\nlicense: {key}\n---\n# x\n\n{text}")).license


@pytest.mark.parametrize(("key", "text", "restriction", "conflict", "use"), CASES)
def test_wordings(key: str, text: str, restriction: str, conflict: bool, use: str) -> None:
    found = license_of(key, text)
    assert (found.restriction, bool(found.conflicts), found.commercial_use) == (restriction, conflict, use)
    assert all(quote.quote for quote in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "Code: Apache-2.0, weights: CC BY-NC 4.0",
        "Apache 2.0 for the code, CC BY-NC 4.0 for the weights",
        "Apache 2.0 (code) and CC BY-NC 4.0 (model weights)",
        "- **Code**: Apache-2.0\n- **Weights**: CC BY-NC 4.0",
        "| Component | License |\n|---|---|\n| Code | Apache 2.0 |\n| Weights | CC BY-NC 4.0 |",
        "Our code is under Apache 2.0. Our weights are released under CC BY-NC 4.0.",
        "代码采用 Apache 2.0 许可证，模型权重采用 CC BY-NC 4.0 许可证。",
        "コードはApache 2.0ライセンス、モデルの重みはCC BY-NC 4.0で公開されています。",
        "El código está bajo licencia Apache 2.0 y los pesos bajo CC BY-NC 4.0.",
        "Der Code steht unter der Apache-2.0-Lizenz, die Gewichte unter CC BY-NC 4.0.",
    ],
)
def test_code_and_weights_apart_however_it_is_written(text: str) -> None:
    found = read_answers(facts(f"# x\n\n## License\n\n{text}")).license
    assert [(part.subject, part.declared) for part in found.subjects] == [
        ("code", "apache-2.0"),
        ("weights", "cc-by-nc-4.0"),
    ]
    assert (found.prose, found.restriction, found.commercial_use) == ("cc-by-nc-4.0", "non-commercial", "no")


def test_a_licence_section_may_only_link() -> None:
    text = "## License\n[See here](https://creativecommons.org/licenses/by-nc/4.0/)"
    found = license_of("apache-2.0", text)
    assert (found.prose, found.restriction, found.commercial_use) == ("cc-by-nc-4.0", "none", "no")
    assert len(found.conflicts) == 1


def test_a_licence_in_the_heading_counts() -> None:
    found = read_answers(facts("# x\n\n## License - The MIT License\n\nCopyright (c) 2024 Ann")).license
    assert (found.prose, found.commercial_use) == ("mit", "yes")


def test_a_card_that_only_limits_its_library_limits_the_model() -> None:
    found = read_answers(facts("# x\n\n## License\n\nThis is an open library for non-commercial use only.")).license
    assert (found.restriction, found.commercial_use) == ("non-commercial", "no")


@pytest.mark.parametrize("part", ["commercial ", "the code and ", "cc by nc ", "license: other and the ", "research, "])
def test_long_sentences_take_little_time(part: str) -> None:
    start = time.process_time()
    license_of("mit", part * (1_000_000 // len(part)))
    assert time.process_time() - start < 3
