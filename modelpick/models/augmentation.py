"""Copies of images that mean the same: shifted by some pixels, mirrored. Drawn anew for each image in each epoch.

Shifts are on unless they are switched off: they gain as much as a better architecture on few images. Mirroring is off
unless it is asked for: nothing in the pixels tells whether left and right make the class (digits, signs, letters).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """What is done to each image while a network learns.

    Attributes:
        shift: Up to so many pixels in each direction; what comes in from outside is 0, and what goes out is cropped.
        flip: Half of the images are mirrored, left to right.
    """

    shift: int = 0
    flip: bool = False

    def describe(self) -> str:
        """In words, for the report."""
        said = [f"shifted by up to {self.shift} pixels"] if self.shift else []
        said += ["mirrored half of the time"] if self.flip else []
        return " and ".join(said) if said else "unchanged"

    def apply(self, pixels: Tensor, generator: Generator) -> Tensor:
        """Images of shape (rows, height, width, channels), each changed in its own way; the same shape."""
        rows, height, width, _ = pixels.shape
        device = pixels.device
        down = across = torch.zeros(rows, 1, dtype=torch.int64, device=device)
        if self.shift:
            moves = torch.randint(0, 2 * self.shift + 1, (2, rows, 1), generator=generator).to(
                device, non_blocking=device.type == "cuda"
            )
            down, across = moves[0], moves[1]
            pixels = torch.nn.functional.pad(pixels, (0, 0, self.shift, self.shift, self.shift, self.shift))
        elif not self.flip:
            return pixels
        lines = torch.arange(height, device=device) + down
        columns = torch.arange(width, device=device).expand(rows, width)
        if self.flip:
            mirrored = (
                torch.randint(0, 2, (rows, 1), generator=generator)
                .to(device, non_blocking=device.type == "cuda")
                .bool()
            )
            columns = torch.where(mirrored, width - 1 - columns, columns)
        columns = columns + across
        return pixels[torch.arange(rows, device=device)[:, None, None], lines[:, :, None], columns[:, None, :]]


def shift_for(side: int) -> int:
    """Pixels of the usual shift: 3 at 32 x 32, in proportion for other sizes."""
    return round(side * 3 / 32)
