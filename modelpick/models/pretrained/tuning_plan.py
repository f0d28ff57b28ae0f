"""How a pretrained model is trained on where nobody says otherwise. Knows no torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

_UPDATES, _FEWEST_EPOCHS, _MOST_EPOCHS = 150, 3, 10
_LARGE = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningOptions:
    """What a user may say; None leaves it to the plan.

    Attributes:
        keep_in: A folder for the state of each training after each epoch, from which it goes on; None keeps none.
    """

    epochs: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    patience: int | None = None
    weight_decay: float | None = None
    device: str = "auto"
    keep_in: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningPlan:
    """All settings of one fine-tuning."""

    epochs: int
    learning_rate: float
    batch_size: int
    patience: int
    weight_decay: float
    warm_up: float = 0.1
    clip: float = 1.0


def tuning_plan(options: TuningOptions, kind: str, rows: int, parameters: int) -> TuningPlan:
    """The plan for so many training rows: about 150 updates, but each row from 3 to 10 times.

    Args:
        parameters: Of the pretrained model; a large one takes smaller steps.
    """
    batch = options.batch_size or (16 if kind != "image" else 32)
    needed = ceil(_UPDATES / max(1, ceil(rows / batch)))
    rate = options.learning_rate or (5e-5 if parameters > _LARGE else 1e-4)
    return TuningPlan(
        epochs=options.epochs or min(_MOST_EPOCHS, max(_FEWEST_EPOCHS, needed)),
        learning_rate=rate,
        batch_size=min(batch, rows),
        patience=options.patience or 3,
        weight_decay=0.01 if options.weight_decay is None else options.weight_decay,
    )
