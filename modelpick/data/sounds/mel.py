"""Log-mel features in NumPy: the energy of a sound by time and pitch, on the scale of the ear."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WINDOW_SECONDS, HOP_SECONDS = 0.025, 0.010
BANDS = 40
_FLOOR = 1e-10
_FRAMES_AT_ONCE = 4096


@lru_cache(maxsize=16)
def mel_filters(rate: int, bands: int, bins: int) -> NDArray[np.float32]:
    """Triangular filters, shape (bins, bands), evenly spaced in mel from 0 Hz to half the rate.

    Davis and Mermelstein 1980 (IEEE Trans. ASSP 28:357-366); mel(f) = 2595 log10(1 + f / 700). A band too narrow to
    hold a bin takes the bin nearest to its middle.

    Args:
        bins: Of the half spectrum, 0 Hz and half the rate included.
    """
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), bands + 2) / 2595) - 1)
    frequencies = np.linspace(0, rate / 2, bins)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies[:, None] - low) / (middle - low)
    falling = (high - frequencies[:, None]) / (high - middle)
    filters = np.clip(np.minimum(rising, falling), 0, None)
    for band in np.flatnonzero(filters.sum(axis=0) == 0):
        filters[np.abs(frequencies - middle[band]).argmin(), band] = 1
    return filters.astype(np.float32)


def log_mel(wave: NDArray[np.float32], rate: int, bands: int = BANDS, *, normalise: bool = True) -> NDArray[np.float32]:
    """Natural logarithm of the energy in each band, shape (frames, bands), a frame every 10 ms.

    Windows are 25 ms long (Hann); a shorter sound is padded with silence to one window.

    Args:
        wave: Shape (samples,), one channel.
        normalise: Bring the peak of the wave to 1 first, and then the whole clip to mean 0 and deviation 1, so that
            neither the loudness nor the microphone tells. A silent clip is all zeros then.
    """
    window, hop = max(2, round(WINDOW_SECONDS * rate)), max(1, round(HOP_SECONDS * rate))
    size = 1 << (window - 1).bit_length()
    if normalise:
        peak = float(np.abs(wave).max(initial=0))
        wave = wave / np.float32(peak) if peak > 0 else wave
    if len(wave) < window:
        wave = np.pad(wave, (0, window - len(wave)))
    frames = np.lib.stride_tricks.sliding_window_view(wave, window)[::hop]
    hann = np.hanning(window + 1)[:-1].astype(np.float32)
    filters = mel_filters(rate, bands, size // 2 + 1)
    energy = np.empty((len(frames), bands), dtype=np.float32)
    for start in range(0, len(frames), _FRAMES_AT_ONCE):
        spectrum = np.fft.rfft(frames[start : start + _FRAMES_AT_ONCE] * hann, size)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        energy[start : start + _FRAMES_AT_ONCE] = power @ filters
    features: NDArray[np.float32] = np.log(energy + np.float32(_FLOOR))
    if normalise:
        deviation = float(features.std())
        features = (features - features.mean()) / np.float32(deviation) if deviation > 1e-6 else np.zeros_like(features)
    return features


def stretched(features: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """A clip of any length brought to `frames` frames by linear interpolation, shape (frames, bands).

    A longer clip is averaged first over whole groups of frames, so that no frame is passed over.
    """
    group = len(features) // frames
    if group >= 2:
        whole = len(features) // group * group
        features = features[:whole].reshape(-1, group, features.shape[1]).mean(axis=1)
    at = np.linspace(0, len(features) - 1, frames)
    left = np.minimum(at.astype(np.intp), max(0, len(features) - 2))
    right = np.minimum(left + 1, len(features) - 1)
    share = (at - left).astype(np.float32)[:, None]
    between: NDArray[np.float32] = features[left] * (1 - share) + features[right] * share
    return between
