"""Baselines of scikit-learn that are no networks, and have no form that loads without running code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import Perceptron as SklearnPerceptron
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from modelpick.data.candidate import EpochRecord, Preprocessing, SavedForm
from modelpick.data.dataset import Task
from modelpick.evaluation.dense_baselines import Prepare

_NEIGHBOURS = 5


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
        preprocessing, features = self.prepare(X, y)
        self._model = self._estimator(len(y)).fit(features, y if self.task == "regression" else y.astype(str))
        self._preprocessing = preprocessing
        return self

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
    """Gradient boosting on histograms, up to 100 rounds of trees."""

    def _estimator(self, rows: int) -> Any:
        kind = HistGradientBoostingRegressor if self.task == "regression" else HistGradientBoostingClassifier
        return kind(random_state=self.seed)

    def summary(self) -> str:
        """Which model it is."""
        return "histogram gradient boosting"
