"""The row `mlp-stack`: preprocessing and stack as a candidate over raw rows, many fits in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Entry, EpochRecord, FitJob, Preprocessing, SavedForm
from modelpick.data.dataset import Task
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import Table
from modelpick.models.becomes_saved import BecomesSaved
from modelpick.models.devices import usable_device
from modelpick.models.saved import SavedModel, learned_features
from modelpick.models.stack.training import FittedStack, train_stacks
from modelpick.models.stack.training_set import TrainingSet
from modelpick.progress import SILENT, Listener

NAME = "mlp-stack"


class StackCandidate(BecomesSaved):
    """Preprocessing and stack, fitted on the training rows alone; rows held out for validation are not looked at.

    Args:
        target_name: The column that it learns to answer for.
        seed: Of inner folds and members.
        options: Of the preprocessing; None: the usual ones. Members take the features as they come of it.
    """

    def __init__(
        self,
        task: Task,
        target_name: str,
        seed: int,
        device: str = "auto",
        options: PreprocessingOptions | None = None,
    ) -> None:
        self.task: Task = task
        self.target_name = target_name
        self.seed = seed
        self.device = device
        self.options = options
        self._notes: tuple[str, ...] = ()

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Empty: every member has one of its own."""
        return ()

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Learns preprocessing and stack from the training rows.

        Raises:
            CannotFindOut: The training diverged, or a number is too large to train on.
        """
        self.fit_all([self], [FitJob(seed=self.seed, X=X, y=y, validation=validation)])
        return self

    @staticmethod
    def fit_all(candidates: Sequence[StackCandidate], jobs: Sequence[FitJob], listener: Listener = SILENT) -> None:
        """Fits several candidates of one device together, each with the result of its own `fit`."""
        ready = [candidate._prepare(job) for candidate, job in zip(candidates, jobs, strict=True)]
        device = str(usable_device(candidates[0].device)) if candidates else "cpu"
        stacks = train_stacks([given for _, given, _ in ready], device=device, listener=listener)
        for candidate, job, (preprocessing, _, classes), stack in zip(candidates, jobs, ready, stacks, strict=True):
            columns = [list(column) for column in job.X.kinds] if isinstance(job.X, Table) else []
            form = stack_form(stack, classes, candidate.target_name, preprocessing, columns, candidate.seed)
            candidate._model = SavedModel(form)
            candidate._notes = stack.notes

    def _prepare(self, job: FitJob) -> tuple[Preprocessing, TrainingSet, tuple[str, ...]]:
        preprocessing, features = learned_features(job, self.options)
        if self.task == "regression":
            numbers = np.asarray(job.y, dtype=np.float64)
            given = TrainingSet(
                features=features, numbers=numbers, seed=self.seed, groups=job.groups, times=job.times, scaled=True
            )
            return preprocessing, given, ()
        names, codes = np.unique(np.asarray(job.y).astype(str), return_inverse=True)
        classes = tuple(map(str, names))
        given = TrainingSet(
            features=features,
            codes=codes,
            classes=len(classes),
            seed=self.seed,
            groups=job.groups,
            times=job.times,
            scaled=True,
        )
        return preprocessing, given, classes

    def summary(self) -> str:
        """Its members with weight, layers and parameters, and how they were trained."""
        return "\n".join([self._fitted.summary(), *self._notes])


def stack_form(
    stack: FittedStack,
    classes: Sequence[str],
    target_name: str,
    preprocessing: Preprocessing,
    columns: Sequence[Sequence[str]],
    seed: int,
) -> SavedForm:
    """A fitted stack behind its preprocessing as plain data.

    Args:
        columns: Name and kind of each column that it was trained on; none where rows are no table.
    """
    config: dict[str, Any] = {
        "task": "classification" if classes else "regression",
        "classes": list(classes),
        "target_name": target_name,
        "columns": [list(column) for column in columns],
        "members": [
            {
                "name": member.name,
                "weight": member.weight,
                "features": "binned" if member.binned else "plain",
                "activation": member.activation,
                "hidden_layer_sizes": [len(member.tensors[f"layers.{i}.bias"]) for i in range(_layers(member) - 1)],
            }
            for member in stack.members
        ],
        "bins": list(stack.bins.counts) if stack.bins is not None else [],
        "temperature": stack.temperature,
        "hyperparameters": {"random_state": seed},
        "trained": "; ".join(stack.notes),
    }
    if not classes:
        config |= {"target_mean": stack.target_mean, "target_scale": stack.target_scale}
    tensors: dict[str, NDArray[Any]] = {"mean": stack.mean, "scale": stack.scale}
    if stack.bins is not None:
        tensors |= {"bins.edges": stack.bins.edges, "bins.centre": stack.bins.centre}
    for i, member in enumerate(stack.members):
        tensors |= {f"members.{i}.{name}": tensor for name, tensor in member.tensors.items()}
    return SavedForm(architecture=NAME, config=config, tensors=tensors, preprocessing=preprocessing)


def _layers(member: Any) -> int:
    return len(member.tensors) // 2


def stack_entry(
    task: Task,
    target_name: str,
    device: str = "auto",
    listener: Listener = SILENT,
    options: PreprocessingOptions | None = None,
) -> Entry:
    """The row of the comparison; `options` of the preprocessing."""

    def make(seed: int) -> StackCandidate:
        return StackCandidate(task, target_name, seed, device, options)

    def fit_many(jobs: Sequence[FitJob]) -> Sequence[StackCandidate]:
        candidates = [make(job.seed) for job in jobs]
        StackCandidate.fit_all(candidates, jobs, listener)
        return candidates

    return Entry(name=NAME, kind="mlp", make=make, fit_many=fit_many)
