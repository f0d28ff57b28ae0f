"""Loads a pretrained model from its folder: nothing of it is run, and no weight that an answer depends on is random."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open

from modelpick.models.pretrained.faults import InOneLine
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.layout_checks import check_layout
from modelpick.models.pretrained.library import transformers
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.sentence_dense import DENSE, SentenceDense
from modelpick.models.pretrained.weight_files import Stored

if TYPE_CHECKING:
    from torch import Tensor, nn

_HEADS = {
    "text": "AutoModelForSequenceClassification",
    "image": "AutoModelForImageClassification",
    "audio": "AutoModelForAudioClassification",
}
_HALVES = ("T5EncoderModel", "MT5EncoderModel", "UMT5EncoderModel", "LongT5EncoderModel")
"""The encoder alone of a family that has a decoder too: its weights hold none."""
_ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop")
_COMPARED = 6
_LARGEST_COMPARED = 4_000_000


def load(folder: PretrainedFolder, *, head: bool, learns: bool = False) -> nn.Module:
    """The model in float32 on the CPU, in evaluation mode, every weight of it from the file.

    Args:
        head: With the layer that answers with its classes, else the backbone alone.
        learns: It will be trained on: dropout inside of attention is off then. With it every weight of attention is
            kept for the gradients, and on a CPU attention is four times as slow.

    Raises:
        AnswerIsNo: (kind `pretrained`) Weights are missing, spare, of another shape or not numbers, or its answer to a
            sample is not finite.
        CannotFindOut: (kind `environment`) transformers cannot work here.
    """
    if folder.layout == "own weights":
        from modelpick.models.pretrained.own_weights import load_own

        return load_own(folder)
    if head and not folder.has_head:
        what = folder.architecture or folder.model_type
        raise refused(folder.name, f"it was not trained to answer with classes (`{what}`)", "test it by its features")
    backbone = "AutoModelForTextEncoding" if folder.architecture in _HALVES else "AutoModel"
    auto = getattr(transformers(), _HEADS[folder.kind] if head else backbone)
    check_layout(folder, auto)
    model, info = _from_pretrained(folder, auto, _ATTENTION_DROPOUT if learns else ())
    _check_report(folder, model, info, head)
    _check_numbers(folder, model)
    _check_same(folder, model, info)
    if not head and folder.modules is not None and folder.modules.dense:
        model.add_module(DENSE, _dense_layers(folder.modules.dense.values()))
        _check_numbers(folder, model)
    model.eval().requires_grad_(False)
    _check_sample(folder, model)
    return model  # type: ignore[no-any-return]


def load_preprocessor(folder: PretrainedFolder) -> Any:
    """The tokenizer, image processor or feature extractor of the folder, by its kind of rows.

    Raises:
        AnswerIsNo: It cannot be read, or needs a package that is not here.
    """
    package = transformers()
    words = {"text": "AutoTokenizer", "image": "AutoImageProcessor", "audio": "AutoFeatureExtractor"}
    place = str(folder.model_path)
    if folder.kind == "text" and folder.path != folder.model_path and not _has_tokenizer(folder):
        place = str(folder.path)
    with InOneLine(folder.name, f"its {_TOOLS[folder.kind]} cannot be read"):
        return getattr(package, words[folder.kind]).from_pretrained(
            place, local_files_only=True, trust_remote_code=False
        )


_TOOLS = {"text": "tokenizer", "image": "image preprocessor", "audio": "sound preprocessor"}


def _has_tokenizer(folder: PretrainedFolder) -> bool:
    return any(
        (folder.model_path / name).is_file() for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt")
    )


def _from_pretrained(folder: PretrainedFolder, auto: Any, zero: tuple[str, ...]) -> tuple[Any, Mapping[str, Any]]:
    changed = {key: 0.0 for key in zero if key in folder.config}

    def load_with(attention: str) -> tuple[Any, Mapping[str, Any]]:
        return auto.from_pretrained(  # type: ignore[no-any-return]
            str(folder.model_path),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype=torch.float32,
            attn_implementation=attention,
            output_loading_info=True,
            **changed,
        )

    with InOneLine(folder.name, "transformers cannot load it"):
        if folder.config.get("output_attentions") is not True:  # which sdpa does not give
            try:
                return load_with("sdpa")
            except ValueError as error:  # a family without it
                if "scaled_dot_product_attention" not in str(error) and "sdpa" not in str(error):
                    raise
        return load_with("eager")


def _check_report(folder: PretrainedFolder, model: Any, info: Mapping[str, Any], head: bool) -> None:
    """The rules on missing and unexpected keys: what an answer depends on must have been in the file."""
    missing = sorted(info["missing_keys"])
    unexpected = sorted(info["unexpected_keys"])
    if not head:
        missing = [key for key in missing if not _is_unused(key)]
        unexpected = [key for key in unexpected if _in_backbone(key, model)]
    else:
        missing = [key for key in missing if not key.endswith("masked_spec_embed")]
    mismatched = sorted(str(item[0]) for item in info["mismatched_keys"])
    if not missing and not unexpected and not mismatched and not info["error_msgs"]:
        return
    heads = [key for key in missing if not _in_backbone(key, model.base_model)] if head else []
    if heads and not unexpected:
        raise refused(
            folder.name,
            f"the weights of the head that names the classes are not there ({_few(heads)}), so it would be random",
            "test it by its features, which do not need the head",
        )
    found = (("missing", missing), ("unexpected", unexpected), ("of another shape", mismatched))
    told = "; ".join(f"{len(keys)} {word} ({_few(keys)})" for word, keys in found if keys)
    why = f"its weights are not those of a {type(model).__name__}: {told or _few(list(info['error_msgs']))}"
    raise refused(folder.name, why)


def _is_unused(key: str) -> bool:
    parts = key.split(".")
    return parts[-1] == "masked_spec_embed" or "pooler" in parts[:-1]


def _in_backbone(key: str, model: Any) -> bool:
    """Whether a key, its base prefix stripped, belongs to a part that the backbone has."""
    prefix = f"{model.base_model_prefix}."
    first = key.removeprefix(prefix).partition(".")[0]
    return first in dict(model.named_children()) or first in dict(model.named_parameters(recurse=False))


def _check_numbers(folder: PretrainedFolder, model: Any) -> None:
    for key, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise refused(folder.name, f"its tensor `{key}` holds values that are not numbers (NaN or infinity)")


def _check_same(folder: PretrainedFolder, model: Any, info: Mapping[str, Any]) -> None:
    """Compares a few tensors with the file: a clean report is no proof that they were taken from it.

    Names may differ, so a tensor of the file must be found among those of its shape.
    """
    spare = set(info["unexpected_keys"])
    likely = [
        (key, stored)
        for key, stored in folder.tensors.items()
        if key not in spare and len(stored.shape) >= 2 and stored.tensor.elements <= _LARGEST_COMPARED
    ]
    step = max(1, len(likely) // _COMPARED)
    loaded: dict[tuple[int, ...], list[Tensor]] = {}
    for tensor in model.state_dict().values():
        loaded.setdefault(tuple(tensor.shape), []).append(tensor)
    for key, stored in likely[::step][:_COMPARED]:
        ours = loaded.get(stored.shape)
        if ours is None:
            continue  # joined or split on the way in, as some families do; its report was clean
        theirs = _from_file(key, stored).to(torch.float32)
        if not any(torch.equal(theirs, tensor) for tensor in ours):
            raise refused(folder.name, f"after loading, the tensor `{key}` is not what the file holds")


def _from_file(key: str, stored: Stored) -> Tensor:
    with safe_open(stored.file, framework="pt") as file:
        return file.get_tensor(key)  # type: ignore[no-any-return]


def _dense_layers(dense: Iterable[SentenceDense]) -> nn.ModuleList:
    """The dense layers behind a sentence encoder's pooling, with their weights, float32."""
    from torch import nn

    made = nn.ModuleList()
    for one in dense:
        with torch.device("meta"):
            linear = nn.Linear(one.inputs, one.outputs, bias=one.bias)
        layer = nn.Sequential(OrderedDict(linear=linear, activation=getattr(nn, one.activation)()))
        given = {key: _from_file(key, stored).to(torch.float32) for key, stored in one.tensors.items()}
        layer.load_state_dict(given, assign=True)
        made.append(layer)
    return made


def _check_sample(folder: PretrainedFolder, model: Any) -> None:
    from modelpick.models.pretrained.forward import sample_output
    from modelpick.models.pretrained.inputs import TextInputs, inputs_for

    inputs = inputs_for(folder)
    if isinstance(inputs, TextInputs):
        inputs.tell_padding(model)
    with InOneLine(folder.name, "it fails on a sample"):
        answer = sample_output(folder, model, inputs)
    if not bool(torch.isfinite(answer).all()):
        raise refused(folder.name, "its answer to a sample is not finite (NaN or infinity)")


def _few(keys: list[str]) -> str:
    return ", ".join(f"`{key[:80]}`" for key in keys[:3]) + (", ..." if len(keys) > 3 else "")
