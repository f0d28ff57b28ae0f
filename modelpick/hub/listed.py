"""One entry of the Hub's list of models (or of a dump of it), read as a `ListedModel`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from modelpick.facts import ListedModel
from modelpick.hub.reading import (
    as_count,
    as_created,
    as_gated,
    as_list,
    as_number,
    as_object,
    as_text,
    as_texts,
    tagged,
)

Kind = Literal["original", "finetune", "adapter", "merge", "quantized"]

SAFE_FORMATS = ("safetensors", "gguf", "onnx")
"""Forms of weights that load without running code."""

PICKLES = frozenset({"pytorch", "pickle"})

_FORMATS = (
    *SAFE_FORMATS,
    "openvino",
    "coreml",
    "tflite",
    "litert",
    "pytorch",
    "tf",
    "jax",
    "keras",
    "rust",
    "paddlepaddle",
    "pickle",
)
_FILES = (
    ("safetensors", ".safetensors", r"\.safetensors$"),
    ("gguf", ".gguf", r"\.gguf$"),
    ("onnx", ".onnx", r"\.onnx$"),
    ("tflite", ".tflite", r"\.tflite$"),
    ("pytorch", "_model", r"(?:^|/)(?:pytorch|adapter|diffusion_pytorch)_model[^/\n]*\.bin$"),
    ("pytorch", ".pt", r"\.pth?$"),
    ("pytorch", ".ckpt", r"\.ckpt$"),
    ("tf", "tf_model", r"(?:^|/)tf_model[^/\n]*\.h5$"),
    ("jax", ".msgpack", r"(?:^|/)flax_model[^/\n]*\.msgpack$"),
    ("keras", ".keras", r"\.keras$"),
    ("rust", ".ot", r"(?:^|/)rust_model\.ot$"),
    ("pickle", ".p", r"\.(?:pkl|pickle)$"),
    ("pickle", ".joblib", r"\.joblib$"),
)
"""A form of weights, what must stand in a list of file names that has one of it (a quick look), and how to be sure."""

_BYTES = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 8),
    **dict.fromkeys(("F32", "I32", "U32"), 4),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 2),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"), 1),
}
_MOST_FILES = 5000  # that are looked at for their suffixes: a repo of 100,000 shards tells by its first


def read_entry(entry: object) -> ListedModel | None:
    """One entry of the list; None where it has no id. Members of another type than expected are None."""
    fields = as_object(entry)
    repo_id = as_text(fields.get("id")) or as_text(fields.get("modelId"))
    if repo_id is None:
        return None
    tags = as_texts(fields.get("tags")) if isinstance(fields.get("tags"), list) else ()
    weights = as_object(fields.get("safetensors"))
    total = as_count(weights.get("total"))
    task = as_text(fields.get("pipeline_tag"))
    listed = fields.get("siblings")
    names = [as_text(as_object(file).get("rfilename")) for file in as_list(listed)[:_MOST_FILES]]
    return ListedModel(
        repo_id=repo_id,
        task=task,
        library=as_text(fields.get("library_name")),
        tags=tags,
        licenses=tagged(tags, "license:"),
        parameters=as_count(as_object(fields.get("gguf")).get("total")) if total is None else total,
        bytes=_weight_bytes(as_object(weights.get("parameters"))),
        used_storage=as_count(fields.get("usedStorage")),
        formats=_formats(tags, [name for name in names if name]),
        architecture=as_text(as_object(fields.get("config")).get("model_type")) or _architecture(tags, task),
        card="README.md" in names if isinstance(listed, list) else None,
        downloads_30d=as_count(fields.get("downloads")),
        likes=as_count(fields.get("likes")),
        trending=as_number(fields.get("trendingScore")),
        created=as_created(fields.get("createdAt")),
        last_modified=as_text(fields.get("lastModified")),
        gated=as_gated(fields.get("gated")),
    )


def kind_of(tags: Iterable[str]) -> Kind | None:
    """What a model was made from, by its `base_model` tags.

    `original` says no more than that it names no base; None where it names one and not how it was used.
    """
    bases = tagged(tuple(tags), "base_model:")
    named = {base.partition(":")[0] for base in bases}
    relation = next((kind for kind in get_args(Kind) if kind in named), None)
    return relation if bases else "original"


def _formats(tags: Iterable[str], files: Iterable[str]) -> tuple[str, ...]:
    found = set(tags)
    names = "\n".join(files)
    found.update(
        form for form, hint, pattern in _FILES if hint in names and re.search(pattern, names, re.MULTILINE) is not None
    )
    return tuple(form for form in _FORMATS if form in found)


def _architecture(tags: tuple[str, ...], task: str | None) -> str | None:
    """What lies between: the Hub tags a transformers model with library, formats, `model_type`, task, in this order."""
    if "transformers" not in tags or task not in tags:
        return None
    first = tags[: tags.index(task)]
    between = [tag for tag in first if tag not in _FORMATS and tag != "transformers" and ":" not in tag]
    return between[0] if len(between) == 1 else None


def _weight_bytes(parameters: Mapping[str, Any]) -> int | None:
    """Bytes of the safetensors weights: parameters per dtype times its width; None where a dtype is not known."""
    counts = {dtype: as_count(count) for dtype, count in parameters.items()}
    if not counts or any(count is None or dtype not in _BYTES for dtype, count in counts.items()):
        return None
    return as_count(sum((count or 0) * _BYTES[dtype] for dtype, count in counts.items()))
