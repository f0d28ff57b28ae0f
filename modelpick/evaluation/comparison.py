"""What the scores of a comparison allow to say: means with intervals, and who is better than whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelpick.evaluation.metrics import Metric, metrics_of
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.evaluation.statistics import (
    Difference,
    Estimate,
    Posterior,
    Verdict,
    corrected_comparison,
    corrected_interval,
    holm,
    mcnemar,
    posterior,
    rows_needed,
    verdict,
    wilson,
)
from modelpick.evaluation.trial import RowAnswers

BASELINES = ("dummy", "linear", "mlp")
"""What a network or a given model must beat, from the simplest on."""

SIMPLEST_FIRST = ("dummy", "linear", "perceptron", "knn", "trees", "sklearn-mlp", "mlp", "mlp-stack")
"""The rows that are trained here; all others count as less simple."""

_ROPE = 0.01
"""Differences below a point are equal for practical ends; of errors without an upper bound, a hundredth of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A candidate against another on the same splits.

    Attributes:
        p: Adjusted for all comparisons of the report.
        chances: By Bayes; None where the splits show no spread.
        more_rows: How many rows more would tell this difference among all comparisons, if it is one; None where the
            verdict is clear or nothing can be told.
    """

    candidate: str
    baseline: str
    difference: Difference
    p: float | None
    verdict: Verdict
    chances: Posterior | None
    more_rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheTestSet:
    """The best candidate against another on the untouched rows, by what each got right.

    Attributes:
        only_candidate, only_baseline: Rows that only one of them got right.
        p: McNemar's mid-p, not adjusted.
    """

    candidate: str
    baseline: str
    only_candidate: int
    only_baseline: int
    p: float


def estimates(evaluation: Evaluation, result: CandidateResult) -> dict[str, Estimate]:
    """Metric name -> mean and interval over the finished splits; of a pooled metric the mean over the repeats alone.

    Where there is a single split, a share of its rows has Wilson's interval and other metrics have none.
    """
    found: dict[str, Estimate] = {}
    for metric in metrics_of(evaluation.dataset.task):
        values = result.scores.get(metric.name, ())
        if len(values) == 1 and _row_by_row(evaluation, metric):
            interval = wilson(values[0], len(evaluation.splits[0].test))
            found[metric.name] = Estimate(mean=values[0], std=None, ci95=interval)
        elif metric.name in result.scores:
            found[metric.name] = corrected_interval(
                result.scores[metric.name], evaluation.plan.overlap, _resolution(evaluation, metric), metric.bounds
            )
        elif metric.name in result.pooled:
            found[metric.name] = Estimate(mean=float(np.mean(result.pooled[metric.name])), std=None, ci95=None)
    return found


def comparisons(evaluation: Evaluation) -> tuple[Comparison, ...]:
    """The best candidate against each other one, and the networks and given models against the simpler baselines.

    By the main metric, over the splits that both finished; of a single split accuracy alone can be told apart, by
    McNemar's mid-p on its rows. No pair is taken twice, for each comparison more makes all
    of them less certain. The best is chosen by the same scores, which Holm's adjustment does not know; where eight
    equally good models were simulated, the best was called better than any in 1 to 3 of 100 data sets all the same.
    """
    results = {r.entry.name: r for r in evaluation.ranked if evaluation.metric.name in r.scores}
    pairs = _pairs(evaluation.best, list(results))
    differences = [_difference(evaluation, results[one], results[other]) for one, other in pairs]
    adjusted = holm([difference.p for difference in differences])
    counted = sum(p is not None for p in adjusted)
    return tuple(
        _comparison(evaluation, results[one], results[other], difference, p, counted)
        for (one, other), difference, p in zip(pairs, differences, adjusted, strict=True)
    )


def _pairs(best: str | None, names: list[str]) -> list[tuple[str, str]]:
    pairs = [] if best is None else [(best, name) for name in names if name != best]
    for name in names:
        if name not in SIMPLEST_FIRST or name in ("mlp", "mlp-stack"):
            below = BASELINES[: BASELINES.index(name)] if name in BASELINES else BASELINES
            pairs += [
                (name, baseline)
                for baseline in below
                if baseline in names and (name, baseline) not in pairs and (baseline, name) not in pairs
            ]
    return pairs


def verdict_on(evaluation: Evaluation, candidate: str, other: str) -> Verdict | None:
    """What may be said of one candidate against another: as the report says it, or, for a pair that is not in it, from
    a comparison of the two alone. None where one of them has not finished a split.
    """
    turned: dict[Verdict, Verdict] = {"better": "worse", "worse": "better"}
    for found in comparisons(evaluation):
        if (found.candidate, found.baseline) == (candidate, other):
            return found.verdict
        if (found.candidate, found.baseline) == (other, candidate):
            return turned.get(found.verdict, found.verdict)
    results = {r.entry.name: r for r in evaluation.results if evaluation.metric.name in r.scores}
    if candidate not in results or other not in results:
        return None
    difference = _difference(evaluation, results[candidate], results[other])
    return verdict(difference.mean, difference.p, evaluation.metric.higher_is_better)


def simplest_within_noise(evaluation: Evaluation, compared: tuple[Comparison, ...]) -> str | None:
    """The simplest candidate that the best one is not clearly better than; it may be the best one itself."""
    best = evaluation.best
    if best is None:
        return None
    beaten = {c.baseline for c in compared if c.candidate == best and c.verdict == "better"}
    complete = [r.entry.name for r in evaluation.ranked if r.error is None and evaluation.metric.name in r.scores]
    left = [name for name in complete if name not in beaten]
    return min(left, key=_complexity, default=best)


def _complexity(name: str) -> int:
    return SIMPLEST_FIRST.index(name) if name in SIMPLEST_FIRST else len(SIMPLEST_FIRST)


def on_the_test_set(evaluation: Evaluation) -> tuple[OnTheTestSet, ...]:
    """The best candidate against each other one, row by row of the untouched part.

    Of classes alone, and of rows that are independent: none where rows belong to groups.
    """
    best = None if evaluation.best is None else evaluation.result(evaluation.best)
    if best is None or best.test_answers is None or evaluation.dataset.task != "classification":
        return ()
    if evaluation.dataset.groups is not None:
        return ()
    right = _right(evaluation, best.test_answers)
    found = []
    for other in evaluation.ranked:
        if other is best or other.test_answers is None:
            continue
        theirs = _right(evaluation, other.test_answers)
        only_best, only_other = int((right & ~theirs).sum()), int((theirs & ~right).sum())
        found.append(
            OnTheTestSet(
                candidate=best.entry.name,
                baseline=other.entry.name,
                only_candidate=only_best,
                only_baseline=only_other,
                p=mcnemar(only_best, only_other),
            )
        )
    return tuple(found)


def _comparison(
    evaluation: Evaluation,
    candidate: CandidateResult,
    other: CandidateResult,
    difference: Difference,
    p: float | None,
    counted: int,
) -> Comparison:
    metric, rows = evaluation.metric, evaluation.plan.pool
    rope = _ROPE
    if not all(np.isfinite(metric.bounds)) and metric.name != "r2":
        rope = _ROPE * abs(float(np.mean(other.scores[metric.name])))
    found = verdict(difference.mean, p, metric.higher_is_better)
    needed = rows_needed(difference, rows, counted) if found == "no clear difference" else None
    return Comparison(
        candidate=candidate.entry.name,
        baseline=other.entry.name,
        difference=difference,
        p=p,
        verdict=found,
        chances=posterior(difference, rope, metric.higher_is_better),
        more_rows=needed - rows if needed is not None and needed > rows else None,
    )


def _difference(evaluation: Evaluation, candidate: CandidateResult, other: CandidateResult) -> Difference:
    metric, both = evaluation.metric, min(candidate.finished, other.finished)
    theirs, base = (result.scores[metric.name][:both] for result in (candidate, other))
    if both == 1 and _row_by_row(evaluation, metric):
        one, two = (_right(evaluation, result.answers[0]) for result in (candidate, other))
        p = mcnemar(int((one & ~two).sum()), int((two & ~one).sum()))
        return Difference(mean=theirs[0] - base[0], ci95=None, p=p)
    return corrected_comparison(theirs, base, evaluation.plan.overlap, _resolution(evaluation, metric), metric.bounds)


def _row_by_row(evaluation: Evaluation, metric: Metric) -> bool:
    """A single split shows no spread, but its test rows do, where they are independent and the metric counts them."""
    return metric.counts_rows and evaluation.dataset.groups is None and len(evaluation.splits) == 1


def _right(evaluation: Evaluation, answers: RowAnswers) -> NDArray[np.bool_]:
    return np.asarray(answers.answers == evaluation.dataset.target[answers.rows], dtype=bool)


def _resolution(evaluation: Evaluation, metric: Metric) -> float:
    """By how much one row of a test part changes the metric; 0 where it is no share of rows."""
    return 1 / evaluation.plan.test_rows if metric.counts_rows else 0.0
