"""A line chart in characters, for a terminal or a Markdown page.

Our own, because the two libraries that were tried do not do: one rounds the ticks of an axis from 0.2 to 1.0 to 0 and 1
at the wrong rows, the other offers one figure that the whole process shares.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from modelpick.document import Chart
from modelpick.render.sanitise import clean_line

_MARKS = "*o+x#@%&"


def chart_text(chart: Chart, *, width: int = 72, height: int = 12) -> str:
    """The chart with its title, axes, ticks and legend, in ASCII; each series has its own mark. "" if it is empty."""
    points = [(x, y) for s in chart.series for x, y in zip(s.x, s.y, strict=True) if math.isfinite(y)]
    if not points:
        return ""
    x_low, x_high = _span([x for x, _ in points])
    y_low, y_high = _span([y for _, y in points])
    labels = _tick_labels(y_low, y_high, height)
    margin = max(len(label) for label in labels.values())
    columns = max(20, min(width, 100) - margin - 3)
    grid = [[" "] * columns for _ in range(height)]
    for number, series in enumerate(chart.series):
        dots = [
            (_place(x, x_low, x_high, columns), height - 1 - _place(y, y_low, y_high, height))
            for x, y in zip(series.x, series.y, strict=True)
            if math.isfinite(y)
        ]
        _draw(grid, dots, _MARKS[number % len(_MARKS)], line=series.line)
    lines = [f"{clean_line(chart.title)} ({clean_line(chart.y_label)} by {clean_line(chart.x_label)})"]
    lines += [f"{labels.get(row, ''):>{margin}} |" + "".join(cells).rstrip() for row, cells in enumerate(grid)]
    lines.append(" " * margin + " +" + "-" * columns)
    first, last = _number(x_low), _number(x_high)
    name = clean_line(chart.x_label).center(columns - len(first) - len(last))
    lines.append(" " * (margin + 2) + (first + name + last).rstrip())
    lines.append(" " * (margin + 2) + "   ".join(_legend(chart)))
    return "\n".join(lines)


def _legend(chart: Chart) -> list[str]:
    return [f"{_MARKS[i % len(_MARKS)]} {clean_line(series.name)}" for i, series in enumerate(chart.series)]


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _place(value: float, low: float, high: float, cells: int) -> int:
    return round((value - low) / (high - low) * (cells - 1))


def _draw(grid: list[list[str]], dots: Sequence[tuple[int, int]], mark: str, *, line: bool) -> None:
    for column, row in dots:
        grid[row][column] = mark
    if not line:
        return
    for (c0, r0), (c1, r1) in pairwise(dots):
        steps = max(abs(c1 - c0), abs(r1 - r0))
        for step in range(1, steps):
            column, row = c0 + round((c1 - c0) * step / steps), r0 + round((r1 - r0) * step / steps)
            if grid[row][column] == " ":
                grid[row][column] = "."


def _tick_labels(low: float, high: float, height: int) -> dict[int, str]:
    """Row -> label, at steps of 1, 2 or 5 times a power of ten, about one for three rows, but two at least."""
    rough = (high - low) / max(height / 3, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [factor * power for factor in (0.2, 0.5, 1, 2, 5, 10)]
    first = next(number for number, step in enumerate(steps) if step >= rough)
    labels: dict[int, str] = {}
    for step in steps[first - 2 : first + 1][::-1]:  # a scale needs two figures: finer steps where the coarse give one
        labels = _labels_at(step, low, high, height)
        if len(labels) > 1:
            break
    return labels or {height - 1: _number(low)}


def _labels_at(step: float, low: float, high: float, height: int) -> dict[int, str]:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    labels: dict[int, str] = {}
    for multiple in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1):
        value = multiple * step
        labels.setdefault(height - 1 - _place(value, low, high, height), f"{value + 0.0:.{decimals}f}")
    return labels


def _number(value: float) -> str:
    return f"{float(f'{value:.4g}'):.10g}"  # 125200, not 1.252e+05
