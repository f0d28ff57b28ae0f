"""One thread for BLAS and OpenMP: small networks want it, and the last bits of a result depend on the count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Limits the libraries that are loaded by now to one thread, and gives the threads back."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
