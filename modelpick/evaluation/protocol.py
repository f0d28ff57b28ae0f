"""The comparison itself: every candidate on the same splits, then once more on all rows outside the untouched part.

Candidates get raw training rows and fit everything inside, so that no test row can leak into what they learn. The
untouched rows are opened once for each candidate, after its splits, and nothing is chosen by what they show.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Entry, EpochRecord, SavedForm
from modelpick.data.dataset import Dataset
from modelpick.data.plan import Plan
from modelpick.data.splits import Split
from modelpick.data.threads import one_thread
from modelpick.errors import CannotFindOut, UsageError
from modelpick.evaluation.metrics import Metric, Predictions, evaluate, metrics_of
from modelpick.evaluation.schedule import Unit, perform, units
from modelpick.evaluation.statistics import Interval, wilson
from modelpick.evaluation.trial import FINAL, Material, Outcome, Part, Pin, RowAnswers
from modelpick.progress import SILENT, Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The value of a metric on the untouched rows, with Wilson's interval where it is a share of independent rows."""

    value: float
    ci95: Interval | None


@dataclass(slots=True, kw_only=True)
class CandidateResult:
    """What one candidate did.

    Attributes:
        scores: Metric name -> value on the test part of each finished split, in the order of the splits.
        pooled: Metric name -> value over all rows tested in a repeat, of the finished repeats; for metrics that a
            split is too small for.
        answers: Of each finished split, for the rows that it tested.
        fit_seconds: Mean over the splits; None for a fixed one.
        predict_us_per_sample: Median over the splits, in microseconds.
        history: Of the first split.
        form: Safe form of the candidate fitted again on all rows outside the untouched part; None where it has none.
        test: Metric name -> what that one (or a fixed candidate) does on the untouched rows.
        test_answers: Its answers there.
        warned: In how many fits it said that it had not converged.
        complete: It went through all that was asked of it.
        error: Why it did not; None where it did.
    """

    entry: Entry
    scores: dict[str, list[float]] = field(default_factory=dict)
    pooled: dict[str, list[float]] = field(default_factory=dict)
    answers: tuple[RowAnswers, ...] = ()
    fit_seconds: float | None = None
    predict_us_per_sample: float | None = None
    parameters: int | None = None
    summary: str = ""
    history: tuple[EpochRecord, ...] = ()
    form: SavedForm | None = None
    test: Mapping[str, Measured] | None = None
    test_answers: RowAnswers | None = None
    warned: int = 0
    complete: bool = False
    error: str | None = None

    @property
    def finished(self) -> int:
        """How many splits are done."""
        return len(next(iter(self.scores.values()), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A finished comparison, or as much of it as was done when it was interrupted.

    Attributes:
        metric: The main one, and `metric_reason` why.
        jobs: How many processes did the fits.
        interrupted: Ctrl-C came; candidates that were not finished say so in `error`.
        seconds: Wall time of the whole.
    """

    dataset: Dataset
    plan: Plan
    metric: Metric
    metric_reason: str
    results: tuple[CandidateResult, ...]
    jobs: int
    interrupted: bool
    seconds: float

    @property
    def splits(self) -> tuple[Split, ...]:
        """Those of the plan."""
        return self.plan.splits

    @property
    def final_rows(self) -> NDArray[np.intp]:
        """The rows on which what is saved was fitted: all outside the untouched part."""
        return self.plan.rest

    def mean(self, result: CandidateResult) -> float:
        """A candidate's mean of the main metric over its finished splits; NaN where it has none."""
        values = result.scores.get(self.metric.name)
        return float(np.mean(values)) if values else math.nan

    @property
    def ranked(self) -> tuple[CandidateResult, ...]:
        """Best first by the mean of the main metric; those of which it cannot be told last."""
        sign = -1 if self.metric.higher_is_better else 1

        def place(result: CandidateResult) -> float:
            mean = self.mean(result)
            return sign * mean if math.isfinite(mean) else math.inf

        return tuple(sorted(self.results, key=place))

    @property
    def best(self) -> str | None:
        """Name of the best candidate that finished."""
        finished = (result for result in self.ranked if result.error is None)
        return next((result.entry.name for result in finished if math.isfinite(self.mean(result))), None)

    def result(self, name: str) -> CandidateResult | None:
        """The candidate of that name."""
        return next((result for result in self.results if result.entry.name == name), None)


def run(
    dataset: Dataset,
    entries: Sequence[Entry],
    plan: Plan,
    *,
    metric: Metric | None = None,
    metric_reason: str = "",
    jobs: int | None = None,
    ahead: int = 0,
    pin: Pin = nullcontext,
    listener: Listener = SILENT,
) -> Evaluation:
    """Compares candidates on the same splits.

    Of each split a candidate gets the raw training rows to fit, the validation rows, if there are any, to stop early
    on, and is measured on the test part. A fixed one is only measured. In the end each is fitted again on all rows
    outside the untouched part and measured there. Every fit has one thread: small networks are many times slower on
    several.

    Args:
        metric: The main one; None is the task's own.
        jobs, ahead: As of `schedule.perform`.
        pin: A further limit of threads around each fit; it is pickled where the fit runs in another process.
        listener: Is told of each fit.

    Raises:
        UsageError: Two entries of one name, or options of a candidate that nobody can train.
    """
    names = [entry.name for entry in entries]
    if len(set(names)) != len(names):
        raise UsageError("two candidates bear the same name", "give each of them once")
    started = time.perf_counter()
    for entry in entries:
        if entry.foretold is not None:
            entry.foretold(len(plan.splits) + 1)
    trials = [_Trial(dataset, plan, entry) for entry in entries]
    work = [unit for place, trial in enumerate(trials) for unit in trial.units(place)]
    interrupted, used = False, 1
    total = sum(len(unit.parts) for unit in work)

    def arrived(unit: Unit, done: list[Outcome], error: str | None) -> None:
        trials[unit.place].take(unit, done, error)

    with listener.step("Training and testing", total=total, unit="fits") as step:
        try:
            with one_thread():
                used = perform(work, jobs, pin, step, arrived, ahead=ahead)
        except KeyboardInterrupt:
            interrupted = True
    return Evaluation(
        dataset=dataset,
        plan=plan,
        metric=metrics_of(dataset.task)[0] if metric is None else metric,
        metric_reason=metric_reason,
        results=tuple(trial.result(interrupted) for trial in trials),
        jobs=used,
        interrupted=interrupted,
        seconds=time.perf_counter() - started,
    )


class _Trial:
    """One candidate through all splits: its work, and its result from what has arrived."""

    def __init__(self, dataset: Dataset, plan: Plan, entry: Entry) -> None:
        self.dataset = dataset
        self.plan = plan
        self.entry = entry
        self.metrics = metrics_of(dataset.task)
        self.done: dict[int, Outcome] = {}
        self.errors: dict[int, str] = {}

    def units(self, place: int) -> list[Unit]:
        """Its work; nothing where it cannot take these rows."""
        dataset, plan, entry = self.dataset, self.plan, self.entry
        try:
            features = dataset.features if entry.columns is None else dataset.as_trained(entry.columns, entry.ignored)
        except CannotFindOut as error:
            self.errors[0] = error.in_one_line()
            return []
        material = Material(
            features=features,
            target=dataset.target,
            task=dataset.task,
            classes=dataset.classes,
            metrics=tuple(metric for metric in self.metrics if not metric.pooled),
            groups=plan.groups,
            times=dataset.times,
        )
        parts = [Part(number=i, split=split) for i, split in enumerate(plan.splits)]
        nobody = np.empty(0, dtype=np.intp)
        last = Split(train=plan.rest, validation=nobody, test=plan.test, seed=plan.seeds[0])
        return list(units(place, entry, material, parts, Part(number=FINAL, split=last)))

    def take(self, unit: Unit, done: list[Outcome], error: str | None) -> None:
        """Keeps what has arrived; warnings go on to whoever listens to them."""
        for outcome in done:
            self.done[outcome.number] = outcome
            for caught in outcome.caught:
                warnings.warn_explicit(caught.message, caught.category, caught.filename, caught.lineno)
        if error is not None:
            failed = unit.parts[min(len(done), len(unit.parts) - 1)].number
            self.errors[len(self.plan.splits) if failed == FINAL else failed] = error

    def result(self, interrupted: bool) -> CandidateResult:
        """The result from the splits that are done, up to the first that is not."""
        count = next((i for i in range(len(self.plan.splits)) if i not in self.done), len(self.plan.splits))
        splits, final = [self.done[i] for i in range(count)], self.done.get(FINAL)
        error = self.errors[min(self.errors)] if self.errors else None
        complete = count == len(self.plan.splits) and final is not None
        if error is None and interrupted and not complete:
            error = f"interrupted after {count} of {len(self.plan.splits)} splits"
        if error is not None:
            final = None
        made = CandidateResult(entry=self.entry, complete=complete and error is None, error=error)
        if splits:
            made.scores = {name: [outcome.scores[name] for outcome in splits] for name in splits[0].scores}
            made.answers = tuple(outcome.answers for outcome in splits)
            made.pooled = self._pooled(splits)
            seconds = [outcome.seconds for outcome in splits if outcome.seconds is not None]
            made.fit_seconds = float(np.mean(seconds)) if seconds else None
            made.predict_us_per_sample = float(np.median([outcome.us_per_sample for outcome in splits]))
            made.parameters, made.summary = splits[0].parameters, splits[0].summary
            made.history = splits[0].history
            made.warned = sum(not outcome.converged for outcome in splits)
        if final is not None:
            made.parameters, made.summary = final.parameters, final.summary  # of the one that is saved
            made.warned += not final.converged
            made.form, made.test_answers = final.form, final.answers
            made.test = self._measured(final)
        return made

    def _measured(self, final: Outcome) -> dict[str, Measured]:
        rows = len(self.plan.test)
        values = final.scores | self._over(final.answers.rows, [final])
        independent = self.dataset.groups is None
        return {
            metric.name: Measured(
                value=values[metric.name],
                ci95=wilson(values[metric.name], rows) if metric.counts_rows and independent else None,
            )
            for metric in self.metrics
            if metric.name in values
        }

    def _pooled(self, splits: Sequence[Outcome]) -> dict[str, list[float]]:
        """Metrics over all rows that a repeat tested; the repeats that are whole."""
        size = len(self.plan.splits) // self.plan.repeats
        found: dict[str, list[float]] = {}
        for start in range(0, len(splits) - size + 1, size):
            part = splits[start : start + size]
            rows = np.concatenate([outcome.answers.rows for outcome in part])
            for name, value in self._over(rows, part).items():
                found.setdefault(name, []).append(value)
        return found

    def _over(self, rows: NDArray[np.intp], outcomes: Sequence[Outcome]) -> dict[str, float]:
        if self.dataset.task == "regression" or any(o.answers.probabilities is None for o in outcomes):
            return {}
        shares = [o.answers.probabilities for o in outcomes if o.answers.probabilities is not None]
        together = Predictions(
            truth=self.dataset.target[rows],
            answers=np.concatenate([outcome.answers.answers for outcome in outcomes]),
            probabilities=np.concatenate(shares).astype(np.float64),
            classes=self.dataset.classes,
        )
        return evaluate(together, [metric for metric in self.metrics if metric.pooled])
