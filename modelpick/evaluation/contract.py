"""The JSON of `modelpick.eval/1`. Fields may be added, never changed in place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from modelpick import __version__
from modelpick.evaluation.comparison import Comparison, estimates, protocol_reason
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
    dataset = evaluation.dataset
    tested = {
        r.entry.name: {name: {"value": _number(m.value), "ci95": m.ci95 and list(m.ci95)} for name, m in r.test.items()}
        for r in evaluation.results
        if r.test is not None
    }
    return {
        "schema": SCHEMA,
        "data": {
            "path": dataset.path,
            "fingerprint": dataset.fingerprint,
            "kind": dataset.kind,
            "rows": dataset.rows,
            "columns": len(dataset.features.columns),
            "task": dataset.task,
            "target": dataset.target_name,
            "classes": list(dataset.classes),
            "findings": [finding.to_dict() for finding in dataset.findings],
            "notes": list(dataset.notes),
        },
        "protocol": {
            "splits": ":".join(f"{share:g}" for share in evaluation.ratio),
            "repeats": len(evaluation.splits),
            "seeds": [split.seed for split in evaluation.splits],
            "metric": evaluation.metric.name,
            "why": protocol_reason(evaluation),
        },
        "models": [_model(evaluation, result, saved) for result in evaluation.ranked],
        "comparisons": [
            {
                "candidate": c.candidate,
                "baseline": c.baseline,
                "metric": evaluation.metric.name,
                "difference": _number(c.difference.mean),
                "ci95": c.difference.ci95 and list(c.difference.ci95),
                "p": c.p,
                "verdict": c.verdict,
            }
            for c in compared
        ],
        "test": {"rows": len(evaluation.splits[0].test), "models": tested},
        "best": evaluation.best,
        "run_dir": run_dir,
        "interrupted": evaluation.interrupted,
        "provenance": {"versions": versions(), "device": device, "seconds": round(evaluation.seconds, 3)},
    }


def _model(evaluation: Evaluation, result: CandidateResult, saved: Mapping[str, Saved]) -> dict[str, Any]:
    entry, place = result.entry, saved.get(result.entry.name)
    metrics = {}
    for name, estimate in estimates(evaluation, result).items():
        metrics[name] = {
            "mean": _number(estimate.mean),
            "std": _number(estimate.std),
            "ci95": estimate.ci95 and [_number(bound) for bound in estimate.ci95],
            "per_split": [_number(value) for value in result.scores[name]],
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
        "unconverged_fits": result.warned,
        "error": result.error,
    }


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
