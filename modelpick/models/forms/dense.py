"""`mlp`: one dense network. A linear model has no hidden layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.data.forward import ACTIVATIONS, OUTPUTS, output_units, probabilities, sums
from modelpick.errors import ModelpickError
from modelpick.models.forms.form import Form, Rows, Shapes, one_of, refuse
from modelpick.models.options import hidden_sizes
from modelpick.models.summary import COLUMNS, layers_rows, layers_table, parameters


def dense_shapes(sizes: Sequence[int], prefix: str = "") -> dict[str, tuple[int, ...]]:
    """The tensors of a dense network by name; `sizes`: features, hidden layers, outputs."""
    shapes: dict[str, tuple[int, ...]] = {}
    for i, (inputs, nodes) in enumerate(pairwise(sizes)):
        shapes[f"{prefix}layers.{i}.weight"] = (nodes, inputs)
        shapes[f"{prefix}layers.{i}.bias"] = (nodes,)
    return shapes


def dense_sizes(tensors: Mapping[str, NDArray[Any]]) -> tuple[int, ...]:
    """Features, hidden layers, outputs of a dense network, from its tensors alone."""
    weights = [tensors[f"layers.{i}.weight"] for i in range(len(tensors) // 2)]
    return (weights[0].shape[1], *(weight.shape[0] for weight in weights))


def checked_hidden(path: Path, fields: Mapping[str, Any]) -> tuple[int, ...]:
    """The hidden layers that a config states; AnswerIsNo where these are no list of positive numbers."""
    try:
        return hidden_sizes(fields.get("hidden_layer_sizes"))
    except ModelpickError:
        refuse(path, "`hidden_layer_sizes` is not a list of positive numbers")


def _check(path: Path, fields: Mapping[str, Any]) -> Shapes:
    output = one_of(path, fields, "output", OUTPUTS)
    one_of(path, fields, "activation", tuple(ACTIVATIONS))
    if (fields["task"] == "regression") != (output == "identity"):
        refuse(path, "task, classes and output do not go together")
    inner = (*checked_hidden(path, fields), output_units(output, len(fields["classes"])))
    return lambda features: dense_shapes((features, *inner))


class Dense:
    """A dense network that answers."""

    def __init__(self, form: SavedForm) -> None:
        self.form = form
        self.sizes = dense_sizes(form.tensors)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return parameters(self.sizes)

    def outputs(self, features: NDArray[Any]) -> NDArray[Any]:
        """Probabilities, or numbers in the target's unit."""
        config = self.form.config
        given = features.astype(self.form.tensors["layers.0.weight"].dtype)
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # a row too far out: its answer is NaN, and the caller says so
            z = sums(self.form.tensors, str(config["activation"]), given)
            z[~np.isfinite(z).all(axis=1)] = np.nan
            if config["task"] == "classification":
                return probabilities(z, str(config["output"]), len(config["classes"]))
        numbers: NDArray[Any] = z[:, 0].astype(np.float64)
        return numbers * float(config["target_scale"]) + float(config["target_mean"])

    def layers(self) -> Rows:
        """Each layer with weights A x B and biases B."""
        config = self.form.config
        return COLUMNS, tuple(layers_rows(self.sizes, str(config["activation"]), str(config["output"])))

    def summary(self) -> str:
        """The same as text."""
        return layers_table(self.sizes, str(self.form.config["activation"]), str(self.form.config["output"]))


FORM = Form(architectures=("mlp",), check=_check, answerer=lambda form, device: Dense(form))
