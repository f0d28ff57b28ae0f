"""From the bytes of an image file to pixels: upright, on white, in eight bits, of one size."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from modelpick.data.media_files import BadFile

Mode = Literal["L", "RGB"]
Size = tuple[int, int]
"""(height, width)."""

FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF")
"""The formats that are tried, whatever a file is called. Pillow knows over forty, some of them dangerous."""
MOST_PIXELS = 50_000_000
"""Of one image; beyond that it is left out unread, for decoding takes up to eight bytes a pixel."""

_LARGE = 8_000_000
_ONE_LARGE = threading.Lock()
"""Large images are decoded one at a time, so that memory does not depend on the threads."""
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF's orientation -> what brings the picture upright (CIPA DC-008, tag 0x0112)."""
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow's readers raise on damaged files; most of it is not documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLook:
    """What an image is before anything is converted.

    Attributes:
        size: Height and width, upright.
        grey: No colours: one channel, with or without alpha.
        format: As Pillow names it: PNG, JPEG, ...
        deep: More than eight bits a channel; the upper eight are taken.
        frames: More than one: the first is taken.
        turned: EXIF asks for a turn or a mirror.
    """

    size: Size
    grey: bool
    format: str
    deep: bool = False
    frames: bool = False
    turned: bool = False


@contextmanager
def quiet_decoding() -> Iterator[None]:
    """Pillow's warnings of odd files are not shown, and that of a decompression bomb is an error.

    Filters of warnings belong to the whole process: enter it around the threads that decode, never inside one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def look(data: bytes) -> ImageLook:
    """What the header of an image says; BadFile where there is none or the image is too large."""
    try:
        with _opened(data) as image:
            return _look(image)
    except UnidentifiedImageError:
        raise BadFile(_what_it_is(data)) from None
    except _BROKEN as error:
        raise _bad(error) from None


def decode(data: bytes, size: Size | None, mode: Mode) -> tuple[ImageLook, NDArray[np.uint8]]:
    """The pixels of an image file, shape (height, width, channels), one channel for `L` and three for `RGB`.

    The picture is squeezed into `size`, its sides each on their own, with a filter that covers all pixels (triangle,
    scaled to the reduction); None keeps its own size. Transparent parts are white, CMYK and palettes become RGB, of 16
    bits the upper 8 are taken, of an animation the first frame, and EXIF's orientation is followed.

    Raises:
        BadFile: The file is damaged, empty, no image, or larger than `MOST_PIXELS`.
    """
    try:
        with _opened(data) as image:
            seen = _look(image)
            large = seen.size[0] * seen.size[1] > _LARGE
            with _ONE_LARGE if large else nullcontext():
                return seen, _pixels(image, seen, size, mode)
    except UnidentifiedImageError:
        raise BadFile(_what_it_is(data)) from None
    except _BROKEN as error:
        raise _bad(error) from None


def fit_pixels(pixels: NDArray[np.uint8], size: Size, mode: Mode) -> NDArray[np.uint8]:
    """Decoded pixels in another size and mode, as `decode` of the same file gives them."""
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    return _as_array(_resized(image, size), mode)


def _opened(data: bytes) -> Image.Image:
    if not data:
        raise BadFile("empty, no bytes at all")
    return Image.open(io.BytesIO(data), formats=FORMATS)


def _look(image: Image.Image) -> ImageLook:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise BadFile(f"too large: {width:,} x {height:,} pixels, over {MOST_PIXELS // 1_000_000} million")
    turn = _orientation(image)
    return ImageLook(
        size=(width, height) if turn >= 5 else (height, width),
        grey=image.mode in ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F"),
        format=image.format or "",
        deep=image.mode.startswith(("I", "F")),
        frames=bool(getattr(image, "is_animated", False)),
        turned=turn > 1,
    )


def _orientation(image: Image.Image) -> int:
    """1 to 8; 1 where EXIF is absent or broken, for the picture itself may be whole."""
    if "exif" not in image.info:
        return 1
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _pixels(image: Image.Image, seen: ImageLook, size: Size | None, mode: Mode) -> NDArray[np.uint8]:
    turn = _orientation(image)
    if size is not None:
        # A JPEG is decoded at 1/2, 1/4 or 1/8 where that is still twice as large as what is wanted.
        longest = 2 * max(size)
        image.draft("L" if mode == "L" and seen.grey else "RGB", (longest, longest))
    image.load()
    plain = _plain(image)
    wanted = size if turn < 5 or size is None else (size[1], size[0])
    if wanted is not None:
        plain = _resized(plain, wanted)
    plain = _on_white(plain)
    if turn in _TURNS:
        plain = plain.transpose(_TURNS[turn])
    return _as_array(plain, mode)


def _plain(image: Image.Image) -> Image.Image:
    """Modes whose numbers are no light, or wider than eight bits, in ones that can be resized."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        values = np.asarray(image)
        return Image.fromarray((np.clip(values, 0, 65535).astype(np.uint16) >> 8).astype(np.uint8))
    if "transparency" in image.info or image.mode in ("PA", "RGBa", "La"):
        return image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGB")
    return image.convert("L") if image.mode == "1" else image


def _resized(image: Image.Image, size: Size) -> Image.Image:
    if image.size == (size[1], size[0]):
        return image
    return image.resize((size[1], size[0]), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA"):
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _as_array(image: Image.Image, mode: Mode) -> NDArray[np.uint8]:
    array = np.asarray(image if image.mode == mode else image.convert(mode))
    return array[:, :, None] if array.ndim == 2 else array


def _bad(error: BaseException) -> BadFile:
    if isinstance(error, BadFile):
        return error
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return BadFile(f"too large: over {MOST_PIXELS // 1_000_000} million pixels")
    if isinstance(error, MemoryError):
        return BadFile("too large for the memory that is free")
    why = str(error).strip().split("\n", 1)[0][:80]
    return BadFile(f"damaged ({why})" if why else "damaged")


def _what_it_is(data: bytes) -> str:
    """In words, what the bytes look like that are no image."""
    head = data[:512]
    if head.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer, not the image itself"
    if not any(head):
        return "no image: zero bytes only"
    if head.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM")) or head[8:12] == b"WEBP":
        return "damaged: its header cannot be read"
    known = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip", b"II*\0": "a TIFF", b"MM\0*": "a TIFF", b"\x1f\x8b": "a gzip"}
    for magic, word in known.items():
        if head.startswith(magic):
            return f"no image that is read: {word} by its bytes"
    if head.lstrip().lower().startswith((b"<svg", b"<?xml", b"<html", b"<!doctype")):
        return "no image that is read: markup (SVG or HTML)"
    printable = sum(32 <= byte < 127 or byte in b"\t\n\r" for byte in head)
    return "no image: text by its bytes" if printable >= 0.95 * len(head) else "no image that can be recognised"
