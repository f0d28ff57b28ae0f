"""What the scores of a comparison allow to say: means with intervals, and who is better than whom."""

from __future__ import annotations

from dataclasses import dataclass

from modelpick.evaluation.metrics import metrics_of
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.evaluation.statistics import (
    Difference,
    Estimate,
    Verdict,
    corrected_comparison,
    corrected_interval,
    holm,
    verdict,
)

BASELINES = ("dummy", "linear", "mlp")
"""From the simplest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A candidate against a baseline on the same splits; `p` is adjusted for all comparisons of the report."""

    candidate: str
    baseline: str
    difference: Difference
    p: float | None
    verdict: Verdict


def estimates(evaluation: Evaluation, result: CandidateResult) -> dict[str, Estimate]:
    """Metric name -> mean and interval over the finished splits."""
    rows = len(evaluation.splits[0].test)
    return {
        metric.name: corrected_interval(
            result.scores[metric.name], evaluation.overlap, 1 / rows if metric.counts_rows else 0.0, metric.bounds
        )
        for metric in metrics_of(evaluation.dataset.task)
        if metric.name in result.scores
    }


def comparisons(evaluation: Evaluation) -> tuple[Comparison, ...]:
    """Each candidate against each baseline that is simpler, by the main metric, over the splits that both finished.

    No pair is taken twice, for each comparison more makes all of them less certain.
    """
    metric, results = evaluation.metric, {r.entry.name: r for r in evaluation.results if r.finished}
    pairs = [
        (candidate, baseline)
        for candidate in (r.entry.name for r in evaluation.ranked if r.finished)
        for baseline in _below(candidate)
        if baseline in results
    ]
    differences = [_difference(evaluation, results[candidate], results[baseline]) for candidate, baseline in pairs]
    adjusted = holm([difference.p for difference in differences])
    return tuple(
        Comparison(
            candidate=candidate,
            baseline=baseline,
            difference=difference,
            p=p,
            verdict=verdict(difference.mean, p, metric.higher_is_better),
        )
        for (candidate, baseline), difference, p in zip(pairs, differences, adjusted, strict=True)
    )


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
    results = {r.entry.name: r for r in evaluation.results if r.finished}
    if candidate not in results or other not in results:
        return None
    difference = _difference(evaluation, results[candidate], results[other])
    return verdict(difference.mean, difference.p, evaluation.metric.higher_is_better)


def _difference(evaluation: Evaluation, candidate: CandidateResult, other: CandidateResult) -> Difference:
    metric, both = evaluation.metric, min(candidate.finished, other.finished)
    theirs, base = (result.scores[metric.name][:both] for result in (candidate, other))
    resolution = 1 / len(evaluation.splits[0].test) if metric.counts_rows else 0.0
    return corrected_comparison(theirs, base, evaluation.overlap, resolution, metric.bounds)


def _below(candidate: str) -> tuple[str, ...]:
    return BASELINES[: BASELINES.index(candidate)] if candidate in BASELINES else BASELINES


def protocol_reason(evaluation: Evaluation) -> str:
    """Why the rows were split in this way, in one or two sentences."""
    first, repeats = evaluation.splits[0], len(evaluation.splits)
    shares = ":".join(f"{share:g}" for share in evaluation.ratio)
    how = "stratified by class" if evaluation.dataset.task == "classification" else "at random"
    text = (
        f"Split {shares} {how}: {len(first.train)} rows train, {len(first.validation)} validate, {len(first.test)} "
        "test; all candidates see the same rows. "
    )
    if repeats == 1:
        text += "Done once, so that nothing tells luck from merit: give more `--repeats`."
    else:
        text += f"Done {repeats} times with different seeds, for the score of a single split depends much on its luck."
    if evaluation.known_rows:
        text += (
            f" {evaluation.known_rows} rows on which a given model was trained are in no test part, for any candidate."
        )
    return text
