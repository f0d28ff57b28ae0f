"""Images as features: their pixels at one small size, from 0 to 1, then centred and scaled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.features import reading
from modelpick.data.features.standardised import Standardising, fit_standardising
from modelpick.data.preprocessing_options import PreprocessingOptions

if TYPE_CHECKING:
    from modelpick.data.images.decode import Mode
    from modelpick.data.images.rows import ImageFiles

FORMAT = "modelpick.preprocessing-pixels/1"
MOST_BYTES = 1 << 29
"""Of the training rows' features: with many images these are made smaller."""
_MOST_SIDE = 1_024


class PixelPreprocessor:
    """Turns images into rows of pixels.

    Attributes:
        size: (height, width) to which each image is squeezed.
        mode: `RGB`, or `L` where no image has colours.
    """

    kind: ClassVar[Kind] = "image"
    columns_: ClassVar[tuple[str, ...]] = ()

    def __init__(self, options: PreprocessingOptions | None = None) -> None:
        self.options = PreprocessingOptions() if options is None else options
        self.size: tuple[int, int] = (0, 0)
        self.mode: Mode = "RGB"
        self._standardising: Standardising | None = None

    @property
    def _fitted(self) -> Standardising:
        if self._standardising is None:
            raise RuntimeError("the preprocessing is not fitted yet: call fit first")
        return self._standardising

    def fit(self, rows: ImageFiles, y: NDArray[Any] | None = None) -> Self:
        """Chooses a size, and learns each pixel's mean and deviation from these images."""
        height, width = rows.suggested_size(self.options.pixel_side)
        self.mode = rows.mode
        channels = 3 if self.mode == "RGB" else 1
        while 4 * len(rows) * height * width * channels > MOST_BYTES and min(height, width) > 8:
            height, width = height // 2, width // 2
        self.size = (height, width)
        self._standardising = fit_standardising(self._pixels(rows))
        return self

    def fit_transform(self, rows: ImageFiles, y: NDArray[Any] | None = None) -> NDArray[np.float32]:
        """Learns from these images and returns their features."""
        return self.fit(rows, y).transform(rows)

    def _pixels(self, rows: ImageFiles) -> Iterator[NDArray[np.float64]]:
        for batch in rows.arrays(self.size, self.mode):
            yield batch.reshape(len(batch), -1) / 255.0

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """`row.column`, with the colour where there are colours."""
        colours = (" red", " green", " blue") if self.mode == "RGB" else ("",)
        height, width = self.size
        return tuple(f"pixel {i}.{j}{colour}" for i in range(height) for j in range(width) for colour in colours)

    def transform(self, rows: ImageFiles) -> NDArray[np.float32]:
        """Shape (rows, height * width * channels)."""
        return self._fitted.gather(self._pixels(rows), len(rows))

    def unseen(self, rows: ImageFiles) -> dict[str, int]:
        """None."""
        return {}

    def example_row(self) -> tuple[str, ...]:
        """None: rows are no table."""
        return ()

    def describe(self) -> tuple[str, ...]:
        """What happens to an image."""
        height, width = self.size
        what = "red, green and blue" if self.mode == "RGB" else "grey"
        return (
            f"Pixels: each image is squeezed to {height} x {width} {what} pixels with values from 0 to 1.",
            "Centring and scaling: each pixel minus the training images' mean, divided by their standard deviation.",
        )

    def to_dict(self) -> dict[str, Any]:
        """Size and mode; means and scales are in `arrays`."""
        self._fitted  # noqa: B018 - RuntimeError before `fit`
        return {"format": FORMAT, "height": self.size[0], "width": self.size[1], "mode": self.mode}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Means and scales of the pixels."""
        return self._fitted.arrays()

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> PixelPreprocessor:
        """What `to_dict` and `arrays` wrote; CannotFindOut (kind `checkpoint`) where it is damaged."""
        made = cls()
        height, width = (reading.whole(fields, key, 1, _MOST_SIDE) for key in ("height", "width"))
        made.size = (height, width)
        made.mode = "RGB" if reading.word(fields, "mode", ("RGB", "L")) == "RGB" else "L"
        features = height * width * (3 if made.mode == "RGB" else 1)
        made._standardising = Standardising.from_arrays(arrays, features)
        return made
