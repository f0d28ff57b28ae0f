"""The network that a config asks for, laid out without numbers and held against the weights before memory is taken."""

from __future__ import annotations

from typing import Any

import torch

from modelpick.models.pretrained.faults import InOneLine
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.library import transformers
from modelpick.models.pretrained.refusal import refused

_SPARE = 20_000_000
"""Numbers that a network may have beside those of its weights: tables of positions, parts that are not used."""


def check_layout(folder: PretrainedFolder, auto: Any) -> None:
    """Refuses weights of another shape than their config says, and a config that asks for far more than they hold.

    Args:
        auto: transformers' class for this use of the model (`AutoModel` and its like).

    Raises:
        AnswerIsNo: With some of the tensors, or both sizes.
    """
    config: Any = transformers().AutoConfig
    with InOneLine(folder.name, "transformers cannot load it"):
        stated = config.from_pretrained(str(folder.model_path), local_files_only=True, trust_remote_code=False)
        with torch.device("meta"):
            model = auto.from_config(stated, trust_remote_code=False, attn_implementation="eager")
    other = _other_shapes(folder, model)
    if other:
        shown = ", ".join(f"`{name[:80]}`" for name in other[:3]) + (", ..." if len(other) > 3 else "")
        raise refused(folder.name, f"weights are of another shape than its config says: {shown}")
    numbers = sum(tensor.numel() for part in (model.parameters(), model.buffers()) for tensor in part)
    if numbers > 2 * folder.parameters + _SPARE:
        why = f"its config asks for {numbers:,} numbers, and its weights hold {folder.parameters:,}"
        raise refused(folder.name, why)


def _other_shapes(folder: PretrainedFolder, model: Any) -> list[str]:
    """Tensors whose shape in the file is not that of the network."""
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    prefix = f"{model.base_model_prefix}."
    found = []
    for name, stored in folder.tensors.items():
        shape = expected.get(name, expected.get(name.removeprefix(prefix), expected.get(prefix + name)))
        if shape is not None and shape != stored.shape:
            found.append(name)
    return found
