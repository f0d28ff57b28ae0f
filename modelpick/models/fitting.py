"""What the estimators share: from checked arrays to a trained network. Its options are scikit-learn parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, check_random_state, validate_data

from modelpick.data.candidate import EpochRecord
from modelpick.data.forward import sums
from modelpick.errors import UsageError
from modelpick.models.batched.job import Job, NetOptions, Trained
from modelpick.models.batched.train import train_many
from modelpick.models.devices import usable_device
from modelpick.models.memory import check_memory
from modelpick.models.mlp import MLP
from modelpick.models.options import hidden_sizes
from modelpick.models.summary import layers_table, updates_line
from modelpick.progress import SILENT, Listener

_FEW_ROWS = 200
HELD_OUT = 0.1
"""Share of the training rows that is held out to stop early, where no other rows are given for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows as checked arrays: features, targets as the cost takes them, weights, and which rows are alike."""

    features: NDArray[Any]
    targets: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None
    strata: NDArray[np.intp] | None = None


class Network(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """What both estimators do alike. The constructor only stores; all checks are made by `fit`."""

    _costs: ClassVar[tuple[str, ...]]

    hidden_layer_sizes: int | Sequence[int]
    activation: str
    init: str
    cost: str | None
    optimizer: str
    learning_rate: float
    schedule: str
    batch_size: int | str
    epochs: int
    early_stopping: bool
    patience: int
    dropout: float
    weight_decay: float
    label_smoothing: float
    random_state: Any
    device: str

    history_: tuple[EpochRecord, ...]
    n_updates_: int
    n_features_in_: int

    @property
    def output_(self) -> str:
        """What the last layer ends in: softmax, sigmoid or identity."""
        raise NotImplementedError

    def job(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> Job:
        """Checks options and data as `fit` does, and says what is to be trained; `take` makes use of the result."""
        raise NotImplementedError

    def _job(self, part: Part, output: str, held: Part | None) -> Job:
        """The training of these rows, with the rows held out for early stopping."""
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        counted = np.arange(len(part.features))
        if part.weights is not None:
            counted = np.flatnonzero(part.weights > 0)
            if not len(counted):
                raise UsageError("no row counts anything: all sample weights are 0", "give some rows a weight")
        few = self.batch_size == "auto" and len(counted) <= _FEW_ROWS
        exact = few and usable_device(self.device).type == "cpu"  # where float64 costs next to nothing
        rows, held_rows = counted, None
        features, targets, weights = part.features, part.targets, part.weights
        if held is not None:
            held_rows = np.arange(len(features), len(features) + len(held.features))
            features = np.concatenate([features, held.features])
            targets = np.concatenate([targets, held.targets])
            weights = None if weights is None else np.concatenate([weights, np.ones(len(held.features))])
        elif self.early_stopping:
            rows, held_rows = _hold_out(counted, part.strata, np.random.RandomState(seed))
        dtype: Precision = "float64" if exact else "float32"
        _check_range(features, dtype)
        batch_size = self._rows_per_batch(few)
        options = NetOptions(
            hidden=hidden_sizes(self.hidden_layer_sizes),
            activation=self.activation,
            output=output,
            init=self.init,
            cost=self._cost(),
            optimizer=self.optimizer,
            learning_rate=float(self.learning_rate),
            schedule=self.schedule,
            batch_size=batch_size,
            epochs=int(self.epochs),
            early_stopping=bool(self.early_stopping),
            patience=int(self.patience),
            dropout=float(self.dropout),
            weight_decay=float(self.weight_decay),
            label_smoothing=float(self.label_smoothing),
            dtype=dtype,
        )
        job = Job(
            features=features,
            rows=rows,
            targets=targets,
            weights=weights,
            validation_rows=held_rows,
            seed=seed,
            options=options,
        )
        check_memory(job.sizes, len(rows), batch_size or len(rows), 8 if exact else 4)
        return job

    def _train(self, job: Job, listener: Listener) -> None:
        device = usable_device(self.device)
        self.take(job, train_many([job], device=str(device), listener=listener)[0])

    def take(self, job: Job, trained: Trained) -> None:
        """Becomes the network that came of the estimator's job: sets the fitted attributes."""
        options, rows = job.options, len(job.training_rows)
        self._tensors = dict(trained.tensors)
        self.history_ = trained.history
        self.n_updates_ = trained.updates
        batch_size = rows if options.batch_size is None else min(options.batch_size, rows)
        self._trained = updates_line(rows, batch_size, options.epochs)
        if len(trained.history) < options.epochs:
            self._trained += (
                f"; stopped early after epoch {len(trained.history)} ({trained.updates:,} updates), "
                f"weights of epoch {trained.epoch}"
            )

    def _rows_per_batch(self, few: bool) -> int | None:
        if self.batch_size == "full" or few:
            return None
        return 32 if self.batch_size == "auto" else int(self.batch_size)

    def _cost(self) -> str:
        return self._costs[0] if self.cost is None else self.cost

    def _weights(self, X: NDArray[Any], sample_weight: ArrayLike | None) -> NDArray[np.float64] | None:
        if sample_weight is None:
            return None
        checked: NDArray[np.float64] = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        return checked

    def _sums(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        features = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        dtype = self._tensors["layers.0.weight"].dtype
        _check_range(features, dtype)
        return sums(self._tensors, self.activation, features.astype(dtype))

    @property
    def tensors_(self) -> dict[str, NDArray[Any]]:
        """The weights by name: `layers.<i>.weight` of shape (out, in) and `layers.<i>.bias`; copies."""
        check_is_fitted(self)
        return {name: tensor.copy() for name, tensor in self._tensors.items()}

    @property
    def sizes_(self) -> tuple[int, ...]:
        """Features, hidden layers, outputs."""
        check_is_fitted(self)
        biases = (len(tensor) for name, tensor in self._tensors.items() if name.endswith("bias"))
        return (self.n_features_in_, *biases)

    @property
    def net_(self) -> MLP:
        """The network as a module of torch, in a copy."""
        check_is_fitted(self)
        tensors = {name: torch.from_numpy(tensor.copy()) for name, tensor in self._tensors.items()}
        net = MLP(
            self.sizes_,
            activation=self.activation,
            output=self.output_,
            init="zero",
            generator=torch.Generator(),
            dropout=self.dropout,
            dtype=tensors["layers.0.weight"].dtype,
        )
        net.load_state_dict(tensors)
        return net.eval()

    def summary(self) -> str:
        """The layers with weights A x B and biases B, and the count of updates."""
        check_is_fitted(self)
        return f"{layers_table(self.sizes_, self.activation, self.output_)}\n{self._trained}"

    @property
    def trained_(self) -> str:
        """The count of updates in words: `8 batches x 50 epochs = 400 updates`."""
        check_is_fitted(self)
        return self._trained


def fit_together(
    networks: Sequence[Network],
    data: Sequence[tuple[ArrayLike, ArrayLike, tuple[ArrayLike, ArrayLike] | None]],
    *,
    threads: int | None = None,
    listener: Listener = SILENT,
) -> None:
    """Fits several estimators at once, each with the result that its own `fit` would have, bit for bit on the CPU.

    Args:
        networks: Unfitted ones of one device.
        data: (X, y, validation) of each, as `fit` takes them.

    Raises:
        ValueError, CannotFindOut: As `fit`.
    """
    jobs = [network.job(X, y, validation=held) for network, (X, y, held) in zip(networks, data, strict=True)]
    if not jobs:
        return
    device = str(usable_device(networks[0].device))
    done = train_many(jobs, device=device, threads=threads, listener=listener)
    for network, job, trained in zip(networks, jobs, done, strict=True):
        network.take(job, trained)


def _hold_out(
    rows: NDArray[np.intp], strata: NDArray[np.intp] | None, rng: np.random.RandomState
) -> tuple[NDArray[np.intp], NDArray[np.intp] | None]:
    """Keeps most rows and holds a tenth out, in proportion to the strata; a stratum never loses its last row."""
    stratum = np.zeros(len(rows), np.intp) if strata is None else strata[rows]
    out: list[NDArray[np.intp]] = []
    for value in np.unique(stratum):
        members = rng.permutation(np.flatnonzero(stratum == value))
        out.append(members[: min(round(HELD_OUT * len(members)), len(members) - 1)])
    held = np.sort(np.concatenate(out))
    if not len(held):
        return rows, None
    return np.delete(rows, held), rows[held]


def _check_range(features: NDArray[Any], dtype: Any) -> None:
    """UsageError where a feature is a number that the network's own dtype cannot hold."""
    most = np.finfo(dtype).max
    if features.size and not (features.max() <= most and features.min() >= -most):
        raise UsageError(f"X has a number that {np.dtype(dtype).name} cannot hold", "centre and scale the features")


Precision = Literal["float32", "float64"]

BatchSize = int | Literal["auto", "full"]
"""Rows in an update: a number, all of them, or by the count of rows."""
