"""weights/: formats by name, safetensors headers, LFS pointers."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelpick.errors import CannotFindOut
from modelpick.weights.formats import weight_format
from modelpick.weights.lfs_pointer import read_pointer
from modelpick.weights.safetensors_header import SafetensorsHeader, header_length, parse_header, read_window
from modelpick.weights.source import InMemory, Window


@pytest.mark.parametrize(
    ("path", "name", "safe"),
    [
        ("model.safetensors", "safetensors", True),
        ("unet/diffusion_pytorch_model.bin", "pickle", False),
        ("pytorch_model-00001-of-00002.bin", "pickle", False),
        ("training_args.bin", "pickle", False),
        ("last.CKPT", "pickle", False),
        ("model.bin", "binary", None),
        ("openvino_model.bin", "openvino", None),
        ("tf_model.h5", "keras-hdf5", None),
        ("flax_model.msgpack", "flax-msgpack", True),
        ("model.ckpt.data-00000-of-00001", "tensorflow-checkpoint", None),
        ("q4.gguf", "gguf", None),
        ("weights.7z", "archive", None),
    ],
)
def test_formats_by_name(path: str, name: str, safe: bool | None) -> None:
    found = weight_format(path)
    assert found is not None
    assert (found.name, found.safe) == (name, safe)


@pytest.mark.parametrize(
    "path", ["README.md", "config.json", "tokenizer.model", "vocab.txt", "model.safetensors.index.json"]
)
def test_other_files_are_no_weights(path: str) -> None:
    assert weight_format(path) is None


def file_bytes(header: object, data: bytes = b"", raw: bytes | None = None) -> bytes:
    text = json.dumps(header).encode() if raw is None else raw
    return struct.pack("<Q", len(text)) + text + data


GOOD = {
    "__metadata__": {"format": "pt"},
    "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "b": {"dtype": "I8", "shape": [], "data_offsets": [24, 25]},
}


def header_of(data: bytes) -> SafetensorsHeader:
    return read_window(Window(InMemory(data), 10**8), "m.safetensors")


def test_a_sound_header_gives_parameters_by_dtype() -> None:
    header = header_of(file_bytes(GOOD, b"\0" * 25))
    assert header.dtypes == {"F32": 6, "I8": 1}
    assert header.parameters == 7
    assert header.metadata == {"format": "pt"}


def one(**changes: object) -> dict[str, object]:
    return {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **changes}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x02\0\0", "too short"),
        (struct.pack("<Q", 10**15) + b"{}", "claims"),
        (file_bytes(None, raw=b"[]"), "begin with"),
        (file_bytes(None, raw=b" {}"), "begin with"),
        (file_bytes(None, raw=b'{"a": \xff}'), "cannot be read"),
        (file_bytes(None, raw=b'{"a":' * 30_000 + b"}"), "cannot be read"),
        (file_bytes(None, raw=b'{"a": 1, "a": 2}'), "twice"),
        (file_bytes(one(dtype="F33"), b"1234"), "dtype"),
        (file_bytes(one(dtype=["F32"]), b"1234"), "dtype"),
        (file_bytes(one(shape=[2]), b"1234"), "another size"),
        (file_bytes(one(shape=[-1]), b"1234"), "make no sense"),
        (file_bytes(one(shape=[0, 2**64], data_offsets=[0, 0])), "make no sense"),
        (file_bytes(one(extra=1), b"1234"), "not described"),
        (file_bytes(one(data_offsets=[4, 8]), b"12345678"), "holes"),
        (file_bytes(one(), b"123"), "the file holds 3"),
        (file_bytes(one(), b"12345"), "the file holds 5"),
        (file_bytes({"\x1b[31m": one()["a"]}, b"1234"), "control characters"),
        (b"\x80\x04\x95" + b"pickle in disguise", "claims"),
    ],
)
def test_an_unsound_file_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(CannotFindOut, match=reason) as caught:
        header_of(content)
    assert caught.value.kind == "data"


@given(st.binary(max_size=200), st.integers(0, 300))
def test_arbitrary_bytes_raise_only_our_error(data: bytes, size: int) -> None:
    try:
        length = header_length(data[:8], size, "x")
        parse_header(data[8 : 8 + length], size, "x")
    except CannotFindOut:
        pass


def test_lfs_pointers() -> None:
    oid = "ab" * 32
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 1234\n".encode()
    found = read_pointer(pointer)
    assert found is not None
    assert (found.sha256, found.bytes) == (oid, 1234)
    assert read_pointer(pointer.replace(b"\n", b"\r\n")) == found
    assert read_pointer(b"version https://git-lfs.github.com/spec/v1\n") is None
    assert read_pointer(pointer + b"x" * 2000) is None
