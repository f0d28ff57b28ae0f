"""From the raw rows of a training set to what an architecture is fed: preprocessing, shapes, batches."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from modelpick.data.candidate import Preprocessing
from modelpick.data.images.rows import ImageFiles
from modelpick.data.network_inputs.frames import FrameInputs
from modelpick.data.network_inputs.images import PixelInputs
from modelpick.data.network_inputs.words import WordInputs
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.sounds.rows import SoundFiles
from modelpick.data.table import Table
from modelpick.data.texts import Texts
from modelpick.errors import UsageError
from modelpick.models.arch_plan import ArchitectureOptions, Plan, side_for
from modelpick.models.architectures.known import Architecture
from modelpick.models.augmentation import Augmentation, shift_for
from modelpick.models.batches import Source
from modelpick.models.saved import finite_features
from modelpick.models.sources import ImageRows, SequenceRows

KEPT_IMAGES = 400_000_000
"""Bytes of pixels that are kept in memory; beyond, they are read anew for each batch."""

_MEASURED, _BLOCK = 2048, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What was learned from the training rows before any weight.

    Attributes:
        shape: Of one input, as `build` takes it.
        network: Arguments of the network.
        pixels: Mean and deviation of each channel, 0 to 255; None but for images.
        augmentation: In words; empty but for images.
    """

    preprocessing: Preprocessing
    shape: tuple[int, ...]
    network: Mapping[str, Any]
    pixels: Mapping[str, list[float]] | None = None
    augmentation: str = ""
    changes: Augmentation | None = None

    def source(
        self, rows: Any, targets: Tensor, weights: Tensor | None, device: torch.device, learning: bool
    ) -> Source:
        """Rows as batches for the network on this device."""
        if self.pixels is not None:
            return self._images(rows, targets, weights, device, learning)
        features = torch.from_numpy(np.array(finite_features(self.preprocessing, rows)))
        if "vocabulary" in self.network:
            words = features.long()
            return SequenceRows(words.to(device), (words > 0).sum(1), targets, weights)
        steps = features.float().view(len(rows), *self.shape)
        return SequenceRows(steps.to(device), None, targets, weights)

    def _images(
        self, rows: ImageFiles, targets: Tensor, weights: Tensor | None, device: torch.device, learning: bool
    ) -> Source:
        preprocessing = self.preprocessing
        assert isinstance(preprocessing, PixelInputs)  # noqa: S101 - see `inputs_for`
        assert self.pixels is not None  # noqa: S101 - see `source`
        size, mode = (preprocessing.side, preprocessing.side), preprocessing.mode

        def read(index: Tensor) -> Tensor:
            pixels = torch.from_numpy(rows.at(index.numpy(), size, mode))
            return pixels.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else pixels.to(device)

        fits = len(rows) * preprocessing.side**2 * preprocessing.channels <= KEPT_IMAGES
        return ImageRows(
            torch.from_numpy(preprocessing.pixels(rows)).to(device) if fits else read,
            targets,
            weights,
            mean=torch.tensor(self.pixels["mean"], device=device),
            deviation=torch.tensor(self.pixels["deviation"], device=device),
            augmentation=self.changes if learning else None,
            channels_last=device.type == "cuda",  # on CPUs it made the way back slower
        )

    def digest(self, rows: Source) -> str:
        """sha256 (hex) of rows and targets, so that a kept training goes on with the same rows only."""
        whole = hashlib.sha256()
        for part in rows.parts(_BLOCK):
            for tensor in (*part.inputs, part.targets):
                whole.update(tensor.cpu().contiguous().numpy().tobytes())
        return whole.hexdigest()


def inputs_for(architecture: Architecture, plan: Plan, options: ArchitectureOptions, rows: Any) -> Inputs:
    """Learns from the training rows how rows of their kind are fed to the network."""
    if isinstance(rows, ImageFiles):
        return _image_inputs(architecture, plan, options, rows)
    if isinstance(rows, Texts):
        words = WordInputs.fit(rows)
        return Inputs(
            preprocessing=words,
            shape=(words.longest,),
            network={"vocabulary": words.vocabulary, **plan.network},
        )
    if isinstance(rows, SoundFiles):
        frames = FrameInputs.fit(rows)
        return Inputs(preprocessing=frames, shape=(frames.frames, frames.bands), network=dict(plan.network))
    return _series_inputs(plan, rows)


def _image_inputs(architecture: Architecture, plan: Plan, options: ArchitectureOptions, rows: ImageFiles) -> Inputs:
    side = side_for(plan, rows.shape, options.side)
    channels = 1 if rows.mode == "L" and architecture.family.startswith("lenet") else 3
    preprocessing = PixelInputs(side, 1 if plan.grey else channels)
    mean, deviation = _of_channels(preprocessing, rows)
    changes = Augmentation(shift=shift_for(side) if options.shift else 0, flip=options.flip)
    return Inputs(
        preprocessing=preprocessing,
        shape=(preprocessing.channels, side, side),
        network=dict(plan.network),
        pixels={"mean": mean.tolist(), "deviation": np.maximum(deviation, 1.0).tolist()},
        augmentation=changes.describe(),
        changes=changes,
    )


def _of_channels(preprocessing: PixelInputs, rows: ImageFiles) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of each channel over some images, from how often each byte occurs, block by block."""
    sample = np.linspace(0, len(rows) - 1, min(len(rows), _MEASURED)).astype(np.intp)
    counts = np.zeros((preprocessing.channels, 256))
    for start in range(0, len(sample), _BLOCK):
        pixels = preprocessing.pixels(rows.take(sample[start : start + _BLOCK]))
        for channel, count in enumerate(counts):
            count += np.bincount(pixels[..., channel].reshape(-1), minlength=256)
    shares, values = counts / counts.sum(axis=1, keepdims=True), np.arange(256.0)
    mean = shares @ values
    return mean, np.sqrt((shares * (values - mean[:, None]) ** 2).sum(axis=1))


def check_series(architecture: Architecture, rows: Table) -> None:
    """Refuses a table whose columns are not all numbers: they are read from the left as the steps of a series.

    Raises:
        UsageError: Such a column is named.
    """
    words = [column.name for column in rows.columns if column.kind != "number"]
    if words:
        others = f" and {len(words) - 1:,} more are no numbers" if len(words) > 1 else " is no number"
        drops = " ".join(f"--drop {shlex.quote(name)}" for name in words[:3])
        raise UsageError(
            f"`{architecture.name}` reads a table's columns as the steps of a series, and `{words[0]}`{others}",
            f"give `{drops}`{' and so on' if len(words) > 3 else ''}, or leave `--arch {architecture.name}` out",
        )


def _series_inputs(plan: Plan, rows: Table) -> Inputs:
    preprocessing = TablePreprocessor().fit(rows)
    return Inputs(preprocessing=preprocessing, shape=(len(preprocessing.feature_names_), 1), network=dict(plan.network))
