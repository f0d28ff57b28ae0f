"""What the batched training takes and gives: a net's options, one training among many, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import EpochRecord
from modelpick.models.memory import MEASURED_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class NetOptions:
    """What one net is and how it is trained. Jobs with equal options and shapes are trained at once.

    Attributes:
        hidden: Nodes of each hidden layer; none makes a linear, logistic or softmax regression.
        activation: Of the hidden layers, one of `options.ACTIVATIONS`.
        output: `softmax`, `sigmoid` or `identity`.
        init: Of the weights, one of `options.INITIALISATIONS`.
        cost: One of `options.COSTS`.
        optimizer: adam, adamw, momentum, sgd.
        learning_rate: At the beginning.
        schedule: Its way: one of `options.SCHEDULES`.
        batch_size: Rows in an update; None: all (batch gradient descent).
        epochs: Times that every row is seen.
        early_stopping: Ends when the loss of the validation rows no longer improves, with the best weights.
        patience: Epochs without a better one before it ends.
        dropout: Share of each hidden layer's nodes that an update leaves out.
        weight_decay: Of weights, never of biases: taken off them in proportion to the rate (adamw: decoupled), else
            added to the gradient.
        label_smoothing: Share of a training target that is spread evenly over the classes; validation is measured
            without it.
        dtype: Of all arithmetic.
    """

    hidden: tuple[int, ...] = (128, 128)
    activation: str = "relu"
    output: str = "softmax"
    init: str = "torch"
    cost: str = "cross-entropy"
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    batch_size: int | None = 32
    epochs: int = 100
    early_stopping: bool = False
    patience: int = 10
    dropout: float = 0.0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    dtype: Literal["float32", "float64"] = "float32"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """One training: which rows of shared features, which targets, which options.

    Attributes:
        features: Shape (N, f), finite; jobs may share the array, which is never written to.
        rows: Indices of the training rows; at least one.
        targets: Shape (N, outputs), for all rows of `features`: 0 and 1 for classes, else (scaled) numbers.
        weights: Shape (N,), how much each row counts; a training row of weight 0 is left out. None: all the same.
        mean, scale: This job's own scaling, (x - mean) / scale, each of shape (f,); None: features as they are.
        validation_rows: Indices of rows that are only measured, at least one; None: there are none.
        seed: Of this job's own random stream: initial weights, order of the rows, dropout.
    """

    features: NDArray[Any]
    rows: NDArray[np.intp]
    targets: NDArray[Any]
    weights: NDArray[np.float64] | None = None
    mean: NDArray[np.float64] | None = None
    scale: NDArray[np.float64] | None = None
    validation_rows: NDArray[np.intp] | None = None
    seed: int
    options: NetOptions = field(default_factory=NetOptions)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Features, hidden layers, outputs."""
        return (self.features.shape[1], *self.options.hidden, self.targets.shape[1])

    @property
    def training_rows(self) -> NDArray[np.intp]:
        """The training rows that count."""
        return self.rows if self.weights is None else self.rows[self.weights[self.rows] > 0]

    def scaled(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Features of these rows as the net gets them, in its own dtype, shape (rows, f)."""
        taken = self.features[rows]
        if self.mean is not None and self.scale is not None:
            taken = (taken - self.mean) / self.scale
        return taken.astype(self.options.dtype, copy=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What came of one job.

    Attributes:
        tensors: `layers.<i>.weight` of shape (out, in) and `layers.<i>.bias` of shape (out,).
        history: An epoch each. Training loss and score are means over the epoch's batches, each measured before its
            update; those of validation rows are measured after the epoch.
        updates: How often the weights were changed.
        epoch: Whose weights `tensors` are.
        diverged: The loss was no longer a finite number, and the training ended there.
    """

    tensors: Mapping[str, NDArray[Any]]
    history: tuple[EpochRecord, ...]
    updates: int
    epoch: int
    diverged: bool = False


MEASURED_AT_ONCE = MEASURED_ROWS // 16
"""Validation rows of one net that go through it at once."""
