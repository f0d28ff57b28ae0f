"""The layers of one architecture, told in numbers: what `catalog --summary` answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import UsageError

if TYPE_CHECKING:
    from modelpick.models.architectures.known import Architecture
    from modelpick.models.layer_table import Counted

SCHEMA = "modelpick.catalog-summary/1"

_OTHER_NAMES = {"lstm-text": "lstm", "lstm-audio": "lstm"}
_LARGEST = 4096
_MOST_CLASSES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSummary(Result):
    """An architecture for one input and so many classes.

    Attributes:
        name: As it was asked for, or as it is trained.
        input_shape: Of one input.
        counted: Its layers and sums.
    """

    name: str
    input_shape: tuple[int, ...]
    classes: int
    counted: Counted

    def document(self) -> Document:
        """A table of the layers, and what they cost."""
        from modelpick.evaluation.wording import size_shown
        from modelpick.models.layer_table import COLUMNS, rows_of

        shape = "x".join(map(str, self.input_shape))
        *rows, total = rows_of(self.counted)
        cells: list[tuple[str | Cell, ...]] = [tuple(row) for row in rows]
        cells.append(tuple(Cell(cell, Tone.STRONG) for cell in total))
        counted = self.counted
        blocks: list[Block] = [
            Heading(f"{self.name}, input {shape}, {self.classes:,} classes", 1),
            Table(COLUMNS, tuple(cells), right=COLUMNS[1:]),
            Text(
                f"{counted.parameters:,} parameters: {size_shown(counted.weight_bytes)} in float32, "
                f"{size_shown(counted.training_bytes)} with gradients and Adam's moments while it trains, and "
                f"{size_shown(counted.activation_bytes)} for what the layers put out, for each input of a batch."
            ),
            Text(
                f"{counted.multiply_adds:,} multiply-adds for one input; a training step costs about three times that."
            ),
            Text(
                "A dense layer of A inputs and B nodes has A x B weights and B biases. Layers without weights are not "
                "listed.",
                Tone.MUTED,
            ),
        ]
        return Document(blocks=blocks, data=self._data(), quiet=[str(counted.parameters)])

    def _data(self) -> dict[str, Any]:
        counted = self.counted
        return {
            "schema": SCHEMA,
            "name": self.name,
            "input": list(self.input_shape),
            "classes": self.classes,
            "parameters": counted.parameters,
            "multiply_adds": counted.multiply_adds,
            "bytes": {
                "weights": counted.weight_bytes,
                "training": counted.training_bytes,
                "activations_per_input": counted.activation_bytes,
            },
            "layers": [
                {
                    "name": layer.name,
                    "kind": layer.kind,
                    "output": list(layer.output),
                    "weights": [list(shape) for shape in layer.weights],
                    "biases": layer.biases,
                    "parameters": layer.parameters,
                    "multiply_adds": layer.multiply_adds,
                }
                for layer in counted.layers
            ],
        }


def summarise(name: str, input_shape: str | None, classes: int | None) -> CatalogSummary:
    """Counts the layers of an architecture. Nothing is computed, so the largest takes no longer than the smallest.

    Args:
        input_shape: `3x224x224`, `128` words, `100x40` frames and bands; None is the published one.
        classes: None is as published.

    Raises:
        UsageError: No such architecture is trained here, or the input is none of its own.
    """
    from modelpick.models.architectures.known import known
    from modelpick.models.layer_table import count, network_arguments

    if name.lower() == "mlp":
        raise UsageError(
            "the layers of `mlp` hang on the columns and classes that it is given",
            "`modelpick eval DATA` prints them, and `modelpick show RUN --summary --use mlp` again",
        )
    architecture = known(_OTHER_NAMES.get(name, name))
    if name == "lstm-audio" and input_shape is None:
        input_shape, classes = "100x40", classes or 10
    shape = architecture.input_shape if input_shape is None else _shape(architecture, input_shape)
    outputs = architecture.classes if classes is None else classes
    if not 1 <= outputs <= _MOST_CLASSES:
        raise UsageError(f"`--classes {outputs}` is no count of classes", "such as `--classes 10`")
    try:
        counted = count(architecture, outputs, shape, **network_arguments(architecture, shape))
    except (RuntimeError, ValueError) as error:
        raise UsageError(
            f"`{architecture.name}` takes no input of {'x'.join(map(str, shape))}: it is too small, or has the wrong "
            "count of channels",
            f"such as `--input {'x'.join(map(str, architecture.input_shape))}`",
        ) from error
    return CatalogSummary(name=architecture.name, input_shape=shape, classes=outputs, counted=counted)


def _shape(architecture: Architecture, text: str) -> tuple[int, ...]:
    like = "x".join(map(str, architecture.input_shape))
    sizes = (
        tuple(int(part) for part in text.split("x")) if re.fullmatch(r"[1-9]\d{0,4}(x[1-9]\d{0,4}){0,2}", text) else ()
    )
    lengths = {1, 2} if architecture.family == "lstm" else {len(architecture.input_shape)}
    if len(sizes) not in lengths or max(sizes) > _LARGEST:
        raise UsageError(f"`--input {text}` is no input of `{architecture.name}`", f"such as `--input {like}`")
    if len(sizes) == 3 and sizes[1] != sizes[2]:
        raise UsageError(f"`--input {text}` is not square", f"such as `--input {like}`: images are scaled to squares")
    return sizes
