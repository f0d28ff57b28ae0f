"""Says when a small model does as well as one hundreds of times its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modelpick.evaluation.comparison import SIMPLEST_FIRST, estimates, verdict_on
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.evaluation.wording import listed_words

MUCH_LARGER = 100
"""How many times its size a model must have for the small one to be worth a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsGood:
    """A small model that is not clearly worse than a much larger one.

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


def as_good_words(found: Sequence[AsGood]) -> list[str]:
    """A sentence for each small model: what it is no worse than, or better."""
    said = []
    for small, better in dict.fromkeys((one.small, one.better) for one in found):
        those = [one for one in found if (one.small, one.better) == (small, better)]
        least, most = (float(f"{times:.2g}") for times in (min(o.times for o in those), max(o.times for o in those)))
        times = f"{least:,.0f}" if least == most else f"{least:,.0f} to {most:,.0f}"
        models = "a model" if len(those) == 1 else "models"
        how = "clearly better than" if better else "not clearly worse than"
        count = those[0].parameters
        size = f"{count:,} {'parameter' if count == 1 else 'parameters'}"
        large = listed_words([one.large for one in those])
        said.append(f"{small} with {size} is {how} {large}, {models} {times} times its size.")
    return said


def as_good_as_larger(evaluation: Evaluation) -> tuple[AsGood, ...]:
    """For each large model the smallest of the rows trained here that it is not clearly better than.

    A model is large where it has a hundred times as many parameters; models that did not finish, or whose parameters
    say nothing, are left out, and so is `dummy`. The verdict is that of the report: a paired test over the splits;
    where these show no spread, as a single one by a metric that counts no rows, nothing is said.
    """
    counted = [r for r in evaluation.ranked if r.error is None and r.parameters and evaluation.metric.name in r.scores]
    small = sorted((r for r in counted if r.entry.name in SIMPLEST_FIRST[1:]), key=_size)
    found = []
    for large in counted:
        if estimates(evaluation, large)[evaluation.metric.name].ci95 is None:
            continue
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
