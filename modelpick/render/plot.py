"""Charts and matrices as pictures, through matplotlib, which is imported only when one is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from modelpick.document import Chart
from modelpick.render.sanitise import clean_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_CHARACTERS = 30
_MARGINS = {"left": 0.14, "right": 0.97, "bottom": 0.13, "top": 0.88}
"""Room for numbers on both axes and their labels; to fit them for each chart takes as long as to draw it."""
_MOST_NUMBERS = 20  # classes up to which the cells of a matrix bear their numbers


def chart_image(chart: Chart, format: str = "png") -> bytes:  # noqa: A002 - matplotlib's own word
    """The chart as PNG or SVG bytes; drawn off screen, no global state of matplotlib is touched."""
    from matplotlib.ticker import MaxNLocator

    figure = _figure(6.4, 4.0, layout=None)
    figure.subplots_adjust(**_MARGINS)
    axes = figure.add_subplot()
    for series in chart.series:
        look: dict[str, Any] = {"linestyle": "-", "marker": "o" if len(series.x) <= 30 else None}
        if not series.line:
            look = {"linestyle": "none", "marker": "o", "alpha": 0.5}
        axes.plot(series.x, series.y, markersize=3, label=_words(series.name), **look)
    axes.set_title(_words(chart.title))
    axes.set_xlabel(_words(chart.x_label))
    axes.set_ylabel(_words(chart.y_label))
    if all(x == int(x) for s in chart.series for x in s.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True, alpha=0.3)
    if len(chart.series) > 1:
        axes.legend()
    return _bytes(figure, format)


def matrix_image(title: str, rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]) -> bytes:
    """A confusion matrix as PNG bytes: true classes down, answered ones across, each row shaded by its shares."""
    size = min(12.0, max(4.0, 0.5 * len(rows) + 2.5))
    figure = _figure(size + 0.8, size)
    axes = figure.add_subplot()
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(columns)), [_words(name) for name in columns], rotation=45, ha="right")
    axes.set_yticks(range(len(rows)), [_words(name) for name in rows])
    axes.set_xlabel("answered as")
    axes.set_ylabel("true")
    axes.set_title(_words(title))
    if len(rows) <= _MOST_NUMBERS:
        for i, row in enumerate(counts):
            for j, count in enumerate(row):
                colour = "white" if shares[i][j] > 0.6 else "black"
                axes.text(j, i, f"{count:,}", ha="center", va="center", color=colour, fontsize=8)
    figure.colorbar(picture, ax=axes, label="share of the true class", shrink=0.8)
    return _bytes(figure)


def bars_image(
    title: str, names: Sequence[str], values: Sequence[float], spreads: Sequence[float], label: str
) -> bytes:
    """Horizontal bars from the top down, each with a line for its spread, as PNG bytes."""
    figure = _figure(6.4, max(2.0, 0.3 * len(names) + 1.2))
    axes = figure.add_subplot()
    places = list(range(len(names)))
    axes.barh(places, values, xerr=spreads, color="#4c78a8", ecolor="#555555", capsize=2)
    axes.set_yticks(places, [_words(name) for name in names])
    axes.invert_yaxis()
    axes.set_xlabel(label)
    axes.set_title(_words(title))
    axes.grid(visible=True, axis="x", alpha=0.3)
    return _bytes(figure)


def _figure(width: float, height: float, layout: Literal["constrained"] | None = "constrained") -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def _words(text: str) -> str:
    """One clean line, cut where it is long; a dollar sign begins no formula."""
    line = clean_line(text)
    line = line if len(line) <= _MOST_CHARACTERS * 2 else line[: _MOST_CHARACTERS * 2 - 3] + "..."
    return line.replace("$", r"\$")


def _bytes(figure: Figure, format: str = "png") -> bytes:  # noqa: A002 - as above
    import warnings

    out = io.BytesIO()
    # No date and no version in the file: the same run gives the same bytes.
    metadata: dict[str, Any] = {"Software": None} if format == "png" else {"Date": None, "Creator": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a script that the font lacks: boxes stand in the picture
        figure.savefig(out, format=format, dpi=120, metadata=metadata)
    return out.getvalue()
