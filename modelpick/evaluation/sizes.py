"""Says when a small model does as well as one hundreds of times its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modelpick.evaluation.comparison import SIMPLEST_FIRST, verdict_on
from modelpick.evaluation.protocol import CandidateResult, Evaluation

MUCH_LARGER = 100
"""How many times its size a model must have for the small one to be worth a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsGood:
    """A small model that is within the interval of a much larger one.

    Attributes:
        small, large: Their names.
        parameters: Of the small one.
        times: How many times as many the large one has.
        better: The small one is clearly better, not only as good.
    """

    small: str
    large: str
    parameters: int
    times: float
    better: bool

    def text(self) -> str:
        """In a sentence."""
        times = float(f"{self.times:.2g}")
        size = f"{self.small} with {self.parameters:,} parameters is"
        if self.better:
            return f"{size} clearly better than {self.large}, a model {times:,.0f} times its size."
        return f"{size} within the interval of {self.large}, a model {times:,.0f} times its size."


def as_good_as_larger(evaluation: Evaluation) -> tuple[AsGood, ...]:
    """For each large model the smallest of the rows trained here that it is not clearly better than.

    A model is large where it has a hundred times as many parameters; models that did not finish, or whose parameters
    say nothing, are left out, and so is `dummy`. The verdict is that of the report: a paired test over the splits.
    """
    counted = [r for r in evaluation.ranked if r.error is None and r.parameters and evaluation.metric.name in r.scores]
    small = sorted((r for r in counted if r.entry.name in SIMPLEST_FIRST[1:]), key=_size)
    found = []
    for large in counted:
        match = _first_as_good(evaluation, [s for s in small if MUCH_LARGER * _size(s) <= _size(large)], large)
        if match is not None:
            found.append(match)
    return tuple(found)


def _first_as_good(evaluation: Evaluation, small: Sequence[CandidateResult], large: CandidateResult) -> AsGood | None:
    for candidate in small:
        verdict = verdict_on(evaluation, large.entry.name, candidate.entry.name)
        if verdict in ("worse", "no clear difference") and _learned(evaluation, candidate):
            return AsGood(
                small=candidate.entry.name,
                large=large.entry.name,
                parameters=_size(candidate),
                times=_size(large) / _size(candidate),
                better=verdict == "worse",
            )
    return None


def _learned(evaluation: Evaluation, candidate: CandidateResult) -> bool:
    """It does better than the commonest answer on average: two models that learned nothing are no news."""
    dummy = evaluation.result("dummy")
    if dummy is None or evaluation.metric.name not in dummy.scores:
        return True
    gain = float(np.mean(candidate.scores[evaluation.metric.name]) - np.mean(dummy.scores[evaluation.metric.name]))
    return gain > 0 if evaluation.metric.higher_is_better else gain < 0


def _size(result: CandidateResult) -> int:
    return result.parameters or 0
