"""Progress on stderr: bars on a terminal, nothing off one; notices in both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from modelpick.progress import SILENT, Listener, Step
from modelpick.render.human import make_console, terminal_width
from modelpick.render.sanitise import clean_line
from modelpick.render.stderr import tell

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, amount: float = 1) -> None:
        self._progress.advance(self._task, amount)

    def describe(self, text: str) -> None:
        self._progress.update(self._task, description=clean_line(text))


def _silent() -> Listener:
    return SILENT


class TerminalListener:
    """Shows steps as bars of one live display, which is there only while a step is under way."""

    def __init__(self, stream: TextIO, *, bars: bool) -> None:
        self._stream = stream
        self._bars = bars and stream.isatty()
        self._progress: Progress | None = None
        self._open_steps = 0

    def __reduce__(self) -> str | tuple[object, ...]:
        """In another process there is no terminal of ours: what is pickled is silent."""
        return _silent, ()

    @contextmanager
    def step(self, text: str, total: float | None = None, unit: str = "") -> Iterator[Step]:
        """A bar with its total where one is known; removed when the step ends."""
        if not self._bars:
            with SILENT.step(text, total, unit) as step:
                yield step
            return
        if self._progress is None:
            self._progress = _make_progress(self._stream)
            self._progress.start()
        progress = self._progress
        self._open_steps += 1
        task = progress.add_task(clean_line(text), total=total, unit=unit)
        try:
            yield _Bar(progress, task)
        finally:
            progress.remove_task(task)
            self._open_steps -= 1
            if self._open_steps == 0:
                progress.stop()
                self._progress = None

    def notice(self, text: str) -> None:
        """A line on stderr, above the bars."""
        line = "note: " + clean_line(text)
        if self._progress is not None:
            self._progress.console.print(line)
        else:
            tell(self._stream, line)


def _make_progress(stream: TextIO) -> Progress:
    from rich.filesize import decimal
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.table import Column
    from rich.text import Text

    class Amount(ProgressColumn):
        """Done of total in the step's unit; bytes with the rate."""

        def render(self, task: Task) -> Text:
            unit = str(task.fields.get("unit", ""))
            if unit == "bytes":
                done = decimal(int(task.completed))
                total = f"/{decimal(int(task.total))}" if task.total is not None else ""
                rate = f" {decimal(int(task.speed))}/s" if task.speed else ""
                return Text(done + total + rate)
            if task.total is None and not task.completed:
                return Text()  # a wait in one piece: nothing is counted
            total = f"/{task.total:g}" if task.total is not None else ""
            return Text(f"{task.completed:g}{total} {unit}".rstrip())

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        Amount(table_column=Column(no_wrap=True)),  # on a narrow screen the bar gives way
        TimeRemainingColumn(),
        console=make_console(stream, width=terminal_width(stream)),
        transient=True,
    )
