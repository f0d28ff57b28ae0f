"""A chart as a picture, through matplotlib, which is imported only when one is drawn."""

from __future__ import annotations

import io

from modelpick.document import Chart
from modelpick.render.sanitise import clean_line


def chart_image(chart: Chart, format: str = "png") -> bytes:  # noqa: A002 - matplotlib's own word
    """The chart as PNG or SVG bytes; drawn off screen, no global state of matplotlib is touched."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for series in chart.series:
        axes.plot(series.x, series.y, marker="o" if len(series.x) <= 30 else None, markersize=3, label=series.name)
    axes.set_title(clean_line(chart.title))
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    if all(x == int(x) for s in chart.series for x in s.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True, alpha=0.3)
    if len(chart.series) > 1:
        axes.legend()
    out = io.BytesIO()
    # No date and no version in the file: the same run gives the same bytes.
    metadata = {"Software": None} if format == "png" else {"Date": None, "Creator": None}
    figure.savefig(out, format=format, dpi=120, metadata=metadata)
    return out.getvalue()
