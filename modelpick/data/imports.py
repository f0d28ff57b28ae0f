"""The import of large packages, such as torch and scikit-learn, and the collection of garbage around it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 50_000
_owned = False


def own_process() -> None:
    """Says that this process is a command or a worker of ours, and no program of somebody else's.

    Garbage is then looked for less often than after every few hundred objects, and never among what packages make while
    they are imported: that takes a twentieth of a short command's time.
    """
    global _owned
    _owned = True
    gc.set_threshold(_OBJECTS, 20, 50)


@contextmanager
def no_garbage() -> Iterator[None]:
    """No collection of garbage inside; afterwards it is as it was before."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def importing() -> Iterator[None]:
    """No collection of garbage while large packages are imported: they make a million objects and no garbage."""
    with no_garbage():
        try:
            yield
        finally:
            if _owned:
                gc.freeze()
