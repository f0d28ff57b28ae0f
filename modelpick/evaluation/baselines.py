"""What a network must beat: the commonest answer, and what scikit-learn offers, as rows of the comparison."""

from __future__ import annotations

from functools import partial
from typing import Any

from modelpick.data.candidate import Entry, Preprocessing
from modelpick.data.dataset import Dataset
from modelpick.data.preprocessing_kinds import preprocessor_for
from modelpick.evaluation.dense_baselines import (
    SKLEARN_ACTIVATIONS,
    SKLEARN_SOLVERS,
    Dummy,
    Linear,
    NetworkShape,
    Prepare,
    SklearnMLP,
)
from modelpick.evaluation.sklearn_baselines import Neighbours, Perceptron, Trees

MOST_ROWS = {"knn": 20_000, "sklearn-mlp": 5_000}
"""Rows above which a baseline takes so long that it must be asked for."""


def prepare_rows(rows: Any) -> Preprocessing:
    """The preprocessing of rows of this kind, learned from them."""
    return preprocessor_for(rows).fit(rows)


def prepare_wide(rows: Any) -> Preprocessing:
    """The same for a model that takes sparse features: texts keep more of their terms."""
    return preprocessor_for(rows, sparse=True).fit(rows)


def entries(dataset: Dataset, shape: NetworkShape, prepare: Prepare = prepare_rows) -> tuple[Entry, ...]:
    """The baselines for a dataset, from the simplest on; what scikit-learn does not know is left out.

    Args:
        shape: Of the network beside them, which `sklearn-mlp` copies where it knows activation and optimiser.
        prepare: Learns the preprocessing of this kind of rows; it is pickled where a fit runs in another process.
    """
    about = (dataset.task, dataset.target_name, prepare)
    wide = (dataset.task, dataset.target_name, prepare_wide if prepare is prepare_rows else prepare)
    made = [
        Entry(name="dummy", kind="dummy", make=partial(Dummy, *about)),
        Entry(name="linear", kind="linear", make=partial(Linear, *wide)),
    ]
    if dataset.task == "classification":
        perceptron = partial(Perceptron, *about)
        made.append(Entry(name="perceptron", kind="linear", make=perceptron, probabilities=False))
    made.append(Entry(name="knn", kind="neighbours", make=partial(Neighbours, *about)))
    made.append(Entry(name="trees", kind="trees", make=partial(Trees, *about)))
    if shape.activation in SKLEARN_ACTIVATIONS and shape.optimizer in SKLEARN_SOLVERS:
        made.append(Entry(name="sklearn-mlp", kind="mlp", make=partial(SklearnMLP, *about, shape)))
    return tuple(made)
