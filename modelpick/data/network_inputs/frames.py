"""Sounds as a network takes them: log-mel frames, each clip normalised and stretched to the same count of frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.network_inputs.plain import PlainInputs, checked
from modelpick.data.sounds.mel import BANDS, HOP_SECONDS
from modelpick.data.sounds.rows import SoundFiles

FORMAT = "modelpick.frames-for-networks/1"
FEWEST, MOST = 32, 256
_MOST_RATE = 192_000


class FrameInputs(PlainInputs):
    """Loudness and length of a clip say who spoke and how, rather than what, so both are taken out.

    Attributes:
        frames: To which each clip is stretched.
        rate: Hz to which each clip is resampled first.
        bands: Of the mel scale.
    """

    kind: ClassVar[Kind] = "audio"

    def __init__(self, frames: int, rate: int, bands: int = BANDS) -> None:
        self.frames = frames
        self.rate = rate
        self.bands = bands

    @classmethod
    def fit(cls, rows: SoundFiles) -> Self:
        """As many frames as the median clip has, but from 32 to 256."""
        median = float(np.median(rows.seconds)) if len(rows) else 0.0
        return cls(int(np.clip(median / HOP_SECONDS, FEWEST, MOST)), rows.rate)

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """`frame.band`."""
        return tuple(f"{frame}.{band}" for frame in range(self.frames) for band in range(self.bands))

    def transform(self, rows: SoundFiles) -> NDArray[np.float32]:
        """Shape (rows, frames * bands)."""
        whole = np.empty((len(rows), self.frames * self.bands), dtype=np.float32)
        for row, features in enumerate(rows.log_mel(frames=self.frames, bands=self.bands, rate=self.rate)):
            whole[row] = features.reshape(-1)
        return whole

    def describe(self) -> tuple[str, ...]:
        """What happens to a sound."""
        return (
            f"each sound is brought to {self.rate:,} Hz and peak 1, and turned into {self.bands} log-mel bands every "
            f"10 ms with mean 0 and deviation 1 over the clip, stretched to {self.frames} frames",
        )

    def to_dict(self) -> dict[str, Any]:
        """Frames, rate and bands."""
        return {"format": FORMAT, "frames": self.frames, "rate": self.rate, "bands": self.bands}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FrameInputs:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        return cls(checked(fields, "frames", MOST), checked(fields, "rate", _MOST_RATE), checked(fields, "bands", 512))
