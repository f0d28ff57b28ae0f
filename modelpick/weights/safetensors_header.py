"""The header of a safetensors file, read and checked without loading a tensor.

Layout: 8 bytes little-endian length N, N bytes of JSON, then the tensors' bytes. Source of the rules: the format's
own README (https://github.com/huggingface/safetensors). Stricter than the usual loader where that lets through what
the format forbids: duplicate keys, holes, unknown fields.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from modelpick.errors import CannotFindOut
from modelpick.weights.source import Window

MAX_HEADER = 25_000_000
"""Bytes of header that are read; the largest models need a few."""

_MAX_RANK = 64
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64,
    "F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64,
    "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its dtype as the format names it, its shape, and its bytes [start, end) after the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        count = 1
        for side in self.shape:
            count *= side
        return count


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """What a safetensors file holds: tensors by name, and its free metadata (strings)."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]

    @property
    def dtypes(self) -> dict[str, int]:
        """Count of numbers by dtype."""
        counts: Counter[str] = Counter()
        for tensor in self.tensors.values():
            counts[tensor.dtype] += tensor.elements
        return dict(counts)

    @property
    def parameters(self) -> int:
        """Count of numbers over all dtypes. Packed (quantised) tensors count as they lie in the file."""
        return sum(self.dtypes.values())


def read_window(window: Window, name: str) -> SafetensorsHeader:
    """Reads and checks the header of a file that is read by parts; `name` is for messages.

    Raises:
        CannotFindOut: Not a sound safetensors file; the message says why. An `OverAllowanceError` where the header is
            more than may be read. An `OSError` of a local file passes through.
    """
    length = header_length(window.read(0, 8), window.size, name)
    return parse_header(window.read(8, length), window.size, name)


def header_length(head: bytes, file_size: int, name: str) -> int:
    """The length of the JSON that follows the first 8 bytes, checked against the size of the file."""
    if file_size == 0:
        _refuse(name, "the file is empty (0 bytes)")
    if len(head) < 8:
        _refuse(name, f"the file is too short ({file_size} bytes)")
    length = int.from_bytes(head[:8], "little")
    if length > file_size - 8:
        _refuse(name, f"its header claims {length} bytes and the file has {file_size}")
    if length > MAX_HEADER:
        _refuse(name, f"its header of {length} bytes is over the cap of {MAX_HEADER}")
    if length < 2:
        _refuse(name, "it has no header")
    return length


def parse_header(header: bytes, file_size: int, name: str) -> SafetensorsHeader:
    """Parses and checks the JSON part. `file_size` is that of the whole file, `name` is for messages.

    Raises:
        CannotFindOut: As `read_window`.
    """
    fields = _parse_json(header, name)
    metadata = fields.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        _refuse(name, "its `__metadata__` is not a table of strings")
    tensors = {key: _tensor(value, key, name) for key, value in fields.items()}
    _check_layout(tensors, file_size - 8 - len(header), name)
    return SafetensorsHeader(tensors=tensors, metadata=metadata)


def _parse_json(header: bytes, name: str) -> dict[str, Any]:
    if not header.startswith(b"{"):
        _refuse(name, "its header does not begin with `{`")
    try:
        fields = json.loads(header.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, _DuplicateKeyError) else "not JSON in UTF-8"
        _refuse(name, f"its header cannot be read: {reason}")
    if not isinstance(fields, dict):  # pragma: no cover - a text that begins with { parses to nothing else
        _refuse(name, "its header is not a table")
    return fields


class _DuplicateKeyError(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _DuplicateKeyError("it names a tensor twice")
    return fields


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _tensor(value: object, key: str, name: str) -> Tensor:
    if not key.isprintable():
        _refuse(name, f"a tensor's name has control characters: {key[:80]!a}")
    if not isinstance(value, dict) or value.keys() != {"dtype", "shape", "data_offsets"}:
        _refuse(name, f"tensor `{key[:80]}` is not described by dtype, shape and offsets")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _BITS:
        _refuse(name, f"tensor `{key[:80]}` has a dtype that the format does not know")
    if not _counts(shape) or len(shape) > _MAX_RANK or not _counts(offsets) or len(offsets) != 2:
        _refuse(name, f"tensor `{key[:80]}` has a shape or offsets that make no sense")
    tensor = Tensor(dtype, tuple(shape), offsets[0], offsets[1])
    if tensor.elements * _BITS[dtype] != (tensor.end - tensor.start) * 8:
        _refuse(name, f"tensor `{key[:80]}` has another size than its shape says")
    return tensor


def _counts(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value)


def _check_layout(tensors: Mapping[str, Tensor], data_size: int, name: str) -> None:
    position = 0
    for tensor in sorted(tensors.values(), key=lambda t: (t.start, t.end)):
        if tensor.start != position:
            _refuse(name, "its tensors overlap or leave holes")
        position = tensor.end
    if position != data_size:
        _refuse(name, f"its tensors take {position} bytes and the file holds {data_size}")


def _refuse(name: str, reason: str) -> NoReturn:
    raise CannotFindOut(
        f"`{name}` is not a sound safetensors file: {reason}",
        hint="fetch the file again, or ask its publisher",
        kind="data",
    )
