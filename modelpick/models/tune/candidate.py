"""Row `mlp` with `--tune`: the network whose setting is searched for inside the training rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

from numpy.typing import NDArray

from modelpick.data.candidate import FitJob, Preprocessing, SavedForm
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.models.candidate import MLPCandidate
from modelpick.models.devices import usable_device
from modelpick.models.estimators import MLPClassifier, MLPRegressor
from modelpick.models.fitting import fit_together
from modelpick.models.tune.halving import Tuned, tune
from modelpick.progress import SILENT, Listener

MakeTuned = Callable[[int], "TunedMLPCandidate"]


class TunedMLPCandidate(MLPCandidate):
    """As `MLPCandidate`; before it is trained, hidden layers, activation, decay, rate and dropout are searched for.

    Args:
        listener: Is told what was chosen, where it is trained alone. (In cross-validation each split has a choice of
            its own, and only that on all rows is kept.)

    Attributes:
        tuned: What was chosen; None before `fit`.
    """

    def __init__(
        self,
        estimator: MLPClassifier | MLPRegressor,
        target_name: str,
        options: PreprocessingOptions | None = None,
        listener: Listener = SILENT,
    ) -> None:
        super().__init__(estimator, target_name, options)
        self.listener = listener
        self.tuned: Tuned | None = None

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Searches a setting on the training rows and trains it; validation rows are only measured. Errors as of
        `MLPCandidate.fit`.
        """
        fit_tuned([self], [FitJob(seed=0, X=X, y=y, validation=validation)])
        return self

    def _form(self, preprocessing: Preprocessing, columns: list[list[str]]) -> SavedForm:
        form = super()._form(preprocessing, columns)
        if self.tuned is None:
            return form
        return replace(form, config={**form.config, "trained": f"{form.config['trained']}; {self.tuned.words()}"})

    def summary(self) -> str:
        """The layers, the count of updates, and what was chosen."""
        return super().summary() if self.tuned is None else f"{super().summary()}\n{self.tuned.words()}"


def fit_tuned(candidates: Sequence[TunedMLPCandidate], jobs: Sequence[FitJob], listener: Listener = SILENT) -> None:
    """Searches and trains several candidates of one device together, each with the result of its own `fit`."""
    if not candidates:
        return
    data = [candidate._prepare(job) for candidate, job in zip(candidates, jobs, strict=True)]
    estimators = [candidate.estimator for candidate in candidates]
    searches = [estimator.job(features, y) for estimator, (features, y, _) in zip(estimators, data, strict=True)]
    groups, times = [candidate._groups for candidate in candidates], [candidate._times for candidate in candidates]
    device = str(usable_device(estimators[0].device))
    tuned = tune(searches, groups=groups, times=times, device=device, listener=listener)
    for candidate, found in zip(candidates, tuned, strict=True):
        candidate.tuned = found
        candidate.estimator.set_params(
            hidden_layer_sizes=found.options.hidden,
            activation=found.options.activation,
            optimizer=found.options.optimizer,
            schedule=found.options.schedule,
            learning_rate=found.options.learning_rate,
            weight_decay=found.options.weight_decay,
            dropout=found.options.dropout,
            epochs=found.options.epochs,
            batch_size=found.options.batch_size,
        )
    fit_together(estimators, data, listener=listener)
    for candidate in candidates:
        candidate._finish()
    if len(candidates) == 1 and candidates[0].tuned is not None:
        candidates[0].listener.notice(f"`mlp` on {len(jobs[0].y):,} rows: {candidates[0].tuned.words()}")


def fit_many_tuned(make: MakeTuned, jobs: Sequence[FitJob], listener: Listener = SILENT) -> list[TunedMLPCandidate]:
    """For `Entry.fit_many`: one fitted candidate a job."""
    candidates = [make(job.seed) for job in jobs]
    fit_tuned(candidates, jobs, listener)
    return candidates
