"""Sentences, inline markup, names of sections."""

from __future__ import annotations

import pytest

from modelpick.card.inline import strip_markup
from modelpick.card.normalise import normalise_title
from modelpick.card.sentences import split_sentences


@pytest.mark.parametrize(
    "text",
    [
        "We use tools, e.g. BERT, i.e. the model of Devlin et al. (2018) vs. others.|It works.",
        "Version v1.5 has 3.14 M parameters.|See Fig. 3 and Sec. 2.1 of No. 5.|No.|Done.",
        "State of the art.|J. R. Smith wrote it.|Vitamin etc. are fine, etc.|The end",
        'Is it good?|Yes!|The Yahoo! answers set... was used.|"Quoted."|(In brackets.)|gpt2 is small.',
        "これはモデルです。|日本語のデータで学習しました。|The end.",
        "中文模型。|训练数据：维基百科！|好",
    ],
)
def test_split(text: str) -> None:
    pieces = text.split("|")
    plain = " ".join(pieces)
    assert [plain[start:end] for start, end in split_sentences(plain)] == pieces


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("**bold** _it_ ***both*** snake_case_name 2 * 3", "bold it both snake_case_name 2 * 3"),
        ("[a](http://x/(y)) ![pic](z) [b][ref] [c] [ref] [d][e]", "a  b [c] ref [d][e]"),
        ("`` a ` *b* `` and `c", "a ` *b*  and `c"),
        (r"\*no\* &amp; &lt;b&gt; &nope;", "*no* & <b> &nope;"),
        ("<b>x</b> <https://a.b> <me@a.b> a < b", "x https://a.b me@a.b a < b"),
        ("[![img](a)](b) text [![i](a) t](b)", " text  t"),
        ("a [b [c](d) e", "a [b c e"),
        ("*open and **open and ]( also", "*open and **open and ]( also"),
    ],
)
def test_markup(source: str, plain: str) -> None:
    assert strip_markup(source, {"REF"}).plain.strip() == plain.strip()


def test_deliberate_breaks_end_a_sentence() -> None:
    source = "one<br>two  \nthree\\\nfour\n**Key:** five\nsix"
    plain = strip_markup(source).plain
    pieces = [" ".join(plain[start:end].split()) for start, end in split_sentences(plain)]
    assert pieces == ["one", "two", "three", "four", "Key: five six"]


def test_the_way_back_takes_clinging_markup_along() -> None:
    source = "See **the [paper](http://x)**. *Then* go."
    stripped = strip_markup(source)
    spans = [stripped.span(start, end) for start, end in split_sentences(stripped.plain)]
    assert [source[start:end] for start, end in spans] == ["See **the [paper](http://x)**.", "*Then* go."]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("3.1 🚀 Intended Uses & Limitations [optional]:", "intended uses & limitations"),
        ("  ### TRAINING   Data ###", "training data"),
        ("IV. Bias, Risks, and Limitations", "bias, risks, and limitations"),
        ("⚠️ Out-of-Scope Use ⚠️", "out-of-scope use"),
        (":robot: How to use?", "how to use"),
        ("a) Metrics (BLEU)", "metrics (bleu)"),
        ("Ｌｉｍｉｔｓ — ", "limits"),
        ("2022 results", "results"),
        ("7B model", "7b model"),
        ("C++", "c++"),
        ("模型描述", "模型描述"),
        ("1.", "1"),
        ("🚀", ""),
    ],
)
def test_names(title: str, name: str) -> None:
    assert normalise_title(title) == name
