"""Bytes of weight files, sound and hostile, and what is seen in them."""

from __future__ import annotations

import io
import struct
import zipfile

from modelpick.weight_facts import WeightFacts
from modelpick.weights.look import look
from modelpick.weights.source import InMemory, Window


def seen(path: str, data: bytes, allowance: int = 32 * 2**20, reads: int = 100) -> WeightFacts:
    return look(path, Window(InMemory(data), allowance, reads))


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def pair(key: str, value: str | int | list[str]) -> bytes:
    match value:
        case str():
            return text(key) + struct.pack("<I", 8) + text(value)
        case int():
            return text(key) + struct.pack("<II", 4, value)
        case _:
            return text(key) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))


def gguf(*pairs: bytes, tensors: int = 1, data: bytes = bytes(64)) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(pairs)) + b"".join(pairs)
    for number in range(tensors):
        head += text(f"t.{number}") + struct.pack("<IQQIQ", 2, 2, 4, 0, 32 * number)
    return head + data


PAIRS = (
    pair("general.architecture", "llama"),
    pair("general.license", "mit"),
    pair("general.base_model.0.repo_url", "https://huggingface.co/org/base"),
    pair("llama.block_count", 2),
    pair("tokenizer.ggml.tokens", ["a", "b", "c"] * 40_000),
    pair("tokenizer.chat_template", "{{ messages }}"),
)


def npy(descr: str, data: bytes) -> bytes:
    head = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': (1,), }}\n".encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head + data


def zipped(entries: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


EVIL = b"\x80\x02cos\nsystem\nX\x01\0\0\0x\x85R."
