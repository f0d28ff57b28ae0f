"""`MLPClassifier` and `MLPRegressor`: the from-scratch network with scikit-learn's manners.

They work in pipelines, grid searches and cross-validation, and take string labels. Features are used as they come:
put a `StandardScaler` before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from modelpick.data.forward import output_units, probabilities
from modelpick.errors import UsageError
from modelpick.models.batched.job import Job
from modelpick.models.fitting import BatchSize, Network, Part
from modelpick.models.options import CLASSIFICATION_COSTS, REGRESSION_COSTS, check_options
from modelpick.models.spread import mean_and_spread
from modelpick.progress import SILENT, Listener

Validation = tuple[ArrayLike, ArrayLike]


class MLPClassifier(ClassifierMixin, Network):  # type: ignore[misc]
    """A multi-layer perceptron for classes, trained by PyTorch.

    Args:
        hidden_layer_sizes: Nodes of each hidden layer; none makes a softmax regression.
        activation: Of the hidden layers: sigmoid, tanh, relu, gelu, identity.
        init: Of the weights: torch (what `nn.Linear` does), glorot, he, normal, uniform, zero.
        cost: cross-entropy (None means this), binary-cross-entropy (a sigmoid for each class), mse, rmse, or
            perceptron: Rosenblatt's rule, by which only rows on the wrong side move the weights, each by the
            difference of target and step. The classic perceptron has no hidden layer, `init="zero"`,
            `optimizer="sgd"`, `learning_rate=1`, `batch_size=1`.
        optimizer: adam, adamw, momentum, sgd.
        schedule: Of the learning rate: constant; cosine, down to nothing; step, a tenth of it after half of the
            updates and a hundredth after three quarters; plateau, a fifth after 5 epochs without a lower loss (of the
            validation rows, else of the training rows).
        batch_size: Rows in an update, `full` (one update an epoch), or `auto`: up to 200 rows full and in float64,
            else 32 in float32.
        epochs: Times that every row is seen.
        early_stopping: Ends when the validation loss no longer improves, and goes back to the best weights. Without
            `validation` in `fit`, a tenth of the rows is held out for it.
        patience: Epochs without a better validation loss before it ends.
        dropout: Share of each hidden layer's nodes that an update leaves out.
        weight_decay: Added to the gradient in proportion to the weights (adamw: taken off them); never to biases.
        label_smoothing: Share of each training target that is spread evenly over the classes.
        class_weight: None, `balanced`, or a mapping from class to weight.
        random_state: Seed of this model's own stream (initial weights, order of rows, dropout).
        device: `auto` is the CPU, where small networks are fastest; else `cuda`, `mps`, ...

    Attributes:
        classes_: The labels, sorted; columns of `predict_proba`.
        history_: One `EpochRecord` an epoch: loss and accuracy, of the training rows as they were learned from, and
            of the validation rows after the epoch.
        n_updates_: How often the weights were changed.
    """

    _costs = CLASSIFICATION_COSTS

    classes_: NDArray[Any]

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128),
        activation: str = "relu",
        init: str = "torch",
        cost: str | None = None,
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        schedule: str = "constant",
        batch_size: BatchSize = "auto",
        epochs: int = 100,
        early_stopping: bool = False,
        patience: int = 10,
        dropout: float = 0.0,
        weight_decay: float = 0.0,
        label_smoothing: float = 0.0,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        random_state: Any = None,
        device: str = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.init = init
        self.cost = cost
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.patience = patience
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.random_state = random_state
        self.device = device

    @property
    def output_(self) -> str:
        """What the last layer ends in: softmax, or sigmoid for the costs that ask of each class alone."""
        return "sigmoid" if self._cost() in ("binary-cross-entropy", "perceptron") else "softmax"

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        validation: Validation | None = None,
        listener: Listener = SILENT,
    ) -> Self:
        """Trains on X, shape (rows, features), and labels y.

        Args:
            sample_weight: How much each row counts.
            validation: Rows (X, y) that are only measured, and may end the training early.
            listener: Is told of the epochs.

        Raises:
            ValueError: The data or an option is not usable.
            CannotFindOut: The training diverged.
        """
        self._train(self.job(X, y, sample_weight, validation), listener)
        return self

    def job(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        validation: Validation | None = None,
    ) -> Job:
        """Checks options and data as `fit` does, and says what is to be trained; sets `classes_`."""
        check_options(self, self._costs)
        features, labels = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        weights = self._weights(features, sample_weight)
        if self.class_weight is not None:
            of_class = compute_sample_weight(self.class_weight, labels)
            weights = of_class if weights is None else weights * of_class
        part = Part(features=features, targets=self._targets(codes), weights=weights, strata=codes)
        held = None
        if validation is not None:
            held_X, held_y = validate_data(self, *validation, reset=False, dtype=[np.float64, np.float32])
            if not np.isin(held_y, self.classes_).all():
                raise UsageError("the validation rows have a class that no training row has", "leave these rows out")
            held = Part(features=held_X, targets=self._targets(np.searchsorted(self.classes_, held_y)))
        return self._job(part, self.output_, held)

    def _targets(self, codes: NDArray[np.intp]) -> NDArray[np.float64]:
        units = output_units(self.output_, len(self.classes_))
        if units == 1:
            return (codes == len(self.classes_) - 1).astype(np.float64)[:, None]  # type: ignore[no-any-return]
        return np.eye(units)[codes]

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), columns as `classes_`; each row sums to one."""
        return probabilities(self._sums(X), self.output_, len(self.classes_))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of each row."""
        z = self._sums(X)
        if z.shape[1] > 1:  # far from 0 a sigmoid is 1 for several classes, and their sums still differ
            return self.classes_[z.argmax(axis=1)]  # type: ignore[no-any-return]
        best = probabilities(z, self.output_, len(self.classes_)).argmax(axis=1)
        return self.classes_[best]  # type: ignore[no-any-return]


class MLPRegressor(RegressorMixin, Network):  # type: ignore[misc]
    """A multi-layer perceptron for numbers, trained by PyTorch; the target is centred and scaled inside.

    Arguments as of `MLPClassifier`, without `class_weight`; `cost` is mse (None means this) or rmse. No hidden
    layer makes a linear regression.

    Attributes:
        history_: As of `MLPClassifier`, with the loss of the scaled target, and R2.
        n_updates_: How often the weights were changed.
        target_mean_: What was taken off the target before training.
        target_scale_: By what it was divided.
    """

    _costs = REGRESSION_COSTS
    output_ = "identity"
    label_smoothing = 0.0  # there are no labels

    target_mean_: float
    target_scale_: float

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128),
        activation: str = "relu",
        init: str = "torch",
        cost: str | None = None,
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        schedule: str = "constant",
        batch_size: BatchSize = "auto",
        epochs: int = 100,
        early_stopping: bool = False,
        patience: int = 10,
        dropout: float = 0.0,
        weight_decay: float = 0.0,
        random_state: Any = None,
        device: str = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.init = init
        self.cost = cost
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.patience = patience
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.random_state = random_state
        self.device = device

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        validation: Validation | None = None,
        listener: Listener = SILENT,
    ) -> Self:
        """Trains on X, shape (rows, features), and numbers y; arguments and errors as of `MLPClassifier.fit`."""
        self._train(self.job(X, y, sample_weight, validation), listener)
        return self

    def job(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        validation: Validation | None = None,
    ) -> Job:
        """Checks options and data as `fit` does, and says what is to be trained; sets the scaling of the target."""
        check_options(self, self._costs)
        features, numbers = validate_data(self, X, y, dtype=[np.float64, np.float32], y_numeric=True)
        numbers = numbers.astype(np.float64)
        weights = self._weights(features, sample_weight)
        mean, spread = mean_and_spread(numbers, weights)
        self.target_mean_, self.target_scale_ = float(mean), float(spread)
        held = None
        if validation is not None:
            held_X, held_y = validate_data(
                self, *validation, reset=False, dtype=[np.float64, np.float32], y_numeric=True
            )
            held = Part(features=held_X, targets=self._targets(held_y))
        part = Part(features=features, targets=self._targets(numbers), weights=weights)
        return self._job(part, self.output_, held)

    def _targets(self, numbers: NDArray[Any]) -> NDArray[np.float64]:
        return ((np.asarray(numbers, np.float64) - self.target_mean_) / self.target_scale_)[:, None]

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """The number of each row, shape (rows,), in the target's own unit."""
        z = self._sums(X)[:, 0].astype(np.float64)
        return z * self.target_scale_ + self.target_mean_
