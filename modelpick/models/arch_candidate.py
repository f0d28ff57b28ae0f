"""An architecture of the catalogue as a candidate: raw images, texts, sounds or series in, classes or numbers out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from modelpick.data.candidate import EpochRecord, FitJob, Preprocessing, SavedForm
from modelpick.models.arch_inputs import Inputs, inputs_for
from modelpick.models.arch_plan import ArchitectureOptions, Plan
from modelpick.models.arch_targets import Classes, Numbers, hold_out
from modelpick.models.architectures.build import build
from modelpick.models.architectures.known import Architecture
from modelpick.models.architectures.layers import Dropout
from modelpick.models.batches import Source
from modelpick.models.becomes_saved import BecomesSaved
from modelpick.models.devices import device_for
from modelpick.models.forms.network import COUNTED
from modelpick.models.saved import SavedModel
from modelpick.models.summary import updates_line
from modelpick.models.training import train
from modelpick.models.training_settings import Settings
from modelpick.models.training_state import Keeping
from modelpick.progress import SILENT, Listener

_HELD = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that the candidates of one entry have in common.

    Attributes:
        task: Of the data.
        columns: Name and kind of the columns of a table; empty for other kinds.
        fingerprint: Of the data, so that a kept training is never that of other data.
        expects: Hears how many seconds a training will take, once the first batches are measured.
    """

    architecture: Architecture
    plan: Plan
    options: ArchitectureOptions
    task: str = "classification"
    target_name: str
    columns: tuple[tuple[str, str], ...] = ()
    fingerprint: str = ""
    listener: Listener = SILENT
    expects: Callable[[float], None] | None = None


class ArchitectureCandidate(BecomesSaved):
    """A network trained from scratch on the training rows alone.

    Args:
        recipe: What is trained, and how.
        seed: Of its weights, the order of its rows and all else that is drawn.
    """

    def __init__(self, recipe: Recipe, seed: int) -> None:
        self.recipe = recipe
        self.seed = seed
        self._history: tuple[EpochRecord, ...] = ()
        self._trained = ""

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Its training by epoch; the training's own values are means over the epoch, while it learned."""
        return self._history

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Learns preprocessing and weights from the training rows; validation rows are measured, and may end it early.

        Where it shall end early and there are none, about a tenth of the training rows is held out for that.

        Raises:
            UsageError: The device or an option cannot be used.
            CannotFindOut: The training diverged, or a file has changed or gone.
        """
        return self.fit_job(FitJob(seed=self.seed, X=X, y=y, validation=validation))

    def fit_job(self, job: FitJob) -> Self:
        """As `fit`; of rows with an order in time the latest are held out, and what belongs together is so together."""
        X, y, validation = job.X, job.y, job.validation
        recipe, plan = self.recipe, self.recipe.plan
        device = device_for(recipe.options.device)
        targets: Classes | Numbers = Numbers.fit(y) if recipe.task == "regression" else Classes.fit(y)
        if plan.early_stopping and validation is None:
            X, y, validation = hold_out(job, targets, _HELD, self.seed)
        inputs = inputs_for(recipe.architecture, plan, recipe.options, X)
        net = self._network(inputs, targets)
        streams = _streams(net, device, self.seed)
        net.to(device)
        rows = inputs.source(X, targets.tensor(y, device), self._row_weights(y, device), device, learning=True)
        held = None if validation is None else targets.known(*validation)
        measured = None
        if held is not None:
            measured = inputs.source(held[0], targets.tensor(held[1], device), None, device, learning=False)
        settings = self._settings(inputs, targets, device, len(rows))
        trained = train(
            net,
            rows,
            settings,
            measured,
            recipe.listener,
            generator=streams[0],
            streams=streams,
            keeping=self._keeping(inputs, rows, settings),
            expects=recipe.expects,
        )
        self._history = trained.history
        self._trained = updates_line(len(rows), settings.batch_size, len(trained.history))
        if settings.early_stopping and trained.epoch < plan.epochs:
            self._trained += f"; weights of epoch {trained.epoch}"
        self._model = SavedModel(self._form(net, inputs, targets), recipe.options.device)
        return self

    def _network(self, inputs: Inputs, targets: Classes | Numbers) -> nn.Module:
        recipe = self.recipe
        net = build(
            recipe.architecture,
            targets.outputs,
            inputs.shape,
            generator=torch.Generator().manual_seed(self.seed),
            init=recipe.options.init,
            **inputs.network,
        )
        net.output = targets.output  # type: ignore[assignment] # a word that the training reads, as of `MLP`
        return net

    def _settings(self, inputs: Inputs, targets: Classes | Numbers, device: torch.device, rows: int) -> Settings:
        plan = self.recipe.plan
        gpu = device.type == "cuda"
        return Settings(
            cost=targets.cost,
            optimizer=plan.optimizer,
            learning_rate=plan.learning_rate,
            schedule=plan.schedule,
            warm_up=plan.warm_up,
            batch_size=min(plan.batch_size, rows),
            epochs=plan.epochs,
            early_stopping=plan.early_stopping,
            patience=plan.patience,
            weight_decay=plan.weight_decay,
            label_smoothing=plan.label_smoothing,
            clip=plan.clip,
            measure_training=False,
            measured_rows=max(64, 2 * plan.batch_size),
            bf16=gpu and torch.cuda.is_bf16_supported(),
            channels_last=gpu and inputs.pixels is not None,
            threads=plan.threads,
            replayed=inputs.pixels is not None,
        )

    def _row_weights(self, y: NDArray[Any], device: torch.device) -> Tensor | None:
        if self.recipe.options.class_weight is None:
            return None
        _, codes, counts = np.unique(y.astype(str), return_inverse=True, return_counts=True)
        weights = len(y) / (len(counts) * counts)
        return torch.tensor(weights[codes], dtype=torch.float32, device=device)

    def _keeping(self, inputs: Inputs, rows: Source, settings: Settings) -> Keeping | None:
        recipe = self.recipe
        if recipe.options.keep_in is None:
            return None
        said = {
            "data": recipe.fingerprint,
            "rows": inputs.digest(rows),
            "architecture": recipe.architecture.name,
            "input": inputs.preprocessing.to_dict(),
            "network": dict(inputs.network),
            "settings": asdict(settings),
            "options": {**asdict(recipe.options), "keep_in": None},
            "seed": self.seed,
        }
        key = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return Keeping(place=recipe.options.keep_in / f"{recipe.architecture.name}-{key[:24]}.safetensors", key=key)

    def _form(self, net: nn.Module, inputs: Inputs, targets: Classes | Numbers) -> SavedForm:
        recipe = self.recipe
        state = {name: tensor.detach() for name, tensor in net.state_dict().items() if not name.endswith(COUNTED)}
        config: dict[str, Any] = {
            **targets.config(),
            "kind": "architecture",
            "target_name": recipe.target_name,
            "columns": [list(column) for column in recipe.columns],
            "output": targets.output,
            "input_shape": list(inputs.shape),
            "network": dict(inputs.network),
            "hyperparameters": {**_plain(recipe.plan), "init": recipe.options.init, "seed": self.seed},
            "augmentation": inputs.augmentation,
            "trained": self._trained,
        }
        if inputs.pixels is not None:
            config["pixels"] = inputs.pixels
        tensors = {name: tensor.float().cpu().contiguous().numpy().copy() for name, tensor in state.items()}
        preprocessing: Preprocessing = inputs.preprocessing
        return SavedForm(
            architecture=recipe.architecture.name, config=config, tensors=tensors, preprocessing=preprocessing
        )

    def summary(self) -> str:
        """Its layers, how the rows were changed while it learned, and the count of updates."""
        augmentation = self._fitted.form.config["augmentation"]
        seen = f"\nwhile it learned, images were {augmentation}" if augmentation else ""
        return f"{self._fitted.summary()}{seen}\n{self._trained}"


def _streams(net: nn.Module, device: torch.device, seed: int) -> tuple[torch.Generator, ...]:
    """The random streams of a training: one on the CPU, and where the device is another one, one there for dropout."""
    order = torch.Generator().manual_seed(seed + 1)
    drops = order if device.type == "cpu" else torch.Generator(device).manual_seed(seed + 2)
    for module in net.modules():
        if isinstance(module, Dropout):
            module.generator = drops
    return (order,) if drops is order else (order, drops)


def _plain(plan: Plan) -> dict[str, Any]:
    fields = asdict(plan)
    return {**fields, "sides": list(plan.sides)}
