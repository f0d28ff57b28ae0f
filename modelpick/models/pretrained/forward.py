"""One batch through a pretrained model: the scores of its head, or vectors of several of its layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.inputs import Batch, Inputs, accepted
from modelpick.models.pretrained.sentence_dense import DENSE
from modelpick.models.pretrained.sentence_modules import SentenceModules

OWN, LAST, MIDDLE, MEAN = "its own vector", "last layer", "middle layer", "mean of all layers"
LAST_TOKEN, FIRST_TOKEN = "last token", "class token"

_MOST_BEFORE = 8
_DECODERS = ("ForCausalLM", "LMHeadModel")
_DECODER_TYPES = frozenset(
    ("gpt2", "gpt_neo", "gpt_neox", "gptj", "opt", "bloom", "llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2")
)


def scores(model: Any, batch: Batch) -> Tensor:
    """What the head says before it is made into shares, shape (rows, classes)."""
    with torch.inference_mode():
        if not hasattr(model, "config"):
            return model(batch["pixel_values"]).float()  # type: ignore[no-any-return] # one of our own networks
        return model(**accepted(batch, model.forward)).logits.float()  # type: ignore[no-any-return]


def vectors(folder: PretrainedFolder, model: Any, batch: Batch) -> dict[str, Tensor]:
    """What `layers_of` gives, where nothing is learned: float32, without what gradients need."""
    with torch.inference_mode():
        return {name: tensor.float() for name, tensor in layers_of(folder, model, batch).items()}


def layers_of(folder: PretrainedFolder, model: Any, batch: Batch) -> dict[str, Tensor]:
    """One vector a row for each layer that is looked at, shape (rows, width).

    Padding counts nowhere. Texts: the mean over the tokens of the last layer, of the middle one, and of all, for a
    decoder also the last token; a sentence encoder's own vector as its folder says. Images: the class token and the
    mean over the patches, or the mean over height and width; of CLIP and its like the vector that texts are compared
    with. Sounds: the mean over the frames.
    """
    if folder.layout == "own weights":
        return {LAST: model.features_of(batch["pixel_values"])}
    return {"text": _text, "image": _image, "audio": _sound}[folder.kind](folder, model, batch)


def sample_output(folder: PretrainedFolder, model: Any, inputs: Inputs) -> Tensor:
    """What a model says to a made-up row: the scores of its head, or its vectors side by side."""
    batch = inputs.sample()
    if not hasattr(model, "config") or type(model).__name__.endswith("Classification"):
        return scores(model, batch)
    return torch.cat(list(vectors(folder, model, batch).values()), dim=1)


def _text(folder: PretrainedFolder, model: Any, batch: Batch) -> dict[str, Tensor]:
    mask = batch["attention_mask"]
    if hasattr(model, "get_text_features"):
        return {OWN: _tensor(model.get_text_features(**accepted(batch, model.get_text_features)))}
    behind = getattr(model, DENSE, ())
    if getattr(model.config, "is_encoder_decoder", False):
        model = model.get_encoder()
    output = model(**accepted(batch, model.forward), output_hidden_states=True)
    last = output.last_hidden_state
    inner = _inner([_mean(layer, mask) for layer in output.hidden_states[1:]])
    if folder.modules is not None:
        return {OWN: _sentence(folder.modules, behind, last, mask), **inner}
    found = {LAST: _mean(last, mask), **inner}
    if folder.architecture.endswith(_DECODERS) or folder.model_type in _DECODER_TYPES:
        found[LAST_TOKEN] = _at_last(last, mask)
    return found


def _inner(layers: list[Tensor]) -> dict[str, Tensor]:
    """The middle layer and the mean of all, where there are so many that they differ."""
    if len(layers) < 2 or any(layer.shape != layers[0].shape for layer in layers):
        return {}
    return {MIDDLE: layers[(len(layers) + 1) // 2 - 1], MEAN: torch.stack(layers).mean(0)}


def _sentence(modules: SentenceModules, behind: Iterable[Any], tokens: Tensor, mask: Tensor) -> Tensor:
    parts = []
    for way in modules.pooling:
        match way:
            case "cls":
                parts.append(tokens[:, 0])
            case "max":
                parts.append(tokens.masked_fill(mask[:, :, None] == 0, -torch.inf).amax(1))
            case "last":
                parts.append(_at_last(tokens, mask))
            case "mean":
                parts.append(_mean(tokens, mask))
            case "mean_sqrt":
                parts.append(_mean(tokens, mask) * mask.sum(1, keepdim=True).sqrt())
    whole = torch.cat(parts, dim=1)
    for layer in behind:
        whole = layer(whole)
    return torch.nn.functional.normalize(whole, dim=1) if modules.normalise else whole


def _mean(tokens: Tensor, mask: Tensor) -> Tensor:
    """The mean over what the mask leaves: (rows, steps, width) -> (rows, width)."""
    weights = mask.to(tokens.dtype)
    sums = torch.matmul(weights[:, None], tokens)[:, 0]  # an eighth of the time of the same sum by `einsum`
    return sums / weights.sum(1, keepdim=True).clamp(min=1)


def _at_last(tokens: Tensor, mask: Tensor) -> Tensor:
    return tokens[torch.arange(len(tokens)), mask.sum(1) - 1]


def _image(folder: PretrainedFolder, model: Any, batch: Batch) -> dict[str, Tensor]:
    if hasattr(model, "get_image_features"):
        return {OWN: _tensor(model.get_image_features(**accepted(batch, model.get_image_features)))}
    output = model(**accepted(batch, model.forward), output_hidden_states=True)
    last = output.last_hidden_state
    if last.ndim == 4:
        return {LAST: last.mean((2, 3))}
    first = _first_patch(folder, batch, last.shape[1])
    found = {LAST: last[:, first:].mean(1)}
    if first:
        found[FIRST_TOKEN] = last[:, 0]
    layers = [layer for layer in output.hidden_states[1:] if layer.shape == last.shape]
    return found | _inner([layer[:, first:].mean(1) for layer in layers])


def _first_patch(folder: PretrainedFolder, batch: Batch, steps: int) -> int:
    """How many tokens stand before the patches: the class token, one for distillation, registers; perhaps none."""
    side = folder.config.get("patch_size")
    if isinstance(side, int) and side > 0:
        height, width = batch["pixel_values"].shape[-2:]
        before = steps - (height // side) * (width // side)
        if 0 <= before <= _MOST_BEFORE:
            return before
    return 0 if round(steps**0.5) ** 2 == steps else 1  # only patches: a square of them


def _sound(folder: PretrainedFolder, model: Any, batch: Batch) -> dict[str, Tensor]:
    if hasattr(model, "get_audio_features"):
        return {OWN: _tensor(model.get_audio_features(**accepted(batch, model.get_audio_features)))}
    whole = model
    if getattr(model.config, "is_encoder_decoder", False):
        model = model.get_encoder()
    output = model(**accepted(batch, model.forward), output_hidden_states=True)
    last = output.last_hidden_state
    frames = last.shape[1]
    mask = torch.ones(last.shape[:2], device=last.device)
    lengths = batch["lengths"]
    if hasattr(whole, "_get_feat_extract_output_lengths") and "input_values" in batch:
        counted = whole._get_feat_extract_output_lengths(lengths).clamp(1, frames)
        mask = (torch.arange(frames, device=counted.device) < counted[:, None]).to(last.device, torch.float32)
    elif folder.model_type == "whisper":  # it hears 30 seconds, whatever the sound's length
        counted = (lengths / (30.0 * _rate(folder)) * frames).ceil().clamp(1, frames)
        mask = (torch.arange(frames, device=counted.device) < counted[:, None]).to(last.device, torch.float32)
    layers = [_mean(layer, mask) for layer in output.hidden_states[1:] if layer.shape == last.shape]
    return {LAST: _mean(last, mask), **_inner(layers)}


def _rate(folder: PretrainedFolder) -> float:
    return float(folder.config.get("sampling_rate", 16_000))


def _tensor(output: Any) -> Tensor:
    """transformers 5 returns an object where 4 returned the vectors."""
    return output if isinstance(output, Tensor) else output.pooler_output
