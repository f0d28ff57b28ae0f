"""Text files that are tables but for something around them: comments, a footer, runs of blanks, mixed line ends."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from modelpick.data.encoding import Text
from modelpick.data.readers.dialect import Dialect, head_of, records
from modelpick.data.readers.header import looks_numeric

_CELLS = re.compile(r'"[^"]*"|\S+')
_LOOK = 200
_MOST_COMMENTS, _MOST_FOOTER = 200, 10
_NUMERIC = 0.4


def comment_lines(path: Path) -> int:
    """How many lines at the top begin with `#`. A single one that is split like a next line of numbers is a header."""
    lines = head_of(path, _MOST_COMMENTS)
    count = next((i for i, line in enumerate(lines) if not line.lstrip().startswith("#")), 0)
    if count == 1 and len(lines) > 1:
        usual = max(",;\t|", key=lines[1].count)
        alike = lines[0].count(usual) == lines[1].count(usual) > 0
        if alike and any(looks_numeric(cell.strip()) for cell in lines[1].split(usual)):
            return 0
    return count


def with_tabs(text: Text, folder: Path) -> Text:
    """A file whose columns are set apart by runs of blanks, with a tab for each run; any other as it is."""
    lines = [line for line in head_of(text.path, _LOOK) if line.strip() and not line.lstrip().startswith("#")]
    apart = [_CELLS.findall(line) for line in lines]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    widths = {len(cells) for cells in apart[1:]}
    if len(widths) != 1 or max(widths) < 2 or len(apart[0]) not in (max(widths), max(widths) - 1):
        return text
    blank = not any("\t" in line for line in lines)
    ragged = sum("  " in line.strip() for line in bare) >= len(bare) / 2 or (blank and len(apart[0]) < max(widths))
    if not ragged or any(sign in line for line in bare for sign in ",;|"):
        return text
    cells = [cell for of_line in apart[1:] for cell in of_line]
    if sum(map(looks_numeric, cells)) < _NUMERIC * len(cells):
        return text
    path = folder / "tabs.tsv"
    with text.path.open(encoding="utf-8-sig") as given, path.open("x", encoding="utf-8") as made:
        for line in given:
            made.write("\t".join(_CELLS.findall(line)) + "\n")
    return replace(text, path=path)


def mended(text: Text, dialect: Dialect, columns: int, folder: Path) -> tuple[Text, int, str | None] | None:
    """A copy with one kind of line end, without a footer, and with a name for each column; its columns, and a note.

    A footer are last lines with one cell. R writes no name above the names of rows. None where the file is irregular
    in another way: then its lines tell what is wrong.
    """
    footer: list[Sequence[str]] = []
    regular = 0
    try:
        row_names = _header_is_short(text.path, dialect, columns)
        width = columns + row_names
        for _, record in records(text.path, dialect):
            if not record:
                continue
            if row_names and not regular:
                record = ["", *record]
            if len(record) < width and width > 2 and sum(bool(cell.strip()) for cell in record) < 2:
                footer.append(record)
            elif footer or len(record) > width + 1 or len(record) < width or any(record[width:]):
                return None
            else:
                regular += 1
        if len(footer) > _MOST_FOOTER or not regular:
            return None
        path = folder / "mended.csv"
        with path.open("x", encoding="utf-8", newline="") as file:
            whole = (record for _, record in records(text.path, dialect) if record)
            writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
            if row_names:
                writer.writerow(["", *next(whole)])
            writer.writerows(record[:width] for record in islice(whole, regular - row_names))
    except csv.Error:
        return None
    note = None
    if footer:
        shown = " ".join(" ".join(footer[0]).split())[:40]
        which = "The last line" if len(footer) == 1 else f"The last {len(footer)} lines"
        stand = "stands after the table and is" if len(footer) == 1 else "stand after the table and are"
        note = f"{which} (`{shown}`) {stand} left out."
    return replace(text, path=path), width, note


def _header_is_short(path: Path, dialect: Dialect, columns: int) -> bool:
    """Whether each of the next records has one cell more than the first one, and something in the last."""
    below = [record for _, record in islice(records(path, dialect), 1, _LOOK) if record]
    return bool(below) and all(len(record) == columns + 1 and record[-1].strip() for record in below)
