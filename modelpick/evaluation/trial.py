"""One fit and its test: a plain function of a candidate, the rows and a split, that can run in another process."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Candidate, Entry, EpochRecord, FitJob, FitsJob, SavedForm
from modelpick.data.dataset import Task
from modelpick.data.splits import Split
from modelpick.data.table import listed
from modelpick.data.threads import one_thread
from modelpick.errors import CannotFindOut, ModelpickError, UsageError, lacks_memory
from modelpick.evaluation.metrics import Metric, Predictions, evaluate

FINAL = -1
"""The number of the fit on all rows outside the untouched part."""

Pin = Callable[[], AbstractContextManager[None]]

_FAULTS = (ModelpickError, ValueError, ArithmeticError, MemoryError, RuntimeError)
"""What a candidate may die of without ending the comparison; torch reports lack of memory as RuntimeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The rows that a candidate gets, and how it is measured.

    Attributes:
        features: Raw rows of any kind.
        target: Shape (rows,).
        classes: In order; empty for regression.
        metrics: Those of a single split.
        groups: Shape (rows,): rows that belong together bear one number; None: all are their own.
        times: Shape (rows,): the rows' order in time; None: they have none.
    """

    features: Any
    target: NDArray[Any]
    task: Task
    classes: tuple[str, ...]
    metrics: tuple[Metric, ...]
    groups: NDArray[np.intp] | None = None
    times: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One fit and its test; `number` is the place of the split, or `FINAL`."""

    number: int
    split: Split


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswers:
    """What a candidate answered for rows that it was not fitted on.

    Attributes:
        rows: Their places in the dataset.
        answers: Class names (object array of str) or numbers (float64).
        probabilities: float32, shape (rows, classes), columns as the dataset's classes; None where it gives none.
    """

    rows: NDArray[np.intp]
    answers: NDArray[Any]
    probabilities: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a part.

    Attributes:
        seconds: Of the fit; None for a fixed candidate.
        caught: Warnings other than that it did not converge.
        history, form: Of the first split and of the final fit only.
    """

    number: int
    scores: dict[str, float]
    answers: RowAnswers
    seconds: float | None
    us_per_sample: float
    parameters: int | None
    summary: str
    converged: bool
    caught: tuple[warnings.WarningMessage, ...] = ()
    history: tuple[EpochRecord, ...] = ()
    form: SavedForm | None = None


def attempt(entry: Entry, material: Material, parts: Sequence[Part], pin: Pin) -> tuple[list[Outcome], str | None]:
    """Fits and tests a candidate on each part, on one thread; what was done, and why the rest was not.

    Several parts are fitted together by `fit_many` where the candidate has it.

    Args:
        pin: A further limit of threads, of a library that evaluation does not know.

    Raises:
        UsageError: Options of the candidate that nobody can train.
    """
    done: list[Outcome] = []
    try:
        with pin(), one_thread():
            if entry.fit_many is not None:
                _together(entry, material, parts, done)
            else:
                done.extend(_one(entry, material, part) for part in parts)
    except UsageError:
        raise
    except _FAULTS as error:
        return done, _in_words(error)
    return done, None


def _one(entry: Entry, material: Material, part: Part) -> Outcome:
    candidate = entry.make(part.split.seed)
    if entry.fixed:
        _check_fits(candidate, material)
        return _outcome(entry, candidate, material, part, None, [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        job = _job(material, part)
        started = time.perf_counter()
        if isinstance(candidate, FitsJob):
            candidate.fit_job(job)
        else:
            candidate.fit(job.X, job.y, job.validation)
        seconds = time.perf_counter() - started
    return _outcome(entry, candidate, material, part, seconds, caught)


def _together(entry: Entry, material: Material, parts: Sequence[Part], done: list[Outcome]) -> None:
    if entry.fit_many is None:
        raise RuntimeError("the candidate cannot fit several at once")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        jobs = [_job(material, part) for part in parts]
        started = time.perf_counter()
        candidates = entry.fit_many(jobs)
        seconds = (time.perf_counter() - started) / len(jobs)
    for candidate, part in zip(candidates, parts, strict=True):
        done.append(_outcome(entry, candidate, material, part, seconds, caught))
        caught = []


def _job(material: Material, part: Part) -> FitJob:
    """The raw rows that the candidate may see: nothing of the test rows is in it."""
    split, held = part.split, None
    if len(split.validation):
        held = material.features.take(split.validation), material.target[split.validation]
    return FitJob(
        seed=split.seed,
        X=material.features.take(split.train),
        y=material.target[split.train],
        validation=held,
        groups=None if material.groups is None else material.groups[split.train],
        times=None if material.times is None else material.times[split.train],
    )


def _outcome(
    entry: Entry,
    candidate: Candidate,
    material: Material,
    part: Part,
    seconds: float | None,
    caught: Sequence[warnings.WarningMessage],
) -> Outcome:
    rows = part.split.test
    X, truth = material.features.take(rows), material.target[rows]
    probabilities, classes = None, candidate.classes_
    started = time.perf_counter()
    if material.task == "regression":
        answers = np.asarray(candidate.predict(X), dtype=np.float64)
    elif entry.probabilities:
        probabilities = np.asarray(candidate.predict_proba(X))
        answers = np.array(classes, dtype=object).take(probabilities.argmax(axis=1))
    else:
        answers = np.asarray(candidate.predict(X))
    took = time.perf_counter() - started
    predictions = Predictions(
        truth=truth, answers=answers, probabilities=probabilities, classes=classes, asked=len(material.classes)
    )
    stalled = [warning for warning in caught if warning.category.__name__ == "ConvergenceWarning"]  # scikit-learn's
    return Outcome(
        number=part.number,
        scores=evaluate(predictions, material.metrics),
        answers=RowAnswers(
            rows=rows, answers=answers, probabilities=_in_order(probabilities, classes, material.classes)
        ),
        seconds=seconds,
        us_per_sample=took / len(rows) * 1e6,
        parameters=candidate.parameters,
        summary=candidate.summary(),
        converged=not stalled,
        caught=tuple(warning for warning in caught if warning not in stalled),
        history=candidate.history if part.number in (0, FINAL) else (),
        form=candidate.saved_form() if part.number == FINAL and not entry.saved_before else None,
    )


def _in_order(
    probabilities: NDArray[Any] | None, classes: Sequence[str], wanted: Sequence[str]
) -> NDArray[np.float32] | None:
    if probabilities is None:
        return None
    place = {label: j for j, label in enumerate(classes)}
    columns = np.zeros((len(probabilities), len(wanted)), dtype=np.float32)
    for j, label in enumerate(wanted):
        if label in place:
            columns[:, j] = probabilities[:, place[label]]
    return columns


def _check_fits(candidate: Candidate, material: Material) -> None:
    """Refuses a saved model that answers another question than the data ask."""
    if bool(candidate.classes_) != (material.task == "classification"):
        answers = "class names" if candidate.classes_ else "numbers"
        raise CannotFindOut(f"it answers with {answers}, and the task is {material.task}", kind="data")
    if candidate.classes_ and not set(candidate.classes_) & set(material.classes):
        theirs, ours = listed(candidate.classes_, 3), listed(material.classes, 3)
        raise CannotFindOut(f"it knows none of the classes: {theirs}, where the data have {ours}", kind="data")


def _in_words(error: BaseException) -> str:
    if isinstance(error, ModelpickError):
        return error.in_one_line()
    if lacks_memory(error):
        return "out of memory; a smaller `--batch-size` or fewer rows may help"
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
