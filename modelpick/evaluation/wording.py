"""Numbers as the reports show them."""

from __future__ import annotations

import math


def rows_counted(rows: int) -> str:
    """`one row`, `15 rows`."""
    return "one row" if rows == 1 else f"{rows} rows"


def time_shown(value: float | None, unit: str) -> str:
    """Two digits, for more would not come again: `0.0021 s`, `110 s`."""
    return "" if value is None else f"{float(f'{value:.2g}'):,.10g} {unit}"


def size_shown(size: int) -> str:
    """Bytes in three digits: `72.8 kB`."""
    return f"{size:,} B" if size < 1000 else f"{size / 1000:,.3g} kB" if size < 1e6 else f"{size / 1e6:,.3g} MB"


def number_shown(value: float | None) -> str:
    """Three decimals below 10, three digits below 0.01, else four digits; nothing where it cannot be told."""
    if value is None or not math.isfinite(value):
        return ""
    if 0 < abs(value) < 0.01:
        return f"{value:.3g}"
    value += 0.0  # no minus before a zero
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.{max(0, 3 - int(math.log10(abs(value))))}f}"


def signed(value: float) -> str:
    """With its sign, but for zero."""
    return f"+{number_shown(value)}" if value > 0 else number_shown(value)


def interval_shown(bounds: tuple[float, float] | None) -> str:
    """Both bounds in as many decimals: those of the wider one."""
    if bounds is None:
        return ""
    if 0.01 <= max(map(abs, bounds)) < 10:
        low, high = (f"{round(bound, 3) + 0.0:.3f}" for bound in bounds)
        return f"{low} to {high}"
    return f"{number_shown(bounds[0])} to {number_shown(bounds[1])}"


def share_shown(p: float) -> str:
    """A probability in three digits; what only rounds to certainty is not shown as certain."""
    if 0.9995 <= p < 1:
        return ">0.999"
    return "<0.001" if 0 < p < 0.0005 else f"{p:.3f}"
