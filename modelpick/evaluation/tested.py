"""What one candidate answered for all rows that tested it, in one piece, and what is counted in that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Task
from modelpick.evaluation.protocol import CandidateResult, Evaluation

OTHER = -1
"""The code of an answer that is none of the data's classes, as a given model may give."""

_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """Answers of a candidate by models that had not seen the rows.

    Attributes:
        rows: Places in the dataset; a row stands there once for each time that it was tested.
        truth, answers: Codes in the order of `classes` (int), or numbers (float64).
        probabilities: Shape (answers, classes); None where it gives none.
    """

    task: Task
    classes: tuple[str, ...]
    rows: NDArray[np.intp]
    truth: NDArray[Any]
    answers: NDArray[Any]
    probabilities: NDArray[np.float32] | None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers of about one confidence: how sure they were on average, and what share of them was right."""

    low: float
    high: float
    answers: int
    sure: float
    right: float


def tested(evaluation: Evaluation, result: CandidateResult) -> Tested | None:
    """The answers over all finished splits; None where there are none."""
    if not result.answers:
        return None
    dataset = evaluation.dataset
    rows = np.concatenate([part.rows for part in result.answers])
    answers = np.concatenate([part.answers for part in result.answers])
    shares = [part.probabilities for part in result.answers if part.probabilities is not None]
    return Tested(
        task=dataset.task,
        classes=dataset.classes,
        rows=rows,
        truth=_coded(dataset.target[rows], dataset.classes),
        answers=_coded(answers, dataset.classes),
        probabilities=np.concatenate(shares) if shares and dataset.task == "classification" else None,
    )


def _coded(values: NDArray[Any], classes: tuple[str, ...]) -> NDArray[Any]:
    if not classes:
        return values.astype(np.float64)
    code = {label: i for i, label in enumerate(classes)}
    return np.array([code.get(str(value), OTHER) for value in values], dtype=np.intp)


def confusion(given: Tested) -> NDArray[np.intp]:
    """How many answers were what, shape (classes, classes + 1): true class by answered class, the last for others."""
    classes = len(given.classes)
    answered = np.where(given.answers == OTHER, classes, given.answers)
    flat = np.bincount(given.truth * (classes + 1) + answered, minlength=classes * (classes + 1))
    return flat.reshape(classes, classes + 1).astype(np.intp)


def most_confused(given: Tested, most: int = 10) -> list[tuple[str, str, int, int]]:
    """(true, answered, how often, answers for that true class), the most frequent first."""
    names, totals = (*given.classes, "another class"), np.bincount(given.truth, minlength=len(given.classes))
    wrong = given.answers != given.truth
    answered = np.where(given.answers == OTHER, len(given.classes), given.answers)
    # No matrix of all classes by all classes: there may be thousands.
    pairs, counts = np.unique(given.truth[wrong] * len(names) + answered[wrong], return_counts=True)
    first = np.argsort(-counts, kind="stable")[:most]
    found = [(*divmod(int(pairs[i]), len(names)), int(counts[i])) for i in first]
    return [(names[true], names[other], count, int(totals[true])) for true, other, count in found]


def reliability(given: Tested) -> list[Bin]:
    """How often answers of a confidence are right, by tenths of the confidence; empty tenths are left out.

    The confidence is the probability of the class that is answered (Guo et al. 2017, ICML); answers with a class that
    the data do not have are left out, for theirs is not kept.
    """
    if given.probabilities is None:
        return []
    known = given.answers != OTHER
    sure = given.probabilities[known].max(axis=1, initial=0).astype(np.float64)
    right = (given.answers == given.truth)[known]
    place = np.minimum((sure * _BINS).astype(np.intp), _BINS - 1)
    return [
        Bin(
            low=i / _BINS,
            high=(i + 1) / _BINS,
            answers=int((place == i).sum()),
            sure=float(sure[place == i].mean()),
            right=float(right[place == i].mean()),
        )
        for i in range(_BINS)
        if (place == i).any()
    ]
