"""Sound files as raw rows: what `fit` and `predict` of every candidate for sounds take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelpick.data.media_files import LeftOut
from modelpick.data.sounds.mel import BANDS, log_mel, stretched
from modelpick.data.sounds.store import SoundStore, examine, resampled
from modelpick.progress import SILENT, Listener


@dataclass(frozen=True, slots=True)
class SoundFiles:
    """One sound file a row. It holds no samples: these come from the store, which keeps what there is room for.

    Attributes:
        store: Of all the files; the parts of a split share it.
        index: Shape (rows,): which files of the store.
    """

    store: SoundStore
    index: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.index)

    def take(self, indices: NDArray[np.intp] | Sequence[int]) -> SoundFiles:
        """The files at `indices`, in that order."""
        return SoundFiles(self.store, self.index[np.asarray(indices, dtype=np.intp)])

    @property
    def paths(self) -> tuple[str, ...]:
        """Where each file lies."""
        return tuple(self.store.paths[i] for i in self.index)

    @property
    def rate(self) -> int:
        """Hz at which to work: the most frequent rate of these files, at most 16,000. One that is learned from them
        knows no others.
        """
        return self.store.rate_of(self.index)

    @property
    def seconds(self) -> NDArray[np.float64]:
        """How long each is, shape (rows,)."""
        return np.array([self.store.looks[i].seconds for i in self.index], dtype=np.float64)

    def waves(self, rate: int | None = None) -> Iterator[NDArray[np.float32]]:
        """The samples of each row in order, float32 of shape (samples,), one channel, from about -1 to 1.

        Args:
            rate: Hz to resample to; None takes `self.rate`.

        Raises:
            CannotFindOut: A file has changed or gone since it was read.
        """
        wanted = self.rate if rate is None else rate
        return self.store.made(self.index, ("wave", wanted), lambda wave, own: resampled(wave, own, wanted))

    def log_mel(
        self, *, frames: int | None = None, bands: int = BANDS, rate: int | None = None, normalise: bool = True
    ) -> Iterator[NDArray[np.float32]]:
        """Log-mel features of each row in order, float32 of shape (frames, bands).

        Args:
            frames: Stretch each clip to so many frames; None keeps its own, one every 10 ms.
            bands: Of the mel scale.
            rate: Hz to resample to first; None takes `self.rate`. A saved model must be given its own.
            normalise: Per clip, as `mel.log_mel` says.
        """
        wanted = self.rate if rate is None else rate

        def make(wave: NDArray[np.float32], own: int) -> NDArray[np.float32]:
            features = log_mel(resampled(wave, own, wanted), wanted, bands, normalise=normalise)
            return features if frames is None else stretched(features, frames)

        return self.store.made(self.index, ("log-mel", frames, bands, wanted, normalise), make)

    def row_hashes(self) -> NDArray[np.uint64]:
        """64 bits of each file's content, shape (rows,): equal for files of the same bytes."""
        return self.store.hashes(self.index)


def read_sounds(paths: Sequence[str], listener: Listener = SILENT) -> tuple[SoundFiles, tuple[LeftOut, ...]]:
    """Sound files as rows, each read once to the end, and those that are left out with the reasons."""
    with listener.step("Reading sounds", total=len(paths), unit="files") as step:
        store, bad = examine(paths, step)
    return SoundFiles(store, np.arange(len(store.paths))), bad
