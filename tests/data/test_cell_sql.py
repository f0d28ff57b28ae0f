"""Cells are told by a short way where that is enough: what it says is what the patterns of all cells say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelpick.data.number_styles import BLANK, INFINITE, INTEGER, MISSING, POINT, POINT3, STYLES, WORD
from modelpick.data.readers.cell_sql import cells_below, number_sql, sort_sql, trimmed, untrimmed_number_sql
from modelpick.data.readers.duck_table import DuckTable
from modelpick.data.schema import LARGEST, MISSING_CODES, is_infinite
from modelpick.data.table import as_number

PIECES = (
    *("", " ", "  ", "\t", "\xa0", "\n", "\v", "+", "-", "\u2212", ".", ",", "'", "’", "\u202f", "_", "(", ")", ":"),
    *(
        "0",
        "1",
        "00",
        "007",
        "7",
        "12",
        "123",
        "500",
        "1234",
        "999999",
        "12345678901234567890",
        "9" * 40,
        "e5",
        "E-3",
        "e400",
    ),
    *("inf", "Inf", "INFINITY", "infinite", "nan", "NA", "n.a.", "?", "i", "İ", "x", "kg", "ä", "€", "$", "%", "true"),
)
CELLS = st.one_of(
    st.none(),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.floats(allow_nan=False).map(str),
    st.sampled_from(MISSING_CODES).map(lambda code: f" {code}\t"),
    st.text(alphabet="0123456789.,+-eE \t'", max_size=10),
)
CODES = (MISSING_CODES, (*MISSING_CODES, "-999", "1.5", "1,500", "+7", "01", "x"))


def table(columns: Sequence[Sequence[str | None]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    cells = ", ".join(f"unnest(?::VARCHAR[]) AS c{j}" for j in range(len(columns)))
    connection.execute(f"CREATE TABLE raw AS SELECT {cells}", [list(column) for column in columns])
    return connection


@settings(deadline=None, max_examples=25)
@given(st.lists(CELLS, min_size=1, max_size=60), st.sampled_from(CODES))
def test_the_short_way_says_what_the_patterns_say(cells: list[str | None], codes: tuple[str, ...]) -> None:
    connection = table([cells, cells[::-1]])
    expected = connection.execute(
        f"SELECT col, v, {sort_sql(codes)} FROM "
        f"(SELECT 0 AS col, {trimmed('c0')} AS v FROM raw UNION ALL SELECT 1, {trimmed('c1')} FROM raw)"
    ).fetchall()
    found = connection.execute(
        f"SELECT col, v, kind, given FROM ({cells_below(['c0', 'c1'], codes, 'raw')})"
    ).fetchall()
    assert Counter(cell[:3] for cell in found) == Counter(expected)
    assert all(bool(given) == (kind > MISSING) for *_, kind, given in found)
    short = ", ".join(untrimmed_number_sql("c0", style) for style in STYLES)
    long = ", ".join(number_sql(trimmed("c0"), style) for style in STYLES)
    values = connection.execute(f"SELECT {short} FROM raw").fetchnumpy()
    patient = connection.execute(f"SELECT {long} FROM raw").fetchnumpy()
    for one, other in zip(values.values(), patient.values(), strict=True):
        np.testing.assert_array_equal(np.ma.filled(one, -7.5), np.ma.filled(other, -7.5))


def sort_of(cell: str | None) -> int:
    """By Python, for cells without commas and signs between digits."""
    text = (cell or "").strip(" \t\xa0")
    if not text:
        return BLANK
    number = as_number(text)
    if number is None:
        return MISSING if text in MISSING_CODES else INFINITE if is_infinite(text) else WORD
    if not abs(number) <= LARGEST:
        return INFINITE
    return INTEGER if "." not in text else POINT3 if re.fullmatch(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}", text) else POINT


@pytest.mark.parametrize("seed", range(3))
def test_profiles_and_values_are_those_of_python(seed: int) -> None:
    dice = np.random.default_rng(seed)
    write = (
        lambda: f"{dice.normal(0, 100):.{dice.integers(7)}f}",
        lambda: f"{dice.integers(10 ** dice.integers(1, 19))}",
        lambda: f" {dice.normal():.3e}\t",
        lambda: str(dice.choice(["", "NA", " ?", "\xa0-1.250", "+4", ".5", "5.", "1e38", "9" * 30, "0.0"])),
        lambda: str(dice.choice(["inf", "9" * 45, "abc", "a b c", "007", "x1"])),
    )
    columns = [[write[dice.integers(2 + j % 4)]() for _ in range(400)] for j in range(8)]
    names = tuple(f"n{j}" for j in range(8))
    raw = DuckTable(connection=table(columns), names=names, rows=400, fingerprint="", how="", shown="t")
    for name, cells, (profile, _) in zip(names, columns, raw._counts.profiles(names), strict=True):
        expected = Counter(map(sort_of, cells))
        assert profile.counts == dict(expected)
        assert profile.present == sum(count for kind, count in expected.items() if kind > MISSING)
        if profile.counts.get(WORD):
            given = [cell.strip(" \t\xa0") for cell in cells if sort_of(cell) > MISSING]
            assert profile.distinct == len(set(given))
            assert profile.words == pytest.approx(np.mean([len(cell.split(" ")) for cell in given]))
        elif profile.kind == "number" and not profile.infinite:
            (column,) = raw.features([name]).columns
            stripped = [cell.strip(" \t\xa0") for cell in cells]
            wanted = [np.nan if (value := as_number(cell)) is None else value for cell in stripped]
            np.testing.assert_array_equal(column.values, wanted)
