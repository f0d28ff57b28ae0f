"""Files made so that a reader sees less than the loader: none of them is ever called clean."""

from __future__ import annotations

import json
import pickle
import struct

import pytest
from weights.file_bytes import EVIL, PAIRS, gguf, npy, seen, zipped

from modelpick.weights.pickle_names import sorted_by_meaning

COMMAND = b"cos\nsystem\n(S'x'\ntR."


def word(value: bytes) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value


def as_bytes(value: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(value)) + value


LOAD_BYTES = b"ctorch.storage\n_load_from_bytes\n"
DECEITS = {
    "getattr as an object": b"\x80\x02(cbuiltins\ngetattr\ncargparse\nNamespace\n" + word(b"__init__") + b"o.",
    "getattr as an instance": b"(cargparse\nNamespace\nS'__init__'\nibuiltins\ngetattr\n.",
    "getattr in a list": b"\x80\x02ccollections\ndefaultdict\n]cbuiltins\ngetattr\na\x85R.",
    "a state for a class": b"\x80\x02cargparse\nNamespace\n}" + word(b"x") + b"K\x01sb.",
    "a pickle of the first protocol inside": b"\x80\x03" + LOAD_BYTES + as_bytes(COMMAND) + b"\x85R.",
    "a pickle written as a line": LOAD_BYTES + b"(c_codecs\nencode\n(Vcos\\u000asystem\\u000a.\nVlatin1\ntRtR.",
    "a loader passed on": b"\x80\x03ctorch._tensor\n_rebuild_from_type_v2\n("
    + LOAD_BYTES
    + b"ctorch\nTensor\n"
    + as_bytes(pickle.dumps([1]))
    + b"\x85}tR.",
    "opcodes that joblib takes for an array": b"\x80\x02ccopyreg\n_reconstructor\n"
    b"(cjoblib.numpy_pickle\nNumpyArrayWrapper\ncbuiltins\nobject\nNtR}bB"
    + struct.pack("<I", len(COMMAND))
    + COMMAND
    + b".",
    "a second stream after a long line": b"\x80\x02].V" + bytes(2**21).replace(b"\0", b"a") + b"\n0" + COMMAND,
}


@pytest.mark.parametrize("name", DECEITS)
def test_a_way_round_the_reader_is_never_harmless(name: str) -> None:
    found = seen("m.pkl", DECEITS[name])
    assert found.reason or found.problem or sorted_by_meaning(found.imports)["dangerous"]


@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_pickle_that_loads_one_that_was_read_is_harmless(protocol: int) -> None:
    inner = pickle.dumps([1], 2)
    written = pickle.dumps(inner, protocol)
    body = written[11 if written[2:3] == b"\x95" else 2 : -1]  # without its head and its end
    found = seen("m.pkl", b"\x80" + bytes([protocol]) + LOAD_BYTES + body + b"\x85R.")
    assert (found.examined, found.reason, found.problem) == ("whole", None, None)
    assert sorted_by_meaning(found.imports)["unknown"] == []


@pytest.mark.parametrize("descr", ["|O", "object", "O8", "f4,object"])
def test_an_array_of_objects_under_any_name_is_a_pickle(descr: str) -> None:
    assert seen("x.npy", npy(descr, EVIL)).imports == ("os.system",)
    assert seen("x.npz", zipped({"a.npy": npy(descr, EVIL)})).imports == ("os.system",)


def directories(benign: bytes, evil: bytes) -> bytes:
    """A zip that Python's reader takes for the benign one, and readers that go by the place for the other."""
    first, second = benign.rfind(b"PK\x05\x06"), evil.rfind(b"PK\x05\x06")
    place = struct.unpack("<I", evil[second + 16 : second + 20])[0]
    end = bytearray(benign[first:])
    end[16:20] = struct.pack("<I", place)
    return evil[:second] + benign[:first] + bytes(end)


def large(data: bytes, shift: int = 0) -> bytes:
    """The zip with the records for large files, the place of the first of them off by a shift."""
    end = data.rfind(b"PK\x05\x06")
    count, size, place = struct.unpack("<HII", data[end + 10 : end + 20])
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, place)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end + shift, 1)
    return data[:end] + record + locator + data[end:]


FINE = zipped({"archive/data.pkl": pickle.dumps([1], 2), "archive/version": b"3"})


def test_a_zip_that_two_readers_see_two_ways_is_not_read_to_its_end() -> None:
    assert seen("m.pt", FINE).reason is None
    assert seen("m.pt", large(FINE)).reason is None
    for data in (
        directories(FINE, zipped({"archive/data.pkl": EVIL})),
        b"PK\x03\x04" + bytes(90) + FINE,
        large(FINE, -9),
    ):
        found = seen("m.pt", data)
        assert (found.examined, found.imports) == ("part", ())
        assert found.reason is not None
        assert "in two ways" in found.reason


def test_a_pickle_in_a_zip_whose_directory_hides_its_size_is_not_clean() -> None:
    data = bytearray(zipped({"archive/data.pkl": EVIL}))
    place = data.find(b"PK\x01\x02")
    data[place + 16 : place + 28] = bytes(12)
    assert seen("m.pt", bytes(data)).problem is not None


def test_a_zip_that_is_none_of_torchs_is_not_clean_under_the_name_of_a_pickle() -> None:
    assert seen("m.pt", zipped({"weights": EVIL})).reason is not None


def test_a_pickle_by_name_that_begins_as_gguf_is_not_clean() -> None:
    assert seen("m.pkl", gguf(*PAIRS)).reason is not None


def test_code_in_keras_is_found_without_the_file_that_describes_the_rest() -> None:
    config = json.dumps({"class_name": "Lambda"}).encode()
    assert seen("m.keras", zipped({"config.json": config, "model.weights.h5": b""})).problem is not None


def test_what_a_keras_model_imports_from_elsewhere_is_told() -> None:
    layers = [
        {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2}},
        {"module": "builtins", "class_name": "function", "config": "relu"},
        {"module": "builtins", "class_name": "function", "config": "exec"},
        {"module": "subprocess", "class_name": "Popen", "config": {}},
        {"module": "keras.utils", "class_name": "function", "config": "get_file"},
    ]
    found = seen("m.keras", zipped({"config.json": json.dumps(layers).encode(), "metadata.json": b"{}"}))
    assert found.format == "keras"
    assert set(found.imports) == {"builtins.exec", "subprocess.Popen", "keras.utils.get_file"}
    assert len(sorted_by_meaning(found.imports)["dangerous"]) == 3
