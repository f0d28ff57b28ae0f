"""A sha256 whose state can be put aside and taken up again by another process, so that a resumed download need not read
again what is on the disk.

`hashlib` keeps its state to itself. Where Python's own `_hashlib` is linked to a libcrypto that has the older functions
(OpenSSL 1.0 to 3.x: `SHA256_Init`, `SHA256_Update`, `SHA256_Final` over a plain struct), they are called in that very
library, at the same speed. They are tried out once against `hashlib`; where they are absent or differ, `hashlib` does
the work and there is no state to keep.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import struct
from typing import Protocol

_ROOM = 256  # more than any libcrypto's struct
_LAYOUT = struct.Struct("=8I2I64s2I")
"""SHA256_CTX: the hash so far, the count of bits (low, high), the block that is not full yet, its length, 32."""
_BLOCK, _DIGEST = 64, 32


class Sha256(Protocol):
    """What hashes."""

    def update(self, chunk: bytes, /) -> None:
        """Takes the next bytes."""
        ...

    def hexdigest(self) -> str:
        """The hash of the bytes so far, 64 hex."""
        ...


class KeptSha256:
    """A sha256 with a state: `state` of one, given to another, goes on where the first was."""

    def __init__(self, library: ctypes.CDLL, state: bytes | None = None) -> None:
        self._library = library
        self._struct = ctypes.create_string_buffer(_ROOM)
        if state is None:
            library.SHA256_Init(self._struct)
        else:
            self._struct.raw = state.ljust(_ROOM, b"\0")

    @property
    def state(self) -> bytes:
        """The state, for a process on this machine with the same library."""
        return self._struct.raw[: _LAYOUT.size]

    def update(self, chunk: bytes, /) -> None:
        """Takes the next bytes."""
        self._library.SHA256_Update(self._struct, chunk, len(chunk))

    def hexdigest(self) -> str:
        """The hash of the bytes so far, 64 hex."""
        copy, found = ctypes.create_string_buffer(self._struct.raw, _ROOM), ctypes.create_string_buffer(32)
        self._library.SHA256_Final(found, copy)
        return found.raw.hex()


def open_sha256() -> Sha256:
    """A sha256 of nothing yet: one that keeps its state where that can be had, else hashlib's."""
    library = _library()
    return hashlib.sha256() if library is None else KeptSha256(library)


def take_up_sha256(state: bytes, count: int) -> KeptSha256 | None:
    """The sha256 of that state, over `count` bytes; None where it cannot be taken up.

    The counts inside are checked: the library trusts them, and would write beyond its block.
    """
    library = _library()
    return None if library is None else _checked(library, state, count)


def _checked(library: ctypes.CDLL, state: bytes, count: int) -> KeptSha256 | None:
    if len(state) != _LAYOUT.size:
        return None
    *_, low, high, _, pending, length = _LAYOUT.unpack(state)
    if (low | high << 32, pending, length) != (8 * count, count % _BLOCK, _DIGEST):
        return None
    return KeptSha256(library, state)


def library_mark() -> str:
    """What must be the same for a state to be taken up: the version of the library."""
    import ssl

    return ssl.OPENSSL_VERSION


@functools.cache
def _library() -> ctypes.CDLL | None:
    """The libcrypto that hashlib itself uses, where it has what is needed and does it right."""
    try:
        import _hashlib

        library = ctypes.CDLL(_hashlib.__file__)  # symbols are looked up in what it is linked to as well
        library.SHA256_Init.argtypes = [ctypes.c_char_p]
        library.SHA256_Update.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
        library.SHA256_Final.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    except (ImportError, AttributeError, OSError):  # built in without a file, or without these functions
        return None
    first = KeptSha256(library)
    first.update(b"a" * 1000)
    second = _checked(library, first.state, 1000)
    if second is None:
        return None
    second.update(b"b" * 77)
    right = hashlib.sha256(b"a" * 1000 + b"b" * 77).hexdigest()
    same = second.hexdigest() == second.hexdigest() == right  # twice: asking must not change the state
    return library if same else None
