"""Which columns of a table stand side by side on a screen, and how wide: numbers are never broken in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from modelpick.document import Cell
from modelpick.render.sanitise import clean_line

GAP = 3  # between two columns: two of padding, one of the box
_END = 2  # rich counts the padding of the last column too
_UNBROKEN = 16  # a cell up to this long, such as `0.939 to 1.000`, stays on one line
_LONGEST_WORD = 28  # a longer word (a repo id, a path) may fold


def lay_out(
    columns: Sequence[str], rows: Sequence[Sequence[str | Cell]], width: int
) -> list[tuple[list[int], list[int]]]:
    """The parts of a table, each as column numbers and their widths in characters.

    A table that does not fit even with its cells folded between words goes on below itself, as data frames do: each
    further part begins with the first column again. A terminal too narrow for two columns gets folded words.
    """
    from rich.cells import cell_len

    cells = [[clean_line(_text(row[number])) for row in rows] for number in range(len(columns))]
    names = [clean_line(name) for name in columns]
    whole = [max(map(cell_len, [name, *column])) for name, column in zip(names, cells, strict=True)]
    longest = min(_LONGEST_WORD, (width - GAP - _END) // 2)
    least = []
    for name, column in zip(names, cells, strict=True):
        kept = [text for text in column if cell_len(text) <= _UNBROKEN]
        words = [word for text in [name, *column] for word in text.split()]
        least.append(min(longest, max(map(cell_len, [*kept, *words]), default=1)))
    parts: list[list[int]] = [[]]
    for number in range(len(columns)):
        part = parts[-1]
        if len(part) > 1 and _taken([least[n] for n in [*part, number]]) > width:
            part = [0]
            parts.append(part)
        part.append(number)
    return [(part, _widths([whole[n] for n in part], [least[n] for n in part], width)) for part in parts]


def _text(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def _taken(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1) + _END


def _widths(whole: list[int], least: list[int], width: int) -> list[int]:
    """Widths that fit: the widest column that can still give way does so, one character at a time."""
    widths = [min(size, width) for size in whole]
    while _taken(widths) > width:
        giving = [n for n, size in enumerate(widths) if size > least[n]]
        if not giving:
            break
        widths[max(giving, key=lambda n: widths[n])] -= 1
    return [max(size, 1) for size in widths]
