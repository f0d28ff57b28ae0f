"""Guards of columns that name a row, or that name something to which several rows belong."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

import numpy as np

from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.view import View, missing
from modelpick.data.table import Column, listed
from modelpick.findings import Finding, Severity

_UNIQUE_NUMBERS, _UNIQUE_WORDS = 0.9, 0.85
_LEAST_ROWS = 10
_FREE_TEXT = 5
"""Words a cell, on average: a column with more of them is a text and no name, however different its cells."""
_LARGE, _LARGE_UNNAMED, _SPREAD, _ROUND = 1e6, 1e5, 100, 0.2
_UNNAMED = re.compile("column_[0-9]+")
"""Ids without a telling name are large, of about one size, and not rounded as money and counts are."""
_DENSE = 10

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words_of(text: str) -> frozenset[str]:
    """The words of a name in lower case: `RespondentID`, `page_id` -> respondent, page, id."""
    return frozenset(word.lower() for word in _WORD.findall(text))


_ID_WORDS = words_of(
    "id ids uid uuid guid pk key code index idx row rowid rowname rownames rownumber serial record slug "
    "url uri urlslug link href isbn issn ssn ean sku imdb doi hash"
)
_PEOPLE = words_of("patient subject user customer client person participant speaker respondent household")
_AMOUNT_WORDS = words_of(
    "price cost amount income salary wage revenue sales profit budget value total sum population pop count size area "
    "distance weight balance tax gdp views"
)
TIME_WORDS = words_of("year month day date time hour minute second timestamp datetime age quarter week")

_AMOUNT = re.compile(
    r"\s*[-+]?\s*[$€£¥]?\s*(?!0[0-9])(?:[0-9]{1,3}(?:[., '][0-9]{3})+|[0-9]+)?(?:[.,][0-9]*)?\s*(?:[%kKmMbB]|bn|mn)?\s*"
)
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?\s*(?:[ap]\.?m\.?)?"
_ZONE = r"\s*(?:z|[-+][0-9]{2}:?[0-9]{2})?"
_DATE = re.compile(
    rf"(?:[0-9]{{1,4}}([-/. ])[0-9]{{1,2}}\1[0-9]{{1,4}}[ t]*)?(?:{_CLOCK})?{_ZONE}"
    r"|(?=.*[0-9])(?=.*(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
    r"(?:[-0-9/., :'+]|[ap]m|[tz]|st|nd|rd|th"
    r"|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*+)+",
    re.IGNORECASE,
)
"""Dates and times in digits, or with the name of a month or a day; a telephone number and `10.0.0.1` are neither."""


def id_columns(view: View) -> Sequence[str]:
    """Columns that name a row: numbers given in order or at large, and words that hardly ever come twice.

    Kept are columns that the user named as text, and where nothing else would be left, all.
    """
    if "ids" not in view.memo:
        ids = frozenset(c.name for c in view.columns if c.name not in view.asked and _names_a_row(c, view))
        counting = [c.name for c in view.columns if c.name not in ids | view.asked and _counts_rows(c)]
        if len(counting) == 1:  # several are ranks
            ids |= {*counting}
        names = [column.name for column in view.columns if column.name in ids]
        others = any(view.cells(column).kinds > 1 for column in view.columns if column.name not in ids)
        view.memo["ids"] = tuple(names) if others else ()
    named: tuple[str, ...] = view.memo["ids"]
    return named


def _names_a_row(column: Column, view: View) -> bool:
    if column.kind == "date" or (column.kind == "number" and not _whole_numbers(column)):
        return False
    values = view.values(column)
    if values.present < max(_LEAST_ROWS, 0.5 * len(view.scanned)):
        return False
    unique = values.distinct / values.present
    if unique >= _UNIQUE_WORDS and len(view.scanned) < view.dataset.rows:  # fewer come twice in a sample than in all
        whole = column.values[~missing(column)]
        unique = len(set(whole.tolist())) / len(whole)
    if column.kind == "number":
        return unique >= _UNIQUE_NUMBERS and _numbers_name_rows(column, unique)
    return unique >= _UNIQUE_WORDS and _words_name_rows(column)


def _whole_numbers(column: Column) -> bool:
    cells = column.values
    return bool(((cells == np.floor(cells)) | np.isnan(cells)).all() and not np.isinf(cells).any())


def _numbers_name_rows(column: Column, unique: float) -> bool:
    present = column.values[~np.isnan(column.values)]
    words = words_of(column.name)
    if words & TIME_WORDS:
        return False
    if words & _ID_WORDS:
        return True
    low, high = np.quantile(present, [0.05, 0.95])
    rounded = float((present % 10 == 0).mean())
    amount = bool(words & _AMOUNT_WORDS)
    least = _LARGE_UNNAMED if _UNNAMED.fullmatch(column.name) else _LARGE
    if (
        not amount
        and low >= least
        and high <= _SPREAD * low
        and rounded <= _ROUND
        and len(present) == len(column.values)
    ):
        return True
    if unique < 1:
        return False
    span = float(present.max() - present.min()) + 1
    steps = np.diff(present)
    return bool((steps > 0).all() or (steps < 0).all()) and span <= _DENSE * len(present)


def _counts_rows(column: Column) -> bool:
    """Whether it is 1, 2, 3, ... (or from 0), in whatever order the rows stand now."""
    if column.kind != "number" or not _whole_numbers(column) or words_of(column.name) & TIME_WORDS:
        return False
    present = column.values[~np.isnan(column.values)]
    return (
        len(present) == len(column.values) >= _LEAST_ROWS
        and present.min() in (0, 1)
        and present.max() - present.min() + 1 == len(present) == len(np.unique(present))
    )


def _words_name_rows(column: Column) -> bool:
    cells = [value for value in column.values[:5000] if value is not None]
    if words_of(column.name) & _ID_WORDS:
        return True
    if sum(len(cell.split()) for cell in cells) > _FREE_TEXT * len(cells):
        return False
    amounts = sum(_AMOUNT.fullmatch(cell) is not None for cell in cells)
    dates = sum(_DATE.fullmatch(cell) is not None for cell in cells)
    return max(amounts, dates) < 0.5 * len(cells)


def _say_id(view: View) -> Iterator[Finding]:
    names = id_columns(view)
    if names:
        known, many = {column.name: column for column in view.columns}, len(names) > 1
        message = f"column{'s' * many} {listed(names)} name{'s' * (not many)} the rows"
        if view.kept_out.issuperset(names):
            message += f" and {'are' if many else 'is'} kept out"
        advice = "`--allow id-column` takes them as features, `--text COLUMN` one of them as text"
        yield finding(
            "id-column", Severity.LOW, message, advice, [view.evidence(known[name], (0, 1, 2)) for name in names]
        )


def _groups(view: View) -> Iterator[Finding]:
    """Ids that come back: their rows belong together, and random splits would put them on both sides."""
    if view.dataset.groups is not None:
        return
    rows, ids = len(view.scanned), frozenset(id_columns(view))
    for column in view.columns:
        words = words_of(column.name)
        if column.name not in ids and not words & (_PEOPLE | {"id"}):
            continue
        values = view.values(column)
        repeated = values.present - values.distinct
        if column.name in ids and (column.kind == "number" or words & (_ID_WORDS | _PEOPLE)):
            several = repeated >= max(_LEAST_ROWS, 0.02 * rows)
        elif "id" in words or (words & _PEOPLE and len(words) == 1):
            several = values.distinct >= _LEAST_ROWS and values.present >= 1.5 * values.distinct
        else:
            several = False
        if several:
            often = np.bincount(values.codes[values.codes >= 0])
            most = view.scanned[values.codes == int(often.argmax())]
            message = (
                f"`{column.name}` comes back: {repeated:,} of {rows:,} rows bear the name of an earlier row, and rows "
                "that belong together are easier to tell"
            )
            advice = f"if they do, keep them on one side of each split: `--group {shlex.quote(column.name)}`"
            yield finding("repeated-ids", Severity.LOW, message, advice, [view.evidence(column, most)])


ID_COLUMN = Guard(id="id-column", severity=Severity.LOW, run=_say_id, keeps_out=id_columns)
GROUPS = Guard(id="repeated-ids", severity=Severity.LOW, run=_groups)
