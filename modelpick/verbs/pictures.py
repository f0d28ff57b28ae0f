"""The pictures of a run folder: training by epoch, confusion, calibration, importances, answers against the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelpick.evaluation.closer import CloserLook
    from modelpick.evaluation.protocol import Evaluation
    from modelpick.render.artist import Artist, Picture

_BARS = 20


class Pictures:
    """Those of one run, drawn as soon as what they show is known, and written once there is a folder.

    Args:
        artist: Who draws them, and perhaps in another process.
    """

    def __init__(self, artist: Artist) -> None:
        self._artist = artist
        self._drawn: list[tuple[Picture, Future[bytes]]] = []

    def draw(self, pictures: Iterator[Picture]) -> None:
        """Has them drawn; nothing waits for them."""
        self._drawn += [(picture, self._artist.draw(picture)) for picture in pictures]

    def write(self, folder: Path) -> list[tuple[str, str]]:
        """Writes the PNG files; (name of the file, what it shows) of each."""
        for picture, drawn in self._drawn:
            (folder / picture.file).write_bytes(drawn.result())
        return [(picture.file, picture.words) for picture, _ in self._drawn]


def of_trainings(evaluation: Evaluation) -> Iterator[Picture]:
    """Score and cost by epoch of each network, in the first split."""
    from modelpick.evaluation.curves import curves
    from modelpick.render.artist import Picture
    from modelpick.render.plot import chart_image

    drawn = [(r.entry.name, curves(r, evaluation.dataset.task)) for r in evaluation.results]
    several = sum(bool(charts) for _, charts in drawn) > 1
    for name, charts in drawn:
        for chart in charts:
            whose = f"-{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}" if several else ""
            words = f"{chart.y_label} of {name} by epoch, in the first split"
            file = f"{chart.y_label.lower()}{whose}.png"
            yield Picture(file=file, words=words, draw=chart_image, arguments=(chart,))


def of_look(look: CloserLook) -> Iterator[Picture]:
    """What a closer look at one candidate has found."""
    from modelpick.evaluation.closer_report import calibration_chart, truth_chart
    from modelpick.render.artist import Picture
    from modelpick.render.plot import bars_image, chart_image, matrix_image

    classes = look.given.classes
    if look.counts is not None:
        counts = look.counts if look.counts[:, -1].any() else look.counts[:, :-1]
        names = (*classes, "another class")[: counts.shape[1]]
        shown = (f"{look.name}: true and answered", classes, names, counts.tolist())
        words = f"which class {look.name} takes for which"
        yield Picture(file="confusion.png", words=words, draw=matrix_image, arguments=shown)
    if len(look.bins) > 1:
        words = f"how often {look.name} is right when it is so sure"
        chart = calibration_chart(look)
        yield Picture(file="calibration.png", words=words, draw=chart_image, arguments=(chart,))
    if look.given.task == "regression":
        words = f"answers of {look.name} against the truth"
        yield Picture(file="truth.png", words=words, draw=chart_image, arguments=(truth_chart(look),))
    if look.importances:
        bars = look.importances[:_BARS]
        rise = (
            f"{look.name}: what it looks at",
            [found.column for found in bars],
            [found.loss for found in bars],
            [found.spread for found in bars],
            f"rise of the {'log loss' if classes else 'RMSE'} without the column",
        )
        words = f"which columns {look.name} looks at"
        yield Picture(file="importances.png", words=words, draw=bars_image, arguments=rise)
