"""CSV, TSV and their like: any encoding and delimiter, with or without a header, and with a second one."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelpick.data.encoding import Text, as_utf8
from modelpick.data.raw_table import RawTable, Reader, Source, check_names
from modelpick.data.readers.cell_sql import BLANKS, trimmed
from modelpick.data.readers.dialect import OWN, Dialect, diagnosed, first_record, sniff
from modelpick.data.readers.duck_sql import connect, quoted_path, unreadable
from modelpick.data.readers.duck_table import DuckTable
from modelpick.data.readers.header import look, names_of, second_header, titles
from modelpick.data.readers.mending import comment_lines, mended, with_tabs
from modelpick.data.table import ColumnKind, listed
from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SAMPLE_CELLS, _SAMPLE_ROWS = 1_000_000, 2_000
_BATCH = 100


def _read(source: Source) -> RawTable:
    text = as_utf8(source.path, source.shown, source.options.encoding, source.folder)
    connection = connect()
    if source.options.sep is None:
        text = with_tabs(text, source.folder)
    comments = comment_lines(text.path)
    dialect = sniff(connection, text, source.options.sep, source.options.quote, comments)
    notes = [] if text.note is None else [text.note]
    if dialect.skipped:
        lines = "The first line stands" if dialect.skipped == 1 else f"The first {dialect.skipped} lines stand"
        notes.append(f"{lines} before the table and {'is' if dialect.skipped == 1 else 'are'} left out.")
    columns = len(first_record(text.path, source.shown, dialect))
    records, columns = _loaded(connection, text, source, dialect, columns, notes)
    encoding = "UTF-8" if text.encoding == "utf-8" else text.encoding
    return assembled(
        connection,
        source,
        columns,
        how=f"Read as {source.packed + ', ' if source.packed else ''}{encoding}, {dialect.words}",
        dialect={"encoding": text.encoding, "sep": dialect.delimiter, "quote": dialect.quote},
        guess=dialect.header,
        notes=notes,
        # One line a record: no line breaks inside quotes, no blank lines.
        first_line=1 + dialect.skipped if text.lines == records + dialect.skipped else None,
    )


def _loaded(
    connection: DuckDBPyConnection, text: Text, source: Source, dialect: Dialect, columns: int, notes: list[str]
) -> tuple[int, int]:
    """As `load`, of a mended copy where the file as it stands is refused; how many records and columns there are."""
    try:
        return load(connection, text, source.shown, dialect, columns), columns
    except CannotFindOut:
        copy = mended(text, dialect, columns, source.folder)
        if copy is None:
            raise
    mended_text, columns, note = copy
    if note is not None:
        notes.append(note)
    return load(connection, mended_text, source.shown, OWN, columns), columns


def load(connection: DuckDBPyConnection, text: Text, shown: str, dialect: Dialect, columns: int) -> int:
    """Fills the table `raw` with all records as text, the header among them; how many there are."""
    import duckdb

    cells = ", ".join(f"'c{j}': 'VARCHAR'" for j in range(columns))
    query = (
        f"CREATE TABLE raw AS SELECT * FROM read_csv(?, auto_detect=false, columns={{{cells}}}, delim=?, quote=?, "
        "escape=?, header=false, skip=?, compression='none', strict_mode=true, null_padding=false)"
    )
    try:
        given = [quoted_path(text.path), dialect.delimiter, dialect.quote, dialect.escape, dialect.skipped]
        connection.execute(query, given)
    except duckdb.Error as error:
        raise diagnosed(text.path, shown, dialect, columns) or unreadable(shown, error) from None
    return _count(connection)


def assembled(
    connection: DuckDBPyConnection,
    source: Source,
    columns: int,
    *,
    how: str,
    dialect: Mapping[str, object],
    guess: bool = True,
    notes: Sequence[str] = (),
    first_line: int | None = None,
    names: Sequence[str] | None = None,
    declared: Mapping[str, ColumnKind] | None = None,
) -> DuckTable:
    """The table of the records in `raw`: its header is found and taken off, and so are blank rows.

    Args:
        guess: Whether there is a header where the cells do not tell.
        names: Of a format that states them: then no record is a header.
        declared: Kinds that the format states.
    """
    told, heading = list(notes), {}
    if names is None:
        headed = _without_header(connection, source, columns, guess, told)
        names, how = headed.names, f"{how}, {'with' if headed.given else 'without'} a header"
        heading = {"header": bool(headed.rows), "second_header": headed.rows == 2}
    check_names(names, source.shown)
    blank = 0 if source.options.keep_blank else _without_blank_rows(connection, columns)
    if blank:
        told.append(f"{blank} blank rows are left out.")
    return DuckTable(
        connection=connection,
        names=tuple(names),
        rows=_count(connection),
        fingerprint=source.fingerprint,
        how=how,
        shown=source.shown,
        notes=tuple(told),
        dialect={**dialect, **heading, "missing": list(source.codes)},
        first_line=first_line,
        codes=source.codes,
        declared=declared or {},
    )


@dataclass(frozen=True, slots=True)
class _Headed:
    """The names of the columns, how many rows held them, and whether the table is said to have a header."""

    names: Sequence[str]
    rows: int
    given: bool


def _without_header(
    connection: DuckDBPyConnection, source: Source, columns: int, guess: bool, told: list[str]
) -> _Headed:
    """Takes titles and header off the records in `raw`; `told` gets a sentence for what a person may not expect."""
    sample, asked = _sample(connection, columns), source.options.header
    above = titles(sample) if asked is not False else 0
    if above:
        rows = "The first row stands" if above == 1 else f"The first {above} rows stand"
        told.append(f"{rows} above the table and {'is' if above == 1 else 'are'} left out.")
        sample = sample[above:]
    judged = look(sample, guess) if sample else None
    header = asked if asked is not None else judged is None or judged.header
    if asked is None and judged is not None:
        told += _header_notes(header, judged.sure)
    heads = 0
    if header and sample:
        wanted = source.options.second_header
        second = second_header(sample) if wanted is None else wanted and len(sample) > 1
        heads = 2 if second else 1
        names, unnamed, twice = names_of(sample[0], sample[1] if second and _any_word(sample[1]) else None)
        if second:
            told.append(f"The second row ({_shown_cells(sample[1])}) is no data but a second header: left out.")
        if twice:
            told.append(
                f"Names that stand in the header more than once ({listed(twice, 5)}) are told apart by position."
            )
        if unnamed:
            counted = "1 column has" if unnamed == 1 else f"{unnamed} columns have"
            told.append(f"{counted} no name in the header: called after a label below, or the position.")
    else:
        names = tuple(f"column_{j}" for j in range(columns))
        told.append(f"The columns are called after their position: {listed(names, 2)}.")
    if above + heads:
        connection.execute("DELETE FROM raw WHERE rowid < ?", [above + heads])
    return _Headed(names, heads, header)


def from_rows(
    rows: Iterable[Sequence[str]],
    columns: int,
    source: Source,
    *,
    how: str,
    dialect: Mapping[str, object],
    names: Sequence[str] | None = None,
    declared: Mapping[str, ColumnKind] | None = None,
    notes: Sequence[str] = (),
    first_line: int | None = None,
) -> DuckTable:
    """The table of records that another format holds, all of `columns` cells."""
    path = source.folder / "rows.csv"
    with path.open("x", encoding="utf-8", errors="strict", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        try:
            writer.writerows(rows)
        except UnicodeEncodeError:
            raise CannotFindOut(f"`{source.shown}` holds half a character", "check the file", kind="data") from None
    connection = connect()
    text = Text(path=path, encoding="utf-8", lines=0, quotes=True)
    if columns:
        load(connection, text, source.shown, OWN, columns)
    return assembled(
        connection,
        source,
        columns,
        how=how,
        dialect=dialect,
        names=names,
        declared=declared,
        notes=notes,
        first_line=first_line,
    )


def _sample(connection: DuckDBPyConnection, columns: int) -> list[list[str]]:
    """The first records, stripped."""
    rows = max(50, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(1, columns)))
    parts = []
    for start in range(0, columns, _BATCH):  # all columns of a wide table at once take gigabytes
        cells = ", ".join(f"c{j}" for j in range(start, min(columns, start + _BATCH)))
        parts.append(connection.execute(f"SELECT {cells} FROM raw LIMIT ?", [rows]).fetchall())
    return [[(cell or "").strip(BLANKS) for part in record for cell in part] for record in zip(*parts, strict=True)]


def _header_notes(header: bool, sure: bool) -> list[str]:
    if sure or not header:
        return []
    return ["Nothing in the cells tells names from values: the first line is taken as names, `--no-header` overrules."]


def _any_word(record: Sequence[str]) -> bool:
    return any(any(char.isalpha() for char in cell) for cell in record)


def _shown_cells(record: Sequence[str]) -> str:
    cells = [f"`{cell[:30]}`" for cell in record if cell]
    return ", ".join(cells[:3]) + (", ..." if len(cells) > 3 else "")


def _without_blank_rows(connection: DuckDBPyConnection, columns: int) -> int:
    """Deletes the rows without any value; how many there were."""
    if columns < 2:
        return 0
    blank: list[int] | None = None  # rows that are blank in all columns so far
    for start in range(0, columns, _BATCH):
        cells = range(start, min(columns, start + _BATCH))
        empty = " AND ".join(f"(c{j} IS NULL OR {trimmed(f'c{j}')} = '')" for j in cells)
        if blank is not None:
            empty += f" AND rowid IN ({', '.join(map(str, blank))})"
        blank = [row for (row,) in connection.execute(f"SELECT rowid FROM raw WHERE {empty}").fetchall()]
        if not blank:
            return 0
    connection.execute("DELETE FROM raw WHERE rowid IN (SELECT unnest(?))", [blank])
    return len(blank or ())


def _count(connection: DuckDBPyConnection) -> int:
    rows = connection.execute("SELECT count(*) FROM raw").fetchone()
    return int(rows[0]) if rows else 0


def _looks_like(delimiters: bytes) -> Callable[[bytes], bool]:
    def sniff_head(head: bytes) -> bool:
        return any(bytes([sign]) in head.split(b"\n", 1)[0] for sign in delimiters)

    return sniff_head


DELIMITED = Reader(
    kind="table", suffixes=(".csv", ".tsv", ".tab", ".txt", ".data", ".dat"), sniff=_looks_like(b",;\t|"), read=_read
)
