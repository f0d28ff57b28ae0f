"""Counts, sizes and dates as people write them (100M, 1.5B, 500MB, 2GiB, 2025-06), and back."""

from __future__ import annotations

import re
from datetime import date

from modelpick.errors import UsageError

_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?|\.\d+)\s*([a-z]*)", re.IGNORECASE)
_COUNTS = {"": 1, "k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "b": 10**9, "g": 10**9, "billion": 10**9}
_COUNTS |= {"t": 10**12, "trillion": 10**12}
_SIZES = {"b": 1, "byte": 1, "bytes": 1}
_SIZES |= {f"{letter}b": 1000**power for power, letter in enumerate("kmgt", 1)}
_SIZES |= {letter: 1000**power for power, letter in enumerate("kmgt", 1)}
_SIZES |= {f"{letter}ib": 1024**power for power, letter in enumerate("kmgt", 1)}
_LARGEST = 2**62
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def parse_count(text: str | int, option: str) -> int:
    """How many: `100M`, `1.5B`, `50k`, `7 billion`, `1,500,000`, a bare number.

    Raises:
        UsageError: It is none; the message names the option.
    """
    found = _amount(text, _COUNTS)
    if found is None:
        raise UsageError(f"`{text}` is no number for {option}", f"write it as `{option} 100M`, `1.5B` or `50000`")
    return found


def parse_bytes(text: str | int, option: str) -> int:
    """How large: `500MB` (10^6 bytes), `2GiB` (2^30 bytes), `1.5 GB`, a bare number of bytes.

    Raises:
        UsageError: It is none; the message names the option.
    """
    found = _amount(text, _SIZES | {"": 1})
    if found is None:
        raise UsageError(f"`{text}` is no size for {option}", f"write it as `{option} 500MB`, `2GiB` or `1.5GB`")
    return found


def parse_day(text: str, option: str) -> str:
    """The first day that is meant, as `YYYY-MM-DD`: of a year, a month, or the day itself.

    Raises:
        UsageError: It is none; the message names the option.
    """
    match = _DATE.fullmatch(text.strip())
    try:
        if match is not None:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)).isoformat()
    except ValueError:
        pass
    raise UsageError(f"`{text}` is no date for {option}", f"write it as `{option} 2025-06-30`, `2025-06` or `2025`")


def short_count(count: int) -> str:
    """A count in three digits: 86.6M."""
    return _short(count, 1000, ("", "k", "M", "B", "T"))


def short_bytes(count: int) -> str:
    """A size in three digits, in powers of 1000: 346 MB."""
    return _short(count, 1000, (" B", " kB", " MB", " GB", " TB"))


def _amount(text: str | int, units: dict[str, int]) -> int | None:
    words = re.sub(r"(?<=\d)[,_ '](?=\d{3}(?!\d))", "", str(text).strip())
    match = _AMOUNT.fullmatch(words)
    if match is None or match[2].lower() not in units:
        return None
    amount = float(match[1].replace(",", ".")) * units[match[2].lower()]
    return round(amount) if amount < _LARGEST else None


def _short(count: int, step: int, units: tuple[str, ...]) -> str:
    amount = float(count)
    for unit in units[:-1]:
        if amount < step * 0.9995:
            return f"{amount:.0f}{unit}" if unit == units[0] or amount >= 100 else f"{amount:.3g}{unit}"
        amount /= step
    return f"{amount:,.0f}{units[-1]}" if amount >= 100 else f"{amount:.3g}{units[-1]}"
