"""The features of many training sets drawn from one table of numbers: the numbers once, a scaling for each set.

Batched training gathers rows of the one matrix and scales them in place, instead of holding a scaled copy of the table
for each of fifty folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import FitJob
from modelpick.data.features.scaling import fit_scaling
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import Table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedFeatures:
    """The numbers of one table and what each job learned about its own training rows.

    The features of job j are `(X[rows[j]] - means[j]) / scales[j]`, bit for bit those of `preprocessing[j]`.

    Attributes:
        X: Shape (rows of the table, features), float64, not scaled; not to be written to.
        rows: Of each job's training set, in `X`.
        validation_rows: Likewise of its validation set; None where it has none.
        means: Shape (jobs, features): what is taken off (with `minmax` the least value).
        scales: Shape (jobs, features): what it is divided by.
        preprocessing: Fitted, one a job.
    """

    X: NDArray[np.float64]
    rows: tuple[NDArray[np.intp], ...]
    validation_rows: tuple[NDArray[np.intp] | None, ...]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    preprocessing: tuple[TablePreprocessor, ...]


def shared_features(jobs: Sequence[FitJob], options: PreprocessingOptions | None = None) -> SharedFeatures | None:
    """What jobs share whose rows were all taken from one table of finite numbers without gaps; None for any others."""
    options = PreprocessingOptions() if options is None else options
    if options.scaling == "robust" or not jobs or not isinstance(jobs[0].X, Table):
        return None  # `robust` clips too, which is no mean and scale
    source = jobs[0].X.source
    if not source.kinds or any(kind != "number" for _, kind in source.kinds):
        return None
    rows, validation = [], []
    for job in jobs:
        held = None if job.validation is None else job.validation[0]
        tables = (job.X,) if held is None else (job.X, held)
        if not all(isinstance(table, Table) and table.source is source for table in tables) or not len(job.X):
            return None
        rows.append(_places(job.X))
        validation.append(None if held is None else _places(held))
    X = source.numbers()
    if not np.isfinite(X).all():
        return None
    learned = [fit_scaling(X[index], options.scaling) for index in rows]
    return SharedFeatures(
        X=X,
        rows=tuple(rows),
        validation_rows=tuple(validation),
        means=np.array([scaling.centres for scaling in learned]),
        scales=np.array([scaling.scales for scaling in learned]),
        preprocessing=tuple(TablePreprocessor.of_numbers(source.number_names, scaling) for scaling in learned),
    )


def _places(table: Table) -> NDArray[np.intp]:
    return np.arange(table.rows) if table.index is None else table.index
