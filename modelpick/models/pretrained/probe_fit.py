"""A linear model on frozen features: standardised, its strength and its layer chosen inside the training rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.folds import deal
from modelpick.data.time_order import windows

STRENGTHS = (0.001, 0.01, 0.1, 1.0)
"""The C of logistic regression that are tried; the usual one is `USUAL`."""
USUAL = 0.01
ALPHAS = tuple(float(alpha) for alpha in np.logspace(-1, 5, 13))
"""The penalties of ridge regression that are tried."""

MOST_TO_CHOOSE = 3_000
"""Training rows by which layer and strength are chosen; the fit itself takes all."""
_FOLDS, _FEW_FOLDS = 5, 3
_MANY = 50_000  # rows times classes: above, fits are slow and folds fewer
_STEPS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A fitted linear model over raw features of one layer.

    Attributes:
        layer: Whose features it takes.
        weight, bias: float64, shape (outputs, width) and (outputs,): the standardisation is in them. Of two classes
            the first one's are zero.
        strength: C of logistic regression, or alpha of ridge regression.
        how: The choice in words.
    """

    layer: str
    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    strength: float
    how: str

    def outputs(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sums before softmax, or the numbers of a regression: shape (rows, outputs)."""
        return features.astype(np.float64) @ self.weight.T + self.bias


Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Places of the rows to learn from, and of those to measure on."""


def fit_classifier(
    features: Mapping[str, NDArray[np.float32]],
    y: NDArray[Any],
    seed: int,
    groups: NDArray[np.intp] | None = None,
    times: NDArray[np.float64] | None = None,
) -> Probe:
    """Logistic regression; layer by cross-validation at the usual strength, then the strength for that layer.

    Args:
        features: Layer -> shape (rows, width).
        y: Class names, shape (rows,), at least two.
        seed: Of the rows drawn for the choice, and of its folds.
        groups: Shape (rows,): rows of one number stay on one side of the folds.
        times: Shape (rows,): the folds are windows of time, each measured on later rows than it learned from.
    """
    names = np.unique(y.astype(str), return_inverse=True)[1]
    chosen = _some(names, seed)
    if times is not None:
        folds = _windows(times[chosen], names[chosen])
    else:
        folds = _folds(names[chosen], seed, None if groups is None else groups[chosen])
    layer, strength = next(iter(features)), USUAL
    if folds:
        tried = {name: _score(array[chosen], names[chosen], folds, USUAL) for name, array in features.items()}
        layer = max(tried, key=lambda name: tried[name])
        of_layer = features[layer][chosen]
        strengths = {c: tried[layer] if c == USUAL else _score(of_layer, names[chosen], folds, c) for c in STRENGTHS}
        strength = max(strengths, key=lambda c: strengths[c])
    mean, scale = _standard(features[layer])
    model = _logistic((features[layer] - mean) / scale, names, strength)
    weight, bias = model.coef_.astype(np.float64), model.intercept_.astype(np.float64)
    if len(weight) == 1:
        weight, bias = np.vstack([np.zeros_like(weight), weight]), np.array([0.0, bias[0]])
    weight = weight / scale
    kind = "folds" if times is None else "windows of time"
    how = f"C {strength:g}, `{layer}`" + (f" of {len(features)}, chosen by {len(folds)} {kind}" if folds else "")
    return Probe(layer=layer, weight=weight, bias=bias - weight @ mean, strength=strength, how=how)


def fit_regressor(
    features: Mapping[str, NDArray[np.float32]],
    y: NDArray[np.float64],
    seed: int = 0,
    groups: NDArray[np.intp] | None = None,
    times: NDArray[np.float64] | None = None,
) -> Probe:
    """Ridge regression; layer and penalty by leaving one row out (the exact formula, no folds), or by folds where rows
    belong together or have an order in time. Arguments as of `fit_classifier`.
    """
    from sklearn.linear_model import RidgeCV

    folds: list[Fold] | None = None
    how = "leaving one row out"
    if times is not None:
        folds = windows(times, _FOLDS) or None
    elif groups is not None and len(np.unique(groups)) > 1:
        dealt = deal(np.zeros(len(y), dtype=np.intp), min(_FOLDS, len(np.unique(groups))), seed, groups)
        folds = [(np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)) for fold in np.unique(dealt)]
    if folds is not None:
        how = f"{len(folds)} {'folds' if times is None else 'windows of time'}"
    scoring = None if folds is None else "neg_mean_squared_error"
    best: tuple[float, str, Any] | None = None
    for name, array in features.items():
        mean, scale = _standard(array)
        model = RidgeCV(alphas=ALPHAS, cv=folds, scoring=scoring).fit((array.astype(np.float64) - mean) / scale, y)
        if best is None or model.best_score_ > best[0]:
            best = (float(model.best_score_), name, model)
    if best is None:
        raise ValueError("there are no features")
    _, layer, model = best
    mean, scale = _standard(features[layer])
    weight = model.coef_[None, :] / scale
    how = f"alpha {model.alpha_:g}, `{layer}` of {len(features)}, chosen by {how}"
    bias = np.atleast_1d(model.intercept_) - weight @ mean
    return Probe(layer=layer, weight=weight, bias=bias, strength=float(model.alpha_), how=how)


def _standard(features: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of each column; a constant one keeps 1."""
    wide = features.astype(np.float64)
    deviation = wide.std(axis=0)
    return wide.mean(axis=0), np.where(deviation > 1e-12, deviation, 1.0)


def _some(y: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    """All rows, or so many drawn that each class keeps its share."""
    if len(y) <= MOST_TO_CHOOSE:
        return np.arange(len(y))
    rng = np.random.default_rng(seed)
    share = MOST_TO_CHOOSE / len(y)
    parts = [rng.permutation(np.flatnonzero(y == label)) for label in range(int(y.max()) + 1)]
    return np.sort(np.concatenate([part[: max(2, round(share * len(part)))] for part in parts]))


def _windows(times: NDArray[np.float64], y: NDArray[np.intp]) -> list[Fold]:
    """Windows of time, measured on rows whose class stands in their training rows; none where nothing is so."""
    found = []
    for train, test in windows(times, _FOLDS):
        test = test[np.isin(y[test], y[train])]
        if len(test) and len(np.unique(y[train])) > 1:
            found.append((train, test))
    return found


def _folds(y: NDArray[np.intp], seed: int, groups: NDArray[np.intp] | None) -> list[Fold]:
    """Stratified folds, in whole groups; none where a class would be missing in training."""
    classes = int(y.max()) + 1
    count = min(_FOLDS if len(y) * classes < _MANY else _FEW_FOLDS, int(np.bincount(y).min()))
    if count < 2:
        return []
    dealt = deal(y, count, seed, groups)
    folds = [(np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)) for fold in range(count)]
    whole = all(len(test) and len(np.unique(y[train])) == classes for train, test in folds)
    return folds if whole else []


def _score(
    features: NDArray[np.float32],
    y: NDArray[np.intp],
    folds: list[Fold],
    strength: float,
) -> tuple[float, float]:
    """Share of right answers over the folds, and for ties the mean log of the share given to the right class."""
    right, logs, tested = 0, 0.0, 0
    for train, test in folds:
        mean, scale = _standard(features[train])
        model = _logistic((features[train] - mean) / scale, y[train], strength)
        shares = model.predict_proba((features[test] - mean) / scale)
        place = np.searchsorted(model.classes_, y[test])
        right += int((shares.argmax(axis=1) == place).sum())
        logs += float(np.log(np.maximum(shares[np.arange(len(test)), place], 1e-15)).sum())
        tested += len(test)
    return right / tested, logs / tested


def _logistic(features: NDArray[np.float64], y: NDArray[np.intp], strength: float) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of a thousand steps the last ones change nothing
        return LogisticRegression(C=strength, max_iter=_STEPS).fit(features.astype(np.float32), y)
