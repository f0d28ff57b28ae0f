"""The comparison itself: every candidate on the same splits, then what is saved, fitted again on all but one test part.

Candidates get raw training rows and fit everything inside, so that no test row can leak into what they learn.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Candidate, Entry, EpochRecord, SavedForm
from modelpick.data.dataset import Dataset
from modelpick.data.splits import Ratio, Split, three_way_splits
from modelpick.data.table import Table, listed
from modelpick.data.threads import one_thread
from modelpick.errors import CannotFindOut, ModelpickError, UsageError
from modelpick.evaluation.metrics import Metric, Predictions, evaluate, main_metric, metrics_of
from modelpick.evaluation.statistics import Interval, wilson
from modelpick.progress import SILENT, Listener, Step

DEFAULT_SEEDS = (0, 1, 2, 3, 4)

_FAULTS = (ModelpickError, ValueError, ArithmeticError, MemoryError, RuntimeError)
"""What a candidate may die of without ending the comparison; torch reports lack of memory as RuntimeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The value of a metric on the test part, with Wilson's interval where it is a share of rows."""

    value: float
    ci95: Interval | None


@dataclass(slots=True, kw_only=True)
class CandidateResult:
    """What one candidate did.

    Attributes:
        scores: Metric name -> value on the test part of each finished split, in the order of the splits.
        fit_seconds: Mean over the splits; None for a fixed one.
        predict_us_per_sample: Median over the splits, in microseconds.
        history: Of the first split.
        form: Safe form of the candidate fitted again on all rows outside the first split's test part.
        test: Metric name -> what that one (or a fixed candidate) does on the first split's test part.
        warned: In how many fits it said that it had not converged.
        complete: It went through all that was asked of it.
        error: Why it did not; None where it did.
    """

    entry: Entry
    scores: dict[str, list[float]] = field(default_factory=dict)
    fit_seconds: float | None = None
    predict_us_per_sample: float | None = None
    parameters: int | None = None
    summary: str = ""
    history: tuple[EpochRecord, ...] = ()
    form: SavedForm | None = None
    test: Mapping[str, Measured] | None = None
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
        metric: The main one.
        known_rows: How many rows were kept out of every test part, for a fixed candidate was trained on them.
        interrupted: Ctrl-C came; candidates that were not finished say so in `error`.
        seconds: Wall time of the whole.
    """

    dataset: Dataset
    ratio: Ratio
    splits: tuple[Split, ...]
    metric: Metric
    results: tuple[CandidateResult, ...]
    known_rows: int
    interrupted: bool
    seconds: float

    @property
    def final_rows(self) -> NDArray[np.intp]:
        """The rows on which what is saved was fitted: all outside the first split's test part."""
        first = self.splits[0]
        return np.union1d(first.train, first.validation)

    @property
    def overlap(self) -> float:
        """How alike the splits are, as the ratio rho / (1 - rho) that the corrected resampled t asks for.

        n_test / n_train or, where the test rows come from a small pool, the share of the pool that is tested at a
        time against the rest of it; infinite where the whole pool is tested each time.
        """
        first = self.splits[0]
        tested, rest = len(first.test), self.dataset.rows - self.known_rows - len(first.test)
        return max(tested / len(first.train), tested / rest if rest else math.inf)

    def mean(self, result: CandidateResult) -> float:
        """A candidate's mean of the main metric over its finished splits; NaN where it has none."""
        return float(np.mean(result.scores[self.metric.name])) if result.finished else math.nan

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


def run(
    dataset: Dataset,
    entries: Sequence[Entry],
    *,
    ratio: Ratio = (8, 1, 1),
    seeds: Sequence[int] = DEFAULT_SEEDS,
    metric: str | None = None,
    known_rows: NDArray[np.bool_] | None = None,
    listener: Listener = SILENT,
) -> Evaluation:
    """Compares candidates on the same splits.

    Of each split a candidate gets the raw training rows to fit, the validation rows to stop early on, and is measured
    on the test part. A fixed one is only measured. In the end each candidate with a safe form is fitted again on all
    rows outside the first split's test part and measured there. BLAS runs on one thread meanwhile: small networks
    are many times slower on several.

    Args:
        seeds: One split for each; the candidate of that split gets the same seed.
        metric: Name of the main metric; None is the task's own.
        known_rows: True for rows on which a fixed candidate was trained; they are in no test part.
        listener: Is told of each fit.

    Raises:
        UsageError: No such metric, two entries of one name, or options of a candidate that nobody can train.
        AnswerIsNo: Too few rows to split, or none that are unknown to the fixed candidates.
    """
    names = [entry.name for entry in entries]
    if len(set(names)) != len(names):
        raise UsageError("two candidates bear the same name", "give each of them once")
    main = main_metric(dataset.task, metric)
    pool = None if known_rows is None else ~known_rows
    splits = three_way_splits(dataset.target, task=dataset.task, ratio=ratio, seeds=seeds, test_pool=pool)
    started = time.perf_counter()
    results = [CandidateResult(entry=entry) for entry in entries]
    interrupted = False
    fits = sum(0 if entry.fixed else len(splits) + 1 for entry in entries)
    with listener.step("Training and testing", total=fits, unit="fits") as step:
        try:
            for result in results:
                _Trial(dataset, splits, result, step).run()
        except KeyboardInterrupt:
            interrupted = True
    for result in results:
        if interrupted and result.error is None and not result.complete:
            result.error = f"interrupted after {result.finished} of {len(splits)} splits"
    return Evaluation(
        dataset=dataset,
        ratio=ratio,
        splits=splits,
        metric=main,
        results=tuple(results),
        known_rows=0 if known_rows is None else int(known_rows.sum()),
        interrupted=interrupted,
        seconds=time.perf_counter() - started,
    )


class _Trial:
    """One candidate through all splits; fills in its result."""

    def __init__(self, dataset: Dataset, splits: Sequence[Split], result: CandidateResult, step: Step) -> None:
        self.dataset = dataset
        self.splits = splits
        self.result = result
        self.step = step
        self.metrics = metrics_of(dataset.task)
        self.seconds: list[float] = []
        self.us_per_sample: list[float] = []

    def run(self) -> None:
        result = self.result
        try:
            with one_thread():
                self._compare()
            result.complete = True
        except UsageError:
            raise
        except _FAULTS as error:
            result.error = _in_words(error)
        finally:
            result.fit_seconds = float(np.mean(self.seconds)) if self.seconds else None
            if self.us_per_sample:
                result.predict_us_per_sample = float(np.median(self.us_per_sample))

    def _compare(self) -> None:
        entry, result, splits = self.result.entry, self.result, self.splits
        columns = entry.columns
        features = self.dataset.features if columns is None else self.dataset.as_trained(columns, entry.ignored)
        savable = False
        for number, split in enumerate(splits, start=1):
            self.step.describe(f"{entry.name}, split {number} of {len(splits)}")
            if number == 1 or not entry.fixed:
                candidate = entry.make(split.seed)
            if entry.fixed:
                _check_fits(candidate, self.dataset)
            else:
                self._fit(candidate, features, split.train, split.validation)
            scored = self._score(candidate, features, split.test)
            # In one assignment, so that Ctrl-C never leaves one metric with a split more than another.
            result.scores = {name: [*result.scores.get(name, ()), value] for name, value in scored.items()}
            if number == 1:
                result.parameters, result.history = candidate.parameters, candidate.history
                result.summary, savable = candidate.summary(), candidate.saved_form() is not None
        if savable and not entry.fixed:
            self.step.describe(f"{entry.name}, once more for keeps")
            candidate = entry.make(splits[0].seed)
            self._fit(candidate, features, np.union1d(splits[0].train, splits[0].validation))
        if savable or entry.fixed:
            rows, scores = len(splits[0].test), self._score(candidate, features, splits[0].test)
            result.test = {
                metric.name: Measured(
                    value=scores[metric.name], ci95=wilson(scores[metric.name], rows) if metric.counts_rows else None
                )
                for metric in self.metrics
            }
            result.form = None if entry.fixed else candidate.saved_form()

    def _fit(
        self,
        candidate: Candidate,
        features: Table,
        train: NDArray[np.intp],
        validation: NDArray[np.intp] | None = None,
    ) -> None:
        X, y, held = features.take(train), self.dataset.target[train], None
        if validation is not None:
            held = features.take(validation), self.dataset.target[validation]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            started = time.perf_counter()
            candidate.fit(X, y, held)
            seconds = time.perf_counter() - started
        for warning in caught:
            if warning.category.__name__ == "ConvergenceWarning":  # scikit-learn's
                self.result.warned += 1
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        if validation is not None:
            self.seconds.append(seconds)
        self.step.advance()

    def _score(self, candidate: Candidate, features: Table, rows: NDArray[np.intp]) -> dict[str, float]:
        table, truth = features.take(rows), self.dataset.target[rows]
        probabilities = None
        started = time.perf_counter()
        if self.dataset.task == "classification":
            probabilities = np.asarray(candidate.predict_proba(table))
            names: NDArray[Any] = np.array(candidate.classes_, dtype=object)
            answers = names.take(probabilities.argmax(axis=1))
        else:
            answers = np.asarray(candidate.predict(table), dtype=np.float64)
        self.us_per_sample.append((time.perf_counter() - started) / len(rows) * 1e6)
        predictions = Predictions(truth=truth, answers=answers, probabilities=probabilities, classes=candidate.classes_)
        return evaluate(predictions, self.metrics)


def _check_fits(candidate: Candidate, dataset: Dataset) -> None:
    """Refuses a saved model that answers another question than the table asks."""
    if bool(candidate.classes_) != (dataset.task == "classification"):
        answers = "class names" if candidate.classes_ else "numbers"
        raise CannotFindOut(f"it answers with {answers}, and the task is {dataset.task}", kind="data")
    if candidate.classes_ and not set(candidate.classes_) & set(dataset.classes):
        theirs, ours = listed(candidate.classes_, 3), listed(dataset.classes, 3)
        raise CannotFindOut(f"it knows none of the classes: {theirs}, where the table has {ours}", kind="data")


def _in_words(error: BaseException) -> str:
    if isinstance(error, ModelpickError):
        return error.message
    if isinstance(error, MemoryError) or "memory" in str(error).lower():  # torch says so in a RuntimeError
        return "out of memory; a smaller `--batch-size` or fewer rows may help"
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
