"""Reads the opcodes of a pickle without running one: what it would import, and whether it could be read to its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelpick.weights.cursor import EndedError
from modelpick.weights.pickle_machine import MAX_OPCODES, Machine
from modelpick.weights.pickle_opcodes import BrokenPickleError
from modelpick.weights.source import InMemory, OverAllowanceError, Window

_MAX_STREAMS = 5  # the old files of torch are five pickles, then raw bytes
_MAX_IMPORTS = 1_000


@dataclass(slots=True)
class Opcodes:
    """What was read of one file's pickles; several streams of one file add up in it.

    Attributes:
        imports: Names `module.attribute`, in order, each once. A `getattr` of a plain name, as enumerations are
            written, stands for the name that it gives.
        keys: The names under which tensors are put into tables.
        left: Opcodes that may still be read.
        unread: Why something of it was not read; None where all streams were read to their ends.
        problem: What is broken in it; None where nothing is.
    """

    imports: dict[str, None] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    left: int = MAX_OPCODES
    unread: str | None = None
    problem: str | None = None

    def read(self, window: Window, start: int = 0, *, depth: int = 0) -> None:
        """Reads the pickles of a file from a place on, one after the other; raw bytes may follow five of them.

        Raises:
            CannotFindOut: The bytes cannot be had.
        """
        position = self._read_one(window, start, depth)
        for _ in range(1, _MAX_STREAMS):
            if position is None or position >= window.size:
                return
            further = Opcodes(left=self.left)
            position = further._read_one(window, position, depth)
            self.left = further.left
            if position is None and not further.imports:
                # Raw bytes, or a pickle made so that this reader stops and a loader of several does not.
                further = Opcodes(left=self.left, unread="what follows its first pickle was not read")
            self._add(further)

    def _read_one(self, window: Window, start: int, depth: int) -> int | None:
        """Reads one pickle; the place after its end, None where that was not reached."""
        machine = Machine(self, window, start, depth)
        try:
            machine.run()
        except OverAllowanceError as error:
            self.unread = error.message
        except BrokenPickleError as error:
            self.problem = f"its opcodes break off at byte {machine.cursor.position:,}: {error}"
        except EndedError:
            self.problem = "its opcodes break off: it ends before its end"
        else:
            return machine.cursor.position if self.unread is None else None
        return None

    def _add(self, further: Opcodes) -> None:
        for name in further.imports:
            self.add_import(name)
        self.keys |= further.keys
        self.unread = self.unread or further.unread
        self.problem = self.problem or further.problem

    def add_import(self, name: str) -> None:
        """Notes a name; a file with more than a thousand is not read to its end."""
        if len(self.imports) >= _MAX_IMPORTS and name not in self.imports:
            self.unread = f"it imports more than {_MAX_IMPORTS:,} names"
        else:
            self.imports[name] = None

    def read_nested(self, data: bytes, depth: int) -> bool:
        """Reads a pickle that lies in another one; whether to its end. What imports nothing may be none."""
        inner = Opcodes(left=self.left)
        inner.read(Window(InMemory(data), len(data)), depth=depth)
        self.left = inner.left
        for name in inner.imports:
            self.add_import(name)
        if inner.imports and inner.unread:
            self.unread = f"a pickle inside it: {inner.unread}"
        return inner.unread is None and inner.problem is None
