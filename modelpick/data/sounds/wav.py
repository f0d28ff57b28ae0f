"""A wav file's bytes to samples: the RIFF chunks read by hand, for headers in the wild are seldom regular."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelpick.data.media_files import BadFile

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
LOWEST_RATE, HIGHEST_RATE = 100, 768_000
MOST_CHANNELS = 64

_STREAMED = 0x7FFFF000
"""From this size on (and at 0) a header was written before its length was known: the sound goes to the end."""
_CODECS = {2: "ADPCM", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x31: "GSM", 0x50: "MPEG", 0x55: "MP3"}
_OTHERS = {
    b"fLaC": "FLAC",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"FORM": "AIFF",
    b"RIFX": "a big-endian wav (RIFX)",
    b"version https://git-lfs": "a Git LFS pointer, not the sound itself",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    tag: int
    channels: int
    rate: int
    container: int
    bits: int


def read_wav(data: bytes) -> tuple[NDArray[np.float32], int]:
    """The samples of a wav file, its channels mixed down to one by their mean, and its rate in Hz.

    PCM of 8 (unsigned), 16, 24 and 32 bits becomes numbers from -1 to 1, floats of 32 and 64 bits stay as they are.
    Chunks may stand in any order and number; sizes that a recorder never filled in (0, or all ones) mean the rest of
    the file.

    Returns:
        Samples, float32 of shape (frames,), frames >= 1; rate.

    Raises:
        BadFile: It is no wav, of another coding, cut short, empty, or holds values that are no numbers.
    """
    form, sound = _chunks(data)
    dtype, scale = _coding(form)
    block = form.container * form.channels
    frames = len(sound) // block
    if not frames:
        raise BadFile("empty, no samples at all")
    if form.tag == PCM and form.container == 3:
        samples = _from_24_bits(sound[: frames * block])
    else:
        samples = np.frombuffer(sound, dtype=dtype, count=frames * form.channels)
    with np.errstate(over="ignore", invalid="ignore"):
        values = samples.astype(np.float32)
        if form.container == 1:
            values -= 128
        values *= np.float32(1 / scale)
    if form.tag == FLOAT and not np.isfinite(values).all():
        raise BadFile("it holds values that are no numbers (NaN or infinity)")
    if form.channels > 1:
        values = values.reshape(frames, form.channels).mean(axis=1, dtype=np.float32)
    return values, form.rate


def float_wav(samples: NDArray[np.float32], rate: int) -> bytes:
    """A wav file of one channel in 32-bit floats, from which `read_wav` gives the same samples bit for bit."""
    body = samples.astype("<f4").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, FLOAT, 1, rate, 4 * rate, 4, 32)
    size = len(b"WAVE") + len(form) + 8 + len(body)
    return struct.pack("<4sI4s", b"RIFF", size, b"WAVE") + form + struct.pack("<4sI", b"data", len(body)) + body


def _chunks(data: bytes) -> tuple[_Format, memoryview]:
    """The format and the bytes of the samples."""
    if not data:
        raise BadFile("empty, no bytes at all")
    if len(data) < 12 or data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise BadFile(_what_it_is(data))
    view, at, form = memoryview(data), 12, None
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        start, left = at + 8, len(data) - at - 8
        if name == b"fmt ":
            form = _format(bytes(view[start : start + min(size, left)]))
        elif name == b"data":
            if form is None:
                raise BadFile("damaged: the samples stand before their format")
            if size >= _STREAMED or (size == 0 and left and not _chunk_follows(data, start)):
                size = left
            if size > left:
                raise BadFile(f"cut short: {left:,} of {size:,} bytes of sound are there")
            return form, view[start : start + size]
        at = start + size + size % 2
        # Some writers leave out the byte that makes a chunk even.
        if size % 2 and not _chunk_follows(data, at) and _chunk_follows(data, at - 1):
            at -= 1
    raise BadFile("damaged: no samples follow the header" if form else "damaged: the header ends before its format")


def _chunk_follows(data: bytes, at: int) -> bool:
    """Whether a chunk that fits into the file begins here: four printable characters and a size."""
    if at + 8 > len(data) or not all(32 <= byte < 127 for byte in data[at : at + 4]):
        return False
    return bool(struct.unpack_from("<I", data, at + 4)[0] <= len(data) - at - 8) or data[at : at + 4] == b"data"


def _format(chunk: bytes) -> _Format:
    if len(chunk) < 16:
        raise BadFile("damaged: the format is cut short")
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == EXTENSIBLE:
        if len(chunk) < 26:
            raise BadFile("damaged: the extensible format is cut short")
        tag = struct.unpack_from("<H", chunk, 24)[0]  # the GUID of the coding begins with its old tag
    if not 1 <= channels <= MOST_CHANNELS:
        raise BadFile(f"damaged: {channels} channels")
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise BadFile(f"damaged: a rate of {rate:,} Hz")
    container = block // channels if block and block % channels == 0 else (bits + 7) // 8
    return _Format(tag=tag, channels=channels, rate=rate, container=container, bits=bits)


def _coding(form: _Format) -> tuple[str, float]:
    """NumPy's name of the numbers, and what stands for 1."""
    if form.tag == FLOAT and form.container in (4, 8):
        return f"<f{form.container}", 1.0
    if form.tag == PCM and form.container in (1, 2, 3, 4):
        return ("u1", 128.0) if form.container == 1 else (f"<i{form.container}", 2.0 ** (8 * form.container - 1))
    word = _CODECS.get(form.tag)
    if word is not None or form.tag not in (PCM, FLOAT):
        raise BadFile(f"coded as {word or f'format {form.tag}'}; PCM and float are read")
    raise BadFile(f"samples of {form.bits} bits in {form.container} bytes; 8, 16, 24, 32 and float are read")


def _from_24_bits(sound: memoryview) -> NDArray[np.int32]:
    parts = np.frombuffer(sound, dtype=np.uint8).reshape(-1, 3)
    wide = np.zeros((len(parts), 4), dtype=np.uint8)
    wide[:, 1:] = parts
    return wide.view("<i4")[:, 0] >> 8


def _what_it_is(data: bytes) -> str:
    for magic, word in _OTHERS.items():
        if data.startswith(magic):
            return word if magic.startswith(b"version") else f"no wav that is read: {word} by its bytes"
    if data[:4] in (b"RIFF", b"RF64"):
        return "damaged: the header is cut short" if len(data) < 12 else "a RIFF file, but no wav"
    head = data[:512]
    printable = sum(32 <= byte < 127 or byte in b"\t\n\r" for byte in head)
    return "no wav: text by its bytes" if printable >= 0.95 * len(head) else "no wav by its bytes"
