"""Metrics: pure functions of what is true and what was predicted, named as scikit-learn names them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from modelpick.data.dataset import Task
from modelpick.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What a candidate answered for some rows.

    Attributes:
        truth: Class names (object array of str) or numbers, shape (rows,).
        answers: Likewise, as predicted.
        probabilities: Shape (rows, classes); None for regression, and for a candidate that gives none.
        classes: Class names of its columns; those of the candidate, which may lack one of `truth`.
        asked: How many classes the data have, whichever of them the candidate knows; 0: as many as it knows.
    """

    truth: NDArray[Any]
    answers: NDArray[Any]
    probabilities: NDArray[Any] | None = None
    classes: tuple[str, ...] = ()
    asked: int = 0


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
    shares, places = _shares(p), _places(p)
    given = np.where(places >= 0, shares[np.arange(len(places)), places], 0.0)
    return float(-np.mean(np.log(np.maximum(given, np.finfo(np.float64).eps))))


def roc_auc(p: Predictions) -> float:
    """Chance that a row of a class gets more of its probability than a row of another class, ties by half.

    Mean over the classes against the rest, of those that have rows and others (of two classes both are the same); NaN
    where no class has. By ranks: Hanley and McNeil 1982, Radiology 143:29-36.
    """
    shares, places = _shares(p), _places(p)
    found = []
    for j in range(shares.shape[1]):
        is_it = places == j
        own, others = int(is_it.sum()), int((~is_it).sum())
        if own and others:
            ranks = rankdata(shares[:, j])
            found.append((float(ranks[is_it].sum()) - own * (own + 1) / 2) / (own * others))
    return float(np.mean(found)) if found else math.nan


def brier(p: Predictions) -> float:
    """Mean squared distance of the probabilities from 1 for the true class and 0 for the others (Brier 1950).

    Summed over the classes, from 0 to 2; where the data have two classes half of that, as is the custom.
    """
    shares, places = _shares(p), _places(p)
    truth = np.zeros_like(shares)
    known = places >= 0
    truth[np.flatnonzero(known), places[known]] = 1.0
    squares = np.sum((shares - truth) ** 2, axis=1) + ~known
    return float(np.mean(squares)) / (2 if (p.asked or shares.shape[1]) == 2 else 1)


def ece(p: Predictions) -> float:
    """Expected calibration error: by how much confidence and accuracy differ, in 15 bins of equal width.

    Weighted by the rows of a bin (Guo et al. 2017, ICML). It wants many rows: few make any model look ill calibrated.
    """
    shares = _shares(p)
    sure, right = shares.max(axis=1), p.truth == p.answers
    bins = np.minimum((sure * _BINS).astype(np.intp), _BINS - 1)
    gaps = np.abs(np.bincount(bins, weights=sure - right, minlength=_BINS))
    error = float(gaps.sum() / len(sure))
    return error if error > _ROUNDING else 0.0


_BINS = 15
_ROUNDING = 1e-6
"""Answers are kept in float32, so that smaller errors are none."""


def _shares(p: Predictions) -> NDArray[Any]:
    if p.probabilities is None:
        raise ValueError("this metric needs probabilities")
    return p.probabilities


def _places(p: Predictions) -> NDArray[np.intp]:
    """The column of each row's true class; -1 where the candidate does not know it."""
    column = {label: j for j, label in enumerate(p.classes)}
    return np.array([column.get(label, -1) for label in p.truth], dtype=np.intp)


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
        needs_probabilities: Left out for a candidate that gives none.
        pooled: The test part of one split is too small for it: it is taken over all rows tested in a repeat, and has
            no interval and decides nothing.
    """

    name: str
    title: str
    task: Task
    of: Callable[[Predictions], float]
    higher_is_better: bool = True
    bounds: tuple[float, float] = (0.0, 1.0)
    counts_rows: bool = False
    needs_probabilities: bool = False
    pooled: bool = False


METRICS: tuple[Metric, ...] = (
    Metric(name="accuracy", title="accuracy", task="classification", of=accuracy, counts_rows=True),
    Metric(name="balanced_accuracy", title="balanced accuracy", task="classification", of=balanced_accuracy),
    Metric(name="f1_macro", title="macro F1", task="classification", of=f1_macro),
    Metric(name="roc_auc", title="ROC AUC", task="classification", of=roc_auc, needs_probabilities=True),
    Metric(
        name="log_loss",
        title="log loss",
        task="classification",
        of=log_loss,
        higher_is_better=False,
        bounds=(0.0, math.inf),
        needs_probabilities=True,
    ),
    Metric(
        name="brier",
        title="Brier",
        task="classification",
        of=brier,
        higher_is_better=False,
        bounds=(0.0, 2.0),
        needs_probabilities=True,
    ),
    Metric(
        name="ece",
        title="ECE",
        task="classification",
        of=ece,
        higher_is_better=False,
        needs_probabilities=True,
        pooled=True,
    ),
    Metric(name="rmse", title="RMSE", task="regression", of=rmse, higher_is_better=False, bounds=(0.0, math.inf)),
    Metric(name="mae", title="MAE", task="regression", of=mae, higher_is_better=False, bounds=(0.0, math.inf)),
    Metric(name="r2", title="R2", task="regression", of=r2, bounds=(-math.inf, 1.0)),
)
"""The first of a task is its main metric, unless `chosen_metric` or the user chooses another."""

_ONE_SIDED = 0.9
"""Share of the largest class from which on plain accuracy says little: answering it always has that accuracy."""


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """The metrics of a task, its main one first."""
    return tuple(metric for metric in METRICS if metric.task == task)


def chosen_metric(task: Task, target: NDArray[Any], name: str | None = None) -> tuple[Metric, str]:
    """The metric that ranks the candidates of these data, and why it does.

    Raises:
        UsageError: There is none of that name for this task.
    """
    if name is not None:
        return main_metric(task, name), "asked for with `--metric`"
    if task == "regression":
        return main_metric(task), "the default for numbers: an error in the target's own unit, large ones count more"
    counts = np.unique(target.astype(str), return_counts=True)[1]
    share = float(counts.max() / counts.sum())
    if share >= _ONE_SIDED:
        why = f"{share:.0%} of the rows are of one class, so that accuracy would say little"
        return main_metric(task, "balanced_accuracy"), why
    return main_metric(task), "the default for classes"


def main_metric(task: Task, name: str | None = None) -> Metric:
    """The metric of that name, or the first of the task.

    Raises:
        UsageError: There is none of that name for this task that can rank candidates.
    """
    known = tuple(metric for metric in metrics_of(task) if not metric.pooled)
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
    """Metric name -> value; those that need probabilities are left out where there are none.

    Raises:
        ValueError: An answer or a probability is not a finite number.
    """
    numbers = p.probabilities if p.probabilities is not None else p.answers
    if numbers.dtype != object and not np.isfinite(numbers).all():
        raise ValueError("its predictions are not finite numbers")
    given = p.probabilities is not None
    return {metric.name: metric.of(p) for metric in metrics if given or not metric.needs_probabilities}
