"""Fine-tuning as a candidate: a new last layer first, then the whole pretrained network, by the one training loop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from modelpick.data.candidate import Entry, EpochRecord, FitJob, SavedForm
from modelpick.data.dataset import Dataset
from modelpick.errors import UsageError
from modelpick.models.arch_entries import in_words
from modelpick.models.devices import device_for
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.inputs import Inputs, inputs_for
from modelpick.models.pretrained.loading import load
from modelpick.models.pretrained.tuned_form import answers_of, tuned_form
from modelpick.models.pretrained.tuned_net import (
    ModelRows,
    TunedNetwork,
    alone,
    fill_head,
    free,
    seconds_a_row,
    tuned_network,
)
from modelpick.models.pretrained.tuning_plan import TuningOptions, TuningPlan, tuning_plan
from modelpick.models.summary import updates_line
from modelpick.models.torch_threads import paying_torch_threads
from modelpick.models.training import Trained, train
from modelpick.models.training_settings import Settings
from modelpick.models.training_state import Keeping
from modelpick.progress import SILENT, Listener

_LONG = 60.0  # seconds: a training that takes longer is told of before
_HELD_OUT = 0.1
_STEP = 3.4  # forward passes that one step of training costs
_SMALL = 2**25  # multiplications in a step: below, a second thread costs more than it brings


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningRecipe:
    """All that the fine-tunings of one model on one dataset have in common.

    Attributes:
        bank: What the frozen model gives for rows, which the new last layer is trained on first.
        fingerprint: Of the data, so that a kept training is never that of other data.
        tell: Hears how many seconds a training will take, before it begins.
    """

    folder: PretrainedFolder
    bank: FeatureBank
    options: TuningOptions
    target_name: str
    fingerprint: str = ""
    listener: Listener = SILENT
    tell: Callable[[float], None] | None = None


class FineTuned:
    """A pretrained model, trained on: all of it but its vectors of words, with a new last layer.

    Args:
        seed: Of the order of the rows and of what is left out (dropout).
    """

    def __init__(self, recipe: TuningRecipe, seed: int) -> None:
        self.recipe = recipe
        self.seed = seed
        self._net: TunedNetwork | None = None
        self._inputs: Inputs
        self._plan: TuningPlan
        self._classes: tuple[str, ...] = ()
        self._history: tuple[EpochRecord, ...] = ()
        self._trained = ""

    @property
    def _fitted(self) -> TunedNetwork:
        if self._net is None:
            raise RuntimeError("the candidate is not fitted yet: call fit first")
        return self._net

    @property
    def classes_(self) -> tuple[str, ...]:
        """Class names in the order of `predict_proba`'s columns."""
        return self._classes

    @property
    def parameters(self) -> int:
        """Weights and biases, those that were not trained too."""
        return sum(parameter.numel() for parameter in self._fitted.parameters())

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """The training of the whole by epoch; that of the last layer before it is not in it."""
        return self._history

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Trains the last layer, then all; the epoch with the lowest loss on the validation rows is taken.

        Where there are none, about a tenth of the training rows is held out for that.

        Raises:
            AnswerIsNo: The model cannot be loaded or is damaged.
            UsageError: The device cannot be used.
            CannotFindOut: The training diverged, or a file of the rows has changed or gone.
        """
        return self.fit_job(FitJob(seed=self.seed, X=X, y=y, validation=validation))

    def fit_job(self, job: FitJob) -> Self:
        """As `fit`; of rows with an order in time the latest are held out, and what belongs together is so together."""
        X, y, validation = _with_validation(job)
        recipe, folder = self.recipe, self.recipe.folder
        device = device_for(recipe.options.device)
        self._classes = tuple(str(name) for name in np.unique(y.astype(str)))
        self._plan = tuning_plan(recipe.options, folder.kind, len(y), folder.parameters)
        with torch.random.fork_rng(devices=_cuda(device)), recipe.listener.step(f"loading {folder.name}"):
            torch.manual_seed(self.seed)
            self._inputs = inputs_for(folder)
            net = tuned_network(folder, load(folder, head=False, learns=True), self._inputs, len(self._classes))
            free(net, self._inputs)
            net.to(device)
        with torch.random.fork_rng(devices=_cuda(device)), paying_torch_threads():
            torch.manual_seed(self.seed)
            rows = self._rows(net, X, y, device)
            held = self._held(net, validation, device)
            self._foretell(net, rows, 0 if held is None else len(held))
            vectors = torch.from_numpy(np.array(recipe.bank.of(X)[net.layer])).to(device)
            fill_head(net, vectors, rows.targets, self.seed)
            self._finish(net, self._train(net, rows, held, device), len(rows))
        return self

    def _rows(self, net: TunedNetwork, X: Any, y: NDArray[Any], device: torch.device) -> ModelRows:
        codes = torch.from_numpy(np.searchsorted(np.array(self._classes), y.astype(str)))
        targets = torch.nn.functional.one_hot(codes, len(self._classes)).to(device, torch.float32)
        return ModelRows(self._inputs, X, targets, net.names, in_pieces=alone(net))

    def _held(
        self, net: TunedNetwork, validation: tuple[Any, NDArray[Any]] | None, device: torch.device
    ) -> ModelRows | None:
        """The validation rows whose class the training rows have; None where there are none."""
        if validation is None:
            return None
        names = validation[1].astype(str)
        kept = np.flatnonzero(np.isin(names, self._classes))
        return self._rows(net, validation[0].take(kept), names[kept], device) if len(kept) else None

    def _foretell(self, net: TunedNetwork, rows: ModelRows, held: int) -> None:
        """Says how long it will take before it begins."""
        if self.recipe.tell is not None:
            passes = _STEP * len(rows) + held
            self.recipe.tell(self._plan.epochs * passes * seconds_a_row(net, rows))

    def _train(self, net: TunedNetwork, rows: ModelRows, held: ModelRows | None, device: torch.device) -> Trained:
        plan = self._plan
        gpu = device.type == "cuda"
        learning = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
        settings = Settings(
            cost="cross-entropy",
            optimizer="adamw",
            learning_rate=plan.learning_rate,
            schedule="cosine",
            warm_up=plan.warm_up,
            batch_size=plan.batch_size,
            epochs=plan.epochs,
            early_stopping=held is not None,
            patience=plan.patience,
            weight_decay=plan.weight_decay,
            clip=plan.clip,
            measure_training=False,
            bf16=gpu and torch.cuda.is_bf16_supported(),
            threads="all" if learning * plan.batch_size > _SMALL else "one",
        )
        order = torch.Generator().manual_seed(self.seed + 1)
        # Dropout inside of the pretrained part draws from torch's own streams, so these are kept too.
        streams = (order, torch.default_generator, *(torch.cuda.default_generators[i] for i in _cuda(device)))
        return train(
            net,
            rows,
            settings,
            held,
            self.recipe.listener,
            generator=order,
            streams=streams,
            keeping=self._keeping(rows, held, settings),
        )

    def _keeping(self, rows: ModelRows, held: ModelRows | None, settings: Settings) -> Keeping | None:
        recipe = self.recipe
        if recipe.options.keep_in is None:
            return None
        said = {
            "data": recipe.fingerprint,
            "rows": _digest(rows),
            "held": None if held is None else _digest(held),
            "model": recipe.folder.identity(),
            "classes": list(self._classes),
            "settings": asdict(settings),
            "seed": self.seed,
        }
        key = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return Keeping(place=recipe.options.keep_in / f"finetune-{key[:24]}.safetensors", key=key)

    def _finish(self, net: TunedNetwork, trained: Trained, rows: int) -> None:
        self._net = net.eval().requires_grad_(False)
        for parameter in net.parameters():
            parameter.grad = None
        self._history = trained.history
        self._trained = updates_line(rows, self._plan.batch_size, len(trained.history))
        if trained.epoch < len(trained.history):
            self._trained += f"; weights of epoch {trained.epoch}"

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one."""
        return answers_of(self._fitted, self._inputs, X)

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str), shape (rows,)."""
        names: NDArray[Any] = np.array(self.classes_, dtype=object)
        return names[self.predict_proba(X).argmax(axis=1)]  # type: ignore[no-any-return]

    def saved_form(self) -> SavedForm:
        """All weights, the base's config and the small files of its preprocessing."""
        about = {"hyperparameters": {**asdict(self._plan), "seed": self.seed}, "trained": self._trained}
        return tuned_form(self._fitted, self._classes, self.recipe.target_name, about)

    def summary(self) -> str:
        """What it is and how it was trained."""
        learned = f"`{self.recipe.folder.name}` with a new last layer for {len(self._classes)} classes"
        return f"{learned}, {self.parameters:,} parameters, trained on as a whole\n{self._trained}"


def finetune_entry(
    folder: PretrainedFolder,
    dataset: Dataset,
    options: TuningOptions | None = None,
    listener: Listener = SILENT,
    bank: FeatureBank | None = None,
) -> Entry:
    """The row `name:finetune` of the comparison.

    Args:
        bank: Vectors of the rows, which the other ways of the model need too; None makes one.

    Raises:
        UsageError: The task is a regression, or the device cannot be used.
    """
    options = TuningOptions() if options is None else options
    if dataset.task == "regression":
        raise UsageError(
            f"`{folder.name}` is fine-tuned to answer with classes, and the task is regression",
            "leave `--finetune` out; `--task classification` overrules what was inferred",
        )
    device_for(options.device)
    if bank is None:
        bank = FeatureBank(folder, "vectors", dataset.features, options.device, listener)
    recipe = TuningRecipe(
        folder=folder,
        bank=bank,
        options=options,
        target_name=dataset.target_name,
        fingerprint=dataset.fingerprint,
        listener=listener,
        tell=_teller(folder.name, listener),
    )

    def make(seed: int) -> FineTuned:
        return FineTuned(recipe, seed)

    def one_after_another(jobs: Sequence[FitJob]) -> list[FineTuned]:
        return [make(job.seed).fit_job(job) for job in jobs]

    return Entry(
        name=f"{folder.name}:finetune",
        kind="pretrained",
        way="finetune",
        source=folder.repo_id or str(folder.path),
        commit=folder.commit,
        make=make,
        fit_many=one_after_another,  # in this process, for a large model has no room twice
        at_once=1,
    )


def _with_validation(job: FitJob) -> tuple[Any, NDArray[Any], tuple[Any, NDArray[Any]] | None]:
    """The rows to train on and those that are held out, where the job has none and enough rows of each class."""
    if job.validation is not None:
        return job.X, job.y, job.validation
    strata = np.unique(job.y.astype(str), return_inverse=True)[1].astype(np.intp)
    held = job.held_rows(_HELD_OUT, strata)
    if held is None:
        return job.X, job.y, None
    rest = np.setdiff1d(np.arange(len(job.y)), held)
    return job.X.take(rest), job.y[rest], (job.X.take(held), job.y[held])


def _teller(name: str, listener: Listener) -> Callable[[float], None]:
    """Tells of the first long training, in words, and of no other."""
    told: list[float] = []

    def tell(seconds: float) -> None:
        if seconds > _LONG and not told:
            told.append(seconds)
            listener.notice(f"`{name}:finetune`: {in_words(seconds)} on this machine for each training")

    return tell


def _digest(rows: ModelRows) -> str:
    whole = hashlib.sha256(np.ascontiguousarray(rows.rows.row_hashes()).tobytes())
    whole.update(rows.targets.argmax(1).cpu().numpy().tobytes())
    return whole.hexdigest()


def _cuda(device: torch.device) -> list[int]:
    """The number of a GPU, for its random stream."""
    if device.type != "cuda":
        return []
    return [torch.cuda.current_device() if device.index is None else device.index]
