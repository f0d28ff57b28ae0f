"""weights/: what is seen inside files of each kind, and that hostile ones cost little time and memory."""

from __future__ import annotations

import json
import pickle
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from weights.file_bytes import EVIL, PAIRS, gguf, npy, pair, seen, text, zipped

from modelpick.errors import CannotFindOut
from modelpick.facts import FileFact
from modelpick.weights.gather import Limits, gather
from modelpick.weights.look import look
from modelpick.weights.pickle_names import meaning, sorted_by_meaning
from modelpick.weights.shard_index import is_index, read_index
from modelpick.weights.source import InMemory, OverAllowanceError, Source, Window

# --- GGUF -------------------------------------------------------------------------------------------------------


def test_a_gguf_header_tells_its_keys_template_and_tensors() -> None:
    found = seen("q.gguf", gguf(*PAIRS, tensors=2))
    assert (found.format, found.examined, found.tensors, found.problem) == ("gguf", "header", 2, None)
    assert found.metadata == {
        "general.architecture": "llama",
        "general.license": "mit",
        "general.base_model.0.repo_url": "https://huggingface.co/org/base",
    }
    assert found.chat_template == "{{ messages }}"
    assert (found.keys, found.parameters) == (("t.0", "t.1"), 16)


def test_a_gguf_header_that_may_not_be_read_whole_still_tells_its_first_keys() -> None:
    found = seen("q.gguf", gguf(*PAIRS), allowance=100_000)
    assert (found.examined, found.metadata["general.license"]) == ("part", "mit")
    assert found.reason is not None
    assert found.chat_template is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GGUF" + struct.pack("<IQQ", 3, 2**63, 2**63), "claims"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**63), "a name of"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, 2**63), "texts"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 4, 2**62), "ends before"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 77), "does not know"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "version"),
        (gguf(*PAIRS)[:40], "ends before"),
        (gguf(pair("general.name", "x"), tensors=9, data=b""), "begin after its end"),
    ],
)
def test_an_unsound_gguf_says_why(data: bytes, reason: str) -> None:
    found = seen("q.gguf", data)
    assert found.problem is not None
    assert reason in found.problem


# --- pickles, zips, arrays --------------------------------------------------------------------------------------


def test_an_array_of_objects_is_a_pickle_and_one_of_numbers_is_none() -> None:
    assert seen("x.npy", npy("<f4", b"1234")).format == "numpy"
    assert seen("x.npy", npy("|O", EVIL)).imports == ("os.system",)
    assert seen("x.npz", zipped({"a.npy": npy("<f4", b"1234")})).format == "numpy"
    packed = seen("x.npz", zipped({"a.npy": npy("|O", EVIL)}, zipfile.ZIP_DEFLATED))
    assert (packed.format, packed.imports) == ("pickle", ("os.system",))


def test_a_packed_pickle_is_read() -> None:
    assert seen("m.joblib", zlib.compress(EVIL)).imports == ("os.system",)


def test_a_layer_of_keras_that_holds_code() -> None:
    config = {"config": {"layers": [{"class_name": "Dense"}, {"class_name": "Lambda", "config": {}}]}}
    found = seen("m.keras", zipped({"config.json": json.dumps(config).encode(), "metadata.json": b"{}"}))
    assert found.format == "keras"
    assert found.problem is not None
    assert "1 Lambda" in found.problem
    assert seen("m.h5", b"\x89HDF\r\n\x1a\n" + b'{"class_name": "Lambda"}').problem is not None


def test_a_getattr_of_a_plain_name_is_told_by_the_name_it_gives() -> None:
    def getattr_of(module: bytes, name: bytes, attribute: bytes) -> tuple[str, ...]:
        word = b"X" + struct.pack("<I", len(attribute)) + attribute
        return seen("x.pkl", b"\x80\x02cbuiltins\ngetattr\nc%b\n%b\n%b\x86R." % (module, name, word)).imports

    assert getattr_of(b"shop", b"Kind", b"NEW") == ("shop.Kind", "shop.Kind.NEW")
    assert meaning(getattr_of(b"os", b"path", b"os")[1]) == "dangerous"
    hidden = seen("x.pkl", b"\x80\x02cfunctools\npartial\n(cbuiltins\ngetattr\ntR.")
    assert "builtins.getattr" in hidden.imports


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("torch._utils._rebuild_tensor_v2", "harmless"),
        ("posix.system", "dangerous"),
        ("__builtin__.eval", "dangerous"),
        ("torch.serialization.os.system", "dangerous"),
        ("torch.hub.load", "dangerous"),
        ("ann.Model.__init__.__globals__", "dangerous"),
        ("(a name that is computed)", "dangerous"),
        ("cloudpickle.cloudpickle._make_function", "code"),
        ("ann.Model", "unknown"),
        ("numpy.ndarray.tofile", "unknown"),
    ],
)
def test_what_names_mean(name: str, wanted: str) -> None:
    assert meaning(name) == wanted


def test_a_single_name_counts_before_its_module() -> None:
    assert sorted_by_meaning(["types.SimpleNamespace", "types.CodeType"]) == {
        "dangerous": ["types.CodeType"],
        "code": [],
        "harmless": ["types.SimpleNamespace"],
        "unknown": [],
    }


# --- indexes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["model.safetensors.index.json", "a/pytorch_model.bin.index.json"])
def test_indexes_by_name(path: str) -> None:
    assert is_index(path)
    assert not is_index("tokenizer.json")


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b'{"weight_map": []}', b'{"weight_map": {"a": 1}}', b'{"weight_map": {"a": "../x"}}']
)
def test_an_index_that_is_none_or_points_outside_is_refused(data: bytes) -> None:
    with pytest.raises(CannotFindOut, match="no sound index"):
        read_index(data, "model.safetensors.index.json")


# --- hostile files ----------------------------------------------------------------------------------------------


class Endless:
    """Two bytes over and over, as many as are asked for."""

    def __init__(self, begin: bytes, over: bytes, size: int = 200_000_000) -> None:
        self.size = size
        self._begin, self._over = begin, over

    def read(self, start: int, length: int) -> bytes:
        data = self._over * (length // len(self._over) + 2)
        return (self._begin + data)[:length] if start == 0 else data[:length]


def lying_directory() -> bytes:
    data = bytearray(zipped({"archive/data.pkl": EVIL}))
    place = data.rfind(b"PK\x05\x06")
    data[place + 12 : place + 20] = struct.pack("<II", 2**31, 2**31)
    return bytes(data)


def upon_one_another(name: str, data: bytes, count: int) -> bytes:
    """A zip of many entries that all lie upon the same packed bytes."""
    one = zipped({name: data}, zipfile.ZIP_DEFLATED)
    start, end = one.find(b"PK\x01\x02"), one.rfind(b"PK\x05\x06")
    directory = one[start:end] * count
    tail = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), start, 0)
    return one[:start] + directory + b"PK\x05\x06" + tail


def broken_sum() -> bytes:
    data = bytearray(zipped({"archive/data.pkl": EVIL}))
    data[14] ^= 1
    data[data.find(b"PK\x01\x02") + 16] ^= 1
    return bytes(data)


HOSTILE: dict[str, tuple[str, Callable[[], bytes | Source]]] = {
    "a zip bomb": ("m.pt", lambda: zipped({"a/data.pkl": b"\x80\x02" + b"N0" * 8_000_000}, zipfile.ZIP_DEFLATED)),
    "a directory that lies": ("m.pt", lying_directory),
    "many pickles": ("m.pt", lambda: zipped({f"a/{n}.pkl": EVIL for n in range(5_000)})),
    "arrays upon one another": (
        "m.npz",
        lambda: upon_one_another("a.npy", npy("|O", b"\x80\x02B" + struct.pack("<I", 2**22) + bytes(2**23)), 20_000),
    ),
    "configs upon one another": ("m.keras", lambda: upon_one_another("config.json", b" " * 2**22, 20_000)),
    "opcodes without end": ("m.pkl", lambda: Endless(b"\x80\x02", b"N0")),
    "a tower of tuples": ("m.pkl", lambda: Endless(b"\x80\x02N", b"\x85")),
    "copies of copies": ("m.pkl", lambda: Endless(b"\x80\x02N", b"2\x86")),
    "marks without end": ("m.pkl", lambda: Endless(b"(", b"(")),
    "a line without end": ("m.pkl", lambda: Endless(b"I", b"1")),
    "lines without end": ("m.pkl", lambda: Endless(b"I1\n", b"I1\n")),
    "a count of 2^63": ("m.pkl", lambda: b"\x80\x04\x8e" + struct.pack("<Q", 2**63)),
    "a header of 2^63": ("m.safetensors", lambda: struct.pack("<Q", 2**63) + b"{}"),
    "a header of zeros": ("m.safetensors", lambda: Endless(struct.pack("<Q", 24_000_000) + b"{", b" ")),
    "texts without end": ("m.gguf", lambda: gguf(pair("tokenizer.ggml.tokens", [""] * 400_000))[:-90]),
    "a packed bomb": ("m.joblib", lambda: zlib.compress(b"\x80\x02" + bytes(100_000_000), 9)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_little_and_is_never_clean(name: str) -> None:
    path, make = HOSTILE[name]
    data = make()
    source = InMemory(data) if isinstance(data, bytes) else data
    start = time.process_time()
    found = look(path, Window(source, 32 * 2**20, 10_000))
    assert time.process_time() - start < 3
    assert found.problem or found.reason


def test_what_is_packed_small_and_unpacks_large_takes_little_memory() -> None:
    bomb = zlib.compress(b"\x80\x02" + bytes(100_000_000), 9)
    tracemalloc.start()
    seen("m.joblib", bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * 2**20


def test_a_zip_whose_sums_are_wrong_is_read_and_unreadable_at_once() -> None:
    found = seen("m.pt", broken_sum())
    assert found.imports == ("os.system",)
    assert found.problem is not None


@given(st.binary(max_size=300), st.sampled_from(["m.pkl", "m.gguf", "m.safetensors", "m.npz", "m.bin", "m.h5"]))
def test_arbitrary_bytes_are_looked_at_without_an_exception(data: bytes, path: str) -> None:
    for head in (b"", b"PK\x03\x04", b"GGUF\x03\0\0\0", b"\x80\x04", b"\x93NUMPY\x01\0"):
        seen(path, head + data)


# --- limits -----------------------------------------------------------------------------------------------------


def test_a_window_keeps_what_it_fetched_and_stops_at_its_allowance() -> None:
    window = Window(InMemory(bytes(1_000_000)), 200_000, 4)
    assert window.read(10, 20) == bytes(20)
    assert window.spent == 65_536
    assert window.read(0, 5) + window.read(60_000, 5_000) == bytes(5_005)
    assert window.spent == 131_072, "the begin was not yet there; the rest was"
    with pytest.raises(OverAllowanceError):
        window.read(500_000, 200_000)


def looked(files: dict[str, bytes], **limits: int) -> Any:
    opened: list[str] = []

    @contextmanager
    def source(file: FileFact) -> Iterator[Source]:
        opened.append(file.path)
        yield InMemory(files[file.path])

    chosen = {"files": 12, "shards": 8, "ggufs": 1, "bytes": 10**7, "file_bytes": 10**6, "reads": 5, **limits}
    found = gather([FileFact(path=path, bytes=len(data)) for path, data in files.items()], source, Limits(**chosen))
    return found, opened


def test_of_a_thousand_files_twelve_are_looked_into_and_the_rest_is_said() -> None:
    found, opened = looked({f"m{number:04d}.pkl": pickle.dumps([1]) for number in range(1_000)})
    assert len(opened) == 12
    assert [missing.reason for missing in found.missing] == ["12 of 1,000 were looked into"]


def test_of_a_thousand_shards_one_is_looked_into() -> None:
    names = [f"m-{n:05d}-of-01000.safetensors" for n in range(1, 1_001)]
    header = b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'
    index = json.dumps({"weight_map": {f"t{n}": name for n, name in enumerate(names)}}).encode()
    files = {name: struct.pack("<Q", len(header)) + header for name in names}
    found, opened = looked(files | {"m.safetensors.index.json": index})
    assert opened == ["m.safetensors.index.json", names[0]]
    (seen_index,) = [weight for weight in found.weights if weight.format == "shard-index"]
    assert (seen_index.examined, seen_index.tensors) == ("part", 1_000)


def test_an_index_of_a_million_entries_is_over_what_may_be_read() -> None:
    data = b'{"weight_map": {' + b", ".join(b'"layer.%d": "m.safetensors"' % n for n in range(600_000)) + b"}}"
    start = time.process_time()
    found, _ = looked({"m.safetensors.index.json": data})
    assert time.process_time() - start < 3
    assert [missing.what for missing in found.missing] == ["m.safetensors.index.json"]


def test_many_safe_files_leave_room_for_those_that_may_not_be() -> None:
    header = b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'
    safe = {f"lora{n}.safetensors": struct.pack("<Q", len(header)) + header for n in range(40)}
    found, opened = looked(safe | {"x.pkl": EVIL})
    assert (len(opened), opened[-1]) == (9, "x.pkl")
    assert [weight.imports for weight in found.weights if weight.imports] == [("os.system",)]
