"""The opcodes of pickles as a table, and how their texts are written. Source: the standard library's `pickletools`."""

from __future__ import annotations

import codecs
import pickletools
from typing import NamedTuple


class BrokenPickleError(Exception):
    """What follows is no opcode, or one that does not fit what stands before."""


class Op(NamedTuple):
    """One opcode.

    Attributes:
        name: As `pickletools` has it.
        argument: Bytes of its argument, or a sign of pickletools' that says how they are counted; None: it has none.
        to_mark: Whether it takes all down to the last mark.
        pops: What it takes from the stack, below the mark where there is one.
        pushes: What it puts there.
    """

    name: str
    argument: int | None
    to_mark: bool
    pops: int
    pushes: int


def _op(info: pickletools.OpcodeInfo) -> Op:
    before = info.stack_before
    to_mark = pickletools.markobject in before
    pops = before.index(pickletools.markobject) if to_mark else len(before)
    argument = None if info.arg is None else info.arg.n
    return Op(info.name, argument, to_mark, pops, len(info.stack_after))


OPS = {ord(info.code): _op(info) for info in pickletools.opcodes}
"""Each opcode by its byte."""
COUNT_BYTES = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
"""Bytes of the count that stands before an argument."""
LINES = {"GLOBAL": 2, "INST": 2}
"""Lines of an argument that is told by its line feed, where they are not one."""
TEXTS = frozenset(
    {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING"}
)
BYTES = frozenset({"BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"})
"""Opcodes that push a text, and those that push bytes."""


def text_of_line(kind: str, line: bytes) -> str:
    """The text of an argument that ends with its line; the two old kinds of text have escapes of their own."""
    if kind == "STRING":
        try:
            return codecs.escape_decode(line[1:-1])[0].decode("latin-1")
        except ValueError:
            raise BrokenPickleError("a text with a broken escape") from None
    return decoded(line, "raw-unicode-escape" if kind == "UNICODE" else "utf-8")


def decoded(data: bytes, encoding: str) -> str:
    """A text of an opcode, as the pickle machine would decode it."""
    try:
        return data.decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
    except ValueError:
        raise BrokenPickleError("a text that is none") from None
