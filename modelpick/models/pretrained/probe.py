"""Way `probe`: a pretrained model's frozen features and a small linear model on them, as a candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import EpochRecord, FitJob, SavedForm
from modelpick.data.network_inputs.untouched import Untouched
from modelpick.models.forms.probe import ARCHITECTURE, shares
from modelpick.models.pretrained.base import reference
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.probe_fit import Probe, fit_classifier, fit_regressor


class ProbeCandidate:
    """A linear model on the features of a bank.

    Args:
        bank: What the pretrained model gives for rows; the candidates of one model share it.
        task: `classification` or `regression`.
        target_name: The column that it answers for.
        seed: Of the choices inside the training rows.
    """

    def __init__(self, bank: FeatureBank, task: str, target_name: str, seed: int) -> None:
        self.bank = bank
        self.task = task
        self.target_name = target_name
        self.seed = seed
        self._probe: Probe | None = None
        self._classes: tuple[str, ...] = ()

    @property
    def _fitted(self) -> Probe:
        if self._probe is None:
            raise RuntimeError("the candidate is not fitted yet: call fit first")
        return self._probe

    @property
    def classes_(self) -> tuple[str, ...]:
        """Class names in the order of `predict_proba`'s columns; empty for regression."""
        return self._classes

    @property
    def parameters(self) -> int:
        """Those of the frozen model and of the linear one."""
        return self.bank.folder.parameters + self._fitted.weight.size + self._fitted.bias.size

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Empty: it has no epochs."""
        return ()

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Learns the linear model from the training rows' features; validation rows are not looked at.

        Raises:
            AnswerIsNo: The pretrained model cannot be loaded or used.
            CannotFindOut: transformers cannot work here, or a file has changed.
        """
        return self.fit_job(FitJob(seed=self.seed, X=X, y=y))

    def fit_job(self, job: FitJob) -> Self:
        """As `fit`; the folds by which it chooses keep together what belongs together, and keep an order in time."""
        features, y = self.bank.of(job.X), job.y
        if self.task == "regression":
            self._probe = fit_regressor(features, y.astype(np.float64), self.seed, job.groups, job.times)
        else:
            self._classes = tuple(str(name) for name in np.unique(y.astype(str)))
            self._probe = fit_classifier(features, y, self.seed, job.groups, job.times)
        return self

    def _outputs(self, X: Any) -> NDArray[np.float64]:
        return self._fitted.outputs(self.bank.of(X)[self._fitted.layer])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one."""
        return shares(self._outputs(X))

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str) or numbers (float64), shape (rows,)."""
        if self.task == "regression":
            return self._outputs(X)[:, 0]
        names: NDArray[Any] = np.array(self.classes_, dtype=object)
        return names[self._outputs(X).argmax(axis=1)]  # type: ignore[no-any-return]

    def saved_form(self) -> SavedForm:
        """The linear model, and which pretrained model it stands on."""
        probe, folder = self._fitted, self.bank.folder
        config: dict[str, Any] = {
            "task": self.task,
            "kind": "pretrained",
            "way": "probe",
            "classes": list(self.classes_),
            "target_name": self.target_name,
            "columns": [],
            "base": {**reference(folder), "layer": probe.layer},
            "width": probe.weight.shape[1],
            "hyperparameters": {"strength": probe.strength, "seed": self.seed},
            "trained": f"a linear model on frozen features ({probe.how})",
        }
        if self.task == "regression":
            config |= {"target_mean": 0.0, "target_scale": 1.0}
        tensors = {"layers.0.weight": probe.weight, "layers.0.bias": probe.bias}
        return SavedForm(
            architecture=ARCHITECTURE,
            config=config,
            tensors=tensors,
            preprocessing=Untouched(folder.kind, folder.name),
        )

    def summary(self) -> str:
        """The frozen model, the linear one, and what a row costs."""
        probe, folder = self._fitted, self.bank.folder
        kind = "ridge regression" if self.task == "regression" else "logistic regression"
        outputs, width = probe.weight.shape
        cost = self.bank.seconds_per_row
        told = "" if cost is None else f"; its features took {1000 * cost:.3g} ms a row"
        return (
            f"{folder.name}, frozen ({folder.parameters:,} parameters), and {kind} ({probe.how}), "
            f"{width} x {outputs} + {outputs}{told}"
        )


def fit_many(make: Callable[[int], ProbeCandidate], jobs: Sequence[FitJob]) -> list[ProbeCandidate]:
    """Fits a candidate for each job in this process, where the features are; results as one by one."""
    return [make(job.seed).fit_job(job) for job in jobs]
