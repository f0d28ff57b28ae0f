"""How the one training loop trains."""

from __future__ import annotations

from dataclasses import dataclass

from modelpick.models.memory import MEASURED_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to train.

    Attributes:
        batch_size: Rows an update.
        schedule: The way of the learning rate, one of `options.SCHEDULES`.
        warm_up: Share of all updates over which the rate rises to its value first.
        patience: Epochs without a better validation loss before early stopping ends it.
        weight_decay: Of weights, never of biases or normalisations.
        label_smoothing: Share of each target that is spread evenly over all classes.
        clip: The longest gradient; a longer one is shortened to it. None: any.
        measure_training: Measure all training rows after each epoch; else the history has the means over the epoch's
            own batches, as they were learned from, which costs nothing.
        measured_rows: Rows that go through the network at once where nothing is learned.
        bf16: Compute in bfloat16 where that is exact enough, with the weights in float32.
        channels_last: Keep images and filters with their channels last.
        threads: `one`, `all` (as far as they pay), or `auto`: by the size of a step.
        replayed: On a GPU, record the work on a batch and replay it: for networks whose steps are always the same.
    """

    cost: str
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    warm_up: float = 0.0
    batch_size: int
    epochs: int
    early_stopping: bool = False
    patience: int = 10
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    clip: float | None = None
    measure_training: bool = True
    measured_rows: int = MEASURED_ROWS
    bf16: bool = False
    channels_last: bool = False
    threads: str = "auto"
    replayed: bool = False
