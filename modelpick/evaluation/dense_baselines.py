"""Baselines that are dense networks in disguise (a linear model has no hidden layer), and are saved as such."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor

from modelpick.data.candidate import EpochRecord, FitJob, Preprocessing, SavedForm
from modelpick.data.dataset import Task
from modelpick.data.forward import probabilities, sums
from modelpick.data.preprocessing_kinds import sparse_features
from modelpick.data.table import Table
from modelpick.errors import CannotFindOut

SKLEARN_ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic", "identity": "identity"}
SKLEARN_SOLVERS = {"adam": ("adam", 0.0), "sgd": ("sgd", 0.0), "momentum": ("sgd", 0.9)}
_TEXT_C = 10.0
_INTERRUPTED = "Training interrupted by user"

Prepare = Callable[[FitJob], tuple[Preprocessing, Any]]
"""Learns a preprocessing from the training rows of a job, and gives their features too. It is pickled where a fit runs
in another process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkShape:
    """The options of the from-scratch network that scikit-learn's has too, by the names of `MLPClassifier`."""

    hidden_layer_sizes: tuple[int, ...]
    activation: str
    learning_rate: float
    batch_size: int | Literal["auto", "full"]
    epochs: int
    optimizer: str = "adam"


class _Baseline(ABC):
    """Preprocessing and a dense network as plain arrays; a child learns the arrays."""

    def __init__(self, task: Task, target_name: str, prepare: Prepare, seed: int = 0) -> None:
        self.task: Task = task
        self.target_name = target_name
        self.prepare = prepare
        self.seed = seed
        self._form: SavedForm | None = None

    @abstractmethod
    def _learn(self, features: NDArray[np.float64], y: NDArray[Any]) -> Network:
        """The network learned from features, shape (rows, features), and targets."""

    @abstractmethod
    def summary(self) -> str:
        """What it is, in a line."""

    def _features(self, preprocessing: Preprocessing, X: Any) -> Any:
        """Of raw rows, shape (rows, features)."""
        return preprocessing.transform(X)

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Learns preprocessing and model from the training rows; the validation rows are not used."""
        return self.fit_job(FitJob(seed=self.seed, X=X, y=y))

    def fit_job(self, job: FitJob) -> Self:
        """As `fit`, with what the job says of the order and the groups of its rows."""
        preprocessing, features = self.prepare(job)
        network = self._learn(features, job.y)
        config: dict[str, Any] = {
            "task": self.task,
            "classes": list(network.classes),
            "target_name": self.target_name,
            "columns": [[column.name, column.kind] for column in job.X.columns] if isinstance(job.X, Table) else [],
            "hidden_layer_sizes": [len(bias) for _, bias in network.layers[:-1]],
            "activation": network.activation,
            "output": network.output,
        }
        if self.task == "regression":
            config |= {"target_mean": network.target_mean, "target_scale": network.target_scale}
        tensors = {}
        for i, (weight, bias) in enumerate(network.layers):
            tensors[f"layers.{i}.weight"] = np.ascontiguousarray(weight, dtype=np.float64)
            tensors[f"layers.{i}.bias"] = np.ascontiguousarray(bias, dtype=np.float64)
        if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
            raise CannotFindOut("the training diverged", "take a smaller `--lr`", kind="data")
        self._form = SavedForm(architecture="mlp", config=config, tensors=tensors, preprocessing=preprocessing)
        return self

    @property
    def _fitted(self) -> SavedForm:
        if self._form is None:
            raise RuntimeError("the candidate is not fitted yet: call fit first")
        return self._form

    @property
    def classes_(self) -> tuple[str, ...]:
        """Class names in the order of `predict_proba`'s columns; empty for regression."""
        return tuple(self._fitted.config["classes"])

    @property
    def parameters(self) -> int | None:
        """Weights and biases."""
        return sum(tensor.size for tensor in self._fitted.tensors.values())

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Empty: scikit-learn does not tell scores by epoch."""
        return ()

    def saved_form(self) -> SavedForm:
        """Its weights, preprocessing and config."""
        return self._fitted

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one."""
        return probabilities(self._sums(X), self._fitted.config["output"], len(self.classes_))

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str) or numbers (float64), shape (rows,)."""
        if self.task == "classification":
            names: NDArray[Any] = np.array(self.classes_, dtype=object)
            best = self.predict_proba(X).argmax(axis=1)
            return names[best]  # type: ignore[no-any-return]
        mean, scale = float(self._fitted.config["target_mean"]), float(self._fitted.config["target_scale"])
        return self._sums(X)[:, 0] * scale + mean

    def _sums(self, X: Any) -> NDArray[np.float64]:
        form = self._fitted
        return sums(form.tensors, form.config["activation"], self._features(form.preprocessing, X))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A dense network: (weight (out, in), bias (out,)) of each layer, and how to read its output."""

    layers: Sequence[tuple[NDArray[Any], NDArray[Any]]]
    output: Literal["softmax", "sigmoid", "identity"]
    classes: tuple[str, ...] = ()
    activation: str = "identity"
    target_mean: float = 0.0
    target_scale: float = 1.0


class Dummy(_Baseline):
    """Answers without looking: the shares of the classes, or the mean."""

    def _learn(self, features: NDArray[np.float64], y: NDArray[Any]) -> Network:
        if self.task == "regression":
            zeros = np.zeros((1, features.shape[1]))
            return Network(layers=[(zeros, np.zeros(1))], output="identity", target_mean=float(y.mean()))
        classes, counts = np.unique(y.astype(str), return_counts=True)
        zeros = np.zeros((len(classes), features.shape[1]))
        bias = np.log(counts / counts.sum())
        return Network(layers=[(zeros, bias)], output="softmax", classes=tuple(map(str, classes)))

    @property
    def parameters(self) -> int | None:
        """One bias for each class, or the mean; its weights are zeros that were never learned."""
        return max(1, len(self.classes_))

    def summary(self) -> str:
        """What it answers."""
        return "the mean of the training rows" if self.task == "regression" else "the shares of the training classes"


class Linear(_Baseline):
    """scikit-learn's LogisticRegression, or Ridge, with their defaults.

    Only for texts, whose features are small (each row's squares sum to one), C is 10 and not 1.
    """

    def _features(self, preprocessing: Preprocessing, X: Any) -> Any:
        return sparse_features(preprocessing, X)

    def _learn(self, features: Any, y: NDArray[Any]) -> Network:
        sparse = not isinstance(features, np.ndarray)
        if sparse:
            features = features.astype(np.float64)
        if self.task == "regression":
            ridge = Ridge().fit(features, y)
            return Network(layers=[(ridge.coef_.reshape(1, -1), np.reshape(ridge.intercept_, 1))], output="identity")
        model = LogisticRegression(C=_TEXT_C if sparse else 1.0, max_iter=1000).fit(features, y.astype(str))
        return Network(
            layers=[(model.coef_, model.intercept_)],
            output="sigmoid" if len(model.coef_) == 1 else "softmax",
            classes=tuple(map(str, model.classes_)),
        )

    def summary(self) -> str:
        """Which model it is."""
        return "ridge regression" if self.task == "regression" else "logistic regression"


class SklearnMLP(_Baseline):
    """scikit-learn's network of the same shape. It may end before all epochs, when its loss no longer falls."""

    def __init__(self, task: Task, target_name: str, prepare: Prepare, shape: NetworkShape, seed: int = 0) -> None:
        super().__init__(task, target_name, prepare, seed)
        self.shape = shape

    def _learn(self, features: NDArray[np.float64], y: NDArray[Any]) -> Network:
        shape = self.shape
        solver, momentum = SKLEARN_SOLVERS[shape.optimizer]
        kind = MLPRegressor if self.task == "regression" else MLPClassifier
        model = kind(
            hidden_layer_sizes=shape.hidden_layer_sizes,
            activation=SKLEARN_ACTIVATIONS[shape.activation],
            solver=solver,
            momentum=momentum,
            nesterovs_momentum=False,
            learning_rate_init=shape.learning_rate,
            batch_size=self._batch(len(features)),
            max_iter=shape.epochs,
            random_state=self.seed,
        )
        mean, scale = 0.0, 1.0
        if self.task == "regression":
            mean, scale = float(y.mean()), float(y.std()) or 1.0
            targets = (y - mean) / scale
        else:
            targets = y.astype(str)
        with warnings.catch_warnings():
            # scikit-learn's network takes Ctrl-C for itself, warns, and passes half a training off as a whole one.
            warnings.filterwarnings("error", _INTERRUPTED, UserWarning)
            try:
                model.fit(features, targets)
            except UserWarning as warning:
                if str(warning).startswith(_INTERRUPTED):
                    raise KeyboardInterrupt from None
                raise
        outputs: dict[str, Literal["softmax", "sigmoid", "identity"]] = {
            "softmax": "softmax",
            "logistic": "sigmoid",
            "identity": "identity",
        }
        return Network(
            layers=[(weight.T, bias) for weight, bias in zip(model.coefs_, model.intercepts_, strict=True)],
            output=outputs[model.out_activation_],
            classes=() if self.task == "regression" else tuple(map(str, model.classes_)),
            activation=shape.activation,
            target_mean=mean,
            target_scale=scale,
        )

    def _batch(self, rows: int) -> int:
        size = self.shape.batch_size
        if size == "auto":
            return rows if rows <= 200 else 32
        return rows if size == "full" else min(int(size), rows)

    def summary(self) -> str:
        """Its layers."""
        sizes = ", ".join(map(str, self.shape.hidden_layer_sizes)) or "none"
        return f"scikit-learn's multi-layer perceptron, hidden layers {sizes}"
