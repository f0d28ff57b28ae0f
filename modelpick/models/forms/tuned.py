"""A fine-tuned pretrained model: it reads raw rows by its own preprocessing, and answers by its own classes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.models.forms.form import Form, Rows, Shapes, refuse

if TYPE_CHECKING:
    from modelpick.models.pretrained.inputs import Inputs
    from modelpick.models.pretrained.tuned_net import TunedNetwork

_MOST_TENSORS = 20_000


def _check(path: Path, fields: Mapping[str, Any]) -> Shapes:
    weights = fields.get("weights")
    if not isinstance(weights, dict) or not 2 < len(weights) <= _MOST_TENSORS:
        refuse(path, "`weights` does not tell the shapes of its tensors")
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in weights.items():
        ok = isinstance(shape, list) and all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in shape)
        if not ok:
            refuse(path, f"`weights` gives {name[:80]!r} no shape")
        shapes[name] = tuple(shape)
    width = shapes.get("head.weight", (0, 0))[-1]
    if shapes.get("head.weight") != (len(fields["classes"]), width) or shapes.get("head.bias") != (
        len(fields["classes"]),
    ):
        refuse(path, "its last layer is not one of its classes")
    base = fields.get("base")
    if not isinstance(base, dict) or not isinstance(base.get("name"), str) or not isinstance(fields.get("layer"), str):
        refuse(path, "`base` or `layer` is missing")
    if fields.get("columns"):
        refuse(path, "a fine-tuned model takes no table")
    return lambda features: shapes


class SavedTuned:
    """A fine-tuned model that answers. It is laid out and loaded when it is first asked."""

    def __init__(self, form: SavedForm, device: str) -> None:
        self.form = form
        self.device = device
        self._loaded: tuple[TunedNetwork, Inputs] | None = None

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(math.prod(shape) for shape in self.form.config["weights"].values())

    def ready(self) -> None:
        """Lays it out and loads it."""
        self._network()

    def rows_outputs(self, rows: Any) -> NDArray[Any]:
        """Probabilities, float64, shape (rows, classes)."""
        from modelpick.models.pretrained.tuned_form import answers_of

        return answers_of(*self._network(), rows)

    def _network(self) -> tuple[TunedNetwork, Inputs]:
        from modelpick.models.pretrained.tuned_form import read_back

        if self._loaded is None:
            self._loaded = read_back(self.form, self.device)
        return self._loaded

    def layers(self) -> Rows:
        """Each layer with the shape of its weights; blocks of equal layers share a row."""
        from modelpick.weights.safetensors_header import Tensor
        from modelpick.weights.stored_layers import shape_words, stored_layers, together

        tensors = {
            name: Tensor("F32", tuple(shape), 0, 4 * math.prod(shape))
            for name, shape in self.form.config["weights"].items()
        }
        rows = [
            (
                row.name if row.count == 1 else f"{row.name} ({row.count} times)",
                shape_words(row.layer),
                f"{row.layer.biases:,}" if row.layer.biases else "",
                f"{row.count * row.layer.parameters:,}",
            )
            for row in together(stored_layers(tensors))
            if row.layer.parameters
        ]
        total = ("total", "", "", f"{self.parameters:,}")
        return ("layer", "weights A x B", "biases B", "parameters"), (*rows, total)

    def summary(self) -> str:
        """The same as text."""
        from modelpick.models.summary import text_table

        return text_table(*self.layers())


FORM = Form(architectures=("fine-tuned",), check=_check, answerer=SavedTuned)
