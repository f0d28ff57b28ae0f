"""How much worse a model answers when a column tells it nothing: permutation importance over the raw columns.

The values of one column are replaced by those of rows drawn at random, and all else stays (Breiman 2001, Machine
Learning 45:5-32). All features that preprocessing makes of a column change together. Columns that tell the same stand
in for each other, and then each of them looks unimportant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Candidate
from modelpick.data.dataset import Dataset
from modelpick.data.table import Table
from modelpick.evaluation.metrics import Predictions, accuracy, log_loss, r2, rmse

MOST_COLUMNS = 200
MOST_ROWS = 1_000
"""Of those that it may look at, drawn at random."""
_MOST_ANSWERS = 60_000
_DRAWS = (2, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """What a column is worth to a model.

    Attributes:
        loss: By how much the log loss, or the RMSE, rises without it; `spread` is the standard deviation over draws.
        score: By how much the accuracy, or R2, falls; NaN where it cannot be told.
    """

    column: str
    loss: float
    spread: float
    score: float


def importances(dataset: Dataset, model: Candidate, rows: NDArray[np.intp], seed: int) -> list[Importance]:
    """Of each column of a table, the most important first; empty for other rows and for very many columns.

    Args:
        model: A fitted one that has not seen `rows`.
        rows: Places in the dataset; a thousand of them at most are used.
        seed: Of the rows that are drawn.
    """
    features = dataset.features
    if not isinstance(features, Table) or not 0 < len(features.names) <= MOST_COLUMNS or not len(rows):
        return []
    rng = np.random.default_rng(seed)
    if len(rows) > MOST_ROWS:
        rows = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
    draws = int(np.clip(_MOST_ANSWERS // (len(rows) * len(features.names)), *_DRAWS))
    truth = dataset.target[rows]
    whole = features.take(rows)
    base = _measured(dataset, model, whole, truth)
    tiled = features.take(np.tile(rows, draws)).columns
    found = []
    for place, column in enumerate(features.columns):
        drawn = rng.integers(dataset.rows, size=len(rows) * draws)
        changed = list(tiled)
        changed[place] = column.with_values(column.values[drawn])
        table = Table(changed, len(drawn))
        each = _by_draw(dataset, model, table, truth, draws)
        losses = [loss - base[0] for loss, _ in each]
        found.append(
            Importance(
                column=column.name,
                loss=float(np.mean(losses)),
                spread=float(np.std(losses)),
                score=float(np.mean([base[1] - score for _, score in each])),
            )
        )
    return sorted(found, key=lambda importance: -importance.loss)


def _by_draw(
    dataset: Dataset, model: Candidate, table: Table, truth: NDArray[Any], draws: int
) -> Sequence[tuple[float, float]]:
    answers = _answers(dataset, model, table)
    parts = np.split(answers, draws)
    return [_scores(dataset, model, part, truth) for part in parts]


def _measured(dataset: Dataset, model: Candidate, table: Table, truth: NDArray[Any]) -> tuple[float, float]:
    return _scores(dataset, model, _answers(dataset, model, table), truth)


def _answers(dataset: Dataset, model: Candidate, table: Table) -> NDArray[Any]:
    return np.asarray(model.predict(table) if dataset.task == "regression" else model.predict_proba(table))


def _scores(dataset: Dataset, model: Candidate, answers: NDArray[Any], truth: NDArray[Any]) -> tuple[float, float]:
    if dataset.task == "regression":
        told = Predictions(truth=truth, answers=answers)
        return rmse(told), r2(told)
    names = np.array(model.classes_, dtype=object)
    told = Predictions(
        truth=truth, answers=names[answers.argmax(axis=1)], probabilities=answers, classes=model.classes_
    )
    return log_loss(told), accuracy(told)
