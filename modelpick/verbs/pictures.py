"""The pictures of a run folder: training by epoch, confusion, calibration, importances, answers against the truth."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelpick.evaluation.closer import CloserLook
    from modelpick.evaluation.protocol import Evaluation

_BARS = 20


def write_pictures(evaluation: Evaluation, look: CloserLook | None, folder: Path) -> list[tuple[str, str]]:
    """Writes the PNG files; (name of the file, what it shows) of each."""
    made = [*_of_trainings(evaluation), *([] if look is None else _of_look(look))]
    for name, _, content in made:
        (folder / name).write_bytes(content)
    return [(name, words) for name, words, _ in made]


def _of_trainings(evaluation: Evaluation) -> list[tuple[str, str, bytes]]:
    from modelpick.evaluation.curves import curves
    from modelpick.render.plot import chart_image

    made = []
    drawn = [(r.entry.name, curves(r, evaluation.dataset.task)) for r in evaluation.results]
    several = sum(bool(charts) for _, charts in drawn) > 1
    for name, charts in drawn:
        for chart in charts:
            whose = f"-{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}" if several else ""
            words = f"{chart.y_label} of {name} by epoch, in the first split"
            made.append((f"{chart.y_label.lower()}{whose}.png", words, chart_image(chart)))
    return made


def _of_look(look: CloserLook) -> list[tuple[str, str, bytes]]:
    from modelpick.evaluation.closer_report import calibration_chart, truth_chart
    from modelpick.render.plot import bars_image, chart_image, matrix_image

    made, classes = [], look.given.classes
    if look.counts is not None:
        counts = look.counts if look.counts[:, -1].any() else look.counts[:, :-1]
        names = (*classes, "another class")[: counts.shape[1]]
        picture = matrix_image(f"{look.name}: true and answered", classes, names, counts.tolist())
        made.append(("confusion.png", f"which class {look.name} takes for which", picture))
    if len(look.bins) > 1:
        words = f"how often {look.name} is right when it is so sure"
        made.append(("calibration.png", words, chart_image(calibration_chart(look))))
    if look.given.task == "regression":
        made.append(("truth.png", f"answers of {look.name} against the truth", chart_image(truth_chart(look))))
    if look.importances:
        shown = look.importances[:_BARS]
        what = "log loss" if classes else "RMSE"
        picture = bars_image(
            f"{look.name}: what it looks at",
            [found.column for found in shown],
            [found.loss for found in shown],
            [found.spread for found in shown],
            f"rise of the {what} without the column",
        )
        made.append(("importances.png", f"which columns {look.name} looks at", picture))
    return made
