"""Images as a network takes them: pixels of one size, in bytes. The network centres and scales them itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.features.reading import damaged
from modelpick.data.images.decode import Mode
from modelpick.data.images.rows import ImageFiles
from modelpick.data.network_inputs.plain import PlainInputs, checked

FORMAT = "modelpick.pixels-for-networks/1"
_MOST_SIDE = 1024


class PixelInputs(PlainInputs):
    """Squeezes each image into a square and keeps its pixels, row by row, the channels of a pixel together.

    Attributes:
        side: Pixels on a side.
        channels: 1 (grey) or 3 (RGB).
    """

    kind: ClassVar[Kind] = "image"

    def __init__(self, side: int, channels: int) -> None:
        self.side = side
        self.channels = channels

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """`row.column.channel` of each pixel."""
        sides, colours = range(self.side), range(self.channels)
        return tuple(f"{row}.{column}.{colour}" for row in sides for column in sides for colour in colours)

    @property
    def mode(self) -> Mode:
        """As the image files take it."""
        return "L" if self.channels == 1 else "RGB"

    def transform(self, rows: ImageFiles) -> NDArray[np.uint8]:
        """Pixels from 0 to 255, shape (rows, side * side * channels)."""
        return self.pixels(rows).reshape(len(rows), self.side * self.side * self.channels)

    def pixels(self, rows: ImageFiles) -> NDArray[np.uint8]:
        """The same, shape (rows, side, side, channels)."""
        return rows.array((self.side, self.side), self.mode)

    def describe(self) -> tuple[str, ...]:
        """What happens to an image."""
        colours = "grey" if self.channels == 1 else "RGB"
        return (f"each image is squeezed into {self.side} x {self.side} pixels, {colours}",)

    def to_dict(self) -> dict[str, Any]:
        """Side and channels."""
        return {"format": FORMAT, "side": self.side, "channels": self.channels}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> PixelInputs:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        side, channels = checked(fields, "side", _MOST_SIDE), checked(fields, "channels", 3)
        if channels == 2:
            raise damaged("`channels` is neither 1 nor 3")
        return cls(side, channels)
