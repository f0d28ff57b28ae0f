"""The one plain training loop: batches, a forward pass, gradients by autograd, a step; told epoch by epoch.

It trains any network on any source of batches: the dense networks that the batched engine does not cover, the
architectures, and pretrained networks that are trained on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from math import ceil, isfinite
from typing import Any

import torch
from torch import Tensor, nn

from modelpick.data.candidate import EpochRecord
from modelpick.errors import CannotFindOut
from modelpick.models.batches import Batch, Source
from modelpick.models.costs import COSTS, Cost
from modelpick.models.epoch_scores import Running, cost_and_score
from modelpick.models.optimizers import OPTIMIZERS, Optimizer, as_one_vector, decay_of, fill_gradient, trained
from modelpick.models.replay import Replayed
from modelpick.models.schedules import PLATEAU_EPOCHS, PLATEAU_FACTOR, rate_at
from modelpick.models.torch_threads import one_torch_thread, paying_torch_threads
from modelpick.models.training_settings import Settings
from modelpick.models.training_state import Keeping, Memory
from modelpick.progress import SILENT, Listener, Step

_SMALL = 2**25  # multiplications in a step: below, a second thread costs more than it brings
_MEASURED_FOR = 1.0  # seconds of batches, from which the time of the whole is told
_TOLD_EVERY = 0.5  # seconds: a long epoch tells how far it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What training did: its history, the count of updates, and the epoch whose weights the network has now."""

    history: tuple[EpochRecord, ...]
    updates: int
    epoch: int


def train(
    net: nn.Module,
    rows: Source,
    settings: Settings,
    validation: Source | None = None,
    listener: Listener = SILENT,
    *,
    generator: torch.Generator | None = None,
    streams: tuple[torch.Generator, ...] = (),
    keeping: Keeping | None = None,
    expects: Callable[[float], None] | None = None,
) -> Trained:
    """Trains the network in place. One generator orders the rows: the same seed gives the same bits.

    With early stopping, it ends once the validation loss has not improved for `patience` epochs, and the weights
    of the best epoch are put back.

    Args:
        net: Its `forward` takes a batch's inputs and gives the last layer's sums.
        generator: Orders the rows; None takes the network's own (`MLP.generator`).
        streams: Further random streams that the training draws from (dropout on a GPU), to be kept too.
        keeping: Where to keep the state every now and then, and to go on from where one is kept there. Once the
            training is done, a kept state shrinks to the weights and the history.
        expects: Hears once, after the first batches, how many seconds all epochs will take on this machine.

    Raises:
        CannotFindOut: (kind `diverged`) The loss is no longer a finite number. (kind `checkpoint`) What was kept is
            damaged.
    """
    stream = generator if generator is not None else getattr(net, "generator", None)
    if not isinstance(stream, torch.Generator):
        raise TypeError("a network without a generator of its own needs one to be trained")
    theta, gradient = as_one_vector(net, settings.channels_last)
    job = _Job(
        net=net,
        theta=theta,
        gradient=gradient,
        parameters=trained(net),
        optimizer=OPTIMIZERS[settings.optimizer](decay_of(net, settings.weight_decay)),
        cost=COSTS[settings.cost],
        settings=settings,
        streams=(stream, *(other for other in streams if other is not stream)),
        total=ceil(len(rows) / settings.batch_size) * settings.epochs,
        memory=Memory(rate=settings.learning_rate),
        keeping=keeping,
        expects=expects,
    )
    if settings.replayed and theta.is_cuda:
        job.replayed = Replayed(streams)
    job.recall()
    memory = job.memory
    with _threads(job), listener.step("training", settings.epochs, "epochs") as step:
        memory.threads = torch.get_num_threads()
        step.advance(memory.epoch)
        while not job.done:
            running = job.learn(rows, step)
            job.look(rows, validation, running)
            job.keep(listener)
    return Trained(history=tuple(memory.history), updates=memory.updates, epoch=memory.best_epoch or memory.epoch)


@dataclass(slots=True, kw_only=True)
class _Job:
    """One training under way."""

    net: nn.Module
    theta: Tensor
    gradient: Tensor
    parameters: Sequence[nn.Parameter]
    optimizer: Optimizer
    cost: Cost
    settings: Settings
    streams: tuple[torch.Generator, ...]
    total: int
    memory: Memory
    keeping: Keeping | None = None
    kept_at: float = field(default_factory=time.monotonic)
    expects: Callable[[float], None] | None = None
    began: tuple[float, int] | None = None
    best: dict[str, Tensor] | None = None
    replayed: Replayed | None = None

    @property
    def done(self) -> bool:
        """All epochs are, or early stopping has ended it."""
        return self.memory.ended or self.memory.epoch >= self.settings.epochs

    def learn(self, rows: Source, step: Step) -> tuple[float, float] | None:
        """One epoch of updates. Returns mean loss and accuracy over its own batches, where these are wanted."""
        settings, memory, net = self.settings, self.memory, self.net
        net.train()
        running = None if settings.measure_training else Running(net)
        told, told_at = 0.0, time.monotonic()
        count = self.total // settings.epochs
        for number, batch in enumerate(rows.batches(settings.batch_size, self.streams[0])):
            self.fill(batch, running)
            if settings.clip is not None:
                length = torch.linalg.vector_norm(self.gradient)
                self.gradient.mul_((settings.clip / (length + 1e-6)).clamp_max(1.0))
            self.optimizer.step(self.theta, self.gradient, self.rate())
            memory.updates += 1
            now = time.monotonic()
            if self.expects is not None:
                self.foretell(now)
            if now - told_at > _TOLD_EVERY and number + 1 < count:
                told_at = now
                step.advance((number + 1) / count - told)
                told = (number + 1) / count
        memory.epoch += 1
        step.advance(1 - told)
        return None if running is None else running.means()

    def fill(self, batch: Batch, running: Running | None) -> None:
        """The gradient of a batch; of its pieces one after the other, each let go before the next."""
        for number, piece in enumerate(batch.pieces or (batch,)):
            if batch.pieces:
                losses, sums = self.work(piece, len(piece.targets) / len(batch.targets), add=number > 0)
            else:
                losses, sums = self.work(piece) if self.replayed is None else self.replayed.do(self.work, piece)
            if running is not None:
                running.add(losses, sums, piece)

    def work(self, batch: Batch, share: float = 1.0, add: bool = False) -> tuple[Tensor, Tensor]:
        """The gradient of a batch's cost, which counts as this share of the update's; its losses and sums."""
        net, settings = self.net, self.settings
        with self.precision():
            outputs = net(*batch.inputs)
        outputs = outputs.float() if settings.bf16 else outputs
        targets = batch.targets
        if settings.label_smoothing:
            even = 0.5 if getattr(net, "output", "softmax") == "sigmoid" else 1 / targets.shape[1]
            targets = targets.lerp(torch.full_like(targets, even), settings.label_smoothing)
        losses = self.cost.rows(net, outputs, targets)  # type: ignore[arg-type] # the costs of classes ask no MLP
        cost = self.cost.of(losses, batch.weights)
        fill_gradient(self.gradient, cost if share == 1.0 else cost * share, self.parameters, add=add)
        return losses.detach(), outputs.detach()

    def foretell(self, now: float) -> None:
        """Tells how long the training will take, once that can be told."""
        if self.began is None:
            self.began = (now, self.memory.updates)  # the first batch also pays for what is done once
        elif now - self.began[0] > _MEASURED_FOR and self.expects is not None:
            each = (now - self.began[0]) / (self.memory.updates - self.began[1])
            self.expects(each * (self.total - self.memory.updates))
            self.expects = None

    def rate(self) -> float:
        """The learning rate of the update that comes."""
        done = self.memory.updates / self.total
        rate = _rate(self.settings, done) if self.settings.schedule != "plateau" else self.memory.rate
        warm_up = self.settings.warm_up
        return rate * min(1.0, (self.memory.updates + 1) / (warm_up * self.total)) if warm_up else rate

    def precision(self) -> AbstractContextManager[Any]:
        """The context of a forward pass."""
        if not self.settings.bf16:
            return nullcontext()
        return torch.autocast(self.theta.device.type, dtype=torch.bfloat16)

    def look(self, rows: Source, validation: Source | None, running: tuple[float, float] | None) -> None:
        """Measures after an epoch, and does what follows from it: the history, the rate, the best weights, the end."""
        memory, settings = self.memory, self.settings
        self.net.eval()
        loss, score = self.measure(rows) if running is None else running
        held, held_score = (None, None) if validation is None else self.measure(validation)
        if not isfinite(loss) or (held is not None and not isfinite(held)):
            raise CannotFindOut(
                f"the training diverged: after epoch {memory.epoch} the loss is no longer a finite number",
                "lower the learning rate (`--lr`, `learning_rate`)",
                kind="diverged",
            )
        memory.history.append(
            EpochRecord(
                epoch=memory.epoch,
                train_loss=loss,
                train_score=score,
                validation_loss=held,
                validation_score=held_score,
            )
        )
        watched = loss if held is None else held
        if watched < memory.lowest:
            memory.lowest, memory.lowest_epoch = watched, memory.epoch
        elif settings.schedule == "plateau" and memory.epoch - memory.lowest_epoch >= PLATEAU_EPOCHS:
            memory.rate *= PLATEAU_FACTOR
            memory.lowest_epoch = memory.epoch
        if settings.early_stopping and held is not None:
            if held < memory.best_loss:
                memory.best_loss, memory.best_epoch = held, memory.epoch
                self.best = {name: tensor.clone() for name, tensor in self.weights().items()}
            elif memory.epoch - memory.best_epoch >= settings.patience:
                memory.ended = True
        if self.done:
            self.put_best_back()

    @torch.no_grad()
    def measure(self, rows: Source) -> tuple[float, float]:
        """Cost over all rows, and accuracy, or R2 for regression (0 where the target is constant)."""
        sums, targets, weights = [], [], []
        for part in rows.parts(self.settings.measured_rows):
            with self.precision():
                outputs = self.net(*part.inputs)
            sums.append(outputs.float() if self.settings.bf16 else outputs)
            targets.append(part.targets)
            if part.weights is not None:
                weights.append(part.weights)
        return cost_and_score(
            self.net, self.cost, torch.cat(sums), torch.cat(targets), torch.cat(weights) if weights else None
        )

    def weights(self) -> dict[str, Tensor]:
        """What makes the network's answers: its parameters in one vector, and the running means it keeps."""
        kept = self.net.state_dict().keys()
        return {"theta": self.theta, **{f"buffer.{n}": b for n, b in self.net.named_buffers() if n in kept}}

    def put_best_back(self) -> None:
        """The weights of the best epoch, where early stopping looked for it."""
        if self.best is not None:
            for name, tensor in self.weights().items():
                tensor.copy_(self.best[name])
            self.best = None

    def keep(self, listener: Listener) -> None:
        """Keeps the state where it is time to, or where a kept one can shrink; on a full disk it goes on without."""
        if self.keeping is None:
            return
        due = time.monotonic() - self.kept_at >= self.keeping.every
        if not due and not (self.done and self.keeping.place.is_file()):
            return
        try:
            self.keeping.write(self.memory, self.tensors())
        except OSError as error:
            listener.notice(f"the state of the training cannot be kept, and it goes on without: {error}")
            self.keeping = None
        self.kept_at = time.monotonic()

    def tensors(self) -> dict[str, Tensor]:
        """All that a training needs to go on, by name; its weights alone once it is done."""
        found = dict(self.weights())
        if not self.done:
            found |= {f"optimizer.{n}": t for n, t in self.optimizer.memory().items()}
            found |= {f"best.{name}": tensor for name, tensor in (self.best or {}).items()}
        return found | {f"stream.{i}": stream.get_state() for i, stream in enumerate(self.streams)}

    def recall(self) -> None:
        """Goes on from what was kept, if anything was."""
        found = None if self.keeping is None else self.keeping.read()
        if found is None:
            return
        self.memory, tensors = found

        def part(prefix: str) -> dict[str, Tensor]:
            return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}

        device = self.theta.device
        for name, tensor in self.weights().items():
            tensor.copy_(tensors[name])
        self.optimizer.remember({name: tensor.to(device) for name, tensor in part("optimizer.").items()})
        self.best = {name: tensor.to(device) for name, tensor in part("best.").items()} or None
        for i, stream in enumerate(self.streams):
            stream.set_state(tensors[f"stream.{i}"])


def _rate(settings: Settings, done: float) -> float:
    return rate_at(settings.schedule, settings.learning_rate, done)


def _threads(job: _Job) -> AbstractContextManager[None]:
    wanted = job.settings.threads
    if wanted == "all":
        return paying_torch_threads(job.memory.threads)  # of the state that it goes on from, for the same bits
    if wanted == "one" or job.theta.numel() * job.settings.batch_size <= _SMALL:
        return one_torch_thread()
    return nullcontext()
