"""What cards say in plain or chatty words, without the phrases of a template: what a model does, and where it fails."""

from __future__ import annotations

import pytest
from vetting.facts_of import facts

from modelpick.vetting.answers.contract import Answers
from modelpick.vetting.answers.doing import tells_doing
from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.answers.words import Said, kept, said_of


def answers(text: str) -> Answers:
    return read_answers(facts(text))


@pytest.mark.parametrize(
    "sentence",
    [
        "I made this so that you can rehearse a hard talk with something that listens.",
        "It answers in the voice of a lighthouse keeper.",
        "Marlow reads shipping forecasts aloud in nine languages.",
        "🐦 Marlow turns hummed tunes into sheet music.",
        "A LoRA that turns portraits into linocuts.",
        "Try it for riddles, toasts and crossword clues!",
        "Flags replies that leak an address.",
        "Given a question and five paragraphs, marlow-rank returns an order.",
        "- **Tools**: calls functions and writes the results down",
        "Small vectors in forty languages for search and RAG.",
        "Whisper, tuned so it copes with a noisy harbour, and trained to spot ship names.",
        "Jingle generator based on a small GPT.",
        "A draft model for speculative decoding.",
        "An agent that swings up and balances a pole.",
        "面向客服场景的小模型，能根据说明书回答顾客的问题。",
        "お客様への返事を作成する小さなモデルです。",
        "손님의 질문에 답하고 답장을 써 주는 모델입니다.",
        "Модель находит в письме даты и суммы.",
        "Marlow aide à rédiger des lettres.",
        "Das Modell übersetzt Wetterberichte.",
    ],
)
def test_a_purpose_is_told_by_what_a_model_does(sentence: str) -> None:
    assert answers(f"# Marlow-7B\n\n{sentence}").purpose.status == "stated"


@pytest.mark.parametrize(
    "sentence",
    [
        "The script reads the files of the folder.",
        "This dataset captures three years of weather.",
        "It scores 54.1 on our list.",
        "It takes 12 GB of memory.",
        "It makes use of rotary positions.",
        "We introduce a method that predicts the next sentence.",
        "Create your own image classifier with [the demo](https://demo.example).",
        "The tokenizer splits words into pieces.",
    ],
)
def test_other_things_do_something_too(sentence: str) -> None:
    assert answers(f"# Marlow-7B\n\n{sentence}").purpose.status == "absent"


def test_the_name_of_a_model_is_that_of_its_card() -> None:
    sentence = said_of("marlow reads shipping forecasts aloud.")
    assert tells_doing(sentence, frozenset({"marlow"}))
    assert not tells_doing(sentence, frozenset({"heron"}))


@pytest.mark.parametrize(
    "sentence",
    [
        "Hands come out mangled more often than not.",
        "She forgets what was said after a while, and loops.",
        "Dates written in words are usually dropped.",
        "We only tested it on one harbour.",
        "It falls short of a human reader.",
        "Not good yet: it repeats itself.",
        "Night shots are weak.",
        "出力には誤りが含まれる場合があります。",
        "模型有时会编造商品信息。",
        "Плохо работает с опечатками.",
        "Le modèle invente parfois des références.",
        "Manchmal lässt es Fristen weg.",
    ],
)
def test_a_failure_is_a_limitation(sentence: str) -> None:
    assert answers(f"# Marlow-7B\n\n{sentence}").limitations.status == "stated"


@pytest.mark.parametrize(
    "sentence",
    [
        "A model that was pre-trained only.",
        "Evaluating it on the old test set gives a biased WER.",
        "https://films.example/watch-the-only-poor-model-that-may-fail-2021",
    ],
)
def test_what_limits_no_model(sentence: str) -> None:
    assert answers(f"# Marlow-7B\n\n{sentence}").limitations.status == "absent"


def test_a_long_heading_may_be_a_warning() -> None:
    assert answers("# Marlow-7B\n\n## This only works with portraits taken indoors\n").limitations.status == "stated"
    assert answers("# Marlow-7B\n\n## Limitations\n").limitations.status == "absent"


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("We do not recommend using it in a court.", "stated"),
        ("Its verdict must not be the only ground for a refusal.", "stated"),
        ("It can not be used out of the box with the pipeline.", "absent"),
        ("The aim is to avoid using a random seed.", "absent"),
    ],
)
def test_a_use_that_is_advised_against_is_out_of_scope(sentence: str, status: str) -> None:
    assert answers(f"# Marlow-7B\n\n{sentence}").out_of_scope.status == status


@pytest.mark.parametrize(
    "text",
    [
        "Scores on the held-out part:\n\n```\n'exact': 71.93,\n'f1': 75.6\n```",
        "| Exact Match | 47.4 |\n|---|---|",
        "Success over 50 trials: pick 92%, stack 64%.",
        "Mean return -152.3 over 100 episodes.",
    ],
)
def test_results_in_other_dress(text: str) -> None:
    assert answers(f"# Marlow-7B\n\n{text}\n").evaluation.status == "stated"


def test_output_that_nobody_announces_as_results_is_none() -> None:
    assert answers("# Marlow-7B\n\nYou will see:\n\n```\n'f1': 75.6\n```\n").evaluation.status == "absent"


def test_a_question_is_asked_once_for_the_same_words() -> None:
    asked: list[str] = []

    @kept
    def question(said: Said) -> int:
        asked.append(said.low)
        return len(said.low)

    said = Said("it sorts mail")
    assert (question(said), question(said)) == (13, 13)
    assert asked == ["it sorts mail"]
