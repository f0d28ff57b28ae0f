"""What is known of a set of image files, and their pixels in any size, decoded once where there is room."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.images.decode import ImageLook, Mode, Size, decode, fit_pixels, look, quiet_decoding
from modelpick.data.images.pixel_cache import MEMORY_BUDGET, PixelCache, place_for
from modelpick.data.media_files import BadFile, LeftOut, read_whole, row_hashes_of, side_by_side
from modelpick.errors import CannotFindOut
from modelpick.progress import Step

WORKING_SIDE = 64
"""Pixels a side to which images of different or large sizes are decoded when they are read first."""

_LOOKED_AT = 200
_HEAVY = 40_000
"""Pixels of an image above which decoding takes longer than handing it to a thread."""


class ImageStore:
    """The files themselves; `ImageFiles` are rows of it. Made by `examine`.

    Attributes:
        paths: Of the files that can be used, in the order in which they were given.
        looks: Size, format and so on of each.
        digests: sha256 of each, shape (files, 32), uint8.
        grey: No file has colours; then pixels are kept in one channel.
    """

    def __init__(self, paths: Sequence[str], looks: Sequence[ImageLook], digests: NDArray[np.uint8]) -> None:
        self.paths = tuple(paths)
        self.looks = tuple(looks)
        self.digests = digests
        self.grey = all(seen.grey for seen in looks)
        self._caches: dict[Size, PixelCache] = {}
        self._native: Size | None = None
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """With the pixels in memory, so that another process need not decode again, and without files and lock."""
        with self._lock:  # a thread of joblib pickles while this process goes on and keeps more
            kept = {size: cache for size, cache in self._caches.items() if cache.place == "memory"}
            return {**self.__dict__, "_caches": kept, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def shape_of(self, rows: NDArray[np.intp]) -> Size:
        """Median height and median width of some files."""
        sizes = np.array([self.looks[row].size for row in rows.tolist()])
        return (int(np.median(sizes[:, 0])), int(np.median(sizes[:, 1]))) if len(sizes) else (1, 1)

    def hashes(self, rows: NDArray[np.intp]) -> NDArray[np.uint64]:
        """64 bits of the content of each file."""
        return row_hashes_of(self.digests[rows])

    def pixels(self, rows: NDArray[np.intp], size: Size, mode: Mode) -> NDArray[np.uint8]:
        """Shape (rows, height, width, channels): 1 channel for `L`, 3 for `RGB`.

        Raises:
            CannotFindOut: A file has changed or gone since it was examined.
        """
        channels = 1 if self.grey else 3
        kept = np.empty((len(rows), *size, channels), dtype=np.uint8)
        with self._lock:
            cache = self._cache(size)
            known = cache.filled[rows]
            cache.read(rows[known], kept, np.flatnonzero(known))
            missing = np.flatnonzero(~known)
            if len(missing):
                with quiet_decoding():
                    todo = [int(rows[i]) for i in missing]
                    decoded = side_by_side(lambda row: self._decode(row, size), todo, heavy=_heavy(self.shape_of(rows)))
                    for position, pixels in zip(missing.tolist(), decoded, strict=True):
                        kept[position] = pixels
                        cache.put(int(rows[position]), pixels)
        if mode == "RGB" and channels == 1:
            return np.repeat(kept, 3, axis=3)
        return _grey(kept) if mode == "L" and channels == 3 else kept

    def original(self, row: int) -> NDArray[np.uint8]:
        """RGB pixels of one file in its own size, shape (height, width, 3); decoded anew unless all have one size.

        Raises:
            CannotFindOut: The file has changed or gone since it was examined.
        """
        if self._native is not None:
            pixels: NDArray[np.uint8] = self.pixels(np.array([row]), self._native, "RGB")[0]
            return pixels
        with quiet_decoding():
            return self._decode(row, None, "RGB")

    def _cache(self, size: Size) -> PixelCache:
        if size not in self._caches:
            channels = 1 if self.grey else 3
            in_memory, on_disk = (
                sum(cache.bytes for cache in self._caches.values() if cache.place == place)
                for place in ("memory", "disk")
            )
            place = place_for(len(self.paths) * size[0] * size[1] * channels, in_memory, on_disk)
            self._caches[size] = PixelCache(len(self.paths), (*size, channels), place)
        return self._caches[size]

    def _decode(self, row: int, size: Size | None, mode: Mode | None = None) -> NDArray[np.uint8]:
        mode = ("L" if self.grey else "RGB") if mode is None else mode
        if self._native is not None and size is not None:
            native = np.empty((1, *self._native, 1 if self.grey else 3), dtype=np.uint8)
            self._caches[self._native].read(np.array([row]), native, np.array([0]))
            return fit_pixels(native[0], size, mode)
        path = self.paths[row]
        try:
            data = read_whole(path)
            if sha256(data).digest() != self.digests[row].tobytes():
                raise BadFile("other bytes than before")
            return decode(data, size, mode)[1]
        except BadFile as error:
            raise CannotFindOut(
                f"`{path}` has changed since it was read: {error}", "run again, and leave the files alone", kind="data"
            ) from None

    def keep(self, size: Size, cache: PixelCache) -> None:
        """Takes pixels over that were decoded while the files were examined."""
        self._caches[size] = cache
        if cache.place == "memory" and cache.filled.all() and all(seen.size == size for seen in self.looks):
            self._native = size


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma of RGB as Pillow's `convert("L")` has it (ITU-R BT.601, in 16 bits with rounding)."""
    wide = pixels.astype(np.uint32)
    luma = wide[..., 0] * 19595 + wide[..., 1] * 38470 + wide[..., 2] * 7471 + 0x8000
    return (luma >> 16).astype(np.uint8)[..., None]


def examine(paths: Sequence[str], step: Step | None = None) -> tuple[ImageStore, tuple[LeftOut, ...]]:
    """Reads every file once: whole, hashed, and decoded to the end, so that no damage is met later.

    The pixels are kept as they come, in their own size where all have the same and there is room, else squeezed into
    `WORKING_SIDE` a side at most.

    Returns:
        The files that can be used, and those that cannot, with the reasons.
    """
    with quiet_decoding():
        size, grey, heavy = _working_size(paths)
        mode: Mode = "L" if grey else "RGB"
        shape = (*size, 1 if grey else 3)
        place = place_for(len(paths) * int(np.prod(shape)), 0, 0)
        cache = PixelCache(len(paths), shape, place)
        digests = np.empty((len(paths), 32), dtype=np.uint8)
        looks: list[ImageLook] = []
        good: list[str] = []
        bad: list[LeftOut] = []

        def work(i: int) -> tuple[bytes, ImageLook, NDArray[np.uint8]] | str:
            try:
                data = read_whole(paths[i])
                return (sha256(data).digest(), *decode(data, size, mode))
            except BadFile as error:
                return str(error)

        for path, result in zip(paths, side_by_side(work, range(len(paths)), heavy=heavy), strict=True):
            if isinstance(result, str):
                bad.append(LeftOut(path, result))
            else:
                digests[len(good)] = np.frombuffer(result[0], dtype=np.uint8)
                cache.put(len(good), result[2])
                looks.append(result[1])
                good.append(path)
            if step is not None:
                step.advance()
    store = ImageStore(good, looks, digests[: len(good)])
    cache.filled = cache.filled[: len(good)]
    if good and store.grey == grey:
        store.keep(size, cache)
    else:
        cache.close()
    return store, tuple(bad)


def _working_size(paths: Sequence[str]) -> tuple[Size, bool, bool]:
    """The size to decode to at first, whether in grey, and in threads, from the headers of some two hundred files."""
    looks = []
    for i in range(0, len(paths), max(1, len(paths) // _LOOKED_AT)):
        try:
            looks.append(look(read_whole(paths[i])))
        except BadFile:
            continue
    if not looks:
        return (1, 1), True, False
    grey = all(seen.grey for seen in looks)
    height, width = (int(np.median([seen.size[side] for seen in looks])) for side in (0, 1))
    heavy = _heavy((height, width))
    room = height * width * (1 if grey else 3) * len(paths) <= MEMORY_BUDGET // 2
    if room and len({seen.size for seen in looks}) == 1:
        return (height, width), grey, heavy
    return (min(WORKING_SIDE, height), min(WORKING_SIDE, width)), grey, heavy


def _heavy(size: Size) -> bool:
    return size[0] * size[1] > _HEAVY
