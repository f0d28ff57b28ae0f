"""A document on a screen, through rich. Outside text goes in as `Text` after cleaning; markup is never parsed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from modelpick.document import Cell, Chart, Document, Heading, Quote, Table, Text, Tone
from modelpick.render.sanitise import clean, clean_line
from modelpick.render.table_layout import lay_out

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

STYLES: Mapping[Tone, str] = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.WARN: "yellow",
    Tone.MUTED: "dim",
    Tone.STRONG: "bold",
}
_LINES = 25
_UNLIMITED = 100_000  # columns where nobody looks: a pipe or a file gets whole lines, nothing is cut


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal behind a stream, None where there is none; `COLUMNS` counts if it is sensible."""
    if not stream.isatty():
        return None
    try:
        columns = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns < 1:
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            columns = 80
    return max(columns, 20)


def make_console(stream: TextIO, *, width: int | None) -> Console:
    """A console that parses no markup; colour only on a terminal and without `NO_COLOR`."""
    from rich.console import Console

    plain = width is None or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Console(
        file=stream,
        width=width or _UNLIMITED,
        height=_LINES if os.environ.get("TERM") == "dumb" else None,  # else rich takes a dumb terminal for 80 x 25
        force_terminal=width is not None,
        no_color=plain,
        color_system=None if plain else "auto",
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        force_jupyter=False,  # else rich displays cells of its own there, instead of filling our text
        _environ={k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES", "FORCE_COLOR"}},
    )


def render_human(document: Document, stream: TextIO) -> str:
    """The text for that stream: tables fold on a terminal, and stand in whole lines off one."""
    width = terminal_width(stream)
    out = StringIO()
    console = make_console(out, width=width)
    blocks = document.brief or document.blocks
    for number, block in enumerate(blocks):
        after_rows = number and isinstance(blocks[number - 1], (Table, Chart)) and isinstance(block, Text)
        if after_rows or (number and isinstance(block, (Heading, Table, Chart))):
            console.print()
        if isinstance(block, Heading):
            _heading(console, block)
        elif isinstance(block, Text):
            _text(console, block)
        elif isinstance(block, Quote):
            _quote(console, block)
        elif isinstance(block, Table):
            _table(console, block)
        else:
            _chart(console, block, width)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _heading(console: Console, block: Heading) -> None:
    from rich.text import Text as RichText

    text = clean_line(block.text)
    console.print(RichText(text, style="bold underline" if block.level == 1 else "bold"))


def _text(console: Console, block: Text) -> None:
    from rich.padding import Padding
    from rich.text import Text as RichText

    words = clean(block.text)
    bare = words.lstrip(" ")
    text = RichText(bare, style=STYLES[block.tone])
    if block.item:
        bullet = RichText("- ", style=STYLES[block.tone])
        console.print(_hanging(bullet, text))
    elif block.whole:
        console.print(text, soft_wrap=True)
    else:  # an indented text stays indented where it folds
        console.print(Padding(text, (0, 0, 0, len(words) - len(bare)), expand=False))


def _hanging(bullet: RichText, text: RichText) -> RichTable:
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=0)
    grid.add_column(width=2)
    grid.add_column(overflow="fold")
    grid.add_row(bullet, text)
    return grid


def _quote(console: Console, block: Quote) -> None:
    from rich.text import Text as RichText

    for line in clean(block.text).split("\n"):
        console.print(_hanging(RichText("| ", style="dim"), RichText(line, style="italic")))
    if block.place:
        console.print(RichText("  " + clean_line(block.place), style="dim"))


def _table(console: Console, block: Table) -> None:
    from rich.text import Text as RichText

    if block.title:
        console.print(RichText(clean_line(block.title), style="bold"))
    rows = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in block.rows]
    for number, (shown, widths) in enumerate(lay_out(block.columns, block.rows, console.width)):
        if number:
            console.print()
        console.print(_part(console, block, rows, shown, widths))


def _part(
    console: Console, block: Table, rows: list[list[Cell]], shown: Sequence[int], widths: Sequence[int]
) -> RichTable:
    """Those columns of the table, so many characters wide."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    table = RichTable(
        box=box.SIMPLE_HEAD if console.width < _UNLIMITED else None,
        show_header=any(block.columns),
        show_edge=False,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for column, width in zip(shown, widths, strict=True):
        name = block.columns[column]
        justify: JustifyMethod = "right" if name in block.right else "left"
        table.add_column(RichText(clean_line(name)), justify=justify, overflow="fold", width=width)
    for row in rows:
        cells = [row[column] for column in shown]
        table.add_row(*(RichText(clean_line(cell.text), style=STYLES[cell.tone]) for cell in cells))
    return table


def _chart(console: Console, block: Chart, width: int | None) -> None:
    from rich.text import Text as RichText

    from modelpick.render.text_chart import chart_text

    console.print(RichText(chart_text(block, width=width or 80)), soft_wrap=True)
