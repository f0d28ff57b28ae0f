"""`MLPStackClassifier` and `MLPStackRegressor`: the strong default, with scikit-learn's manners.

Six small networks of different activation, weight decay and view of the numbers are trained together and weighted by
their answers for rows that they were not trained on. There is nothing to set.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data

from modelpick.models.batched.train import one_blas_thread
from modelpick.models.devices import usable_device
from modelpick.models.stack.report import members_table
from modelpick.models.stack.training import FittedStack, train_stacks
from modelpick.models.stack.training_set import TrainingSet
from modelpick.models.summary import text_table
from modelpick.progress import SILENT, Listener


class _StackEstimator(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """What both do alike."""

    random_state: Any
    device: str
    stack_: FittedStack
    n_features_in_: int

    def __init__(self, random_state: Any = None, device: str = "auto") -> None:
        self.random_state = random_state
        self.device = device

    def _fit(self, given: TrainingSet, listener: Listener) -> None:
        device = str(usable_device(self.device))
        self.stack_ = train_stacks([given], device=device, listener=listener)[0]

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _outputs(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        features = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        with one_blas_thread():
            return self.stack_.outputs(features)

    @property
    def weights_(self) -> dict[str, float]:
        """Name of each member -> its share of the answer; 0 for those that were left out."""
        check_is_fitted(self)
        return dict(self.stack_.weights)

    @property
    def n_updates_(self) -> int:
        """How often weights were changed, of all members and inner folds together."""
        check_is_fitted(self)
        return self.stack_.updates

    def summary(self) -> str:
        """The members with weight, layers and parameters, and how they were trained."""
        check_is_fitted(self)
        return "\n".join([text_table(*members_table(self.stack_.members)), *self.stack_.notes])


class MLPStackClassifier(ClassifierMixin, _StackEstimator):  # type: ignore[misc]
    """Six small networks for classes, weighted by inner cross-validation of their log loss, and calibrated.

    Numbers are centred and scaled inside; columns of two values from -1 to 1 (marks of categories) are taken as they
    are. Epochs, batches and inner folds go by the count of rows (`modelpick.models.stack.recipe`).

    Args:
        random_state: Seed of inner folds and members.
        device: `auto` is the CPU, where small networks are fastest; else `cuda`, `mps`, ...

    Attributes:
        classes_: The labels, sorted; columns of `predict_proba`.
        weights_: Name of each member -> its share of the answer.
        n_updates_: How often weights were changed, of all members and inner folds together.
    """

    classes_: NDArray[Any]

    def fit(self, X: ArrayLike, y: ArrayLike, *, listener: Listener = SILENT) -> Self:
        """Trains on X, shape (rows, features), and labels y.

        Args:
            listener: Is told of the epochs of all members.

        Raises:
            ValueError: The data are not usable.
            CannotFindOut: The training diverged.
        """
        features, labels = validate_data(self, X, y, dtype=[np.float64, np.float32], ensure_min_samples=2)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        given = TrainingSet(features=features, codes=codes, classes=len(self.classes_), seed=self._seed())
        self._fit(given, listener)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), columns as `classes_`; each row sums to one."""
        return self._outputs(X)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of each row."""
        best = self._outputs(X).argmax(axis=1)
        return self.classes_[best]  # type: ignore[no-any-return]


class MLPStackRegressor(RegressorMixin, _StackEstimator):  # type: ignore[misc]
    """Six small networks for numbers, weighted by inner cross-validation of their squared error.

    Arguments and attributes as of `MLPStackClassifier`, without `classes_`; the target is centred and scaled inside.
    """

    def fit(self, X: ArrayLike, y: ArrayLike, *, listener: Listener = SILENT) -> Self:
        """Trains on X, shape (rows, features), and numbers y; arguments and errors as of `MLPStackClassifier.fit`."""
        features, numbers = validate_data(
            self, X, y, dtype=[np.float64, np.float32], y_numeric=True, ensure_min_samples=2
        )
        given = TrainingSet(features=features, numbers=numbers.astype(np.float64), seed=self._seed())
        self._fit(given, listener)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """The number of each row, shape (rows,), in the target's own unit."""
        return self._outputs(X)
