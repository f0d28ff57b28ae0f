"""Small folders of images and sounds that tests make themselves."""

import io
import wave
import zlib
from pathlib import Path

import numpy as np
from PIL import Image


def image_bytes(seed=0, size=(12, 10), fmt="PNG", mode="RGB"):
    """A picture of noise; every seed gives another."""
    rng = np.random.default_rng(seed)
    shape = size if mode == "L" else (*size, 3)
    buffer = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(buffer, fmt)
    return buffer.getvalue()


def sound_bytes(seed=0, rate=8000, seconds=0.2):
    """Noise as PCM of 16 bits."""
    rng = np.random.default_rng(seed)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(rng.integers(-9000, 9000, int(rate * seconds)).astype("<i2").tobytes())
    return buffer.getvalue()


def write(root: Path, files: dict[str, bytes]) -> Path:
    """Writes files under a folder, with the folders that they need."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def images(classes=("cat", "dog"), each=12, before=""):
    """Class folders of `each` images."""
    return {f"{before}{c}/{i:02}.png": image_bytes(100 * k + i) for k, c in enumerate(classes) for i in range(each)}


def seed_of(*parts):
    """A seed for anything, the same in every run."""
    return zlib.crc32(repr(parts).encode())
