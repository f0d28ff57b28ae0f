"""The line of Python that loads a downloaded model, offline and without running its code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from modelpick.facts import RepoFacts

_HEADS = {
    "LMHeadModel": "AutoModelForCausalLM",
    **{
        f"For{task}": f"AutoModelFor{task}"
        for task in (
            *("CausalLM", "MaskedLM", "SequenceClassification", "TokenClassification", "QuestionAnswering"),
            *("MultipleChoice", "ImageClassification", "ObjectDetection", "SemanticSegmentation"),
            *("AudioClassification", "CTC", "SpeechSeq2Seq", "ImageTextToText", "VideoClassification"),
        )
    },
}
"""End of an architecture's name -> transformers' class that builds it."""


def loading_lines(facts: RepoFacts, folder: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Python that loads the model from its folder; empty where its library or form is not known.

    Args:
        facts: Of the repo: its library and its config.json.
        folder: Where the files are.
        paths: The files, as in the repo.
    """
    place = json.dumps(str(folder), ensure_ascii=False)
    if "modules.json" in paths:
        return ("from sentence_transformers import SentenceTransformer", f"model = SentenceTransformer({place})")
    if "model_index.json" in paths:
        return ("from diffusers import DiffusionPipeline", f"model = DiffusionPipeline.from_pretrained({place})")
    safe = [path for path in paths if path.endswith(".safetensors")]
    if facts.library == "timm" and safe:
        return ("import timm", f'model = timm.create_model("local-dir:" + {place}, pretrained=True)')
    config = _config(facts)
    if config is not None and "model_type" in config and safe:
        head = _auto_class(config)
        return (
            f"from transformers import {head}",
            f"model = {head}.from_pretrained({place}, use_safetensors=True, local_files_only=True)",
        )
    if len(safe) == 1:
        one = json.dumps(str(folder / safe[0]), ensure_ascii=False)
        return ("from safetensors.torch import load_file", f"tensors = load_file({one})")
    return ()


def _config(facts: RepoFacts) -> dict[str, object] | None:
    text = next((file.text for file in facts.texts if file.path == "config.json"), None)
    try:
        config = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def _auto_class(config: dict[str, object]) -> str:
    named = config.get("architectures")
    architecture = named[0] if isinstance(named, list) and named and isinstance(named[0], str) else ""
    return next((auto for end, auto in _HEADS.items() if architecture.endswith(end)), "AutoModel")
