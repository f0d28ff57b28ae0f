"""CSV and TSV: UTF-8, a header, the delimiter that the suffix names. Other dialects are refused with the reason."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from modelpick.data.files import look_at_text
from modelpick.data.raw_table import RawTable, Reader, check_names
from modelpick.data.readers.duck_table import DuckTable, connect, quoted_path, unreadable
from modelpick.data.table import as_number
from modelpick.errors import CannotFindOut

_DELIMITERS = {",": "comma", "\t": "tab", ";": ";", "|": "|"}


def _read_with(delimiter: str) -> Callable[[Path, str], RawTable]:
    def read(path: Path, shown: str) -> RawTable:
        look = look_at_text(path, shown)
        names = _header(path, shown, delimiter)
        connection = connect()
        cells = ", ".join(f"'c{j}': 'VARCHAR'" for j in range(len(names)))
        query = (
            f"CREATE TABLE raw AS SELECT * FROM read_csv(?, auto_detect=false, columns={{{cells}}}, delim=?, "
            "quote='\"', escape='\"', header=true, compression='none', strict_mode=true, null_padding=false)"
        )
        import duckdb

        try:
            connection.execute(query, [quoted_path(path), delimiter])
        except duckdb.Error as error:
            raise _diagnosed(path, shown, delimiter, len(names)) or unreadable(shown, error) from None
        rows = connection.execute("SELECT count(*) FROM raw").fetchone()
        count = rows[0] if rows else 0
        return DuckTable(
            connection=connection,
            names=names,
            rows=count,
            fingerprint=look.fingerprint,
            how=f"Read as UTF-8, {_DELIMITERS[delimiter]}-separated, with a header",
            shown=shown,
            # One line a row and one for the header: no line breaks inside quotes, no blank lines.
            first_line=2 if look.lines == count + 1 else None,
        )

    return read


def _looks_like(delimiter: str) -> Callable[[bytes], bool]:
    def sniff(head: bytes) -> bool:
        return b"\0" not in head and delimiter.encode() in head.split(b"\n", 1)[0]

    return sniff


CSV = Reader(kind="table", suffixes=(".csv",), sniff=_looks_like(","), read=_read_with(","))
TSV = Reader(kind="table", suffixes=(".tsv", ".tab"), sniff=_looks_like("\t"), read=_read_with("\t"))


def _header(path: Path, shown: str, delimiter: str) -> tuple[str, ...]:
    try:
        record = next(_records(path, delimiter))[1]
    except csv.Error as error:
        raise _broken(shown, f"line 1 cannot be read as names of columns ({error})") from None
    names = tuple(name.strip() for name in record)
    if not any(names):
        raise _broken(shown, "line 1 is blank, and the names of the columns belong there")
    for other, word in _DELIMITERS.items():
        if len(names) == 1 and other != delimiter and other in names[0]:
            raise CannotFindOut(
                f"`{shown}` looks {word}-separated, and was read as {_DELIMITERS[delimiter]}-separated",
                "name it `.tsv`" if other == "\t" else "save it comma-separated (with decimals written `1.5`)",
                kind="data",
            )
    if _are_values(names):
        raise CannotFindOut(
            f"`{shown}` seems to have no header: its first line is `{delimiter.join(names)[:60]}`",
            "put a line with the names of the columns above it; a later release reads tables without",
            kind="data",
        )
    check_names(names, shown)
    return names


def _are_values(names: Sequence[str]) -> bool:
    """Half of them are numbers, and not such as name columns: years, or indices, that go up."""
    numbers = [number for number in map(as_number, names) if number is not None]
    ascending = all(number.is_integer() for number in numbers) and numbers == sorted(numbers)
    return 2 * len(numbers) >= len(names) and not ascending


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records, each with the line (from 1) on which it begins; csv.Error on an unclosed quote."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        begins = 1
        for record in reader:
            yield begins, record
            begins = reader.line_num + 1


def _diagnosed(path: Path, shown: str, delimiter: str, columns: int) -> CannotFindOut | None:
    """What is wrong with a file that DuckDB refused: the first line that is not as the header has it."""
    begins = 1
    try:
        for begins, record in _records(path, delimiter):
            # DuckDB lets a last empty field pass, which some programs write.
            if record and len(record) != columns and (len(record) != columns + 1 or record[-1]):
                return _broken(shown, f"line {begins} has {len(record)} fields where the header has {columns}")
    except csv.Error as error:
        if "field limit" in str(error):
            return _broken(shown, f"a field after line {begins} has over {csv.field_size_limit()} characters")
        return _broken(shown, f"a quote is misplaced or not closed, in the record after line {begins}")
    with path.open("rb") as file:
        ends = {line[-2:] == b"\r\n" for line in file if line.endswith(b"\n")}
    return _broken(shown, "its lines end in different ways (CR, LF)") if len(ends) == 2 else None


def _broken(shown: str, why: str) -> CannotFindOut:
    return CannotFindOut(
        f"`{shown}` is no regular table: {why}", "correct the file at that place, or write it anew", kind="data"
    )
