"""What the Hub itself derives from the files of a repo: tags, library, task, config, safetensors metadata."""

from __future__ import annotations

import json
import re
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from loopback_hub.front_matter import as_list, read_front_matter

DATE = "2026-01-15T12:00:00.000Z"
"""Of repos that say nothing else: they have no history."""
CONFIG_KEYS = ("architectures", "model_type", "auto_map", "quantization_config", "task_specific_params")
FORMAT_TAGS = {".safetensors": "safetensors", ".gguf": "gguf", ".onnx": "onnx", ".h5": "tf", ".msgpack": "jax"}


def describe(
    repo_id: str,
    names: Sequence[str],
    texts: Mapping[str, str],
    weights: Sequence[tuple[str, bytes | Path | None]],
) -> dict[str, Any]:
    """The fields of the API's answer for a repo with these files. What cannot be known is left out."""
    card = read_front_matter(texts["README.md"])
    config = _config(texts["config.json"])
    fields: dict[str, Any] = {
        "author": repo_id.rsplit("/", 2)[-2],
        "private": False,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "createdAt": DATE,
        "lastModified": DATE,
    }
    library = as_list(card.get("library_name")) or (["transformers"] if "model_type" in config else [])
    task = as_list(card.get("pipeline_tag"))
    if library:
        fields["library_name"] = library[0]
    if task:
        fields["pipeline_tag"] = task[0]
    if card:
        fields["cardData"] = card
    if config:
        fields["config"] = config
    parameters = _count(weights)
    if parameters:
        fields["safetensors"] = {"parameters": dict(parameters), "total": sum(parameters.values())}
    bases = as_list(card.get("base_model"))
    relation = next(iter(as_list(card.get("base_model_relation"))), "finetune")
    if bases:
        fields["baseModels"] = {"relation": relation, "models": [{"id": base} for base in bases]}
    tags = [*library, *_formats(names), *as_list(config.get("model_type")), *task, *as_list(card.get("tags"))]
    tags += [*as_list(card.get("language")), *(f"dataset:{name}" for name in as_list(card.get("datasets")))]
    tags += [f"arxiv:{found}" for found in re.findall(r"arxiv\.org/abs/(\d{4}\.\d{4,5})", texts["README.md"])]
    tags += [tag for base in bases for tag in (f"base_model:{base}", f"base_model:{relation}:{base}")]
    tags += [*(f"license:{name.lower()}" for name in as_list(card.get("license"))), "region:us"]
    fields["tags"] = list(dict.fromkeys(tags))
    return fields


def _config(text: str) -> dict[str, Any]:
    try:
        config = json.loads(text)
    except ValueError:
        return {}
    return {key: config[key] for key in CONFIG_KEYS if key in config} if isinstance(config, dict) else {}


def _formats(names: Sequence[str]) -> list[str]:
    found = [tag for suffix, tag in FORMAT_TAGS.items() if any(name.endswith(suffix) for name in names)]
    return ["pytorch", *found] if any(name.endswith("pytorch_model.bin") for name in names) else found


def _count(weights: Sequence[tuple[str, bytes | Path | None]]) -> Counter[str]:
    """Parameters per dtype over the top folder's safetensors headers; files that are none count nothing."""
    counts: Counter[str] = Counter()
    for name, content in weights:
        if not isinstance(content, Path) or "/" in name:
            continue
        with content.open("rb") as stream:
            head = stream.read(8)
            length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
            text = stream.read(min(length, 1 << 20))
        try:
            header = json.loads(text)
            for tensor in (value for key, value in header.items() if key != "__metadata__"):
                counts[tensor["dtype"]] += prod(tensor["shape"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return counts
