"""Delimiter, quotes and lines before the table: sniffed by DuckDB, checked by us."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from modelpick.data.encoding import Text
from modelpick.data.readers.duck_sql import quoted_path
from modelpick.data.readers.header import looks_numeric
from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DELIMITERS = {",": "comma", "\t": "tab", " ": "blank"}
_SMALL = 50 << 20  # bytes up to which the whole file is sniffed
_RARE = "^~:\x01\x1f "


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the cells of a text file are told apart.

    Attributes:
        quote: Around cells; "" where quotes are ordinary characters.
        escape: Before a quote inside quotes.
        skipped: Lines before the table.
        header: DuckDB's opinion whether the first record names the columns.
    """

    delimiter: str
    quote: str = '"'
    escape: str = '"'
    skipped: int = 0
    header: bool = True

    @property
    def words(self) -> str:
        """`comma-separated`, and whether quotes count."""
        named = _DELIMITERS.get(self.delimiter, f"`{self.delimiter}`")
        quotes = {'"': "", "": ", quotes as ordinary characters"}.get(self.quote, f", quoted with `{self.quote}`")
        return f"{named}-separated{quotes}"


OWN = Dialect(delimiter=",", quote='"', escape='"', header=True)
"""In which copies are written."""


def sniff(
    connection: DuckDBPyConnection, text: Text, sep: str | None, quoted: str | None = None, comments: int = 0
) -> Dialect:
    """The dialect of a UTF-8 file; a delimiter and a quote that are given are obeyed.

    `comments`: lines at the top that are known to stand before the table.
    """
    found = _sniffed(connection, text, sep, comments)
    if found is None:
        found = Dialect(delimiter=sep or ",")
    lines = head_of(text.path, 20 + comments)[comments:]
    if sep is None and not any(found.delimiter in line for line in lines):
        first = next((line for line in lines if line.strip()), "")
        usual = max(",;\t|", key=first.count)  # a few ragged lines, of which nothing can be learned
        rare = usual if usual in first else _rare_delimiter(text.path)
        if rare is not None:
            found = Dialect(delimiter=rare, header=found.header)
    quote = found.quote if quoted is None else quoted
    if quoted is not None:
        found = replace(found, escape=quoted)
    elif quote != "'" and not text.quotes:
        quote = '"'  # none to be misread
    elif not quote and found.delimiter != "\t":
        quote = '"'  # only where tabs separate are quotes known to stand for themselves
    skipped = comments
    if not comments:
        skipped = found.skipped if found.skipped and _before_table(text.path, found) else _blank_lines(text.path)
    return Dialect(
        delimiter=found.delimiter,
        quote=quote,
        escape=found.escape if quote else "",
        skipped=skipped,
        header=found.header,
    )


def _sniffed(connection: DuckDBPyConnection, text: Text, sep: str | None, comments: int) -> Dialect | None:
    import duckdb

    sample = -1 if text.path.stat().st_size <= _SMALL else 200_000
    given = ("" if sep is None else ", delim=?") + (f", skip={comments}" if comments else "")
    query = (
        "SELECT Delimiter, Quote, Escape, SkipRows, HasHeader FROM "
        f"sniff_csv(?, all_varchar=true, comment='', compression='none', sample_size={sample}{given})"
    )
    try:
        row = connection.execute(query, [quoted_path(text.path), *([] if sep is None else [sep])]).fetchone()
    except duckdb.Error:
        return None
    if row is None:
        return None
    delimiter, quote, escape, skipped, header = row
    quote = "" if quote == "(empty)" else quote
    return Dialect(
        delimiter=sep or delimiter,
        quote=quote,
        escape=quote if escape == "(empty)" else escape,
        skipped=skipped,
        header=header,
    )


def head_of(path: Path, lines: int) -> list[str]:
    """The first lines, without their ends."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [line[: 1 << 16].rstrip("\r\n") for line in islice(file, lines)]


def _rare_delimiter(path: Path) -> str | None:
    """A sign that stands equally often in all of the first lines; blanks count between numbers only."""
    lines = [line for line in head_of(path, 200) if line.strip()]
    for sign in _RARE:
        counts = Counter(line.count(sign) for line in lines)
        if len(lines) > 1 and len(counts) == 1 and next(iter(counts)):
            cells = [cell for line in lines[1:] for cell in line.split(sign)]
            if sign not in " :" or sum(map(looks_numeric, cells)) >= 0.6 * len(cells):
                return sign
    return None


def _blank_lines(path: Path) -> int:
    count = 0
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if line.strip():
                break
            count += 1
    return count


def _before_table(path: Path, dialect: Dialect) -> bool:
    """Whether the lines that DuckDB would skip are titles: one cell, or not half as many as the lines of the table."""
    lines = head_of(path, dialect.skipped + 1)
    cells = [len([cell for cell in line.split(dialect.delimiter) if cell.strip()]) for line in lines]
    return len(lines) > dialect.skipped and all(count < max(2, cells[-1] / 2) for count in cells[:-1])


def records(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Records, each with the line (from 1) on which it begins; csv.Error on an unclosed quote."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(dialect.skipped):
            next(file, None)
        reader = csv.reader(
            file,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            strict=True,
        )
        begins = 1
        for record in reader:
            yield begins + dialect.skipped, record
            begins = reader.line_num + 1


def first_record(path: Path, shown: str, dialect: Dialect) -> list[str]:
    """The first record, by which the columns are counted."""
    try:
        return next(record for _, record in records(path, dialect) if record)
    except csv.Error as error:
        at = dialect.skipped + 1
        raise broken(shown, f"line {at} cannot be read as names of columns ({error})") from None
    except StopIteration:
        raise broken(shown, "no line in it holds a cell") from None


def diagnosed(path: Path, shown: str, dialect: Dialect, columns: int) -> CannotFindOut | None:
    """What is wrong with a file that DuckDB refused: the first line that is not as the first one."""
    begins = dialect.skipped + 1
    try:
        for begins, record in records(path, dialect):
            # DuckDB lets a last empty field pass, which some programs write.
            if record and len(record) != columns and (len(record) != columns + 1 or record[-1]):
                return broken(shown, f"line {begins} has {len(record)} fields where the first one has {columns}")
    except csv.Error as error:
        if "field limit" in str(error):
            return broken(shown, f"a field after line {begins} has over {csv.field_size_limit()} characters")
        return broken(shown, f"a quote is misplaced or not closed, in the record after line {begins}")
    with path.open("rb") as file:
        ends = {line[-2:] == b"\r\n" for line in file if line.endswith(b"\n")}
    return broken(shown, "its lines end in different ways (CR, LF)") if len(ends) == 2 else None


def broken(shown: str, why: str) -> CannotFindOut:
    """The error for a file that is no table."""
    return CannotFindOut(
        f"`{shown}` is no regular table: {why}",
        r"correct the file at that place, or name the delimiter if it was mistaken (`--sep ';'`, `--sep '\t'`)",
        kind="data",
    )
