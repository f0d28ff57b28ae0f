"""The front matter of a saved run's model card, in the Hub's own words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from modelpick.evaluation.metrics import metrics_of
from modelpick.evaluation.protocol import CandidateResult, Evaluation

_HUB_METRICS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy",
    "f1_macro": "f1",
    "rmse": "rmse",
    "mae": "mae",
    "r2": "r_squared",
}
_TAGS = {"table": "tabular", "text": "text", "image": "image", "audio": "audio"}


def front_matter(
    evaluation: Evaluation, result: CandidateResult, name: str, license_: Mapping[str, str] | None, bundled: bool
) -> dict[str, Any]:
    """Library, task, tags, the pretrained model that it was made of, and what it did on the held-out rows.

    Args:
        name: Of the run.
        license_: Keys of the licence that was stated.
        bundled: The data are a public set, and may be named as such.
    """
    dataset, tag = evaluation.dataset, _TAGS[evaluation.dataset.kind]
    task = f"{tag}-{dataset.task}"
    front: dict[str, Any] = {**(license_ or {}), "library_name": "modelpick"}
    if dataset.kind == "table" or dataset.task == "classification":
        front["pipeline_tag"] = task
    else:
        task = "other"  # the Hub has no name for numbers told from texts, images or sounds
    front["tags"] = ["modelpick", tag, dataset.task, result.entry.kind]
    if result.entry.commit is not None:
        front["base_model"] = result.entry.source
    if bundled:
        front["datasets"] = [dataset.name]
    measured = result.test or {}
    told = [
        metric
        for metric in metrics_of(dataset.task)
        if metric.name in _HUB_METRICS and metric.name in measured and math.isfinite(measured[metric.name].value)
    ]
    front["metrics"] = [_HUB_METRICS[metric.name] for metric in told]
    front["model-index"] = [
        {
            "name": name,
            "results": [
                {
                    "task": {"type": task},
                    "dataset": {"name": f"{dataset.name} (held-out part)", "type": dataset.name},
                    "metrics": [
                        {
                            "type": _HUB_METRICS[metric.name],
                            "name": metric.title,
                            "value": round(measured[metric.name].value, 6),
                        }
                        for metric in told
                    ],
                }
            ],
        }
    ]
    return front
