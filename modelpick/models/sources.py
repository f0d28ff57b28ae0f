"""Rows of the architectures as batches: images kept in bytes, and sequences of different lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil

import torch
from torch import Generator, Tensor

from modelpick.models.augmentation import Augmentation
from modelpick.models.batches import Batch

_ALIKE = 16  # batches whose rows are sorted by length together


class ImageRows:
    """Images in bytes, normalised batch by batch; a `Source`.

    Args:
        pixels: uint8 of shape (rows, height, width, channels), on the network's device; or a function that gives the
            pixels of some rows (their numbers on the CPU), for images that do not fit into memory.
        targets: Shape (rows, classes).
        weights: Shape (rows,), or None.
        mean, deviation: Of each channel, from 0 to 255, shape (channels,).
        augmentation: Done while learning, never while measuring.
        channels_last: Give the images with their channels last in memory.
        dtype: Of what the network gets.
    """

    def __init__(
        self,
        pixels: Tensor | Callable[[Tensor], Tensor],
        targets: Tensor,
        weights: Tensor | None = None,
        *,
        mean: Tensor,
        deviation: Tensor,
        augmentation: Augmentation | None = None,
        channels_last: bool = False,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.pixels = pixels
        self.targets = targets
        self.weights = weights
        self.mean = mean
        self.deviation = deviation
        self.augmentation = Augmentation() if augmentation is None else augmentation
        self.channels_last = channels_last
        self.dtype = dtype

    def __len__(self) -> int:
        """How many images."""
        return len(self.targets)

    def batches(self, size: int, generator: Generator) -> Iterator[Batch]:
        """The images in a new order, each changed by the augmentation."""
        order = torch.randperm(len(self), generator=generator)
        sent = moved(order, self.targets.device)
        for index, rows in zip(even_parts(order, size), even_parts(sent, size), strict=True):
            yield self._batch(self.augmentation.apply(self._take(index, rows), generator), rows)

    def parts(self, size: int) -> Iterator[Batch]:
        """The images as they are."""
        for start in range(0, len(self), size):
            index = torch.arange(start, min(start + size, len(self)))
            rows = moved(index, self.targets.device)
            yield self._batch(self._take(index, rows), rows)

    def _take(self, index: Tensor, rows: Tensor) -> Tensor:
        """Pixels of some rows, whose numbers are on the CPU and on the device: asking a GPU for them would wait."""
        return self.pixels[rows] if isinstance(self.pixels, Tensor) else self.pixels(index)

    def _batch(self, pixels: Tensor, rows: Tensor) -> Batch:
        images = normalised(pixels, self.mean, self.deviation, self.dtype, self.channels_last)
        weights = None if self.weights is None else self.weights[rows]
        return Batch(inputs=(images,), targets=self.targets[rows], weights=weights)


def moved(numbers: Tensor, device: torch.device) -> Tensor:
    """Numbers on the device. A GPU is not waited for: they are few, and it would idle after each batch."""
    return numbers.to(device, non_blocking=device.type == "cuda")


def normalised(pixels: Tensor, mean: Tensor, deviation: Tensor, dtype: torch.dtype, channels_last: bool) -> Tensor:
    """Bytes of shape (rows, height, width, channels) as the network takes them: (rows, channels, height, width)."""
    images = pixels.to(dtype).sub_(mean).div_(deviation).permute(0, 3, 1, 2)
    return images if channels_last else images.contiguous()


class SequenceRows:
    """Words or steps, padded at the end; a `Source` whose batches are as long as their longest row.

    Args:
        values: Words, (rows, steps), or numbers, (rows, steps, inputs), on the network's device.
        lengths: Steps of each row, on the CPU; None: all steps of all rows count.
        targets: Shape (rows, classes).
        weights: Shape (rows,), or None.
    """

    def __init__(self, values: Tensor, lengths: Tensor | None, targets: Tensor, weights: Tensor | None = None) -> None:
        self.values = values
        self.lengths = lengths
        self.targets = targets
        self.weights = weights

    def __len__(self) -> int:
        """How many sequences."""
        return len(self.values)

    def batches(self, size: int, generator: Generator) -> Iterator[Batch]:
        """The sequences in a new order; those of a batch are of similar length, so that little is padding."""
        order = torch.randperm(len(self), generator=generator)
        groups = [order]
        if self.lengths is not None:
            alike = [order[start : start + size * _ALIKE] for start in range(0, len(order), size * _ALIKE)]
            groups = [group[self.lengths[group].argsort(stable=True)] for group in alike]
        found = [part for group in groups for part in even_parts(group, size)]
        for number in torch.randperm(len(found), generator=generator).tolist():
            yield self._batch(found[number])

    def parts(self, size: int) -> Iterator[Batch]:
        """The sequences in their order."""
        for start in range(0, len(self), size):
            yield self._batch(torch.arange(start, min(start + size, len(self))))

    def _batch(self, index: Tensor) -> Batch:
        rows = moved(index, self.targets.device)
        values = self.values[rows]
        weights = None if self.weights is None else self.weights[rows]
        if self.lengths is None:
            return Batch(inputs=(values,), targets=self.targets[rows], weights=weights)
        lengths = self.lengths[index]  # they stay on the CPU, where packing wants them
        inputs = (values[:, : int(lengths.max())], lengths)
        return Batch(inputs=inputs, targets=self.targets[rows], weights=weights)


def even_parts(order: Tensor, size: int) -> tuple[Tensor, ...]:
    """As few parts of at most `size` as possible, all equally large or one smaller: none is a last crumb of one row."""
    return order.tensor_split(max(1, ceil(len(order) / size)))
