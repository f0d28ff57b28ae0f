"""What lies in a zip: the files of torch.save, of Keras and numpy, and archives of anything. Nothing is written out.

Only the directory at its end and the small files that can hold code are read; the tensors stay where they are.
"""

from __future__ import annotations

import builtins
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from modelpick.weights.numpy_header import data_start, holds_objects
from modelpick.weights.pickle_names import meaning
from modelpick.weights.pickle_reader import Opcodes
from modelpick.weights.source import FIRST, InMemory, OverAllowanceError, Window, WindowFile

_MAX_DIRECTORY = 4 * 2**20
_MAX_PICKLE = 8 * 2**20
_MAX_PICKLES = 20
_MAX_CONFIG = 4 * 2**20
_MAX_HEAD = 10 * 2**10  # of an array
_MAX_UNPACKED = 64 * 2**20  # of all entries together: many may lie upon the same packed bytes
_LEAST = 64  # what an entry counts however short it is
_KERAS = frozenset({"keras", "keras_core", "keras_cv", "keras_hub", "keras_nlp", "tensorflow", "tf_keras"})
_BROKEN = (
    zipfile.BadZipFile,
    struct.error,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
_PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib", ".th", ".dill")
_PROGRAMS = (
    ".py",
    ".sh",
    ".bat",
    ".exe",
    ".dll",
    ".so",
    ".dylib",
    ".ps1",
    ".cmd",
    ".jar",
    ".vbs",
    ".scr",
    ".lnk",
    ".msi",
)


@dataclass(slots=True)
class ZipContents:
    """What was found.

    Attributes:
        kind: torch, torchscript, numpy, keras, or None for another archive.
        opcodes: Of all pickles in it; the imports of a Keras model are among theirs.
        programs: Names of scripts and programs in it.
        lambdas: Keras layers that hold code (`Lambda`).
        unread: Names of what may hold code and was not read.
        problem: What is broken.
        left: Bytes that may still be unpacked.
    """

    kind: str | None = None
    opcodes: Opcodes = field(default_factory=Opcodes)
    programs: list[str] = field(default_factory=list)
    lambdas: int = 0
    unread: str | None = None
    problem: str | None = None
    left: int = _MAX_UNPACKED


def read_zip(window: Window) -> ZipContents:
    """Looks into a zip.

    Raises:
        CannotFindOut: The bytes cannot be had.
    """
    found = ZipContents()
    try:
        tail = window.read(max(0, window.size - FIRST), FIRST)  # its directory, as a rule, in one piece
        if _directory_size(tail) > _MAX_DIRECTORY:
            found.unread = "its directory is too large"
            return found
        with zipfile.ZipFile(WindowFile(window)) as archive:
            if not _one_directory(window, archive.start_dir):
                found.unread = "where its directory lies can be read in two ways, so another reader may see other files"
            _look(window, archive.infolist(), found)
    except OverAllowanceError as error:
        found.unread = error.message
    except _BROKEN as error:
        found.problem = f"it is no zip that can be read to its end ({type(error).__name__})"
    found.unread = found.unread or found.opcodes.unread
    found.problem = found.problem or found.opcodes.problem
    return found


def _directory_size(tail: bytes) -> int:
    """Bytes of the directory, as the record at the end of the file tells; 0 where there is no such record."""
    record, long = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    if record < 0 or record + 22 > len(tail):
        return 0
    size = int.from_bytes(tail[record + 12 : record + 16], "little")
    return int.from_bytes(tail[long + 40 : long + 48], "little") if size == 0xFFFFFFFF and long >= 0 else size


def _one_directory(window: Window, start: int) -> bool:
    """Whether the directory lies where the records at the end say, with nothing between.

    Readers differ in what they do else: Python's goes by the size, others by the place or by an older record.

    Args:
        window: The whole file.
        start: Where Python's reader begins the directory.
    """
    offset = max(0, window.size - FIRST)
    tail = window.read(offset, FIRST)
    record = tail.rfind(b"PK\x05\x06")
    size, place, comment = _numbers("<IIH", tail[record + 12 : record + 22])
    end = record
    if tail[max(0, record - 20) : record].startswith(b"PK\x06\x07"):  # where the record for large files is
        end = record - 76
        (long,) = _numbers("<Q", tail[record - 12 : record - 4])
        if end < 0 or long != offset + end:
            return False
        size, place = _numbers("<QQ", tail[end + 40 : end + 56])
    return start == place and place + size == offset + end and record + 22 + comment == len(tail)


def _numbers(layout: str, data: bytes) -> tuple[int, ...]:
    return struct.unpack(layout, data)


def _look(window: Window, entries: list[zipfile.ZipInfo], found: ZipContents) -> None:
    names = [entry.orig_filename for entry in entries]  # as it stands: no reader but Python's cuts or replaces it
    if any(entry.filename != entry.orig_filename for entry in entries):
        found.unread = "it names an entry in two ways"
    found.kind = _kind(names)
    found.programs = [name for name in names if name.lower().endswith(_PROGRAMS) and found.kind != "torchscript"]
    pickles = 0
    for entry in entries:
        name = entry.orig_filename.lower()
        if name.rpartition("/")[2] == "config.json":
            _keras(_content(window, entry, _MAX_CONFIG, found), found)
        elif name.endswith(".npy"):
            _array(_content(window, entry, _MAX_HEAD, found, begin=True), window, entry, found)
        elif name.endswith(_PICKLES) and not entry.is_dir():
            pickles += 1
            if pickles > _MAX_PICKLES:
                found.unread = f"it holds more than {_MAX_PICKLES} pickles"
                return
            _pickle(_content(window, entry, _MAX_PICKLE, found), entry, found)
        elif name.endswith((".zip", ".7z", ".tar", ".gz", ".rar", ".nemo")):
            found.unread = f"`{entry.orig_filename[:120]}` in it was not opened"


def _kind(names: list[str]) -> str | None:
    bases = {name.rpartition("/")[2].lower() for name in names}
    if "constants.pkl" in bases and any("/code/" in name for name in names):
        return "torchscript"
    if "data.pkl" in bases:
        return "torch"
    if names and all(name.lower().endswith(".npy") for name in names):
        return "numpy"
    keras = "config.json" in bases and any(base == "metadata.json" or base.endswith(".weights.h5") for base in bases)
    return "keras" if keras else None


def _pickle(data: bytes, entry: zipfile.ZipInfo, found: ZipContents) -> None:
    if data[:4] == b"PK\x03\x04":
        found.unread = f"`{entry.orig_filename[:120]}` in it was not opened"
    elif data:
        found.opcodes.read(Window(InMemory(data), len(data)))
    elif found.unread is None:
        found.problem = found.problem or f"`{entry.orig_filename[:120]}` in it is empty"


def _array(head: bytes, window: Window, entry: zipfile.ZipInfo, found: ZipContents) -> None:
    """An array of numpy's: the pickle after its header where it holds objects."""
    objects, start = holds_objects(head), data_start(head)
    if objects is None or start is None:
        found.unread = f"`{entry.orig_filename[:120]}` in it has no header that can be read"
    elif objects:
        _pickle(_content(window, entry, _MAX_PICKLE, found)[start:], entry, found)


def _content(window: Window, entry: zipfile.ZipInfo, cap: int, found: ZipContents, *, begin: bool = False) -> bytes:
    """An entry up to a cap. What is larger, packed in another way or broken is noted, and what was read still counts.

    Not `ZipFile.open`: that gives nothing of an entry whose checksum is wrong, which the loaders of weights let pass.

    Args:
        window: The whole file.
        entry: What the directory says.
        cap: Bytes, at most.
        found: Where it is noted.
        begin: Only the begin is wanted.
    """
    name = f"`{entry.orig_filename[:120]}` in it"
    if found.left <= 0:
        found.unread = f"it unpacks to more than {_MAX_UNPACKED:,} bytes"
        return b""
    cap = min(cap, found.left)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1:
        found.unread = f"{name} is packed or encrypted in a way that is not read"
        return b""
    head = window.read(entry.header_offset, 30)
    if head[:4] != b"PK\x03\x04":
        found.problem = f"{name} is not where the directory says"
        return b""
    start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    wanted = min(entry.compress_size, cap)
    try:
        packed = window.read(start, wanted)
    except OverAllowanceError as error:
        found.unread = error.message
        packed = window.read(start, min(wanted, FIRST // 4))
    data = packed
    found.left -= max(_LEAST, len(packed))
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        try:
            data = zlib.decompressobj(-15).decompress(packed, cap)
        except zlib.error:
            found.problem = f"{name} cannot be unpacked"
            return b""
        found.left -= len(data)
    if begin:
        return data
    if len(data) == entry.file_size <= cap:
        if zlib.crc32(data) != entry.CRC:
            found.problem = f"{name} has another checksum than the directory says"
    elif entry.file_size > cap or len(data) >= cap:
        found.unread = f"{name} is larger than {cap:,} bytes"
    else:
        found.problem = found.problem or f"{name} has another size than the directory says"
    return data


def _keras(config: bytes, found: ZipContents) -> None:
    """The layers of a Keras model that hold Python code, and what its loader would import from elsewhere."""
    try:
        value = json.loads(config)
    except (ValueError, RecursionError):
        found.lambdas += config.count(b'"Lambda"')
        return
    for table in _tables(value):
        found.lambdas += table.get("class_name") in ("Lambda", "__lambda__")
        name = _imported(table)
        if name is not None:
            found.opcodes.add_import(name)


def _imported(table: dict[str, object]) -> str | None:
    """`module.attribute` that Keras's loader imports for a table; None where Keras has it itself.

    Its own functions (`relu`) stand under `builtins` too.
    """
    module, name, config = table.get("module"), table.get("class_name"), table.get("config")
    name = config if name == "function" and isinstance(config, str) else name
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    whole = f"{module}.{name}"
    own = not hasattr(builtins, name) if module == "builtins" else module.partition(".")[0] in _KERAS
    return whole if not own or meaning(whole) == "dangerous" else None


def _tables(value: object) -> Iterator[dict[str, object]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
