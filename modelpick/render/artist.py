"""Pictures drawn in another process, while this one goes on: matplotlib takes as long to import as to draw a few.

The other process is Python with this module, started for the pictures of one run; it hears what to draw through a pipe
and ends when that closes, also where this process is killed. Where none is started, or it fails, pictures are drawn
here: they are the same bytes.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Self

_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from modelpick.render.artist import serve; serve()"
_GONE = (OSError, EOFError, pickle.UnpicklingError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture to be drawn.

    Attributes:
        file: Its name.
        words: What it shows.
        draw: A function of `render.plot`; gives PNG bytes.
        arguments: What it is called with.
    """

    file: str
    words: str
    draw: Callable[..., bytes]
    arguments: tuple[Any, ...]


class Artist:
    """Draws pictures one after the other: here, or in a process that was started for it; a context."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None) -> None:
        self._process = process
        self._thread = None if process is None else ThreadPoolExecutor(1)
        self._answers, self._needed = True, True

    def draw(self, picture: Picture) -> Future[bytes]:
        """The bytes, now or later. Without another process they are drawn before this returns."""
        if self._thread is not None:
            return self._thread.submit(self._ask, picture)
        drawn: Future[bytes] = Future()
        drawn.set_result(_drawn(picture))
        return drawn

    def _ask(self, picture: Picture) -> bytes:
        process = self._process
        if self._answers and process is not None and process.stdin is not None and process.stdout is not None:
            try:
                pickle.dump((picture.draw, picture.arguments), process.stdin)
                process.stdin.flush()
                return pickle.load(process.stdout)  # type: ignore[no-any-return] # noqa: S301 - our own process wrote it
            except _GONE:
                self._answers = False
        return _drawn(picture) if self._needed else b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process; what is not drawn yet stays so."""
        process, self._needed = self._process, False
        if process is not None:
            process.kill()
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
        if process is not None:
            with suppress(OSError), process:  # closes the pipes, one of which may hold what nobody reads any more
                pass


def artist_ahead(other_process: bool) -> Artist:
    """An artist; its process, if it shall have one, imports what it needs while this one goes on."""
    if not (other_process and sys.executable):
        return Artist()
    command = [sys.executable, "-P", "-c", _START, json.dumps([str(entry) for entry in sys.path])]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        return Artist(subprocess.Popen(command, **pipes, start_new_session=True))  # Ctrl-C is for this process alone
    except OSError:
        return Artist()


def _drawn(picture: Picture) -> bytes:
    return picture.draw(*picture.arguments)


def serve() -> None:
    """The other process: draws what it is told to until nobody is there to tell it."""
    from modelpick.data.imports import importing, own_process

    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    own_process()
    with importing():
        import matplotlib.backends.backend_agg
        import matplotlib.figure
        import matplotlib.ticker  # noqa: F401 - `plot` takes them from here
    for draw, arguments in _requests(asked):
        pickle.dump(draw(*arguments), answered)
        answered.flush()


def _requests(pipe: IO[bytes]) -> Iterator[tuple[Callable[..., bytes], tuple[Any, ...]]]:
    while True:
        try:
            yield pickle.load(pipe)  # noqa: S301 - the process that started this one wrote it
        except EOFError:
            return
