"""What the estimators share: from checked arrays to a trained network. Its options are scikit-learn parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, check_random_state, validate_data

from modelpick.data.candidate import EpochRecord
from modelpick.data.forward import sums
from modelpick.errors import UsageError
from modelpick.models.memory import check_memory
from modelpick.models.mlp import MLP
from modelpick.models.options import hidden_sizes
from modelpick.models.summary import updates_line
from modelpick.models.training import Rows, Settings, train
from modelpick.progress import Listener

_FEW_ROWS = 200
_HELD_OUT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows as checked arrays: features, targets as the cost takes them, weights, and which rows are alike."""

    features: NDArray[Any]
    targets: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None
    strata: NDArray[np.intp]

    @property
    def counted(self) -> int:
        """Rows that count anything."""
        return len(self.features) if self.weights is None else int((self.weights > 0).sum())

    def take(self, index: NDArray[np.intp]) -> Part:
        """The rows at `index`."""
        weights = None if self.weights is None else self.weights[index]
        return Part(
            features=self.features[index],
            targets=self.targets[index],
            weights=weights,
            strata=self.strata[index],
        )

    def on(self, net: MLP) -> Rows:
        """These rows as tensors of the network's dtype, on its device."""
        like = next(net.parameters())

        def tensor(array: NDArray[Any]) -> torch.Tensor:
            writable = array if array.flags.writeable else array.copy()  # torch warns of the others
            return torch.as_tensor(writable).to(like.device, like.dtype)

        weights = None if self.weights is None else tensor(self.weights)
        return Rows(features=tensor(self.features), targets=tensor(self.targets), weights=weights)


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
    random_state: Any
    device: str

    history_: tuple[EpochRecord, ...]
    n_updates_: int
    n_features_in_: int

    def _train(self, part: Part, output: str, validation: Part | None, listener: Listener) -> None:
        """Makes the network and trains it; sets the fitted attributes."""
        device = usable_device(self.device)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        few = self.batch_size == "auto" and part.counted <= _FEW_ROWS
        exact = few and device.type == "cpu"  # where float64 costs next to nothing
        rows = len(part.features)
        sizes = (part.features.shape[1], *hidden_sizes(self.hidden_layer_sizes), part.targets.shape[1])
        check_memory(sizes, rows, self._rows_per_batch(rows, few), 8 if exact else 4)
        net = MLP(
            sizes,
            activation=self.activation,
            output=output,
            init=self.init,
            generator=torch.Generator().manual_seed(seed),
            dropout=self.dropout,
            dtype=torch.float64 if exact else torch.float32,
        )
        net.to(device)
        if self.early_stopping and validation is None:
            part, validation = _hold_out(part, np.random.RandomState(seed))
        rows = len(part.features)
        batch_size = self._rows_per_batch(rows, few)
        held = None if validation is None else validation.on(net)
        trained = train(net, part.on(net), self._settings(batch_size), held, listener)
        self.net_ = net.to("cpu").eval()
        self.history_ = trained.history
        self.n_updates_ = trained.updates
        self._trained = updates_line(rows, batch_size, self.epochs)
        if len(trained.history) < self.epochs:
            self._trained += (
                f"; stopped early after epoch {len(trained.history)} ({trained.updates:,} updates), "
                f"weights of epoch {trained.epoch}"
            )

    def _rows_per_batch(self, rows: int, few: bool) -> int:
        if self.batch_size == "full" or few:
            return rows
        return 32 if self.batch_size == "auto" else min(int(self.batch_size), rows)

    def _settings(self, batch_size: int) -> Settings:
        return Settings(
            cost=self._cost(),
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            schedule=self.schedule,
            batch_size=batch_size,
            epochs=self.epochs,
            early_stopping=self.early_stopping,
            patience=self.patience,
            weight_decay=self.weight_decay,
        )

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
        tensors = self.tensors_
        features = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        return sums(tensors, self.activation, features.astype(tensors["layers.0.weight"].dtype))

    @property
    def tensors_(self) -> dict[str, NDArray[Any]]:
        """The weights by name: `layers.<i>.weight` of shape (out, in) and `layers.<i>.bias`; copies."""
        check_is_fitted(self)
        return {name: tensor.numpy().copy() for name, tensor in self.net_.state_dict().items()}

    def summary(self) -> str:
        """The layers with weights A x B and biases B, and the count of updates."""
        check_is_fitted(self)
        return f"{self.net_.summary()}\n{self._trained}"

    @property
    def trained_(self) -> str:
        """The count of updates in words: `8 batches x 50 epochs = 400 updates`."""
        check_is_fitted(self)
        return self._trained


def usable_device(name: str) -> torch.device:
    """The device of that name, `auto` being the CPU; UsageError where this machine or this torch has none."""
    try:
        device = torch.device("cpu" if name == "auto" else name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:  # torch says in all three ways that it has none
        reason = str(error).strip().split("\n", 1)[0]
        raise UsageError(f"device {name!r} cannot be used: {reason}", "`cpu` always can") from error
    return device


def _hold_out(part: Part, rng: np.random.RandomState) -> tuple[Part, Part | None]:
    """Keeps most rows and holds a tenth out, in proportion to the strata; a stratum never loses its last row."""
    out: list[NDArray[np.intp]] = []
    for stratum in np.unique(part.strata):
        members = rng.permutation(np.flatnonzero(part.strata == stratum))
        out.append(members[: min(round(_HELD_OUT * len(members)), len(members) - 1)])
    held = np.sort(np.concatenate(out))
    if not len(held):
        return part, None
    return part.take(np.setdiff1d(np.arange(len(part.strata)), held)), part.take(held)
