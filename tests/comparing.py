"""A quick comparison for tests: shares 8:1:1, once for each seed, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Entry
from modelpick.data.dataset import Dataset
from modelpick.data.plan import plan
from modelpick.data.plan_rule import SplitOptions
from modelpick.evaluation.metrics import main_metric
from modelpick.evaluation.protocol import Evaluation, run


def compare(
    dataset: Dataset,
    entries: Sequence[Entry],
    seeds: Sequence[int] = (0, 1),
    *,
    metric: str | None = None,
    known_rows: NDArray[np.bool_] | None = None,
    **options: Any,
) -> Evaluation:
    """`run` on the plan `--split 8:1:1 --repeats len(seeds) --seed seeds[0]`."""
    asked = SplitOptions(ratio=(8, 1, 1), repeats=len(seeds), seed=seeds[0])
    planned = plan(dataset, asked, known=known_rows)
    return run(dataset, entries, planned, metric=main_metric(dataset.task, metric), **{"jobs": 1, **options})
