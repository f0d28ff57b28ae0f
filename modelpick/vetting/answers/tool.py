"""Which tool wrote the skeleton of the card, edited by hand or not. A tag alone tells nothing."""

from __future__ import annotations

import re

from modelpick.facts import BlockKind
from modelpick.vetting.answers.view import CardView

_TOOLS: tuple[tuple[str, str], ...] = (
    ("trainer", r"generated automatically according to the information the Trainer had access to"),
    ("trainer", r"The following hyperparameters were used during training:[\s\S]{0,4000}^### Framework versions"),
    ("keras", r"generated automatically according to the information Keras had access to"),
    ("keras", r"model has been generated automatically .{0,40}Keras"),
    (
        "trl",
        r"It has been trained using \[?TRL|fine-?tuned with the \[?TRL library|trained with \[?TRL\b|"
        r"^licence: license$",
    ),
    ("autotrain", r"Model Trained Using Auto(?:Train|NLP)|This model was trained using AutoTrain"),
    ("unsloth", r"trained 2x faster with \[?Unsloth|^# Uploaded (?:finetuned )?model\b"),
    ("mergekit", r"This is a merge of pre-trained language models created using \[?mergekit"),
    ("axolotl", r"raw\.githubusercontent\.com/\S*axolotl\S*[\s\S]{0,200}See axolotl config"),
    ("lerobot", r"This policy has been trained and pushed to the Hub using \[?LeRobot"),
    ("huggingtweets", r"I was made with \[?huggingtweets"),
    ("sb3", r"This is a trained model of a \*\*[\w-]+\*\* agent playing \*\*"),
    ("ml-agents", r"using the \[?Unity ML-Agents Library"),
    ("espnet", r"This model was trained by [\w@. -]+ using [\w/-]+ recipe in \[?espnet"),
    ("opus-mt", r"^\W*source (?:languages|group): [\s\S]{0,400}(?:target (?:languages|group):|OPUS readme:)"),
    ("spacy", r"\| Feature \| Description \|\n\| --- \| --- \|"),
    ("sentence-transformers", r"This is a \[sentence-transformers\]\(\S+\) model[:\s][\s\S]{0,200}It maps sentences"),
    ("setfit", r"This is a \[SetFit\]\S* model (?:that can be used|trained)"),
    ("span-marker", r"This is a \[SpanMarker\]"),
    ("gguf", r"\b(?:static|weighted/imatrix) quants of\b|Llamacpp (?:imatrix )?Quantizations of"),
    (
        "gguf",
        r"was converted to (?:GGUF|MLX) format from|GGUF format model files for|"
        r"This is (?:a )?quantized version of \[",
    ),
)
_COMPILED = tuple((name, re.compile(pattern, re.M | re.I)) for name, pattern in _TOOLS)
_HEAD = 60_000  # characters; a skeleton shows at the head of a card


def read_tool(view: CardView) -> str | None:
    """The tool by its name, `template` for a template hardly filled in, None for a card written by a person."""
    if view.card is None:
        return None
    text = view.card.text[:_HEAD]
    for name, pattern in _COMPILED:
        if pattern.search(text):
            return name
    return "template" if _mostly_placeholders(view) else None


def _mostly_placeholders(view: CardView) -> bool:
    assert view.card is not None  # noqa: S101 - the caller looked
    blocks = [b for b in view.card.blocks if b.kind not in {BlockKind.HEADING, BlockKind.COMMENT}]
    placeholders = sum(block.placeholder for block in blocks)
    return placeholders >= 4 and placeholders * 2 >= len(blocks)
