"""The header of a GGUF file: its keys, its chat template and its tensors' names, without loading anything.

Layout: magic, version, counts of tensors and keys, then the keys with their values, then name, shape, type and place of
each tensor. Source: the format's specification (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

from modelpick.errors import CannotFindOut
from modelpick.weights.cursor import Cursor, EndedError
from modelpick.weights.source import OverAllowanceError, Window

MAGIC = b"GGUF"
MAX_TEMPLATE = 20_000
"""Characters of a chat template that are kept."""

_VERSIONS = (2, 3)
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes by type of value
_STRING, _ARRAY = 8, 9
_MAX_KEYS = 100_000
_MAX_TENSORS = 1_000_000
_MAX_NAME = 65_535
_MAX_VALUE = 4_096
_MAX_STRINGS = 1_000_000
_MAX_RANK = 8
_TEMPLATE = "tokenizer.chat_template"


@dataclass(slots=True)
class GgufHeader:
    """What was read of a GGUF header.

    Attributes:
        metadata: The texts among the keys `general.*`, each cut at 4,096 bytes.
        chat_template: The main template, cut.
        tensors: How many the header says that there are.
        keys: Names of the tensors.
        parameters: Count of numbers; None where not all tensors were read.
        unread: Why not all of the header was read; None where it was.
    """

    metadata: dict[str, str] = field(default_factory=dict)
    chat_template: str | None = None
    tensors: int = 0
    keys: list[str] = field(default_factory=list)
    parameters: int | None = None
    unread: str | None = None


def read_gguf(window: Window, name: str) -> GgufHeader:
    """Reads the header as far as it may be read.

    Raises:
        CannotFindOut: It is no sound GGUF file; the message says why.
    """
    header, reader = GgufHeader(), _Reader(Cursor(window), name)
    try:
        reader.read(header)
    except OverAllowanceError as error:
        header.unread = error.message
    except EndedError:
        raise reader.unsound("it ends before its header does") from None
    return header


class _Reader:
    def __init__(self, cursor: Cursor, name: str) -> None:
        self._cursor = cursor
        self._name = name
        self._strings_left = _MAX_STRINGS

    def unsound(self, reason: str) -> CannotFindOut:
        return CannotFindOut(
            f"`{self._name}` is not a sound GGUF file: {reason}",
            "fetch the file again, or ask its publisher",
            kind="data",
        )

    def read(self, header: GgufHeader) -> None:
        cursor = self._cursor
        if cursor.take(4) != MAGIC:
            raise self.unsound("it does not begin with `GGUF`")
        version = cursor.number(4)
        if version not in _VERSIONS:
            raise self.unsound(f"its version {version} is none of {_VERSIONS}")
        header.tensors, keys = cursor.number(8), cursor.number(8)
        if header.tensors > _MAX_TENSORS or keys > _MAX_KEYS:
            raise self.unsound(f"it claims {header.tensors:,} tensors and {keys:,} keys")
        for _ in range(keys):
            self._pair(header)
        self._tensors(header)

    def _pair(self, header: GgufHeader) -> None:
        key, kind = self._text(_MAX_NAME), self._cursor.number(4)
        if kind == _STRING:
            template = key == _TEMPLATE or key.startswith(_TEMPLATE + ".")
            value = self._text(4 * MAX_TEMPLATE if template else _MAX_VALUE, cut=True)
            if template:
                if header.chat_template is None or key == _TEMPLATE:
                    header.chat_template = value[:MAX_TEMPLATE]
            elif key.startswith("general."):
                header.metadata[key] = value
        elif kind == _ARRAY:
            self._array(key)
        else:
            self._skip(self._size_of(kind, key))

    def _array(self, key: str) -> None:
        kind, count = self._cursor.number(4), self._cursor.number(8)
        if kind != _STRING:
            self._skip(count * self._size_of(kind, key))
            return
        if count > self._strings_left:
            raise self.unsound(f"`{key[:80]}` claims {count:,} texts")
        self._strings_left -= count
        for _ in range(count):
            self._skip(self._cursor.number(8))

    def _size_of(self, kind: int, key: str) -> int:
        if kind not in _SIZES:
            raise self.unsound(f"`{key[:80]}` has a type of value that the format does not know")
        return _SIZES[kind]

    def _text(self, longest: int, *, cut: bool = False) -> str:
        length = self._cursor.number(8)
        if length > longest and not cut:
            raise self.unsound(f"a name of {length:,} bytes")
        text = self._cursor.take(min(length, longest))
        self._skip(length - len(text))
        return text.decode("utf-8", "replace")

    def _skip(self, count: int) -> None:
        if count > self._cursor.size - self._cursor.position:
            raise EndedError
        self._cursor.position += count

    def _tensors(self, header: GgufHeader) -> None:
        cursor, parameters, farthest = self._cursor, 0, 0
        for _ in range(header.tensors):
            header.keys.append(self._text(_MAX_NAME))
            rank = cursor.number(4)
            if rank > _MAX_RANK:
                raise self.unsound(f"tensor `{header.keys[-1][:80]}` has {rank:,} dimensions")
            parameters += prod(cursor.number(8) for _ in range(rank))
            cursor.number(4)
            farthest = max(farthest, cursor.number(8))
        if cursor.position + farthest > cursor.size:
            raise self.unsound(f"it has {cursor.size:,} bytes, and tensors that begin after its end")
        header.parameters = parameters
