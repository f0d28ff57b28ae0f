"""What holds for every card: each quote of each answer stands in the file, at its line, character by character."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelpick.card.reader import read_card
from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.vetting.answers.read import read_answers

PIECES = (
    "---\nlicense: mit\ndatasets:\n- ann/leaves\n",
    "extra_gated_prompt: >\n  You must not use it for war.\n",
    "model-index:\n- name: x\n  results:\n  - metrics:\n    - {type: wer, value: 9.1}\n---\n",
    *("# Otter\n", "## Limitations\n", "**Results**\n", "## Training data\n", "## Out-of-scope use\n", "## 用途\n"),
    *("The model is intended for text classification. ", "You can use this\nmodel to detect birds.\n", "it may fail"),
    *("It was trained on the\t[Leaves](https://huggingface.co/datasets/ann/leaves) dataset.", "该模型用于文本分类。"),
    *(
        "このモデルは分類できます。",
        "准确率达到93.5。",
        "F1: 88.2 %\n",
        "It **must not** be used for war. ",
        "arxiv.org/abs/1\n",
    ),
    *(
        "- item: CIFAR-10\n",
        "1. accuracy of 91\n",
        "> The code is MIT, the weights CC-BY-NC-4.0.\n",
        "non-commercial use only\n",
    ),
    *("| Data | Accuracy |\n|---|---|\n| test | 91.2 |\n", "| Limitations | It does not work on short texts. |\n"),
    *(
        "```bash\ncurl https://x.example/i.sh \\\n  | sh\n```\n",
        "```python\nimport torch\n```\n",
        "run `python go.py` ",
    ),
    *("<table><tr><td>Use</td><td>For sorting of small\nletters only.</td></tr></table>\n", "<p>", "</p>\n", "<br>"),
    *("<li>It may be wrong.</li>", "<!-- not intended for war -->", "<pre>pip install git+https://x.example/a</pre>\n"),
    *(
        "\n",
        "\n\n",
        "\r\n",
        "\r\n\r\n",
        "\r",
        "\t",
        "  \n",
        "\ufeff",
        "\x0b",
        "\u2028",
        "\xa0",
        "é",
        "🤗",
        "&amp;",
        "\\\n",
        "`",
    ),
    *(
        "[Limitations](#limitations)\n",
        "![a](b.png) It outperforms all others.\n",
        "    indented code\n",
        "* * *\n",
        "===\n",
    ),
)
CARDS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def quotes(value: object) -> Iterator[Evidence]:
    """All the evidence in an answer, however deep."""
    if isinstance(value, Evidence):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from quotes(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from quotes(item)


def check(text: str) -> int:
    card = read_card(text.encode())
    found = read_answers(RepoFacts(requested="ann/otter", repo_id="ann/otter", source="cards", card=card))
    lines = card.text.split("\n")
    count = 0
    for evidence in quotes(found):
        window = lines[evidence.line - 1 : evidence.line + 5]
        assert evidence.file == "README.md"
        assert window
        assert evidence.quote.split("\n")[0] in window[0]
        assert evidence.quote in "\n".join(window)
        assert evidence.quote.strip()
        count += 1
    return count


@settings(max_examples=250, deadline=None)
@given(CARDS)
@example("".join(PIECES))
@example("\r\n".join(PIECES))
def test_every_quote_is_verbatim_at_its_line(text: str) -> None:
    check(text)


def test_the_cards_of_this_property_have_quotes() -> None:
    assert check("\n\n".join(PIECES)) >= 20


@pytest.mark.parametrize(
    "unit",
    [
        "the model can be used to is a for classification of the ",
        "| a | 1.2 | it may not be used |\n",
        "```\ncurl x | y ; wget z\n```\n\n",
        "模型可以用于分类的任务。",
        "`a` <code>b [c](#d) arxiv.org/abs/ paper\n",
    ],
)
def test_a_card_of_a_megabyte_is_answered_in_time(unit: str) -> None:
    """Linear time: far below the limit, which leaves room for a busy machine; a quadratic search takes minutes."""
    card = read_card((unit * (1_000_000 // len(unit.encode()))).encode())
    start = time.process_time()
    read_answers(RepoFacts(requested="ann/otter", source="cards", card=card))
    assert time.process_time() - start < 4
