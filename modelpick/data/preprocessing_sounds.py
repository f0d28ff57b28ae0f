"""Sounds as features: log-mel energies of each clip, or the clip itself as a series of numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.features import reading
from modelpick.data.features.standardised import Standardising, batched, fit_standardising
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.sounds.mel import BANDS, stretched

if TYPE_CHECKING:
    from modelpick.data.sounds.rows import SoundFiles

LOG_MEL_FORMAT = "modelpick.preprocessing-log-mel/1"
SERIES_FORMAT = "modelpick.preprocessing-series/1"

FRAMES = 32
"""To which each clip is stretched."""
NUMBERS = 1_024
"""Of a clip as a series."""
_HIGHEST_RATE = 768_000
Time = Literal["frames", "statistics"]


class _SoundPreprocessor(ABC):
    kind: ClassVar[Kind] = "audio"
    columns_: ClassVar[tuple[str, ...]] = ()

    def __init__(self, options: PreprocessingOptions | None = None) -> None:
        self.options = PreprocessingOptions() if options is None else options
        self.rate = 0
        self._standardising: Standardising | None = None

    @property
    def _fitted(self) -> Standardising:
        if self._standardising is None:
            raise RuntimeError("the preprocessing is not fitted yet: call fit first")
        return self._standardising

    def fit(self, rows: SoundFiles, y: NDArray[Any] | None = None) -> Self:
        """Takes the sounds' commonest rate, and learns each feature's mean and deviation from these sounds."""
        self.rate = rows.rate
        self._standardising = fit_standardising(batched(self._clips(rows)))
        return self

    def fit_transform(self, rows: SoundFiles, y: NDArray[Any] | None = None) -> NDArray[np.float32]:
        """Learns from these sounds and returns their features."""
        return self.fit(rows, y).transform(rows)

    @abstractmethod
    def _clips(self, rows: SoundFiles) -> Iterator[NDArray[np.float32]]:
        """The features of each sound, shape (features,), not scaled."""

    def transform(self, rows: SoundFiles) -> NDArray[np.float32]:
        """Shape (rows, features)."""
        return self._fitted.gather(batched(self._clips(rows)), len(rows))

    def unseen(self, rows: SoundFiles) -> dict[str, int]:
        """None."""
        return {}

    def example_row(self) -> tuple[str, ...]:
        """None: rows are no table."""
        return ()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Means and scales of the features."""
        return self._fitted.arrays()


class LogMelPreprocessor(_SoundPreprocessor):
    """Log-mel energies, the peak and then the whole clip normalised, so that loudness and microphone do not tell.

    Clips are stretched to one count of frames: on spoken digits with speakers kept apart this was the best of four ways
    for logistic regression and for the MLP, far before padding.

    Args:
        time: `frames` keeps the course of time, stretched; `statistics` takes mean and deviation of each band.
    """

    def __init__(self, options: PreprocessingOptions | None = None, time: Time = "frames") -> None:
        super().__init__(options)
        self.time: Time = time

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """By frame and band, or by statistic and band."""
        heads = [f"frame {i}" for i in range(FRAMES)] if self.time == "frames" else ["mean", "deviation"]
        return tuple(f"{head}, band {band}" for head in heads for band in range(BANDS))

    def _clips(self, rows: SoundFiles) -> Iterator[NDArray[np.float32]]:
        frames = FRAMES if self.time == "frames" else None
        for features in rows.log_mel(frames=frames, rate=self.rate):
            if frames is None:
                yield np.concatenate([features.mean(axis=0), features.std(axis=0)])
            else:
                yield features.reshape(-1)

    def describe(self) -> tuple[str, ...]:
        """What happens to a sound."""
        what = f"stretched to {FRAMES} frames" if self.time == "frames" else "as their mean and deviation over time"
        return (
            f"Log-mel: each sound is brought to {self.rate:,} Hz and peak 1, and becomes the logarithm of its energy "
            f"in {BANDS} bands of pitch every 10 ms, with mean 0 and deviation 1 over the clip, {what}.",
            "Centring and scaling: each feature minus the training sounds' mean, divided by their standard deviation.",
        )

    def to_dict(self) -> dict[str, Any]:
        """Rate and way; means and scales are in `arrays`."""
        self._fitted  # noqa: B018 - RuntimeError before `fit`
        return {"format": LOG_MEL_FORMAT, "rate": self.rate, "time": self.time}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> LogMelPreprocessor:
        """What `to_dict` and `arrays` wrote; CannotFindOut (kind `checkpoint`) where it is damaged."""
        time: Time = "frames" if reading.word(fields, "time", ("frames", "statistics")) == "frames" else "statistics"
        made = cls(time=time)
        made.rate = reading.whole(fields, "rate", 1, _HIGHEST_RATE)
        made._standardising = Standardising.from_arrays(arrays, len(made.feature_names_))
        return made


class SeriesPreprocessor(_SoundPreprocessor):
    """The clip itself as numbers over time, brought to one length and to peak 1."""

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """By place."""
        return tuple(f"number {i}" for i in range(NUMBERS))

    def _clips(self, rows: SoundFiles) -> Iterator[NDArray[np.float32]]:
        for wave in rows.waves(self.rate):
            series = stretched(wave[:, None], NUMBERS)[:, 0]
            peak = np.abs(series).max()
            yield series / peak if peak > 0 else series

    def describe(self) -> tuple[str, ...]:
        """What happens to a sound."""
        return (
            f"Series: each sound is brought to {self.rate:,} Hz, stretched to {NUMBERS:,} numbers and to peak 1.",
            "Centring and scaling: each number minus the training sounds' mean, divided by their standard deviation.",
        )

    def to_dict(self) -> dict[str, Any]:
        """Rate; means and scales are in `arrays`."""
        self._fitted  # noqa: B018 - RuntimeError before `fit`
        return {"format": SERIES_FORMAT, "rate": self.rate}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> SeriesPreprocessor:
        """What `to_dict` and `arrays` wrote; CannotFindOut (kind `checkpoint`) where it is damaged."""
        made = cls()
        made.rate = reading.whole(fields, "rate", 1, _HIGHEST_RATE)
        made._standardising = Standardising.from_arrays(arrays, NUMBERS)
        return made
