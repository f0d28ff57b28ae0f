"""A dense layer behind the pooling of a sentence-transformers folder: its settings, held against its weights.

Its activation is one of a fixed list, known by name: a name in a file is never imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelpick.models.pretrained.json_files import read_table
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.weight_files import Stored, stored_tensors

ACTIVATIONS = {
    "torch.nn.modules.linear.Identity": "Identity",
    **{
        f"torch.nn.modules.activation.{name}": name
        for name in ("Tanh", "ReLU", "GELU", "SiLU", "Sigmoid", "LeakyReLU", "ELU", "Mish", "Softplus")
    },
}
"""As a folder states it -> class in torch.nn, taken as it is without settings."""

DENSE = "sentence_dense"
"""Where a loaded sentence encoder has these layers, one after the other."""
WEIGHT, BIAS = "linear.weight", "linear.bias"
_USUAL = {
    "bias": True,
    "activation_function": "torch.nn.modules.activation.Tanh",
    "module_input_name": "sentence_embedding",
    "use_residual": False,
}
"""What sentence-transformers takes where a folder does not say it."""
_VECTOR = "sentence_embedding"
_KEYS = {"in_features", "out_features", "module_output_name", *_USUAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceDense:
    """One dense layer of a sentence encoder, over its whole vector.

    Attributes:
        inputs, outputs: Numbers that it takes and gives.
        bias: Whether something is added to each sum.
        activation: Class in torch.nn.
        tensors: `WEIGHT`, and `BIAS` where it has one.
    """

    inputs: int
    outputs: int
    bias: bool
    activation: str
    tensors: Mapping[str, Stored]


def read_dense(folder: Path, name: str) -> SentenceDense:
    """The dense layer in a folder of a module.

    Args:
        name: Of the model, for messages.

    Raises:
        AnswerIsNo: Settings that are not known or make no sense, or weights that are not those of such a layer.
    """
    stated = read_table(folder / "config.json", name)
    fields: dict[str, Any] = {**_USUAL, **stated}
    unknown = sorted(set(stated) - _KEYS)
    if unknown:
        raise refused(name, f"its dense layer `{folder.name}` has a setting `{unknown[0][:60]}`, which is not known")
    inputs, outputs, bias = fields.get("in_features"), fields.get("out_features"), fields["bias"]
    if type(inputs) is not int or type(outputs) is not int or min(inputs, outputs) < 1 or type(bias) is not bool:
        raise refused(name, f"its dense layer `{folder.name}` does not say how many numbers it takes and gives")
    if fields["module_input_name"] != _VECTOR or fields.get("module_output_name") not in (None, _VECTOR):
        raise refused(name, f"its dense layer `{folder.name}` stands on something else than the text's vector")
    if fields["use_residual"] is not False:
        raise refused(name, f"its dense layer `{folder.name}` adds what it is given (`use_residual`), which is unknown")
    activation = fields["activation_function"]
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        why = f"the activation {str(activation)[:80]!r} of its dense layer `{folder.name}` is not one of those known"
        raise refused(name, why)
    tensors = stored_tensors(folder, name)
    expected = {WEIGHT: (outputs, inputs), **({BIAS: (outputs,)} if bias else {})}
    found = {key: stored.shape for key, stored in tensors.items()}
    if found != expected:
        told = ", ".join(f"`{key[:40]}` {shape}" for key, shape in list(found.items())[:3])
        why = f"its dense layer `{folder.name}` of {inputs:,} x {outputs:,} numbers has other weights: {told}"
        raise refused(name, why)
    return SentenceDense(inputs=inputs, outputs=outputs, bias=bias, activation=ACTIVATIONS[activation], tensors=tensors)
