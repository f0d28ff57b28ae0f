"""What a stack learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingSet:
    """What one stack learns from.

    Attributes:
        features: Shape (rows, features), finite.
        codes: Shape (rows,), column of each row's class; None for regression.
        classes: How many there are; 0 for regression.
        numbers: Shape (rows,), the target of a regression.
        seed: Of the inner folds and of every member.
        groups: Shape (rows,): rows of one number are on one side of every inner fold; None: all are their own.
        times: Shape (rows,): the rows' order; what is held out inside is later than what is learned from. None: none.
        scaled: The features are scaled already and are taken as they are. Else all are centred and divided by their
            standard deviation but those of at most two values from -1 to 1, such as marks of categories.
    """

    features: NDArray[Any]
    codes: NDArray[np.intp] | None = None
    classes: int = 0
    numbers: NDArray[np.float64] | None = None
    seed: int
    groups: NDArray[np.intp] | None = None
    times: NDArray[np.float64] | None = None
    scaled: bool = False
