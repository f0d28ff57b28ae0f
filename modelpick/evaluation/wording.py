"""Numbers as the reports show them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def rows_counted(rows: int) -> str:
    """`one row`, `15 rows`."""
    return "one row" if rows == 1 else f"{rows:,} rows"


def rows_are(rows: int) -> str:
    """`1 row is`, `15 rows are`."""
    return f"{rows:,} {'row is' if rows == 1 else 'rows are'}"


def more_rows_shown(rows: int, *, grouped: bool) -> str:
    """`about 1,200 more rows`: two digits, for it is an estimate. More of the same groups would tell nothing."""
    return f"about {float(f'{rows:.2g}'):,.0f} more rows{', of other groups,' if grouped else ''}"


def listed_words(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def percent_shown(share: float) -> str:
    """Whole percents; what only rounds to none or to all is not shown as such: `<1%`, `>99%`."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def time_shown(value: float | None, unit: str) -> str:
    """Two digits, for more would not come again: `0.0021 s`, `110 s`."""
    return "" if value is None else f"{float(f'{value:.2g}'):,.10g} {unit}"


def size_shown(size: int) -> str:
    """Bytes in three digits: `72.8 kB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        digits = float(f"{size:.3g}")  # 999,900 bytes are 1 MB, not 1e+03 kB
        if digits >= unit:
            return f"{digits / unit:,.10g} {name}"
    return f"{size:,} B"


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
    widest = max(map(abs, bounds))
    if not 0.01 <= widest < math.inf:
        return f"{number_shown(bounds[0])} to {number_shown(bounds[1])}"
    decimals = 3 if widest < 10 else max(0, 3 - int(math.log10(widest)))
    low, high = (f"{round(bound, decimals) + 0.0:,.{decimals}f}" for bound in bounds)  # no minus before a zero
    return f"{low} to {high}"


def share_shown(p: float) -> str:
    """A probability in three digits; what only rounds to certainty is not shown as certain."""
    if 0.9995 <= p < 1:
        return ">0.999"
    return "<0.001" if 0 < p < 0.0005 else f"{p:.3f}"
