"""What a network must beat: the commonest answer, and what scikit-learn offers, as rows of the comparison."""

from __future__ import annotations

from functools import partial
from typing import Any

from numpy.typing import NDArray

from modelpick.data.candidate import Entry, FitJob, Preprocessing
from modelpick.data.dataset import Dataset
from modelpick.data.preprocessing_kinds import learn
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.evaluation.dense_baselines import (
    SKLEARN_ACTIVATIONS,
    SKLEARN_SOLVERS,
    Dummy,
    Linear,
    NetworkShape,
    SklearnMLP,
)
from modelpick.evaluation.sklearn_baselines import Neighbours, Perceptron, Trees

MOST_ROWS = {"knn": 20_000, "sklearn-mlp": 5_000}
"""Rows above which a baseline takes so long that it must be asked for."""


def prepare_rows(job: FitJob, options: PreprocessingOptions | None = None) -> tuple[Preprocessing, NDArray[Any]]:
    """The preprocessing of rows of this kind, learned from them, and their features."""
    return learn(job.X, job.y, options, groups=job.groups, times=job.times)


def prepare_wide(job: FitJob, options: PreprocessingOptions | None = None) -> tuple[Preprocessing, Any]:
    """The same for a model that takes sparse features: texts keep more of their terms."""
    return learn(job.X, job.y, options, sparse=True, groups=job.groups, times=job.times)


def entries(dataset: Dataset, shape: NetworkShape, options: PreprocessingOptions | None = None) -> tuple[Entry, ...]:
    """The baselines for a dataset, from the simplest on; what scikit-learn does not know is left out.

    Args:
        shape: Of the network beside them, which `sklearn-mlp` copies where it knows activation and optimiser.
        options: Of the preprocessing of all of them; None: the usual ones.
    """
    about = (dataset.task, dataset.target_name, partial(prepare_rows, options=options))
    wide = (dataset.task, dataset.target_name, partial(prepare_wide, options=options))
    row = partial(Entry, torch=False)
    made = [
        row(name="dummy", kind="dummy", make=partial(Dummy, *about)),
        row(name="linear", kind="linear", make=partial(Linear, *wide)),
    ]
    if dataset.task == "classification":
        perceptron = partial(Perceptron, *about)
        made.append(row(name="perceptron", kind="linear", make=perceptron, probabilities=False))
    made.append(row(name="knn", kind="neighbours", make=partial(Neighbours, *about)))
    made.append(row(name="trees", kind="trees", make=partial(Trees, *about)))
    if shape.activation in SKLEARN_ACTIVATIONS and shape.optimizer in SKLEARN_SOLVERS:
        made.append(row(name="sklearn-mlp", kind="mlp", make=partial(SklearnMLP, *about, shape)))
    return tuple(made)
