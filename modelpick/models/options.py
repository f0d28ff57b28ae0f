"""The options of the network, checked with words before anything is trained. Knows no torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

from modelpick.errors import UsageError

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "identity")
INITIALISATIONS = ("torch", "glorot", "he", "normal", "uniform", "zero")
COSTS = ("cross-entropy", "binary-cross-entropy", "mse", "rmse", "perceptron")
CLASSIFICATION_COSTS, REGRESSION_COSTS = COSTS, ("mse", "rmse")
OPTIMIZERS = ("adam", "adamw", "momentum", "sgd")
SCHEDULES = ("constant", "cosine", "step", "plateau")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOptions:
    """The options of the network by the names of `MLPClassifier`; the defaults are the course's network for Iris."""

    hidden_layer_sizes: tuple[int, ...] = (128, 128)
    activation: str = "relu"
    init: str = "torch"
    cost: str | None = None
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    batch_size: int | str = 16
    epochs: int = 10
    early_stopping: bool = False
    patience: int = 10
    dropout: float = 0.0
    weight_decay: float = 0.0
    device: str = "auto"


def hidden_sizes(value: Any) -> tuple[int, ...]:
    """Nodes of each hidden layer; a single number is one layer.

    Raises:
        UsageError: Not a sequence of positive whole numbers.
    """
    sizes = (value,) if isinstance(value, Integral) else value
    if isinstance(sizes, str) or not isinstance(sizes, Sequence) or not all(_is_count(size) for size in sizes):
        raise UsageError(
            f"hidden layers are {value!r}, expected positive whole numbers", "such as 128,128; none for no layer"
        )
    return tuple(int(size) for size in sizes)


def check_options(options: Any, costs: Sequence[str] = COSTS) -> None:
    """Checks every option of an estimator, by the attributes that its constructor stored.

    Raises:
        UsageError: (a ValueError) An option has a value that it cannot have; close matches are suggested.
    """
    hidden_sizes(options.hidden_layer_sizes)
    one_of("activation", options.activation, ACTIVATIONS)
    one_of("init", options.init, INITIALISATIONS)
    if options.cost is not None:
        one_of("cost", options.cost, costs)
    one_of("optimizer", options.optimizer, OPTIMIZERS)
    one_of("schedule", getattr(options, "schedule", "constant"), SCHEDULES)
    if options.batch_size not in ("auto", "full"):
        _whole("batch_size", options.batch_size, "or `full`, `auto`")
    _whole("epochs", options.epochs)
    _whole("patience", options.patience)
    _number("learning_rate", options.learning_rate, 0, math.inf, "such as 0.001", open_low=True)
    _number("dropout", options.dropout, 0, 1, "such as 0.2")
    _number("weight_decay", options.weight_decay, 0, math.inf, "such as 0.0001")
    _number("label_smoothing", getattr(options, "label_smoothing", 0.0), 0, 1, "such as 0.1")


def one_of(option: str, value: object, known: Sequence[str]) -> None:
    """Refuses a name that is not among those known.

    Raises:
        UsageError: With the close matches, or all names.
    """
    if value in known:
        return
    close = get_close_matches(str(value), known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"one of: {', '.join(known)}"
    raise UsageError(f"{option} cannot be {value!r}", hint)


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and value is not True and int(value) > 0


def _whole(option: str, value: Any, also: str = "") -> None:
    if not _is_count(value):
        raise UsageError(f"{option} is {value!r}, expected a whole number of 1 or more {also}".rstrip(), "such as 10")


def _number(option: str, value: Any, low: float, high: float, hint: str, open_low: bool = False) -> None:
    number = float(value) if isinstance(value, Real) else math.nan
    if not (math.isfinite(number) and low <= number < high) or (open_low and number == low):
        bounds = f"above {low}" if open_low else f"from {low}"
        below = "" if high == math.inf else f" to below {high}"
        raise UsageError(f"{option} is {value!r}, expected a number {bounds}{below}", hint)
