"""Decoded pixels of many images of one size, kept where there is room for them."""

from __future__ import annotations

import shutil
import tempfile
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

Place = Literal["memory", "disk", "nowhere"]

MEMORY_BUDGET = 256_000_000
"""Bytes of pixels that one set of images keeps in memory, over all sizes."""
DISK_BUDGET = 8_000_000_000
"""Bytes of pixels that it keeps in files, and never more than a quarter of what is free."""


class PixelCache:
    """An array of shape (images, height, width, channels), uint8, of which any part may be filled.

    On disk it is a file without a name in the folder for temporary files: it is read and not mapped, so that it never
    counts as this process's memory, and it is gone when the process is, however that ends.
    """

    def __init__(self, images: int, shape: tuple[int, int, int], place: Place) -> None:
        self.shape = shape
        self.place = place
        self.bytes = images * int(np.prod(shape))
        self.filled = np.zeros(images, dtype=bool)
        self._array: NDArray[np.uint8] | None = None
        self._file: IO[bytes] | None = None
        if place == "memory":
            self._array = np.empty((images, *shape), dtype=np.uint8)
        elif place == "disk":
            self._file = tempfile.TemporaryFile(prefix="modelpick-pixels-", buffering=0)  # noqa: SIM115 - kept open

    def put(self, row: int, pixels: NDArray[np.uint8]) -> None:
        """Keeps the pixels of one image."""
        if self._array is not None:
            if not (self._array.flags.writeable and self.filled.flags.writeable):  # as joblib hands them to processes
                return
            self._array[row] = pixels
        elif self._file is not None:
            try:
                self._file.seek(row * pixels.nbytes)
                written = self._file.write(np.ascontiguousarray(pixels).data)
            except OSError:  # the disk is full: what is not kept is decoded again
                return
            if written != pixels.nbytes:
                return
        else:
            return
        self.filled[row] = True

    def read(self, rows: NDArray[np.intp], out: NDArray[np.uint8], positions: NDArray[np.intp]) -> None:
        """Copies the pixels of filled `rows` to these positions of `out`."""
        if self._array is not None:
            out[positions] = self._array[rows]
        elif self._file is not None:
            for row, position in zip(rows.tolist(), positions.tolist(), strict=True):
                self._file.seek(row * out[position].nbytes)
                self._file.readinto(out[position].data)  # type: ignore[attr-defined] # of unbuffered files

    def close(self) -> None:
        """Gives the room back."""
        self._array = None
        self.filled[:] = False
        if self._file is not None:
            self._file.close()
            self._file = None


def place_for(size: int, in_memory: int, on_disk: int) -> Place:
    """Where so many bytes go, beside what is kept already."""
    if in_memory + size <= MEMORY_BUDGET:
        return "memory"
    free = shutil.disk_usage(tempfile.gettempdir()).free
    return "disk" if on_disk + size <= min(DISK_BUDGET, free // 4) else "nowhere"
