"""Looks into one weight file, by its bytes and not by its name. Nothing in it is loaded, called or unpacked to disk."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from modelpick.errors import CannotFindOut
from modelpick.weight_facts import Examined, WeightFacts
from modelpick.weights.formats import (
    ARCHIVE,
    BINARY,
    EXECUTABLE,
    GGUF,
    HDF5,
    KERAS,
    NUMPY,
    PICKLE,
    SAFETENSORS,
    TORCHSCRIPT,
    weight_format,
)
from modelpick.weights.gguf_header import MAGIC as GGUF_MAGIC
from modelpick.weights.gguf_header import read_gguf
from modelpick.weights.numpy_header import MAGIC as NUMPY_MAGIC
from modelpick.weights.numpy_header import data_start, holds_objects
from modelpick.weights.pickle_reader import Opcodes
from modelpick.weights.safetensors_header import read_window
from modelpick.weights.source import FIRST, InMemory, OverAllowanceError, Window
from modelpick.weights.zip_contents import ZipContents, read_zip

MAX_KEYS = 50_000
"""Names of tensors of one file that are kept."""

_MAX_UNPACKED = 8 * 2**20
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_PROGRAMS = (b"\x7fELF", b"MZ\x90\x00", b"#!")
_NOT_OPENED = "archives of this kind are not opened"


def look(path: str, window: Window) -> WeightFacts:
    """What a weight file holds, as far as the window lets it be read.

    A file that is broken has a `problem`; of one that was not read to its end `reason` says why.

    Raises:
        CannotFindOut: The bytes cannot be had. An `OSError` of a local file passes through.
    """
    named = weight_format(path)
    blank = WeightFacts(path=path, format=named.name if named else BINARY.name, examined="not")
    try:
        head = window.read(0, FIRST)
    except OverAllowanceError as error:
        return replace(blank, reason=error.message)
    found = _reader_of(blank, head)(blank, window, head)
    if blank.format == PICKLE.name and found.format in (GGUF.name, SAFETENSORS.name):
        # Bytes can be both, and a loader of pickles goes by neither.
        return replace(found, examined="part", reason=f"its bytes begin as {found.format} and its name is a pickle's")
    return found


Reader = Callable[[WeightFacts, Window, bytes], WeightFacts]


def _reader_of(blank: WeightFacts, head: bytes) -> Reader:
    """Who reads it: what the bytes say counts, then the name."""
    by_magic: tuple[tuple[bytes, Reader], ...] = (
        (GGUF_MAGIC, _gguf),
        (b"PK\x03\x04", _zip),
        (b"PK\x05\x06", _zip),
        (NUMPY_MAGIC, _numpy),
        (_HDF5_MAGIC, _hdf5),
        (b"\x1f\x8b", _gzip),
    )
    for magic, reader in by_magic:
        if head.startswith(magic):
            return reader
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return _archive
    if head.startswith(_PROGRAMS):
        return _program
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05") and not _is_safetensors(head):
        return _pickle
    match blank.format:
        case SAFETENSORS.name:
            return _safetensors
        case PICKLE.name:
            return _zlib if head[:2] in (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda") else _pickle
        case GGUF.name:
            return _gguf
        case ARCHIVE.name:
            return _archive
    return _safetensors if _is_safetensors(head) else _unknown


def _is_safetensors(head: bytes) -> bool:
    """A length of eight bytes, then the begin of a table; a pickle of protocol 2 has other bytes there."""
    return head[8:10] == b'{"' and head[4:8] == b"\0\0\0\0"


def _safetensors(blank: WeightFacts, window: Window, _: bytes) -> WeightFacts:
    blank = replace(blank, format=SAFETENSORS.name)
    try:
        header = read_window(window, blank.path)
    except OverAllowanceError as error:
        return replace(blank, reason=error.message)
    except CannotFindOut as error:
        if error.kind != "data":
            raise
        return replace(blank, examined="header", problem=error.message)
    found = replace(
        blank,
        examined="header",
        metadata=dict(header.metadata),
        dtypes=header.dtypes,
        parameters=header.parameters,
    )
    return _with_keys(found, header.tensors)


def _gguf(blank: WeightFacts, window: Window, _: bytes) -> WeightFacts:
    blank = replace(blank, format=GGUF.name)
    try:
        header = read_gguf(window, blank.path)
    except CannotFindOut as error:
        if error.kind != "data":
            raise
        return replace(blank, examined="header", problem=error.message)
    found = replace(
        blank,
        examined="part" if header.unread else "header",
        reason=header.unread,
        metadata=header.metadata,
        tensors=header.tensors,
        parameters=header.parameters,
        chat_template=header.chat_template,
    )
    return found if header.unread else _with_keys(found, header.keys)


def _pickle(blank: WeightFacts, window: Window, _: bytes) -> WeightFacts:
    opcodes = Opcodes()
    opcodes.read(window)
    return _of_opcodes(replace(blank, format=PICKLE.name), opcodes, "whole")


def _zip(blank: WeightFacts, window: Window, _: bytes) -> WeightFacts:
    contents = read_zip(window)
    kinds = {
        "torch": PICKLE,
        "torchscript": TORCHSCRIPT,
        "numpy": PICKLE if contents.opcodes.imports else NUMPY,
        "keras": KERAS,
    }
    kind = kinds.get(contents.kind or "", PICKLE if contents.opcodes.imports else ARCHIVE)
    if blank.format == PICKLE.name and kind is ARCHIVE:
        kind = PICKLE  # so its loader will take it
        contents.unread = contents.unread or "it is a zip and none of torch's"
    found = _of_opcodes(replace(blank, format=kind.name), contents.opcodes, "header")
    problem = f"`{blank.path}` cannot be read whole: {contents.problem}" if contents.problem else None
    if contents.lambdas:
        problem = _lambda_words(blank, contents.lambdas)
    own_types = "__torch__." if kind is TORCHSCRIPT else None  # its own reader takes these; Python imports none of them
    return replace(
        found,
        imports=tuple(name for name in found.imports if own_types is None or not name.startswith(own_types)),
        examined=_examined(contents),
        reason=contents.unread,
        problem=problem,
        programs=tuple(contents.programs[:MAX_KEYS]),
    )


def _examined(contents: ZipContents) -> Examined:
    if contents.problem is None and contents.unread is None:
        return "header"
    return "part" if contents.opcodes.imports or contents.programs or contents.kind else "not"


def _numpy(blank: WeightFacts, window: Window, head: bytes) -> WeightFacts:
    objects, start = holds_objects(head), data_start(head)
    if objects is None or start is None:
        return replace(blank, format=NUMPY.name, problem=f"`{blank.path}` has no header that can be read")
    if not objects:
        return replace(blank, format=NUMPY.name, examined="header")
    opcodes = Opcodes()
    opcodes.read(window, start)
    return _of_opcodes(replace(blank, format=PICKLE.name), opcodes, "whole")


def _hdf5(blank: WeightFacts, window: Window, head: bytes) -> WeightFacts:
    """Keras writes its layers as a text; one that holds code is found where that text lies near the begin."""
    layers = head.count(b'"class_name": "Lambda"')
    found = replace(blank, format=HDF5.name, examined="part" if layers else "not")
    return replace(
        found,
        reason="the tables of this format are not read",
        problem=_lambda_words(blank, layers) if layers else None,
    )


def _lambda_words(blank: WeightFacts, count: int) -> str:
    return f"`{blank.path}` holds {count:,} Lambda layers, whose Python code runs when the model is loaded or used"


def _gzip(blank: WeightFacts, window: Window, head: bytes) -> WeightFacts:
    return _packed(blank, window, head, 31)


def _zlib(blank: WeightFacts, window: Window, head: bytes) -> WeightFacts:
    return _packed(blank, window, head, 15)


def _packed(blank: WeightFacts, window: Window, head: bytes, wbits: int) -> WeightFacts:
    """A pickle that was packed as a stream (joblib); of other packed things nothing is said."""
    unpacker = zlib.decompressobj(wbits)
    try:
        data = window.read(0, min(window.size, _MAX_UNPACKED // 4))
    except OverAllowanceError:
        data = head
    try:
        unpacked = unpacker.decompress(data, _MAX_UNPACKED)
    except zlib.error:
        return replace(blank, reason=_NOT_OPENED, problem=f"`{blank.path}` cannot be unpacked")
    if unpacked[:1] != b"\x80":
        return _archive(blank, window, head)
    opcodes = Opcodes()
    opcodes.read(Window(InMemory(unpacked), len(unpacked)))
    found = _of_opcodes(replace(blank, format=PICKLE.name), opcodes, "whole")
    if unpacker.eof or found.reason:
        return found
    return replace(found, examined="part", reason="only its begin was unpacked", problem=None)


def _archive(blank: WeightFacts, window: Window, head: bytes) -> WeightFacts:
    named = PICKLE if blank.format == PICKLE.name else ARCHIVE
    return replace(blank, format=named.name, reason=_NOT_OPENED)


def _program(blank: WeightFacts, window: Window, head: bytes) -> WeightFacts:
    problem = f"`{blank.path}` is a program or script by its first bytes, no weights"
    return replace(blank, format=EXECUTABLE.name, examined="header", problem=problem)


def _unknown(blank: WeightFacts, window: Window, head: bytes) -> WeightFacts:
    return replace(blank, reason="its format is not one that is looked into")


def _of_opcodes(blank: WeightFacts, opcodes: Opcodes, whole: Examined) -> WeightFacts:
    read = opcodes.unread is None and opcodes.problem is None
    found = replace(
        blank,
        examined=whole if read else "part" if opcodes.imports else "not",
        reason=opcodes.unread,
        problem=f"`{blank.path}` cannot be read as a pickle: {opcodes.problem}" if opcodes.problem else None,
        imports=tuple(opcodes.imports),
    )
    return _with_keys(found, opcodes.keys) if read and opcodes.keys else found


def _with_keys(found: WeightFacts, keys: Iterable[str]) -> WeightFacts:
    names = sorted(keys)
    digest = hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()
    kept = tuple(names) if len(names) <= MAX_KEYS else ()
    return replace(found, tensors=len(names), keys_sha256=digest, keys=kept)
