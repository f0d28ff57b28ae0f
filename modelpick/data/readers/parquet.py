"""Parquet through DuckDB. Its cells become text first, so that one set of rules types all tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelpick.data.raw_table import RawTable, Reader, Source, check_names
from modelpick.data.readers.duck_sql import connect, quoted_path, unreadable
from modelpick.data.readers.duck_table import DuckTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def _read(source: Source) -> RawTable:
    import duckdb

    connection, file = connect(), quoted_path(source.path)
    try:
        names = _names(connection, file)
        check_names(names, source.shown)
        cells = ", ".join(f"c{j}" for j in range(len(names)))
        connection.execute(
            f"CREATE TABLE raw AS SELECT {cells} FROM "
            f"(SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?, hive_partitioning=false)) AS t({cells})",
            [file],
        )
        rows = connection.execute("SELECT count(*) FROM raw").fetchone()
    except duckdb.Error as error:
        raise unreadable(source.shown, error) from None
    return DuckTable(
        connection=connection,
        names=names,
        rows=rows[0] if rows else 0,
        fingerprint=source.fingerprint,
        how="Read as Parquet",
        shown=source.shown,
        dialect={"format": "parquet", "missing": list(source.codes)},
        codes=source.codes,
    )


def _names(connection: DuckDBPyConnection, file: str) -> tuple[str, ...]:
    """The names of the top level as the file has them: DuckDB itself renames those that differ in case only."""
    fields = connection.execute("SELECT name, coalesce(num_children, 0) FROM parquet_schema(?)", [file]).fetchall()
    names, inside = [], 0  # the root comes first, then each field followed by what is inside it
    for name, children in fields[1:]:
        if inside:
            inside += children - 1
        else:
            names.append(name)
            inside = children
    return tuple(names)


PARQUET = Reader(kind="table", suffixes=(".parquet", ".pq"), sniff=lambda head: head.startswith(b"PAR1"), read=_read)
