"""How texts name what a model was made from: sentences with a link to the Hub, in the words of tools and of people."""

from __future__ import annotations

import re
from typing import Literal

Relation = Literal["finetune", "adapter", "merge", "quantized"]
"""How a base was used, in the Hub's words; a plain copy counts as quantized."""

MAX_SEARCHED = 2_000
"""Letters of a sentence that are searched and quoted."""

NAME = r"[A-Za-z0-9_][\w.-]{0,95}"
_NO_MODEL = r"(?!(?:api|blog|collections|datasets|docs|papers|posts|spaces|tasks|join|learn)\b/?|models(?:\?|/?\Z))"
HUB_URL = re.compile(
    rf"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/{_NO_MODEL}({NAME}(?:/{NAME})?)/?(?:tree/[\w./-]+)?"
)

_LINK = rf"[*_`]{{0,3}}\[[^\]\n]{{0,120}}\]\(<?{HUB_URL.pattern}>?\)[*_`]{{0,3}}"
_LONG_NAME = rf"`?({NAME}/{NAME})`?"
_MARKED_NAME = rf"(?:`|\*\*)({NAME}/{NAME})(?:`|\*\*)"  # bare, "BERT/RoBERTa" would be one
_THE = r"(?:(?:the|a|an|our|original|pre-?trained|model|checkpoint|weights of|instance of) ){0,5}"
_FOREIGN_THE = r"(?:(?:le modèle|dem modell|el modelo|o modelo|модели) )?"
_ON = r"(?: base)?(?: model| checkpoint)?,? (?:(?:which|that) )?(?:(?:is|was|has been) )?(?:(?:further|then) )?"

_SAYS: tuple[tuple[re.Pattern[str], Relation], ...] = (
    (
        re.compile(
            rf"\bfine-? ?tun(?:ed (?:version|checkpoint|variant|model)|ing) (?:of|from|based on) {_THE}"
            rf"(?:{_LINK}|{_MARKED_NAME})"
        ),
        "finetune",
    ),
    (re.compile(rf"\bfine-? ?tuned from(?: model)?[^\w\[`\n]{{0,20}}{_THE}(?:{_LINK}|{_LONG_NAME})"), "finetune"),
    (
        re.compile(
            rf"(?<!the )(?<!our )(?<!see )(?<!this )\bfine-? ?tun(?:ed|ing|es) {_THE}{_LINK}"
            r"(?:(?: model| checkpoint)?,? (?:on|in|using|with|for|to|by)\b|\W*\Z)"
        ),
        "finetune",
    ),
    (
        re.compile(
            rf"(?:\A|\b(?:is|are) ){_THE}{_LINK}{_ON}"
            r"(?:fine-? ?tuned(?: first)?|trained) (?:on|in|using|with|for|by|to)\b"
        ),
        "finetune",
    ),
    (
        re.compile(
            r"(?:\b(?:base|backbone|underlying|parent|pre-?trained)|\A\W{0,4}language) model\*{0,2}"
            rf"(?: used)?(?: is| was|\*{{0,2}}:\*{{0,2}}) {_THE}{_LINK}"
        ),
        "finetune",
    ),
    (
        re.compile(
            r"(?P<own>)\b(?:(?:is|are|was|were|been|and|models?|checkpoint|encoder|decoder),? based (?:up)?on|"
            r"initiali[sz]ed (?:from|with|by)|start(?:ing|ed|s) (?:from|with)|(?:weights|model) comes? from|"
            r"(?:buil[dt]|made) (?:up)?(?:on|using|with|from)(?: top of)?|(?:is|was) originally|takes|"
            r"(?:derived|forked|trained) from|pre-?trained with|(?:smaller|pruned|compressed|trimmed) versions? of|"
            r"bas[ée]e?s? sur|basiert auf|basad[oa] en|basead[oa] em|основана? на|"
            rf"use[sd]?(?= (?:the |a |an )?pre-?trained)) {_FOREIGN_THE}{_THE}{_LINK}"
        ),
        "finetune",
    ),
    (
        re.compile(
            r"\b(?:quanti[sz]ed|gguf|ggml|gptq|awq|exl2|onnx|mlx|int8|int4|[248]-bit)\b[\w ,()-]{0,40}?"
            r"\b(?:versions?|conversions?|copy|weights|(?:model )?files|quants?|format) (?:of|for|from) "
            rf"(?:the )?(?:[\w.' -]{{0,40}})?{_LINK}"
        ),
        "quantized",
    ),
    (re.compile(rf"(?<!small )(?<!tiny )\b(?:copy|mirror|re-?upload|duplicate) of {_THE}{_LINK}"), "quantized"),
    (
        re.compile(
            r"\b(?:lora|adapter)[\w -]{0,30}\b(?:weights|adapters?|adaption)\b (?:for|of|trained on) "
            rf"{_THE}(?:{_LINK}|{_LONG_NAME})"
        ),
        "adapter",
    ),
)
"""How texts name what a model was made from, and how it was used. Where `own` is a group, no other model may be linked
before: "close to [Y](...), which is based on [X](...)" is about Y, and "this card is based on [X](...)" about a text.
"""
_WORTH = re.compile(rf"(?:huggingface\.co|hf\.co)/{_NO_MODEL}|uned (?:from|version of)|adaption")
# What a card, a table or a script is based on says nothing about the model.
_OF_THE_TEXT = re.compile(
    r"\b(?:cards?|readme|templates?|documentation|descriptions?|texts?|figures?|tables?|demos?|spaces?|notebooks?|"
    r"scripts?|blog posts?|tutorials?)\b[^.;]{0,80}\Z"
)


def may_name(text: str) -> bool:
    """Whether a text may name a base; cheap, for most sentences do not."""
    return (
        "huggingface.co/" in text
        or "hf.co/" in text
        or "uned from" in text
        or "uned version of" in text
        or "adaption" in text
    )


def base_in(quote: str) -> tuple[str, Relation] | None:
    """The name of a base in a sentence, as written, and how it was used; searched in lower case, which is faster."""
    low = quote.lower()
    if len(low) != len(quote):  # a few letters have no small one of their own
        low = quote
    for pattern, relation in _SAYS if _WORTH.search(low) else ():
        match = pattern.search(low)
        if match is None or ("own" in pattern.groupindex and not _own(low[: match.start()])):
            continue
        start, end = next((span for n in range(1, pattern.groups + 1) if (span := match.span(n))[1] > span[0]), (0, 0))
        if end:
            return quote[start:end].rstrip("."), relation
    return None


def _own(before: str) -> bool:
    """Whether the words before "is based on" leave it to the model that the card is about."""
    return "](" not in before and not _OF_THE_TEXT.search(before[-200:])
