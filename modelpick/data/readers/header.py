"""Is the first record a header, and is there a second one below it: judged from the first records of a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from modelpick.data.schema import MISSING_CODES
from modelpick.data.table import as_number

Record = Sequence[str]
_NUMERIC = re.compile("[+-]?[0-9.,][0-9.,' \xa0\u202f]*(?:[eE][+-]?[0-9]+)?")
_MOST_TITLES = 20
_ENOUGH = 20  # rows from which a value that stands nowhere else is no chance


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLook:
    """What the first record is.

    Attributes:
        header: Whether it names the columns.
        sure: False where nothing in the cells tells: then a guess stands.
    """

    header: bool
    sure: bool


def titles(records: Sequence[Record]) -> int:
    """How many of the first records are titles above the table: one cell at most, where the others are mostly full."""
    width = len(records[0]) if records else 0
    filled = [sum(map(bool, record)) for record in records]
    if width < 3 or not filled or sorted(filled)[len(filled) // 2] < 0.5 * width:
        return 0
    above = next((i for i, count in enumerate(filled) if count > 1), 0)
    return above if above <= _MOST_TITLES and filled[above] >= 0.5 * width else 0


def look(records: Sequence[Record], guess: bool) -> HeaderLook:
    """Whether the first record is a header.

    A word above numbers is a name. A number above numbers is a value, unless the numbers count (years, indices). A
    cell that stands again below it in a column of few different values is a value.

    Args:
        records: The first records of the table, stripped.
        guess: What is taken where the cells do not tell.
    """
    first, below = records[0], records[1:]
    if not below:
        return HeaderLook(header=guess or not _any_number(first), sure=False)
    numbers = [as_number(cell) for cell in first]
    counting = _counts([number for number in numbers if number is not None])
    names = values = 0
    for j, cell in enumerate(first):
        if not cell or cell in MISSING_CODES:
            continue
        column = [value for record in below if (value := record[j]) and value not in MISSING_CODES]
        if not column:
            continue
        if _mostly_numbers(column):
            if not looks_numeric(cell):
                names += 1
            elif not counting:
                values += 1
        elif cell in column and len(set(column)) <= max(2, len(column) // 5):
            values += 1
    if names == values and sum(number is not None for number in numbers) > 1 and counting and None in numbers:
        names += 1  # `land,1990,2000,2010`
    if names != values:
        return HeaderLook(header=names > values, sure=True)
    return HeaderLook(header=guess, sure=False)


def second_header(records: Sequence[Record]) -> bool:
    """Whether the record below the header is a second one: labels, units, or numbers of the columns.

    It is where it counts 0, 1, 2, ..., or where at least half of its cells are words above numbers or stand nowhere
    else in columns of few different values.
    """
    if len(records) < 8:
        return False
    first, below = records[1], records[2:]
    filled = [j for j, cell in enumerate(first) if cell]
    if len(filled) < 2:
        return False
    numbers = [as_number(first[j]) for j in filled]
    if len(filled) > 2 and [number for number in numbers if number is not None] in (
        [float(j) for j in range(len(filled))],
        [float(j + 1) for j in range(len(filled))],
    ):
        return any(
            (number := as_number(record[j])) is None or not number.is_integer()
            for record in below
            for j in filled
            if record[j]
        )
    strange = 0
    for j in filled:
        column = [value for record in below if (value := record[j]) and value not in MISSING_CODES]
        if not column or first[j] in MISSING_CODES:
            continue
        if _mostly_numbers(column):
            strange += not looks_numeric(first[j])
        elif len(below) >= _ENOUGH:
            strange += first[j] not in column and len(set(column)) <= max(2, len(column) // 5)
    return 2 * strange >= len(filled)


def looks_numeric(cell: str) -> bool:
    """Digits with the signs that numbers have, in any country."""
    return _NUMERIC.fullmatch(cell) is not None


def names_of(first: Record, labels: Record | None) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """Names for all columns, how many had none in the header, and those that stand there more than once.

    One without a name is called after its label in the second header row, else after its position (`column_4`). Of
    several of one name the first keeps it.
    """
    given = [" ".join(name.replace("\xa0", " ").split(" ")).strip() for name in first]
    named: list[str] = []
    taken = {name for name in given if name}
    for j, name in enumerate(given):
        if name and name in named:
            name = f"{name} (column {j})"
        elif not name:
            label = "" if labels is None else labels[j].replace("\xa0", " ").strip()
            name = label or f"column_{j}"
            if name in taken:
                name = f"{name} (column {j})"
        taken.add(name)
        named.append(name)
    counts = Counter(given)
    twice = tuple(name for name in counts if name and counts[name] > 1)
    return tuple(named), sum(not name for name in given), twice


def _mostly_numbers(column: Sequence[str]) -> bool:
    return sum(map(looks_numeric, column)) >= 0.9 * len(column)


def _any_number(first: Record) -> bool:
    return any(looks_numeric(cell) for cell in first)


def _counts(numbers: Sequence[float]) -> bool:
    """Whole numbers that go up in equal steps: years, or indices of columns."""
    steps = {after - before for before, after in pairwise(numbers)}
    return all(number.is_integer() for number in numbers) and len(steps) < 2 and all(step > 0 for step in steps)
