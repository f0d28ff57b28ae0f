"""The from-scratch network as a candidate: raw rows in, class names and probabilities out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import EpochRecord, FitJob, Preprocessing, SavedForm
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import Table
from modelpick.models.becomes_saved import BecomesSaved
from modelpick.models.estimators import MLPClassifier, MLPRegressor
from modelpick.models.fitting import HELD_OUT, fit_together
from modelpick.models.options import hidden_sizes
from modelpick.models.saved import SavedModel, finite_features, learned_features

_MANY_ROWS = 50_000

Prepared = tuple[NDArray[Any], NDArray[Any], tuple[NDArray[Any], NDArray[Any]] | None]
"""Features and target to train on, and those that are held out, as the estimators take them."""


class MLPCandidate(BecomesSaved):
    """Preprocessing and network, both fitted on the training rows alone.

    Args:
        estimator: An unfitted `MLPClassifier` or `MLPRegressor`; it is trained in place.
        target_name: The column that it learns to answer for.
        options: Of the preprocessing; None: the usual ones.
    """

    def __init__(
        self,
        estimator: MLPClassifier | MLPRegressor,
        target_name: str,
        options: PreprocessingOptions | None = None,
    ) -> None:
        self.estimator = estimator
        self.target_name = target_name
        self.options = options
        self._preprocessing: Preprocessing
        self._columns: list[list[str]]
        self._groups: NDArray[np.intp] | None = None
        self._times: NDArray[np.float64] | None = None

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Its training by epoch."""
        return self.estimator.history_

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Learns preprocessing and weights from the training rows; validation rows are only measured.

        Raises:
            UsageError: An option of the network is not usable.
            CannotFindOut: The training diverged, or a number is too large to train on.
        """
        features, y, held = self._prepare(FitJob(seed=0, X=X, y=y, validation=validation))
        self.estimator.fit(features, y, validation=held)
        self._finish()
        return self

    def _prepare(self, job: FitJob) -> Prepared:
        """Features of the training and validation rows, by a preprocessing that the former alone have taught.

        Where the network stops early, the rows that it holds out for that are whole groups where rows belong together,
        and the latest where they have an order in time.
        """
        X, validation, self._groups, self._times = job.X, job.validation, job.groups, job.times
        self._preprocessing, features = learned_features(job, self.options)
        features = _narrow(features)
        self._columns = [list(column) for column in X.kinds] if isinstance(X, Table) else []
        if validation is not None:
            return features, job.y, (_narrow(finite_features(self._preprocessing, validation[0])), validation[1])
        held = _held_rows(job) if self.estimator.early_stopping else None
        if held is None:
            return features, job.y, None
        self._groups = None if job.groups is None else np.delete(job.groups, held)
        self._times = None if job.times is None else np.delete(job.times, held)
        return np.delete(features, held, axis=0), np.delete(job.y, held), (features[held], job.y[held])

    def _finish(self) -> None:
        self._model = SavedModel(self._form(self._preprocessing, self._columns))

    def _form(self, preprocessing: Preprocessing, columns: list[list[str]]) -> SavedForm:
        estimator = self.estimator
        config: dict[str, Any] = {
            "task": "classification",
            "classes": [],
            "target_name": self.target_name,
            "columns": columns,
            "hidden_layer_sizes": list(hidden_sizes(estimator.hidden_layer_sizes)),
            "activation": estimator.activation,
            "output": estimator.output_,
            "hyperparameters": _plain(estimator.get_params()),
            "trained": estimator.trained_,
        }
        if isinstance(estimator, MLPRegressor):
            config |= {
                "task": "regression",
                "target_mean": estimator.target_mean_,
                "target_scale": estimator.target_scale_,
            }
        else:
            config["classes"] = [str(name) for name in estimator.classes_]
        return SavedForm(architecture="mlp", config=config, tensors=estimator.tensors_, preprocessing=preprocessing)

    def summary(self) -> str:
        """Its layers with weights A x B and biases B, and the count of updates."""
        return self.estimator.summary()


def fit_many(make: Callable[[int], MLPCandidate], jobs: Sequence[FitJob]) -> list[MLPCandidate]:
    """Trains a candidate for each job, all at once, with the results that `make` and `fit` give one by one.

    Raises:
        UsageError, CannotFindOut: As `MLPCandidate.fit`.
    """
    candidates = [make(job.seed) for job in jobs]
    data = [candidate._prepare(job) for candidate, job in zip(candidates, jobs, strict=True)]
    fit_together([candidate.estimator for candidate in candidates], data)
    for candidate in candidates:
        candidate._finish()
    return candidates


def _narrow(features: NDArray[Any]) -> NDArray[Any]:
    """The features of many rows in float32, in which so many are trained anyway: they take half the memory."""
    return features.astype(np.float32) if len(features) > _MANY_ROWS else features


def _held_rows(job: FitJob) -> NDArray[np.intp] | None:
    """A tenth of the training rows: the latest, or whole groups. None where any rows will do, or none can be missed."""
    if job.groups is None and job.times is None:
        return None
    strata = np.zeros(len(job.y), dtype=np.intp)
    if job.y.dtype == object:
        strata = np.unique(job.y.astype(str), return_inverse=True)[1].astype(np.intp)
    return job.held_rows(HELD_OUT, strata)


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Constructor arguments as JSON types; what is none (a generator as `random_state`) is left out."""
    plain: dict[str, Any] = {}
    for name, value in sorted(parameters.items()):
        if value is None or isinstance(value, str | bool | int | float):
            plain[name] = value
        elif isinstance(value, np.integer | np.floating):
            plain[name] = value.item()
        elif name == "hidden_layer_sizes":
            plain[name] = list(hidden_sizes(value))
        elif name == "class_weight":
            plain[name] = {str(label): float(weight) for label, weight in value.items()}
    return plain
