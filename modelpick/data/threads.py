"""One thread for BLAS and OpenMP: small networks want it, and the last bits of a result depend on the count."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Limits the libraries that are loaded by now to one thread, and gives the threads back."""
    with _libraries(len(sys.modules)).limit(limits=1):
        yield


@lru_cache(maxsize=1)
def _libraries(modules: int) -> ThreadpoolController:
    """What is loaded while so many modules are imported: to look for it takes longer than to fit a small baseline."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
