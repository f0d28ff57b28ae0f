"""Training by epoch as charts: the score, and what training makes small."""

from __future__ import annotations

from collections.abc import Callable

from modelpick.data.candidate import EpochRecord
from modelpick.data.dataset import Task
from modelpick.document import Chart, Series
from modelpick.evaluation.protocol import CandidateResult


def curves(result: CandidateResult, task: Task) -> tuple[Chart, ...]:
    """The score (accuracy or R2) and the cost by epoch, of the first split; none where there is no history to draw.

    Those of the training rows are measured while the epoch goes on, those of the validation rows after it.
    """
    if len(result.history) < 2:
        return ()
    score = "accuracy" if task == "classification" else "R2"
    name = f"{result.entry.name}, split 1"
    return (
        _chart(name, score, result, lambda r: r.train_score, lambda r: r.validation_score),
        _chart(name, "cost", result, lambda r: r.train_loss, lambda r: r.validation_loss),
    )


def _chart(
    name: str,
    label: str,
    result: CandidateResult,
    train: Callable[[EpochRecord], float],
    validation: Callable[[EpochRecord], float | None],
) -> Chart:
    history = result.history
    series = [Series("training", tuple(float(r.epoch) for r in history), tuple(train(r) for r in history))]
    held = [(float(r.epoch), value) for r in history if (value := validation(r)) is not None]
    if held:
        series.append(Series("validation", tuple(x for x, _ in held), tuple(y for _, y in held)))
    return Chart(title=name, x_label="epoch", y_label=label, series=tuple(series))
