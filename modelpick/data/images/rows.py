"""Image files as raw rows: what `fit` and `predict` of every candidate for images take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelpick.data.images.decode import Mode, Size
from modelpick.data.images.store import WORKING_SIDE, ImageStore, examine
from modelpick.data.media_files import LeftOut
from modelpick.progress import SILENT, Listener

_BATCH = 256


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """One image file a row. It holds no pixels: these come from the store, which decodes each file once a size.

    Attributes:
        store: Of all the files; the parts of a split share it.
        index: Shape (rows,): which files of the store.
    """

    store: ImageStore
    index: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.index)

    def take(self, indices: NDArray[np.intp] | Sequence[int]) -> ImageFiles:
        """The files at `indices`, in that order."""
        return ImageFiles(self.store, self.index[np.asarray(indices, dtype=np.intp)])

    @property
    def paths(self) -> tuple[str, ...]:
        """Where each file lies."""
        return tuple(self.store.paths[i] for i in self.index)

    @property
    def shape(self) -> Size:
        """Median height and width of these files: a size that is learned from them knows no others."""
        return self.store.shape_of(self.index)

    @property
    def mode(self) -> Mode:
        """`L` where none of these files has colours, else `RGB`."""
        return "L" if all(self.store.looks[i].grey for i in self.index.tolist()) else "RGB"

    def suggested_size(self, most: int = WORKING_SIDE) -> Size:
        """The median size, no side above `most`: with the default it is decoded already, or as cheap as that."""
        height, width = self.shape
        return min(most, height), min(most, width)

    def at(self, rows: NDArray[np.intp] | Sequence[int], size: Size, mode: Mode = "RGB") -> NDArray[np.uint8]:
        """Pixels of some rows, shape (rows, height, width, channels): a batch in any order.

        Args:
            size: (height, width); the sides are squeezed each on their own.
            mode: `RGB` (3 channels) or `L` (1 channel). Alpha is laid on white, the picture is upright.

        Raises:
            CannotFindOut: A file has changed or gone since it was read.
        """
        return self.store.pixels(self.index[np.asarray(rows, dtype=np.intp)], size, mode)

    def arrays(self, size: Size, mode: Mode = "RGB", batch: int = _BATCH) -> Iterator[NDArray[np.uint8]]:
        """Pixels of all rows in order, in batches of shape (up to `batch`, height, width, channels)."""
        for start in range(0, len(self), batch):
            yield self.at(np.arange(start, min(start + batch, len(self))), size, mode)

    def array(self, size: Size, mode: Mode = "RGB") -> NDArray[np.uint8]:
        """Pixels of all rows at once, shape (rows, height, width, channels), uint8; so many bytes of memory."""
        whole = np.empty((len(self), *size, 3 if mode == "RGB" else 1), dtype=np.uint8)
        for start in range(0, len(self), _BATCH):
            rows = np.arange(start, min(start + _BATCH, len(self)))
            whole[rows] = self.at(rows, size, mode)
        return whole

    def originals(self) -> Iterator[NDArray[np.uint8]]:
        """RGB pixels of each row in order in its own size, shape (height, width, 3); errors as `at`."""
        for row in self.index.tolist():
            yield self.store.original(row)

    def row_hashes(self) -> NDArray[np.uint64]:
        """64 bits of each file's content, shape (rows,): equal for files of the same bytes."""
        return self.store.hashes(self.index)


def read_images(paths: Sequence[str], listener: Listener = SILENT) -> tuple[ImageFiles, tuple[LeftOut, ...]]:
    """Image files as rows, each decoded once, and those that are left out with the reasons."""
    with listener.step("Reading images", total=len(paths), unit="files") as step:
        store, bad = examine(paths, step)
    return ImageFiles(store, np.arange(len(store.paths))), bad
