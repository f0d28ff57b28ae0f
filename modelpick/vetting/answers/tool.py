"""Which tool wrote the skeleton of the card, edited by hand or not. A tag alone tells nothing."""

from __future__ import annotations

import re

from modelpick.facts import BlockKind
from modelpick.vetting.answers.view import CardView

# Tool, words of its skeleton in lower case (looked for first, since that is cheap), and what must stand around them.
_TOOLS: tuple[tuple[str, str, str], ...] = (
    ("trainer", "the trainer had access to", r"generated automatically according to the information the trainer"),
    (
        "trainer",
        "used during training:",
        r"the following hyperparameters were used during training:[\s\S]{0,4000}^### framework",
    ),
    ("keras", "keras had access to", r"generated automatically according to the information keras"),
    ("keras", "generated automatically", r"model has been generated automatically .{0,40}keras"),
    ("trl", "using [trl", r"it has been trained using \[trl"),
    ("trl", "trl", r"fine-?tuned with the \[?trl library|trained with \[?trl\b"),
    ("trl", "licence: license", r"^licence: license$"),
    ("autotrain", "model trained using auto", r"model trained using auto(?:train|nlp)"),
    ("autotrain", "trained using autotrain", r"this model was trained using autotrain"),
    ("unsloth", "unsloth", r"trained 2x faster with \[?unsloth|^# uploaded (?:finetuned )?model\b"),
    ("mergekit", "mergekit", r"this is a merge of pre-trained language models created using \[?mergekit"),
    ("axolotl", "see axolotl config", r"raw\.githubusercontent\.com/\S{0,200}axolotl[\s\S]{0,300}see axolotl config"),
    ("lerobot", "lerobot", r"this policy has been trained and pushed to the hub using \[?lerobot"),
    ("huggingtweets", "huggingtweets", r"i was made with \[?huggingtweets"),
    ("sb3", "agent playing", r"this is a trained model of a \*\*[\w-]+\*\* agent playing \*\*"),
    ("ml-agents", "ml-agents", r"using the \[?unity ml-agents library"),
    ("espnet", "recipe in", r"this model was trained by [\w@. -]{1,60} using [\w/-]{1,80} recipe in \[?espnet"),
    ("opus-mt", "opus readme", r"^[ *+-]{0,8}source (?:languages|group): [\s\S]{0,400}opus readme:"),
    ("spacy", "| feature | description |", r"\| feature \| description \|\n\| --- \| --- \|"),
    (
        "sentence-transformers",
        "it maps sentences",
        r"this is a \[sentence-transformers\]\(\S+\) model[\s\S]{0,200}it maps",
    ),
    ("setfit", "[setfit]", r"this is a \[setfit\]\S* model (?:that can be used|trained)"),
    ("span-marker", "[spanmarker]", r"this is a \[spanmarker\]"),
    ("gguf", "quants of", r"\b(?:static|weighted/imatrix) quants of\b"),
    ("gguf", "quantizations of", r"llamacpp (?:imatrix )?quantizations of"),
    ("gguf", "format", r"was converted to (?:gguf|mlx) format from|gguf format model files for"),
    ("gguf", "quantized version of", r"this is (?:a )?quantized version of \["),
)
_COMPILED = tuple((name, words, re.compile(pattern, re.M)) for name, words, pattern in _TOOLS)
_HEAD = 60_000  # characters; a skeleton shows at the head of a card


def read_tool(view: CardView) -> str | None:
    """The tool by its name, `template` for a template hardly filled in, None for a card written by a person."""
    if view.card is None:
        return None
    text = view.card.text[:_HEAD].lower().replace("\r\n", "\n")
    for name, words, pattern in _COMPILED:
        if words in text and pattern.search(text):
            return name
    return "template" if _mostly_placeholders(view) else None


def _mostly_placeholders(view: CardView) -> bool:
    assert view.card is not None  # noqa: S101 - the caller looked
    blocks = [b for b in view.card.blocks if b.kind not in {BlockKind.HEADING, BlockKind.COMMENT}]
    placeholders = sum(block.placeholder for block in blocks)
    return placeholders >= 4 and placeholders * 2 >= len(blocks)
