"""What an image file becomes: upright, on white, eight bits, one size; and what is no image."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from modelpick.data.images.decode import MOST_PIXELS, decode, fit_pixels, quiet_decoding
from modelpick.data.media_files import BadFile


def encoded(image, fmt="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def gradient(width=20, height=10):
    x = np.linspace(0, 255, width)[None, :, None]
    y = np.linspace(0, 255, height)[:, None, None]
    red = np.broadcast_to(x, (height, width, 1))
    green = np.broadcast_to(y, (height, width, 1))
    return Image.fromarray(np.concatenate([red, green, np.full_like(red, 40)], axis=2).astype(np.uint8))


@pytest.mark.parametrize("fmt", ["PNG", "BMP", "WEBP", "GIF", "JPEG"])
def test_formats_give_the_same_picture(fmt):
    options = {"lossless": True} if fmt == "WEBP" else {"quality": 95} if fmt == "JPEG" else {}
    seen, pixels = decode(encoded(gradient(), fmt, **options), None, "RGB")
    assert (seen.format, seen.size, pixels.shape) == (fmt, (10, 20), (10, 20, 3))
    off = np.abs(pixels.astype(int) - np.asarray(gradient()).astype(int))
    assert off.mean() < (12 if fmt in ("GIF", "JPEG") else 0.01)


def test_modes_become_rgb_on_white():
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    half = Image.new("LA", (4, 4), (0, 128))
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 10, 200, 30])
    see_through = encoded(palette, transparency=1)
    cyan = encoded(Image.new("CMYK", (4, 4), (255, 0, 0, 0)), "JPEG")
    assert (decode(encoded(clear), None, "RGB")[1] == 255).all()
    assert abs(int(decode(encoded(half), None, "L")[1][0, 0, 0]) - 127) <= 1
    assert (decode(encoded(palette), None, "RGB")[1][0, 0] == [10, 200, 30]).all()
    assert (decode(see_through, None, "RGB")[1] == 255).all()
    red, green, blue = decode(cyan, None, "RGB")[1][0, 0]
    assert red < 20
    assert min(green, blue) > 200
    assert (decode(encoded(Image.new("1", (4, 4), 1)), None, "RGB")[1] == 255).all()


def test_sixteen_bits_keep_their_upper_eight():
    values = np.array([[0, 256, 32768, 65535]], dtype=np.uint16)
    seen, pixels = decode(encoded(Image.fromarray(values)), None, "L")
    assert (seen.deep, seen.grey) == (True, True)
    assert pixels[0, :, 0].tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_orientation_is_followed(turn):
    upright = Image.new("L", (16, 8), 255)
    upright.paste(0, (0, 0, 8, 4))  # dark at the upper left
    # What a camera held that way stores: the inverse of what brings it upright.
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[turn]
    exif = Image.Exif()
    exif[0x0112] = turn
    seen, pixels = decode(encoded(stored, "PNG", exif=exif), None, "L")
    assert seen.size == (8, 16) == pixels.shape[:2]
    assert (pixels[:, :, 0] == np.asarray(upright)).all()
    small = decode(encoded(stored, "PNG", exif=exif), (4, 8), "L")[1][:, :, 0]
    assert small.shape == (4, 8)
    assert (small[0, 0] < 40, small[3, 7] > 215) == (True, True)


def test_only_the_first_frame_of_an_animation():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    seen, pixels = decode(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), None, "RGB")
    assert seen.frames
    assert pixels[0, 0].tolist() == [255, 0, 0]


def test_a_size_from_pixels_is_that_from_the_file():
    for image in (gradient(33, 17), gradient(33, 17).convert("L")):
        mode = image.mode
        whole = decode(encoded(image), None, mode)[1]
        assert (fit_pixels(whole, (8, 9), mode) == decode(encoded(image), (8, 9), mode)[1]).all()


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(side):
    """A PNG that claims side x side pixels in a few bytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(b""))
        + png_chunk(b"IEND", b"")
    )


def zeros_after(data, share):
    return data[: int(len(data) * share)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\0" * 500, "zero bytes"),
        (b"these are words and no picture\n" * 9, "text by its bytes"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "markup"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "text by its bytes"),
        (zeros_after(encoded(gradient(), "PNG"), 0.6), "damaged"),
        (zeros_after(encoded(gradient(200, 200), "JPEG"), 0.6), "damaged"),
        (bomb(int(MOST_PIXELS**0.5) + 2), "too large"),
        (bomb(12_000), "too large"),
        (bomb(60_000), "too large"),
        (encoded(gradient())[:20] + b"\xff" * 12, "damaged"),
    ],
)
def test_what_is_no_image_is_named(data, why):
    with quiet_decoding(), pytest.raises(BadFile, match=why):
        decode(data, (8, 8), "RGB")


def test_any_damage_is_a_bad_file_or_a_picture():
    rng = np.random.default_rng(0)
    for fmt in ("PNG", "JPEG", "BMP", "WEBP", "GIF"):
        whole = encoded(gradient(40, 30), fmt)
        for _ in range(60):
            data = bytearray(whole)
            for at in rng.integers(0, len(data), rng.integers(1, 6)):
                data[at] = rng.integers(0, 256)
            with suppress(BadFile):
                assert decode(bytes(data[: rng.integers(1, len(data) + 1)]), (8, 8), "RGB")[1].shape == (8, 8, 3)
