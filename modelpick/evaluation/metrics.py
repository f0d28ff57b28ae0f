"""Metrics: pure functions of what is true and what was predicted, named as scikit-learn names them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Task
from modelpick.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What a candidate answered for some rows.

    Attributes:
        truth: Class names (object array of str) or numbers, shape (rows,).
        answers: Likewise, as predicted.
        probabilities: Shape (rows, classes); None for regression.
        classes: Class names of its columns; those of the candidate, which may lack one of `truth`.
    """

    truth: NDArray[Any]
    answers: NDArray[Any]
    probabilities: NDArray[Any] | None = None
    classes: tuple[str, ...] = ()


def accuracy(p: Predictions) -> float:
    """Share of rows answered rightly."""
    return float(np.mean(p.truth == p.answers))


def balanced_accuracy(p: Predictions) -> float:
    """Mean over the classes of the share of their rows answered rightly (Brodersen et al. 2010)."""
    true, _, right = _counts(p)
    return float(np.mean(right[true > 0] / true[true > 0]))


def f1_macro(p: Predictions) -> float:
    """Mean over the classes of 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979), over classes true or answered."""
    true, answered, right = _counts(p)
    return float(np.mean(2 * right / (true + answered)))


def _counts(p: Predictions) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Of each class, sorted by name: rows that are it, rows answered so, rows that are both."""
    labels, codes = np.unique(np.concatenate([p.truth, p.answers]).astype(str), return_inverse=True)
    true, answered = codes[: len(p.truth)], codes[len(p.truth) :]
    parts = (true, answered, true[true == answered])
    in_all, answers, both = (np.bincount(part, minlength=len(labels)) for part in parts)
    return in_all, answers, both


def log_loss(p: Predictions) -> float:
    """Mean of -ln(probability given to the true class), each at least 2.2e-16 so that it stays finite."""
    if p.probabilities is None:
        raise ValueError("log loss needs probabilities")
    column = {label: j for j, label in enumerate(p.classes)}
    places = np.array([column.get(label, -1) for label in p.truth])
    given = np.where(places >= 0, p.probabilities[np.arange(len(places)), places], 0.0)
    return float(-np.mean(np.log(np.maximum(given, np.finfo(np.float64).eps))))


def rmse(p: Predictions) -> float:
    """Root of the mean squared error, in the target's unit."""
    return math.sqrt(float(np.mean((p.truth - p.answers) ** 2)))


def mae(p: Predictions) -> float:
    """Mean absolute error, in the target's unit."""
    return float(np.mean(np.abs(p.truth - p.answers)))


def r2(p: Predictions) -> float:
    """1 - squared errors / squared deviations from the mean of these rows; NaN where these are zero."""
    spread = float(np.sum((p.truth - p.truth.mean()) ** 2))
    return 1 - float(np.sum((p.truth - p.answers) ** 2)) / spread if spread else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric and how to read it.

    Attributes:
        title: For people.
        higher_is_better: Else lower is.
        bounds: The values that it can take.
        counts_rows: It is a share of rows, so that a single row changes it by 1 / rows.
    """

    name: str
    title: str
    task: Task
    of: Callable[[Predictions], float]
    higher_is_better: bool = True
    bounds: tuple[float, float] = (0.0, 1.0)
    counts_rows: bool = False


METRICS: tuple[Metric, ...] = (
    Metric(name="accuracy", title="accuracy", task="classification", of=accuracy, counts_rows=True),
    Metric(name="balanced_accuracy", title="balanced accuracy", task="classification", of=balanced_accuracy),
    Metric(name="f1_macro", title="macro F1", task="classification", of=f1_macro),
    Metric(
        name="log_loss",
        title="log loss",
        task="classification",
        of=log_loss,
        higher_is_better=False,
        bounds=(0.0, math.inf),
    ),
    Metric(name="rmse", title="RMSE", task="regression", of=rmse, higher_is_better=False, bounds=(0.0, math.inf)),
    Metric(name="mae", title="MAE", task="regression", of=mae, higher_is_better=False, bounds=(0.0, math.inf)),
    Metric(name="r2", title="R2", task="regression", of=r2, bounds=(-math.inf, 1.0)),
)
"""The first of a task is its main metric, unless the user chooses another."""


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """The metrics of a task, its main one first."""
    return tuple(metric for metric in METRICS if metric.task == task)


def main_metric(task: Task, name: str | None = None) -> Metric:
    """The metric that ranks the candidates.

    Raises:
        UsageError: There is none of that name for this task.
    """
    known = metrics_of(task)
    if name is None:
        return known[0]
    for metric in known:
        if metric.name == name:
            return metric
    names = [metric.name for metric in known]
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean `{close[0]}`? " if close else ""
    raise UsageError(f"there is no metric `{name}` for {task}", f"{hint}known are {', '.join(names)}")


def evaluate(p: Predictions, metrics: Sequence[Metric]) -> dict[str, float]:
    """Metric name -> value.

    Raises:
        ValueError: An answer or a probability is not a finite number.
    """
    numbers = p.probabilities if p.probabilities is not None else p.answers
    if not np.isfinite(np.asarray(numbers, dtype=np.float64)).all():
        raise ValueError("its predictions are not finite numbers")
    return {metric.name: metric.of(p) for metric in metrics}
