"""Walks the opcodes of one pickle without running one.

It keeps the stack and the memo that the pickle machine would have, of strings and imported names only, so a name that
comes by way of the memo is found too.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any

from modelpick.weights.cursor import Cursor, EndedError
from modelpick.weights.pickle_opcodes import (
    BYTES,
    COUNT_BYTES,
    LINES,
    OPS,
    TEXTS,
    BrokenPickleError,
    Op,
    decoded,
    text_of_line,
)
from modelpick.weights.pickle_values import InnerPickle, Made, Name, Notes
from modelpick.weights.source import Window

MAX_OPCODES = 300_000
"""Opcodes of one file that are read; a state dict of 5,000 tensors has about 200,000."""

COMPUTED = "(a name that is computed)"
"""Stands for an import whose name is no plain string in the file."""

JOBLIB_ARRAY = "joblib.numpy_pickle.NumpyArrayWrapper"
"""After the state of such an object, however it was made, the bytes of an array follow among the opcodes."""

CHANGED = "(an imported name that is changed)"
"""Stands for a state that is set on an imported class or module; no pickler writes that."""

_MAX_TEXT = 4_096
_MAX_NESTED = 2**20
_MAX_DEPTH = 3
_MAX_KEYS = 50_000
_MAX_TUPLE = 8
_PROTOCOLS = range(2, 6)
_GETATTR = ("builtins.getattr", "__builtin__.getattr")
_LOAD_BYTES = "torch.storage._load_from_bytes"
"""Harmless only where the pickle that it loads stands in the file as it is, and was read."""
_UNREAD_INSIDE = "a pickle inside it was not read"
_TENSOR_MAKERS = ("torch._utils._rebuild_", "torch._tensor._rebuild_")


class Machine:
    """One pickle stream, from a place of a window on."""

    def __init__(self, found: Notes, window: Window, start: int, depth: int) -> None:
        self.cursor = Cursor(window, start)
        self._found = found
        self._depth = depth
        self._stack: list[object] = []
        self._marks: list[int] = []
        self._memo: dict[int, object] = {}
        self._arrays = False

    def run(self) -> None:
        """To the end of the stream, or until something is noted as unread.

        Raises:
            BrokenPickleError: What follows is no opcode, or one that does not fit.
            EndedError: The file ends before the stream does.
            CannotFindOut: The bytes cannot be had.
        """
        found = self._found
        while found.unread is None:
            if found.left == 0:
                found.unread = f"it has more than {MAX_OPCODES:,} opcodes"
                return
            found.left -= 1
            op = OPS.get(self.cursor.take(1)[0])
            if op is None:
                self.cursor.position -= 1
                raise BrokenPickleError("that is no opcode")
            argument = self._argument(op)
            self._apply(op, argument)
            if op.name == "STOP":
                return

    # --- bytes --------------------------------------------------------------------------------------------------

    def _argument(self, op: Op) -> Any:
        """A text or number that matters later; what else there is, is passed over."""
        cursor = self.cursor
        if op.argument is None:
            return None
        if op.argument == pickletools.UP_TO_NEWLINE:
            return text_of_line(op.name, b" ".join(cursor.line() for _ in range(LINES.get(op.name, 1))))
        if op.argument >= 0:
            return cursor.number(op.argument)
        count = cursor.number(COUNT_BYTES[op.argument])
        if cursor.position + count > cursor.size:
            raise EndedError
        end = cursor.position + count
        text: str | InnerPickle | None = None
        if (op.name in TEXTS or op.name in BYTES) and self._nested(op.name, count):
            text = InnerPickle()
        elif op.name in TEXTS and count <= _MAX_TEXT:
            text = decoded(cursor.take(count), "latin-1" if op.name.endswith("BINSTRING") else "utf-8")
        cursor.position = end
        return text

    def _nested(self, kind: str, count: int) -> bool:
        """A pickle inside a text or bytes: what a call in the outer one may load. Whether it was read to its end."""
        cursor = self.cursor
        start, begin = cursor.position, cursor.take(min(count, 4))
        cursor.position = start
        packed = kind not in BYTES and begin.startswith(b"\xc2\x80")  # bytes as the old protocols write them
        mark = begin[1:] if packed else begin
        if mark == b"PK\x03\x04":
            self._found.unread = "an archive inside it was not read"
        if len(mark) < 2 or mark[0] != 0x80 or mark[1] not in _PROTOCOLS:
            return False
        if count > _MAX_NESTED or self._depth >= _MAX_DEPTH:
            self._found.unread = _UNREAD_INSIDE
            return False
        data = cursor.take(count)
        cursor.position = start
        if packed:
            data = data.decode("utf-8", "replace").encode("latin-1", "replace")
        return self._found.read_nested(data, self._depth + 1)

    # --- the machine --------------------------------------------------------------------------------------------

    def _apply(self, op: Op, argument: Any) -> None:
        act = _ACTS.get(op.name)
        if act is not None:
            act(self, argument)
            return
        self._pop_all(op)
        stack = self._stack
        if op.name in TEXTS or op.name in BYTES:
            stack.append(argument)
        else:
            stack.extend([None] * op.pushes)

    def _pop_all(self, op: Op) -> None:
        if op.to_mark:
            self._pop_to_mark()
        for _ in range(op.pops):
            self._pop()

    def _pop(self) -> object:
        return self._passed_on(self._pop_called())

    def _pop_called(self) -> object:
        """The top, where it is what is called; anything else is taken by `_pop`."""
        if not self._stack or (self._marks and self._marks[-1] >= len(self._stack)):
            raise BrokenPickleError("it takes more from the stack than there is")
        return self._stack.pop()

    def _passed_on(self, value: object) -> object:
        """Notes what is harmless only as the callee of a plain call, and is put into something or called otherwise."""
        if isinstance(value, Name):
            if value.name in _GETATTR:
                self._found.add_import(value.name)
            elif value.name == _LOAD_BYTES:
                self._found.unread = _UNREAD_INSIDE
        return value

    def _pop_to_mark(self) -> list[object]:
        if not self._marks:
            raise BrokenPickleError("it looks for a mark that was not set")
        mark = self._marks.pop()
        items = self._stack[mark:]
        del self._stack[mark:]
        for item in items:
            self._passed_on(item)
        return items

    def _mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def _pop_or_mark(self, _: Any) -> None:
        if self._marks and self._marks[-1] == len(self._stack):
            self._marks.pop()
        else:
            self._pop()

    def _top(self) -> object:
        if not self._stack:
            raise BrokenPickleError("it takes more from the stack than there is")
        return self._stack[-1]

    def _dup(self, _: Any) -> None:
        self._stack.append(self._top())

    def _put(self, argument: Any) -> None:
        index = len(self._memo) if argument is None else _index(argument)
        self._memo[index] = self._top()

    def _get(self, argument: Any) -> None:
        index = _index(argument)
        if index not in self._memo:
            raise BrokenPickleError("it asks the memo for what was not put there")
        self._stack.append(self._memo[index])

    def _global(self, argument: Any) -> None:
        module, _, name = argument.partition(" ")
        self._import(module, name)

    def _stack_global(self, _: Any) -> None:
        name, module = self._pop(), self._pop()
        self._import(module, name)

    def _import(self, module: object, name: object) -> None:
        known = isinstance(module, str) and isinstance(name, str) and module and name
        whole = f"{module}.{name}" if known else COMPUTED
        self._arrays = self._arrays or whole == JOBLIB_ARRAY
        if whole not in _GETATTR:
            self._found.add_import(whole)
        self._stack.append(Name(whole))

    def _inst(self, argument: Any) -> None:
        self._pop_to_mark()
        self._global(argument)
        self._call(self._pop())  # not `_pop_called`: its arguments are not told apart

    def _obj(self, _: Any) -> None:
        items = self._pop_to_mark()
        if not items:
            raise BrokenPickleError("it makes an object of nothing")
        self._call(items[0])

    def _extension(self, argument: Any) -> None:
        self._import("copyreg", f"extension {argument}")

    def _reduce(self, _: Any) -> None:
        arguments, called = self._pop(), self._pop_called()
        match called, arguments:
            case Name(name), _ if name in _GETATTR:
                self._getattr(called, arguments)
            case Name("_codecs.encode"), (InnerPickle() as inner, "latin1"):
                self._stack.append(inner)  # how protocol 2 writes bytes
            case Name(name), (InnerPickle(),) if name == _LOAD_BYTES:
                self._call(called)
            case _:
                self._call(self._passed_on(called))

    def _getattr(self, called: Name, arguments: object) -> None:
        match arguments:
            case (Name(owner), str(attribute)) if attribute:
                self._found.add_import(f"{owner}.{attribute}")
                self._stack.append(Name(f"{owner}.{attribute}"))
            case _:
                self._found.add_import(called.name)
                self._stack.append(None)

    def _tuple(self, count: int) -> None:
        items = [self._pop() for _ in range(count)]
        self._stack.append(tuple(reversed(items)))

    def _tuple_to_mark(self, _: Any) -> None:
        items = self._pop_to_mark()
        self._stack.append(tuple(items) if len(items) <= _MAX_TUPLE else None)

    def _newobj(self, _: Any) -> None:
        self._pop()
        self._call(self._pop())

    def _newobj_ex(self, _: Any) -> None:
        self._pop()
        self._newobj(None)

    def _call(self, called: object) -> None:
        self._stack.append(Made(called.name) if isinstance(called, Name) else None)

    def _build(self, _: Any) -> None:
        self._pop()
        made = self._top()
        if isinstance(made, Name):
            self._found.add_import(CHANGED)
        if self._arrays:
            self._found.unread = "it was read up to the bytes of its first array (joblib)"

    def _set_item(self, _: Any) -> None:
        value, key = self._pop(), self._pop()
        self._note_keys([key, value])

    def _set_items(self, _: Any) -> None:
        self._note_keys(self._pop_to_mark())

    def _note_keys(self, items: list[object]) -> None:
        for key, value in zip(items[::2], items[1::2], strict=False):
            tensor = isinstance(value, Made) and value.name.startswith(_TENSOR_MAKERS)
            if tensor and isinstance(key, str) and len(self._found.keys) <= _MAX_KEYS:
                self._found.keys[key] = None


def _index(argument: object) -> int:
    if isinstance(argument, int):
        return argument
    text = str(argument)
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise BrokenPickleError("a place of the memo that is no number")
    return int(text)


_ACTS: dict[str, Callable[[Machine, Any], None]] = {
    "MARK": Machine._mark,
    "POP": Machine._pop_or_mark,
    "DUP": Machine._dup,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), Machine._put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), Machine._get),
    "GLOBAL": Machine._global,
    "STACK_GLOBAL": Machine._stack_global,
    "INST": Machine._inst,
    "OBJ": Machine._obj,
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), Machine._extension),
    "REDUCE": Machine._reduce,
    "NEWOBJ": Machine._newobj,
    "TUPLE": Machine._tuple_to_mark,
    "TUPLE1": lambda machine, _: machine._tuple(1),
    "TUPLE2": lambda machine, _: machine._tuple(2),
    "TUPLE3": lambda machine, _: machine._tuple(3),
    "NEWOBJ_EX": Machine._newobj_ex,
    "BUILD": Machine._build,
    "SETITEM": Machine._set_item,
    "SETITEMS": Machine._set_items,
}
