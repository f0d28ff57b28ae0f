"""A closer look at one candidate: where it errs, how far its probabilities can be trusted, what it looks at."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Candidate
from modelpick.evaluation.importance import MOST_ROWS, Importance, importances
from modelpick.evaluation.mistakes import Mistake, count_mistakes, mistakes
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.evaluation.tested import Bin, Tested, confusion, most_confused, reliability, tested

MOST_CLASSES = 50
"""Classes up to which the whole confusion matrix is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloserLook:
    """What is known of one candidate beyond its scores.

    Attributes:
        name: Of the candidate; its answers are those over the splits, by models that had not seen the rows.
        counts: True class by answered class, the last column for other classes; None for numbers and for very many
            classes.
        confused: (true, answered, how often, answers for that true class), the most frequent first.
        mistaken, rows: Of how many rows most answers were wrong, and of how many in all; 0 for numbers.
        importances: Of the saved model's columns, on `looked_at` untouched rows; empty where there is none.
    """

    name: str
    given: Tested
    counts: NDArray[np.intp] | None
    confused: tuple[tuple[str, str, int, int], ...]
    bins: tuple[Bin, ...]
    mistaken: int
    rows: int
    mistakes: tuple[Mistake, ...]
    importances: tuple[Importance, ...]
    looked_at: int

    def to_dict(self) -> dict[str, Any]:
        """As the member `closer` of `modelpick.eval/1`."""
        classes = [*self.given.classes, *(["another class"] if self.counts is not None else [])]
        return {
            "model": self.name,
            "answers": len(self.given),
            "rows": self.rows,
            "confusion": None if self.counts is None else {"answered": classes, "counts": self.counts.tolist()},
            "most_confused": [
                {"true": true, "answered": answered, "count": count, "of": total}
                for true, answered, count, total in self.confused
            ],
            "calibration": [asdict(found) for found in self.bins],
            "importances": [
                {**asdict(found), "score": None if math.isnan(found.score) else found.score}
                for found in self.importances
            ],
            "importances_rows": self.looked_at,
            "mistaken_rows": self.mistaken,
            "mistakes": [asdict(found) for found in self.mistakes],
        }


def subject(evaluation: Evaluation) -> CandidateResult | None:
    """The candidate to look at: the best that can be saved, for `predict` takes that; else the best."""
    ranked = [result for result in evaluation.ranked if result.answers]
    return next((result for result in ranked if result.form is not None), ranked[0] if ranked else None)


def closer_look(evaluation: Evaluation, model: Candidate | None) -> CloserLook | None:
    """The look at `subject(evaluation)`; None where nothing was tested.

    Args:
        model: Its saved form, ready to answer; it must not have seen the untouched rows.
    """
    result = subject(evaluation)
    given = None if result is None else tested(evaluation, result)
    if result is None or given is None:
        return None
    dataset, plan = evaluation.dataset, evaluation.plan
    classes = dataset.task == "classification"
    found = [] if model is None else importances(dataset, model, plan.test, plan.seeds[0])
    mistaken, rows = count_mistakes(given) if classes else (0, len(np.unique(given.rows)))
    return CloserLook(
        name=result.entry.name,
        given=given,
        counts=confusion(given) if classes and len(given.classes) <= MOST_CLASSES else None,
        confused=tuple(most_confused(given)) if classes else (),
        bins=tuple(reliability(given)),
        mistaken=mistaken,
        rows=rows,
        mistakes=tuple(mistakes(dataset, given)),
        importances=tuple(found),
        looked_at=min(len(plan.test), MOST_ROWS) if found else 0,
    )
