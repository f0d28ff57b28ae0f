"""The rows that a candidate gets wrong and is most sure about: what a person looks at first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.cells import cell_text, typed_text
from modelpick.data.dataset import Dataset
from modelpick.data.table import Table
from modelpick.data.texts import Texts
from modelpick.evaluation.tested import OTHER, Tested

MOST_VALUES = 30
_MOST_CHARACTERS = 200
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One row that was answered wrongly, or a number far off.

    Attributes:
        place: Where the row stands: its number in the file from 1, or its file.
        tested, wrong: How often it was tested, and how often answered wrongly (0 of numbers).
        answer: The commonest wrong one, or the mean number.
        sure: Mean probability of that answer, and `true_share` of the truth; None where it gives none.
        error: Answer minus truth, of numbers.
        values: Column -> cell of the row; of a text the text itself.
    """

    place: str
    truth: str
    answer: str
    tested: int
    wrong: int
    sure: float | None
    true_share: float | None
    error: float | None
    values: dict[str, str]


def mistakes(dataset: Dataset, given: Tested, most: int = 10) -> list[Mistake]:
    """The worst first: classes by how little of their probability the truth got, numbers by their error.

    Of classes a row counts as a mistake where most of its answers are wrong.
    """
    rows, place, times = np.unique(given.rows, return_inverse=True, return_counts=True)
    if given.task == "regression":
        errors = np.bincount(place, weights=given.answers - given.truth) / times
        worst = np.argsort(-np.abs(errors), kind="stable")[:most]
        return [_number(dataset, given, int(rows[i]), np.flatnonzero(place == i), float(errors[i])) for i in worst]
    wrong = np.bincount(place, weights=given.answers != given.truth) / times
    shares = -wrong
    if given.probabilities is not None:
        of_truth = given.probabilities[np.arange(len(given)), given.truth]
        shares = np.bincount(place, weights=of_truth) / times
    mistaken = np.flatnonzero(wrong > _MOSTLY)
    worst = mistaken[np.argsort(shares[mistaken], kind="stable")][:most]
    return [_class(dataset, given, int(rows[i]), np.flatnonzero(place == i)) for i in worst]


def count_mistakes(given: Tested) -> tuple[int, int]:
    """How many of the rows most of their answers got wrong, and how many rows there are."""
    rows, place, times = np.unique(given.rows, return_inverse=True, return_counts=True)
    wrong = np.bincount(place, weights=given.answers != given.truth) / times
    return int((wrong > _MOSTLY).sum()), len(rows)


def _class(dataset: Dataset, given: Tested, row: int, group: NDArray[np.intp]) -> Mistake:
    truth = int(given.truth[group[0]])
    wrong = [int(code) for code in given.answers[group] if code != truth]
    answer = Counter(wrong).most_common(1)[0][0]
    shares = None if given.probabilities is None else given.probabilities[group].mean(axis=0)
    return Mistake(
        place=row_place(dataset, row),
        truth=given.classes[truth],
        answer="another class" if answer == OTHER else given.classes[answer],
        tested=len(group),
        wrong=len(wrong),
        sure=None if shares is None or answer == OTHER else float(shares[answer]),
        true_share=None if shares is None else float(shares[truth]),
        error=None,
        values=row_values(dataset, row),
    )


def _number(dataset: Dataset, given: Tested, row: int, group: NDArray[np.intp], error: float) -> Mistake:
    truth = float(given.truth[group[0]])
    return Mistake(
        place=row_place(dataset, row),
        truth=cell_text(truth),
        answer=cell_text(float(f"{truth + error:.6g}")),
        tested=len(group),
        wrong=0,
        sure=None,
        true_share=None,
        error=error,
        values=row_values(dataset, row),
    )


def row_place(dataset: Dataset, row: int) -> str:
    """Where a row of the dataset stands: its number in the file, counted from 1, or the name of its own file."""
    if not isinstance(dataset.features, Table | Texts):
        return str(dataset.features.take([row]).paths[0])
    numbers = dataset.row_numbers
    if numbers is None or len(numbers) != dataset.rows:
        return str(row + 1)
    in_test = dataset.test_rows is not None and bool(dataset.test_rows[row])
    return f"{numbers[row]} of the test file" if in_test else str(numbers[row])


def row_values(dataset: Dataset, row: int) -> dict[str, str]:
    """The cells of a row by their columns, the first ones; nothing of an image or a sound."""
    features: Any = dataset.features
    if isinstance(features, Table):
        cells = features.take([row]).columns[:MOST_VALUES]
        return {column.name: _cut(typed_text(column.values[0], column.kind)) for column in cells}
    if isinstance(features, Texts):
        return {features.name: _cut(features.values[row])}
    return {}


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 3] + "..."
