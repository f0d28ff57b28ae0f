"""The way of the learning rate over a training, told by the share of all updates that is done. Knows no torch."""

from __future__ import annotations

from math import cos, pi

STEPS_AT, STEP_FACTOR = (0.5, 0.75), 0.1
"""`step`: a tenth of the rate after half of the updates, a hundredth after three quarters (as He et al. 2016 did)."""
PLATEAU_EPOCHS, PLATEAU_FACTOR = 5, 0.2
"""`plateau`: a fifth of the rate after so many epochs without a lower loss (validation's, else training's)."""


def rate_at(schedule: str, rate: float, done: float) -> float:
    """The learning rate when this share of all updates is done; of `plateau` and `constant`, `rate` itself."""
    if schedule == "cosine":
        return rate * 0.5 * (1 + cos(pi * done))
    if schedule == "step":
        return rate * STEP_FACTOR ** sum(done >= share for share in STEPS_AT)
    return rate
