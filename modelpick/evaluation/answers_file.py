"""Every candidate's answers for rows that it was not fitted on, in one file: what the plots are drawn from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from modelpick.data.dataset import Dataset
from modelpick.evaluation.protocol import Evaluation
from modelpick.evaluation.trial import RowAnswers

FILE = "answers.safetensors"
SCHEMA = "modelpick.answers/1"

_UNKNOWN = -1
"""The code of an answer that is none of the data's classes, as a given model may give."""


def write_answers(evaluation: Evaluation, folder: Path) -> None:
    """Writes the answers of the candidates that went through all splits.

    Tensors: `splits/rows` (places in the dataset, from 0), `splits/number` (which split tested them) and
    `splits/truth`; `untouched/rows` and `untouched/truth`; for the i-th name of the header `i/splits/answers` and where
    it gives them, `i/splits/probabilities`, and likewise `i/untouched/...`. Classes are numbers in the order of the
    header's `classes`, -1 for another; the numbers of a regression are float64.
    """
    dataset, plan = evaluation.dataset, evaluation.plan
    told = [result for result in evaluation.ranked if result.finished == len(plan.splits)]
    rows = np.concatenate([split.test for split in plan.splits])
    tensors: dict[str, NDArray[Any]] = {
        "splits/rows": rows.astype(np.int64),
        "splits/number": np.repeat(np.arange(len(plan.splits)), [len(s.test) for s in plan.splits]).astype(np.int32),
        "splits/truth": _codes(dataset, dataset.target[rows]),
        "untouched/rows": plan.test.astype(np.int64),
        "untouched/truth": _codes(dataset, dataset.target[plan.test]),
    }
    for number, result in enumerate(told):
        tensors |= _of(dataset, f"{number}/splits", result.answers)
        if result.test_answers is not None:
            tensors |= _of(dataset, f"{number}/untouched", (result.test_answers,))
    about = {
        "schema": SCHEMA,
        "task": dataset.task,
        "names": json.dumps([result.entry.name for result in told]),
        "classes": json.dumps(list(dataset.classes)),
        "fingerprint": dataset.fingerprint,
    }
    (folder / FILE).write_bytes(save({name: np.ascontiguousarray(t) for name, t in tensors.items()}, metadata=about))


def _of(dataset: Dataset, where: str, answers: tuple[RowAnswers, ...]) -> dict[str, NDArray[Any]]:
    found = {f"{where}/answers": _codes(dataset, np.concatenate([part.answers for part in answers]))}
    shares = [part.probabilities for part in answers if part.probabilities is not None]
    if shares and dataset.task == "classification":
        found[f"{where}/probabilities"] = np.concatenate(shares)
    return found


def _codes(dataset: Dataset, values: NDArray[Any]) -> NDArray[Any]:
    if dataset.task == "regression":
        return values.astype(np.float64)
    code = {label: i for i, label in enumerate(dataset.classes)}
    return np.array([code.get(str(value), _UNKNOWN) for value in values], dtype=np.int32)
