"""The layers of a model, told from the header of its weights alone: names, shapes, counts. Nothing is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from modelpick.weights.safetensors_header import Tensor

_BIASES = ("bias", "beta", "in_proj_bias")
_KEPT = ("running_mean", "running_var", "num_batches_tracked", "position_ids")
"""Ends of names of what a layer keeps and never learns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLayer:
    """One layer as it lies in a file.

    Attributes:
        name: Of the module; empty where its tensors stand at the top.
        weights: Shape of each tensor that is no bias, as stored: of a dense layer (B, A).
        biases, parameters: Counts of numbers that were learned.
        kept: Numbers that were not (running means and such).
        bytes: Of all of them.
    """

    name: str
    weights: tuple[tuple[int, ...], ...]
    biases: int
    parameters: int
    kept: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """Layers of one shape that differ in a number only: the blocks of a deep network.

    Attributes:
        name: `encoder.layer.0-11.attention.query`.
        count: How many.
        layer: The first of them.
    """

    name: str
    count: int
    layer: StoredLayer


def stored_layers(tensors: Mapping[str, Tensor]) -> tuple[StoredLayer, ...]:
    """The layers of these tensors, in the order of their names, numbers counted as numbers."""
    modules: dict[str, dict[str, Tensor]] = {}
    for name in sorted(tensors, key=_natural):
        module, _, own = name.rpartition(".")
        modules.setdefault(module, {})[own] = tensors[name]
    return tuple(_layer(module, own) for module, own in modules.items())


def _layer(name: str, own: Mapping[str, Tensor]) -> StoredLayer:
    biases = sum(tensor.elements for key, tensor in own.items() if key.startswith(_BIASES))
    kept = sum(tensor.elements for key, tensor in own.items() if key in _KEPT)
    return StoredLayer(
        name=name,
        weights=tuple(tensor.shape for key, tensor in own.items() if not key.startswith(_BIASES) and key not in _KEPT),
        biases=biases,
        parameters=sum(tensor.elements for tensor in own.values()) - kept,
        kept=kept,
        bytes=sum(tensor.end - tensor.start for tensor in own.values()),
    )


def together(layers: Sequence[StoredLayer]) -> tuple[LayerRow, ...]:
    """One row for the layers that differ only in one number of their names, at the place of the first."""
    groups: dict[tuple[object, ...], list[StoredLayer]] = {}
    for layer in layers:
        pattern = re.sub(r"\d+", "#", layer.name)
        groups.setdefault((pattern, layer.weights, layer.biases, layer.kept), []).append(layer)
    rows: list[LayerRow] = []
    for group in groups.values():
        name = _one_name([layer.name for layer in group])
        if name is None:
            rows += [LayerRow(name=layer.name, count=1, layer=layer) for layer in group]
        else:
            rows.append(LayerRow(name=name, count=len(group), layer=group[0]))
    return tuple(rows)


def _one_name(names: Sequence[str]) -> str | None:
    """`a.0-11.b`, where one number alone differs and runs on without a gap; None where they differ otherwise."""
    numbers = [[int(number) for number in re.findall(r"\d+", name)] for name in names]
    differing = [place for place, values in enumerate(zip(*numbers, strict=True)) if len(set(values)) > 1]
    if not differing:
        return names[0]
    if len(differing) > 1:
        return None
    values = sorted(own[differing[0]] for own in numbers)
    if values != list(range(values[0], values[-1] + 1)):
        return None
    parts = re.split(r"(\d+)", names[0])
    parts[2 * differing[0] + 1] = f"{values[0]}-{values[-1]}"
    return "".join(parts)


def shape_words(layer: StoredLayer) -> str:
    """`512 x 10 = 5,120` of a dense layer (A inputs x B nodes), the shapes of others as they are stored."""
    shapes = [tuple(reversed(shape)) if len(shape) == 2 else shape for shape in layer.weights]
    numbers = sum(map(prod, shapes))
    if not numbers:
        return ""
    words = " + ".join(" x ".join(f"{size:,}" for size in shape) for shape in shapes[:2])
    if len(shapes) > 2:
        return f"{numbers:,}"
    return words if words == f"{numbers:,}" else f"{words} = {numbers:,}"


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers in a name count as numbers: layer 2 stands before layer 10."""
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in re.split(r"(\d+)", name) if part)
