"""One network on one split, as a lesson has it: the network that is tested is the one that is saved."""

from __future__ import annotations

import time
from contextlib import nullcontext

from modelpick.data.candidate import Entry
from modelpick.data.dataset import Dataset
from modelpick.data.plan import Plan
from modelpick.errors import CannotFindOut
from modelpick.evaluation.metrics import Metric, metrics_of
from modelpick.evaluation.protocol import CandidateResult, Evaluation, Measured
from modelpick.evaluation.statistics import wilson
from modelpick.evaluation.trial import FINAL, Material, Part, Pin, attempt


def train_once(
    dataset: Dataset, entry: Entry, plan: Plan, *, metric: Metric, metric_reason: str, pin: Pin = nullcontext
) -> Evaluation:
    """Fits a candidate on the training rows of the plan's split and tests it on its test rows, as `run` does it.

    Raises:
        UsageError: Options that nobody can train.
        CannotFindOut: The training failed; the message says why.
    """
    started, split = time.perf_counter(), plan.splits[0]
    metrics = tuple(metric for metric in metrics_of(dataset.task) if not metric.pooled)
    material = Material(
        features=dataset.features,
        target=dataset.target,
        task=dataset.task,
        classes=dataset.classes,
        metrics=metrics,
        groups=plan.groups,
        times=dataset.times,
    )
    done, error = attempt(entry, material, [Part(number=FINAL, split=split)], pin)
    if error is not None:
        raise CannotFindOut(f"the training failed: {error}", "change the network, or the rows that it is given")
    outcome, independent = done[0], dataset.groups is None
    measured = {
        metric.name: Measured(
            value=outcome.scores[metric.name],
            ci95=wilson(outcome.scores[metric.name], len(split.test)) if metric.counts_rows and independent else None,
        )
        for metric in metrics
        if metric.name in outcome.scores
    }
    result = CandidateResult(
        entry=entry,
        scores={name: [value] for name, value in outcome.scores.items()},
        answers=(outcome.answers,),
        fit_seconds=outcome.seconds,
        predict_us_per_sample=outcome.us_per_sample,
        parameters=outcome.parameters,
        summary=outcome.summary,
        history=outcome.history,
        form=outcome.form,
        test=measured,
        test_answers=outcome.answers,
        warned=int(not outcome.converged),
        complete=True,
    )
    return Evaluation(
        dataset=dataset,
        plan=plan,
        metric=metric,
        metric_reason=metric_reason,
        results=(result,),
        jobs=1,
        interrupted=False,
        seconds=time.perf_counter() - started,
    )
