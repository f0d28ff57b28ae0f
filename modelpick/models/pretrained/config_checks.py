"""What is read from a model's `config.json`, and what of it is held against the headers of its weights.

A config that claims sizes which its weights do not have would take memory before anything is found out, so sizes are
compared first, without loading.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.weight_files import Stored

_LAYERS = (
    *("num_hidden_layers", "num_layers", "n_layer", "n_layers", "encoder_layers", "decoder_layers"),
    *("num_decoder_layers", "encoder_depth"),
)
_SIZES = (
    *("vocab_size", "hidden_size", "d_model", "dim", "n_embd", "embed_dim", "intermediate_size", "d_ff"),
    *("encoder_ffn_dim", "decoder_ffn_dim", "n_inner", "embedding_size", "projection_dim"),
)
_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads")
_EPSILONS = ("layer_norm_eps", "layer_norm_epsilon", "rms_norm_eps", "norm_eps", "batch_norm_eps")
_PARTS = ("text_config", "vision_config", "audio_config", "encoder", "decoder")
_MOST_LABELS = 200_000
_COUNTS = ("layers", "depths", "blocks", "stages", "experts")
_MOST_PARTS = 1_000
"""Parts of a network whose weights would all be missing, that may be laid out before that is found."""


def check_sizes(config: Mapping[str, Any], tensors: Mapping[str, Stored], name: str) -> None:
    """Refuses sizes that make no sense, or that no tensor of the weights has.

    Raises:
        AnswerIsNo: With the key and both sizes.
    """
    longest = max(max(stored.shape, default=1) for stored in tensors.values())
    labels = config.get("id2label")
    if isinstance(labels, dict) and len(labels) > longest:
        raise refused(name, f"its config names {len(labels):,} labels, and its weights have no side above {longest:,}")
    for part, fields in _parts(config):
        for key in (*_LAYERS, *_SIZES, *_HEADS):
            value = fields.get(key)
            if value is None or isinstance(value, list):
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise refused(name, f"its config says `{part}{key}: {value!r:.40}`, which no model has")
            most = len(tensors) if key in _LAYERS else longest
            if key not in _HEADS and value > most:
                what = f"{len(tensors):,} tensors" if key in _LAYERS else f"no side above {longest:,}"
                raise refused(name, f"its config says `{part}{key}: {value:,}`, and its weights have {what}")
        _check_counts(part, fields, max(_MOST_PARTS, len(tensors)), name)
        for key in _EPSILONS:
            value = fields.get(key)
            if value is not None and not (isinstance(value, int | float) and math.isfinite(value) and 0 <= value < 1):
                raise refused(name, f"its config says `{part}{key}: {value!r:.40}`, which no model has")


def _check_counts(part: str, fields: Mapping[str, Any], most: int, name: str) -> None:
    """Refuses more layers, under whatever name, than the weights could fill."""
    for key, value in fields.items():
        if not key.endswith(_COUNTS):
            continue
        numbers = value if isinstance(value, list) and key == "depths" else [value]
        count = sum(number for number in numbers if isinstance(number, int))
        if count > most:
            raise refused(
                name, f"its config says `{part}{key[:60]}: {value!r:.40}`, and its weights have no such count"
            )


def _parts(config: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "", config
    for part in _PARTS:
        fields = config.get(part)
        if isinstance(fields, dict):
            yield f"{part}.", fields


def check_attention(config: Mapping[str, Any], name: str) -> None:
    """Refuses a config that names a repo of the Hub for the code of its attention."""
    for part, fields in _parts(config):
        for key in ("attn_implementation", "_attn_implementation", "attn_implementation_internal"):
            value = fields.get(key)
            if isinstance(value, str) and "/" in value:
                raise refused(
                    name,
                    f"its config wants code from the Hub repo `{value[:80]}` (`{part}{key}`)",
                    "choose another model, or take the line out of config.json in a copy of yours",
                )


def read_labels(config: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], str | None]:
    """The labels in the order of the head's outputs as the config states them, and why there are none.

    Where it states none, transformers calls the outputs `LABEL_0`, `LABEL_1` and so on, two by default.

    Returns:
        (labels, None), or ((), reason) where there is not one for each output.

    Raises:
        AnswerIsNo: `id2label` is no table from numbers to texts.
    """
    table = config.get("id2label")
    if table is None:
        count = config.get("num_labels", 2)
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MOST_LABELS:
            raise refused(name, f"its config says `num_labels: {count!r:.40}`, which no model has")
        return tuple(f"LABEL_{number}" for number in range(count)), None
    if not isinstance(table, dict):
        raise refused(name, "`id2label` in its config is no table from numbers to names")
    found: dict[int, str] = {}
    for key, label in table.items():
        if not str(key).isascii() or not str(key).isdigit() or len(str(key)) > 9 or not isinstance(label, str | int):
            raise refused(name, "`id2label` in its config is no table from numbers to names")
        found[int(key)] = "".join(c for c in str(label) if c.isprintable()).strip()
    if len(found) != len(table) or sorted(found) != list(range(len(found))):
        return (), "the numbers of its labels do not run from 0 on"
    return tuple(found[number] for number in range(len(found))), None
