"""Hashes of rows: a run keeps those of its training rows, and thereby knows them again in another table."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.table import Column, Table, as_number

_MISSING = np.uint64(0x7FF8000000000000)  # the bits of NaN
_STEP = np.uint64(0x9E3779B97F4A7C15)
_ROWS = 50_000  # that are laid side by side at a time


def row_hashes(table: Table) -> NDArray[np.uint64]:
    """A stable 64-bit hash of each row's values by column name, shape (rows,).

    Neither the order of the columns matters nor the way a number is written (6.10 equals 6.1), nor whether a column
    of digits was read as numbers or as categories.
    """
    columns = sorted(table.columns, key=lambda column: column.name)
    names = blake2b(digest_size=32)
    for column in columns:
        name = column.name.encode("utf-8", "surrogatepass")
        names.update(len(name).to_bytes(8, "little") + name)
    start = blake2b(names.digest(), digest_size=8)
    hashes = np.empty(table.rows, dtype=np.uint64)
    for begins in range(0, table.rows, _ROWS):  # all at once would hold the table twice more
        part = hashes[begins : begins + _ROWS]
        codes = np.empty((len(part), len(columns)), dtype="<u8")
        for j, column in enumerate(columns):
            codes[:, j] = _codes(column.with_values(column.values[begins : begins + _ROWS]))
        for i, cells in enumerate(codes):
            row = start.copy()
            row.update(cells.data)
            part[i] = int.from_bytes(row.digest(), "little")
    return hashes


def row_keys(rows: Any) -> NDArray[np.uint64]:
    """A 64-bit hash of each row, shape (rows,): of a table in one pass for all rows, of other kinds their own.

    For comparing rows of one dataset with each other; what is kept in a run are `row_hashes`.
    """
    if not isinstance(rows, Table):
        return rows.row_hashes()  # type: ignore[no-any-return] # texts, images and sounds have them
    keys = np.zeros(rows.rows, dtype=np.uint64)
    for column in rows.columns:
        keys = _mixed((keys ^ _codes(column)) + _STEP)
    return keys


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit in changes about half of the bits out: the finaliser of SplitMix64 (Steele et al. 2014, OOPSLA)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _codes(column: Column) -> NDArray[np.uint64]:
    """64 bits for each cell: those of its number, or a hash of its text."""
    if column.values.dtype != object:
        values = np.where(column.values == 0, 0.0, column.values).astype("<f8")  # -0.0 is 0.0
        return np.where(np.isnan(values), _MISSING, values.view("<u8"))
    known: dict[str | None, int] = {None: int(_MISSING)}
    for value in column.values:
        if value not in known:
            known[value] = _code(value)
    return np.fromiter((known[value] for value in column.values), dtype=np.uint64, count=len(column.values))


def _code(text: str) -> int:
    number = as_number(text)
    if number is not None:
        return int(np.float64(number + 0.0).view(np.uint64))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
