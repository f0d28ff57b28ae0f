"""What an architecture learns to answer: classes, or numbers that are centred and scaled for the training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from modelpick.data.candidate import FitJob
from modelpick.models.spread import mean_and_spread

Part = tuple[Any, NDArray[Any]]
"""Raw rows and what is asked for."""


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of the training rows, sorted.

    Attributes:
        output, cost: Words of the training for what the sums mean and what is made small.
    """

    names: tuple[str, ...]
    output: ClassVar[str] = "softmax"
    cost: ClassVar[str] = "cross-entropy"

    @classmethod
    def fit(cls, y: NDArray[Any]) -> Classes:
        """Those that are there."""
        return cls(tuple(str(name) for name in np.unique(y.astype(str))))

    @property
    def outputs(self) -> int:
        """Sums of the network."""
        return len(self.names)

    def tensor(self, y: NDArray[Any], device: torch.device) -> Tensor:
        """0 and 1, shape (rows, classes)."""
        codes = torch.from_numpy(np.searchsorted(np.array(self.names), y.astype(str)))
        return torch.nn.functional.one_hot(codes, len(self.names)).to(device, torch.float32)

    def known(self, X: Any, y: NDArray[Any]) -> Part | None:
        """The rows whose class the training rows have; None where that leaves none."""
        names = y.astype(str)
        kept = np.flatnonzero(np.isin(names, self.names))
        return (X.take(kept), names[kept]) if len(kept) else None

    def strata(self, y: NDArray[Any]) -> NDArray[np.intp]:
        """A number for each class, shape (rows,)."""
        return np.unique(y.astype(str), return_inverse=True)[1].astype(np.intp)

    def config(self) -> dict[str, Any]:
        """Members of a saved model's config."""
        return {"task": "classification", "classes": list(self.names)}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers, which the network sees with this mean taken off and divided by this scale; otherwise as `Classes`."""

    mean: float
    scale: float
    output: ClassVar[str] = "identity"
    cost: ClassVar[str] = "mse"
    outputs: ClassVar[int] = 1

    @classmethod
    def fit(cls, y: NDArray[Any]) -> Numbers:
        """Mean and standard deviation of the training rows' numbers."""
        mean, spread = mean_and_spread(y.astype(np.float64), None)
        return cls(float(mean), float(spread))

    def tensor(self, y: NDArray[Any], device: torch.device) -> Tensor:
        """Scaled numbers, shape (rows, 1)."""
        scaled = (y.astype(np.float64) - self.mean) / self.scale
        return torch.from_numpy(scaled).to(device, torch.float32)[:, None]

    def known(self, X: Any, y: NDArray[Any]) -> Part | None:
        """All rows; None where there are none."""
        return (X, y) if len(y) else None

    def strata(self, y: NDArray[Any]) -> NDArray[np.intp]:
        """The same number for all rows."""
        return np.zeros(len(y), dtype=np.intp)

    def config(self) -> dict[str, Any]:
        """Members of a saved model's config."""
        return {"task": "regression", "classes": [], "target_mean": self.mean, "target_scale": self.scale}


def hold_out(job: FitJob, targets: Classes | Numbers, share: float, seed: int) -> tuple[Any, NDArray[Any], Part | None]:
    """Training rows and about a share of them apart, of each class its part; all and None where that cannot be."""
    X, y = job.X, job.y
    held = job.held_rows(share, targets.strata(y), seed)
    if held is None:
        return X, y, None
    kept = np.setdiff1d(np.arange(len(y)), held)
    return X.take(kept), y[kept], (X.take(held), y[held])
