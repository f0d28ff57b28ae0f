"""Baselines of scikit-learn that are no networks, and have no form that loads without running code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import Perceptron as SklearnPerceptron
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from modelpick.data.candidate import EpochRecord, FitJob, Preprocessing, SavedForm
from modelpick.data.dataset import Task
from modelpick.evaluation.dense_baselines import Prepare

_NEIGHBOURS = 5
_STOPS_EARLY, _HELD_OUT = 10_000, 0.1
"""Rows above which scikit-learn's boosting stops early, and the share of them that it holds out for that."""


class _Unsaved(ABC):
    """Preprocessing and an estimator of scikit-learn, with its defaults; a child makes the estimator."""

    def __init__(self, task: Task, target_name: str, prepare: Prepare, seed: int = 0) -> None:
        self.task: Task = task
        self.target_name = target_name
        self.prepare = prepare
        self.seed = seed
        self._preprocessing: Preprocessing | None = None
        self._model: Any = None

    @abstractmethod
    def _estimator(self, rows: int) -> Any:
        """An unfitted estimator for so many training rows."""

    @abstractmethod
    def summary(self) -> str:
        """What it is, in a line."""

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Learns preprocessing and model from the training rows; the validation rows are not used."""
        return self.fit_job(FitJob(seed=self.seed, X=X, y=y))

    def fit_job(self, job: FitJob) -> Self:
        """As `fit`, with what the job says of the order and the groups of its rows."""
        self._preprocessing, features = self.prepare(job)
        self._model = self._fit_estimator(features, job.y if self.task == "regression" else job.y.astype(str), job)
        return self

    def _fit_estimator(self, features: NDArray[Any], y: NDArray[Any], job: FitJob) -> Any:
        """The estimator fitted on features, shape (rows, features), and targets as it takes them."""
        return self._estimator(len(y)).fit(features, y)

    def _features(self, X: Any) -> NDArray[Any]:
        if self._preprocessing is None:
            raise RuntimeError("the candidate is not fitted yet: call fit first")
        return self._preprocessing.transform(X)

    @property
    def classes_(self) -> tuple[str, ...]:
        """Class names in the order of `predict_proba`'s columns; empty for regression."""
        return () if self.task == "regression" else tuple(map(str, self._model.classes_))

    @property
    def parameters(self) -> int | None:
        """None: it learns no fixed count of numbers."""
        return None

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Empty: scikit-learn does not tell scores by epoch."""
        return ()

    def saved_form(self) -> SavedForm | None:
        """None: there is no safe form."""
        return None

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one."""
        shares: NDArray[np.float64] = self._model.predict_proba(self._features(X))
        return shares

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str) or numbers (float64), shape (rows,)."""
        answers = self._model.predict(self._features(X))
        return answers.astype(np.float64 if self.task == "regression" else object)  # type: ignore[no-any-return]


class Perceptron(_Unsaved):
    """Rosenblatt's perceptron, a linear model for each class. It answers without probabilities."""

    def _estimator(self, rows: int) -> SklearnPerceptron:
        return SklearnPerceptron(random_state=self.seed)

    @property
    def parameters(self) -> int | None:
        """Weights and biases."""
        return int(self._model.coef_.size + self._model.intercept_.size)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Never: it gives class names alone."""
        raise TypeError("a perceptron gives no probabilities")

    def summary(self) -> str:
        """Which model it is."""
        return "perceptron, one linear model for each class"


class Neighbours(_Unsaved):
    """The five nearest training rows in the scaled features."""

    def _estimator(self, rows: int) -> Any:
        kind = KNeighborsRegressor if self.task == "regression" else KNeighborsClassifier
        return kind(n_neighbors=min(_NEIGHBOURS, rows))

    def summary(self) -> str:
        """Which model it is."""
        return f"the {_NEIGHBOURS} nearest training rows"


class Trees(_Unsaved):
    """Gradient boosting on histograms, up to 100 rounds of trees. From many rows it holds a tenth out, to stop early:
    the latest in the order of time, or whole groups; where these leave none to hold out it takes all its rounds.
    """

    def _estimator(self, rows: int) -> Any:
        kind = HistGradientBoostingRegressor if self.task == "regression" else HistGradientBoostingClassifier
        return kind(random_state=self.seed, early_stopping=rows > _STOPS_EARLY)

    def _fit_estimator(self, features: NDArray[Any], y: NDArray[Any], job: FitJob) -> Any:
        model = self._estimator(len(y))
        if not model.early_stopping or (job.times is None and job.groups is None):
            return model.fit(features, y)
        strata = np.zeros(len(y), dtype=np.intp)
        if self.task == "classification":
            strata = np.unique(y, return_inverse=True)[1].astype(np.intp)
        held = job.held_rows(_HELD_OUT, strata)
        if held is None:
            return model.set_params(early_stopping=False).fit(features, y)
        kept = np.delete(np.arange(len(y)), held)
        return model.fit(features[kept], y[kept], X_val=features[held], y_val=y[held])

    def summary(self) -> str:
        """Which model it is."""
        return "histogram gradient boosting"
