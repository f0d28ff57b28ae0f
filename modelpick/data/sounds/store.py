"""What is known of a set of sound files, and what was computed of them, kept where there is room."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.media_files import BadFile, LeftOut, read_whole, row_hashes_of
from modelpick.data.sounds.wav import read_wav
from modelpick.errors import CannotFindOut
from modelpick.progress import Step

MEMORY_BUDGET = 256_000_000
"""Bytes of waves and features that one set of sounds keeps in memory."""
_PICKLED = 32_000_000
HIGHEST_WORKING_RATE = 16_000
"""Hz. What speech models hear; a set of a lower rate keeps its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLook:
    """What a sound file holds: its rate in Hz, samples a channel, and whether all of them are equal."""

    rate: int
    samples: int
    silent: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples / self.rate


class SoundStore:
    """The files themselves; `SoundFiles` are rows of it. Made by `examine`.

    Attributes:
        paths: Of the files that can be used, in the order in which they were given.
        looks: Rate and length of each.
        digests: sha256 of each, shape (files, 32), uint8.
    """

    def __init__(self, paths: Sequence[str], looks: Sequence[SoundLook], digests: NDArray[np.uint8]) -> None:
        self.paths = tuple(paths)
        self.looks = tuple(looks)
        self.digests = digests
        self._kept: dict[tuple[Hashable, int], NDArray[np.float32]] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """With what was computed where that is little, for another process; without the lock."""
        with self._lock:  # a thread of joblib pickles while this process goes on and keeps more
            if self._bytes <= _PICKLED:
                return {**self.__dict__, "_kept": dict(self._kept), "_lock": None}
            return {**self.__dict__, "_kept": {}, "_bytes": 0, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def rate_of(self, rows: NDArray[np.intp]) -> int:
        """The most frequent rate of some files, at most `HIGHEST_WORKING_RATE`."""
        rates = Counter(self.looks[row].rate for row in rows.tolist())
        return min(HIGHEST_WORKING_RATE, min(rates, key=lambda rate: (-rates[rate], rate))) if rates else 8000

    def hashes(self, rows: NDArray[np.intp]) -> NDArray[np.uint64]:
        """64 bits of the content of each file."""
        return row_hashes_of(self.digests[rows])

    def made(
        self, rows: NDArray[np.intp], key: Hashable, make: Callable[[NDArray[np.float32], int], NDArray[np.float32]]
    ) -> Iterator[NDArray[np.float32]]:
        """What `make` gives of samples and rate, for each row in order; kept under `key` while there is room.

        Raises:
            CannotFindOut: A file has changed or gone since it was examined.
        """
        for row in rows.tolist():
            array = self._kept.get((key, row))
            if array is None:
                array = make(*self._read(row))
                with self._lock:
                    if (key, row) not in self._kept and self._bytes + array.nbytes <= MEMORY_BUDGET:
                        self._kept[key, row] = array
                        self._bytes += array.nbytes
            yield array

    def _read(self, row: int) -> tuple[NDArray[np.float32], int]:
        path = self.paths[row]
        try:
            data = read_whole(path)
            if sha256(data).digest() != self.digests[row].tobytes():
                raise BadFile("other bytes than before")
            return read_wav(data)
        except BadFile as error:
            raise CannotFindOut(
                f"`{path}` has changed since it was read: {error}", "run again, and leave the files alone", kind="data"
            ) from None


def resampled(wave: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """The wave at another rate, by a polyphase filter against aliases.

    Odd ratios are taken to the nearest fraction with a denominator of at most 1,000, which is off by less than one
    part in a hundred thousand.
    """
    if rate == wanted:
        return wave
    from scipy.signal import resample_poly

    ratio = Fraction(wanted, rate).limit_denominator(1000)
    return np.asarray(resample_poly(wave, ratio.numerator, ratio.denominator), dtype=np.float32)


def examine(paths: Sequence[str], step: Step | None = None) -> tuple[SoundStore, tuple[LeftOut, ...]]:
    """Reads every file once, whole and to the last sample, so that no damage is met later.

    Returns:
        The files that can be used, and those that cannot, with the reasons.
    """
    digests = np.empty((len(paths), 32), dtype=np.uint8)
    looks: list[SoundLook] = []
    good: list[str] = []
    bad: list[LeftOut] = []

    def work(i: int) -> tuple[bytes, SoundLook] | str:
        try:
            data = read_whole(paths[i])
            wave, rate = read_wav(data)
        except BadFile as error:
            return str(error)
        silent = bool((wave == wave[0]).all())
        return sha256(data).digest(), SoundLook(rate=rate, samples=len(wave), silent=silent)

    for path, result in zip(paths, map(work, range(len(paths))), strict=True):
        if isinstance(result, str):
            bad.append(LeftOut(path, result))
        else:
            digests[len(good)] = np.frombuffer(result[0], dtype=np.uint8)
            looks.append(result[1])
            good.append(path)
        if step is not None:
            step.advance()
    return SoundStore(good, looks, digests[: len(good)]), tuple(bad)
