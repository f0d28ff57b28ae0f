"""Dates as people write them. Which form a column has is decided over all of its cells, never by a single one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_CLOCK = (
    r"(?:,?[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?)?"
)
_YEAR = "[12][0-9]{3}"
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?)"
)
_DAY, _NUMBER = "(?P<day>[0-9]{1,2})", "(?P<month>[0-9]{1,2})"
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ")
_TURN = 69  # two digits up to 68 are of this century, as POSIX has it


@dataclass(frozen=True, slots=True)
class DateForm:
    """One way to write dates.

    Attributes:
        name: As it stands in a schema file and in notes.
        pattern: Of a whole cell, lower case; groups named year, month, day and clock.
    """

    name: str
    pattern: re.Pattern[str]


def _form(name: str, pattern: str) -> DateForm:
    return DateForm(name, re.compile(pattern, re.ASCII))


def _rest(pattern: str) -> str:
    return f"{pattern}(?P<clock>{_CLOCK.lower()})"


YEAR_MONTH_DAY = "yearmonthday"
FORMS: tuple[DateForm, ...] = (
    _form("year-month-day", _rest(rf"(?P<year>{_YEAR})(?P<sep>[-/.]){_NUMBER}(?P=sep){_DAY}")),
    _form("day/month/year", _rest(rf"{_DAY}(?P<sep>[-/.]){_NUMBER}(?P=sep)(?P<year>{_YEAR})")),
    _form("month/day/year", _rest(rf"{_NUMBER}(?P<sep>[-/]){_DAY}(?P=sep)(?P<year>{_YEAR})")),
    _form("day month year", _rest(rf"{_DAY}\.?[ -](?P<word>{_MONTH})\.?,?[ -](?P<year>{_YEAR})")),
    _form("month day, year", _rest(rf"(?P<word>{_MONTH})\.? {_DAY},? (?P<year>{_YEAR})")),
    _form("year-month", rf"(?P<year>{_YEAR})-(?P<month>[0-9]{{2}})"),
    _form("year, month", rf"(?P<year>{_YEAR}),? (?P<word>{_MONTH})"),
    _form("day.month.yy", _rest(rf"{_DAY}\.{_NUMBER}\.(?P<year>[0-9]{{2}})")),
    _form("day-month-yy", _rest(rf"{_DAY}[- ](?P<word>{_MONTH})[- ](?P<year>[0-9]{{2}})")),
    _form(YEAR_MONTH_DAY, r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<clock>)"),
    _form("month year", rf"(?P<word>{_MONTH})\.?,? (?P<year>{_YEAR})"),
)
FORM_NAMES = tuple(form.name for form in FORMS)
_FORM = {form.name: form for form in FORMS}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK_PARTS = re.compile(
    r",?[ t](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]{1,9})?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?P<zone>.*)"
)


def seconds(cell: str, form: str) -> float | None:
    """Seconds since 1970 (UTC where a zone is written, else as it stands), or None where it is no date of the form."""
    text = cell.strip().lower()
    weekday = _WEEKDAY.match(text)
    match = _FORM[form].pattern.fullmatch(text if weekday is None else text[weekday.end() :])
    if match is None:
        return None
    parts = match.groupdict()
    month = _MONTHS.index(parts["word"][:3]) + 1 if parts.get("word") else int(parts["month"])
    try:
        year = int(parts["year"])
        year += 0 if len(parts["year"]) > 2 else 2000 if year < _TURN else 1900
        moment = datetime(year, month, int(parts.get("day") or 1), tzinfo=UTC)
    except ValueError:
        return None
    clock = _clock_seconds(parts.get("clock") or "")
    return None if clock is None else moment.timestamp() + clock


def _clock_seconds(clock: str) -> float | None:
    if not clock:
        return 0.0
    match = _CLOCK_PARTS.fullmatch(clock)
    if match is None:
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    zone = match["zone"].strip().replace(":", "")
    offset = (
        0 if zone in ("", "z") else (int(zone[1:3]) * 3600 + int(zone[3:5] or 0) * 60) * (-1 if zone[0] == "-" else 1)
    )
    return 3600 * hour + 60 * minute + second + float(match["fraction"] or 0) - offset


def forms_of(cells: Iterable[str]) -> tuple[str, ...]:
    """The forms in which all of these cells are dates; empty where there are no cells, or they are none."""
    left: Sequence[str] = FORM_NAMES
    any_cell = False
    for cell in cells:
        any_cell = True
        left = [form for form in left if seconds(cell, form) is not None]
        if not left:
            return ()
    return tuple(left) if any_cell else ()


def date_text(value: float) -> str:
    """Seconds since 1970 as `2004-03-10`, or with the time of day where there is one."""
    moment = datetime.fromtimestamp(value, tz=UTC).replace(tzinfo=None)
    return (
        moment.date().isoformat()
        if moment.timetuple()[3:6] == (0, 0, 0) and not moment.microsecond
        else moment.isoformat(" ")
    )


def any_seconds(cell: str, form: str | None = None) -> float | None:
    """As `seconds`, of the form that is known for the column, or of ISO 8601, which is never ambiguous."""
    found = None if form is None else seconds(cell, form)
    return found if found is not None else seconds(cell, FORM_NAMES[0])
