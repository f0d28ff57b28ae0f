"""The JSON of `modelpick.eval/1`. Fields may be added, never changed in place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from modelpick import __version__
from modelpick.data.dataset import Dataset
from modelpick.data.plan_words import short_rule
from modelpick.data.table import Table
from modelpick.evaluation.advice import advice
from modelpick.evaluation.comparison import Comparison, estimates, on_the_test_set
from modelpick.evaluation.protocol import CandidateResult, Evaluation

SCHEMA = "modelpick.eval/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Where a candidate was saved, and how many bytes it takes there."""

    path: str
    bytes: int


def contract(
    evaluation: Evaluation,
    compared: Sequence[Comparison],
    saved: Mapping[str, Saved],
    run_dir: str | None,
    device: str | None,
) -> dict[str, Any]:
    """The comparison as `--format json` prints it; the arguments are those of `report.document`."""
    advised = advice(evaluation, compared)
    tested = {
        r.entry.name: {name: {"value": _number(m.value), "ci95": m.ci95 and list(m.ci95)} for name, m in r.test.items()}
        for r in evaluation.results
        if r.test is not None
    }
    return {
        "schema": SCHEMA,
        "data": _data(evaluation.dataset),
        "protocol": _protocol(evaluation),
        "preprocessing": list(preprocessing_steps(evaluation)),
        "advice": {"take": advised.take, "simplest_within_noise": advised.simplest, "text": advised.text},
        "models": [_model(evaluation, result, saved) for result in evaluation.ranked],
        "comparisons": [_comparison(evaluation, c) for c in compared],
        "test": {
            "rows": len(evaluation.plan.test),
            "models": tested,
            "comparisons": [asdict(pair) for pair in on_the_test_set(evaluation)],
        },
        "best": evaluation.best,
        "run_dir": run_dir,
        "interrupted": evaluation.interrupted,
        "provenance": {"versions": versions(), "device": device, "seconds": round(evaluation.seconds, 3)},
    }


def _data(dataset: Dataset) -> dict[str, Any]:
    return {
        "path": dataset.path,
        "fingerprint": dataset.fingerprint,
        "kind": dataset.kind,
        "rows": dataset.rows,
        "columns": _columns(dataset),
        "task": dataset.task,
        "target": dataset.target_name,
        "classes": list(dataset.classes),
        "findings": [finding.to_dict() for finding in dataset.findings],
        "notes": list(dataset.notes),
    }


def _protocol(evaluation: Evaluation) -> dict[str, Any]:
    plan = evaluation.plan
    return {
        "splits": short_rule(plan),
        "way": plan.way,
        "folds": plan.folds,
        "repeats": plan.repeats,
        "seeds": list(plan.seeds),
        "rows": {
            "compared": len(plan.rest),
            "untouched": len(plan.test),
            "known_to_a_given_model": plan.known,
            "apart": plan.apart,
        },
        "metric": evaluation.metric.name,
        "metric_why": evaluation.metric_reason or None,
        "why": f"{plan.rule} {plan.reason}",
        "jobs": evaluation.jobs,
    }


def _comparison(evaluation: Evaluation, compared: Comparison) -> dict[str, Any]:
    return {
        "candidate": compared.candidate,
        "baseline": compared.baseline,
        "metric": evaluation.metric.name,
        "difference": _number(compared.difference.mean),
        "ci95": compared.difference.ci95 and list(compared.difference.ci95),
        "p": compared.p,
        "verdict": compared.verdict,
        "probabilities": compared.chances and asdict(compared.chances),
        "more_rows_to_tell": compared.more_rows,
    }


def preprocessing_steps(evaluation: Evaluation) -> tuple[str, ...]:
    """What happens to a row before a model sees it, a sentence each; none where no model has a form that says so."""
    return next((r.form.preprocessing.describe() for r in evaluation.results if r.form is not None), ())


def _model(evaluation: Evaluation, result: CandidateResult, saved: Mapping[str, Saved]) -> dict[str, Any]:
    entry, place = result.entry, saved.get(result.entry.name)
    metrics = {}
    for name, estimate in estimates(evaluation, result).items():
        metrics[name] = {
            "mean": _number(estimate.mean),
            "std": _number(estimate.std),
            "ci95": estimate.ci95 and [_number(bound) for bound in estimate.ci95],
            "per_split": [_number(value) for value in result.scores.get(name, ())],
        }
    return {
        "name": entry.name,
        "kind": entry.kind,
        "way": entry.way,
        "source": entry.source,
        "commit": entry.commit,
        "parameters": result.parameters,
        "metrics": metrics,
        "fit_seconds": result.fit_seconds,
        "predict_us_per_sample": result.predict_us_per_sample,
        "bytes": place and place.bytes,
        "saved": place and place.path,
        "note": entry.note or None,
        "unconverged_fits": result.warned,
        "error": result.error,
    }


def _columns(dataset: Dataset) -> int | None:
    """Of a table; other rows have none."""
    return len(dataset.features.columns) if isinstance(dataset.features, Table) else None


def _number(value: float | None) -> float | None:
    """JSON has no NaN: what cannot be told is null."""
    return value if value is not None and math.isfinite(value) else None


def versions() -> dict[str, str]:
    """Versions of modelpick and of what it computes with, without importing any of it."""
    found = {"modelpick": __version__}
    for package in ("numpy", "scikit-learn", "torch"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
