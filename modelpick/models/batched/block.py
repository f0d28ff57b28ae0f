"""One block: nets of one shape and equal options, trained together from first weights to last epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from modelpick.data.candidate import EpochRecord
from modelpick.models.batched.arrays import Array, Arrays
from modelpick.models.batched.job import MEASURED_AT_ONCE, Job, Trained
from modelpick.models.batched.layers import Layout, Passes
from modelpick.models.batched.losses import gradient_of, hits, losses
from modelpick.models.batched.rows import Batches, Source, Span, rounded
from modelpick.models.batched.steps import Optimizer, rate_row
from modelpick.models.schedules import PLATEAU_EPOCHS, PLATEAU_FACTOR, rate_at


class Block:
    """Nets in training. All jobs have one shape, equal options, and equally many batches of one width.

    Args:
        told: Is called with the count of models after each epoch, and with 0 on the way; what it raises ends the
            training.
    """

    def __init__(self, arrays: Arrays, jobs: Sequence[Job], told: Callable[[int], None]) -> None:
        self._arrays, self._told = arrays, told
        self._options = options = jobs[0].options
        self._layout = Layout.of(jobs[0].sizes)
        self._alive: NDArray[np.intp] = np.arange(len(jobs))
        self._generators = [torch.Generator().manual_seed(job.seed) for job in jobs]
        parts = [job.training_rows for job in jobs]
        most = max(len(part) for part in parts)
        whole = options.batch_size is None or options.batch_size >= most
        width = rounded(most) if whole else int(options.batch_size or 0)
        self._steps = -(-most // width)
        source = Source(arrays, jobs, parts, smoothed=options.label_smoothing > 0)
        self._batches = Batches(arrays, source, self._steps, width, shuffled=not whole)
        self._optimizer = Optimizer(
            arrays,
            self._layout,
            len(jobs),
            options.dtype,
            options.optimizer,
            options.weight_decay,
            own_rates=options.schedule == "plateau",
        )
        self._width = width
        self._held = None
        if jobs[0].validation_rows is not None:
            self._held = _Held(arrays, jobs)
        first = np.zeros((len(jobs), self._layout.length), options.dtype)
        for row, generator in zip(first, self._generators, strict=True):
            self._layout.draw(options.init, generator, row)
        self._optimizer.theta[:] = arrays.array(first)
        self._gradient = gradient_of(options.cost, options.output)
        self._spread = source.spread() if options.output == "identity" else None
        self._counted = source.counted()
        self._rates = np.full(len(jobs), options.learning_rate)
        self._best_loss = np.full(len(jobs), np.inf)
        self._best_epoch = np.zeros(len(jobs), np.intp)
        self._best: list[NDArray[Any] | None] = [None] * len(jobs)
        self._lowest = np.full(len(jobs), np.inf)
        self._lowest_epoch = np.zeros(len(jobs), np.intp)
        self._history: list[list[EpochRecord]] = [[] for _ in jobs]
        self._done: list[Trained | None] = [None] * len(jobs)
        self._updates = 0
        self._prepare()

    def _prepare(self) -> None:
        """The buffers of the models that are still in training."""
        options, models = self._options, len(self._alive)
        self._rate_row = rate_row(self._arrays, self._rates[self._alive], options.dtype)
        self._passes = Passes(
            self._arrays,
            self._optimizer.weights,
            options.activation,
            self._width,
            options.dtype,
            training=True,
            dropout=options.dropout > 0,
        )
        outputs = self._layout.sizes[-1]
        self._sums = self._arrays.zeros((self._batches.span, models, outputs, self._width), options.dtype)
        self._delta = self._arrays.zeros((models, outputs, self._width), options.dtype)
        if self._held is not None:
            self._held.prepare(self._optimizer.weights)

    def train(self) -> list[Trained]:
        """All epochs; one result a job, in their order."""
        for epoch in range(1, self._options.epochs + 1):
            tally = self._epoch()
            held = None if self._held is None else self._held.measure()
            models = len(self._alive)
            self._look(epoch, self._arrays.host(tally).sum(axis=2), held)
            self._told(models)
            if not len(self._alive):
                break
        if len(self._alive):
            self._finish(np.ones(len(self._alive), bool), diverged=False)
        return [trained for trained in self._done if trained is not None]

    def _epoch(self) -> Array:
        """One epoch; loss and score of each model summed over each batch, (2, models, steps)."""
        options, done = self._options, 0
        tally = self._arrays.zeros((2, len(self._alive), self._steps), self._arrays.exact)
        for span in self._batches.epoch([self._generators[i] for i in self._alive]):
            steps = len(span.inputs)
            for s in range(steps):
                self._update(span, s)
            sums = self._sums[:steps]
            lost = losses(self._arrays, options.cost, options.output, sums, span.targets) * span.weights
            hit = hits(self._arrays, options.output, sums, span.targets) * span.weights
            for place, values in enumerate((lost, hit)):
                tally[place, :, done : done + steps] = self._arrays.total(values, 2, False).swapaxes(0, 1)
            done += steps
            self._told(0)
        return tally

    def _update(self, span: Span, s: int) -> None:
        if self._options.dropout:
            self._draw_masks()
        inputs, sums = span.inputs[s], self._sums[s]
        self._passes.forward(inputs.swapaxes(1, 2), sums)
        self._gradient(self._arrays, sums, span.targets[s], span.shares[s], self._delta)
        self._passes.backward(inputs, self._delta, self._optimizer.gradients)
        self._optimizer.step(self._rate())
        self._updates += 1

    def _rate(self) -> Any:
        options = self._options
        if options.schedule == "plateau":
            return self._rate_row
        return rate_at(options.schedule, options.learning_rate, self._updates / (self._steps * options.epochs))

    def _draw_masks(self) -> None:
        """Dropout: each model's own draws, layer by layer, in the order of its rows, as autograd's path draws them."""
        kept = 1 - self._options.dropout
        dtype = torch.float64 if self._options.dtype == "float64" else torch.float32
        step = self._updates % self._steps
        for mask in self._passes.masks:
            drawn = np.ones(mask.shape, self._options.dtype)
            for i, model in enumerate(self._alive):
                rows = min(self._width, self._batches.count(i) - step * self._width)
                draw = torch.empty((rows, mask.shape[1]), dtype=dtype)
                draw.bernoulli_(kept, generator=self._generators[model])
                drawn[i, :, :rows] = draw.numpy().T
            drawn /= kept
            mask[:] = self._arrays.array(drawn)

    def _look(self, epoch: int, tally: NDArray[np.float64], held: NDArray[np.float64] | None) -> None:
        """Records the epoch, remembers best weights, lowers rates, and lets go who is done."""
        options, alive = self._options, self._alive
        loss = tally[0] / self._counted[alive]
        score = tally[1] / self._counted[alive]
        if self._spread is not None:
            score = r2(tally[1], self._spread[alive])
        if options.cost == "rmse":
            loss = np.sqrt(loss)
        for i, model in enumerate(alive):
            self._history[model].append(
                EpochRecord(
                    epoch=epoch,
                    train_loss=float(loss[i]),
                    train_score=float(score[i]),
                    validation_loss=None if held is None else float(held[0, i]),
                    validation_score=None if held is None else float(held[1, i]),
                )
            )
        watched = loss if held is None else held[0]
        lost = ~(np.isfinite(loss) & np.isfinite(watched))
        ended = np.zeros(len(alive), bool)
        if options.early_stopping and held is not None:
            better = ~lost & (watched < self._best_loss[alive])
            self._best_loss[alive[better]] = watched[better]
            self._best_epoch[alive[better]] = epoch
            rows = self._arrays.host(self._optimizer.theta[better]) if better.any() else ()
            for model, row in zip(alive[better], rows, strict=True):
                self._best[model] = row.copy()
            ended = epoch - self._best_epoch[alive] >= options.patience
        if options.schedule == "plateau":
            self._lower_rates(epoch, watched)
        if lost.any() or ended.any():
            self._finish(lost, diverged=True)
            stay = ~lost
            self._finish(ended & stay, diverged=False)
            self._drop(lost | ended)

    def _lower_rates(self, epoch: int, watched: NDArray[np.float64]) -> None:
        alive = self._alive
        lower = watched < self._lowest[alive]
        self._lowest[alive[lower]] = watched[lower]
        self._lowest_epoch[alive[lower]] = epoch
        stuck = alive[epoch - self._lowest_epoch[alive] >= PLATEAU_EPOCHS]
        self._rates[stuck] *= PLATEAU_FACTOR
        self._rate_row = rate_row(self._arrays, self._rates[alive], self._options.dtype)
        self._lowest_epoch[stuck] = epoch

    def _drop(self, gone: NDArray[np.bool_]) -> None:
        kept = np.flatnonzero(~gone)
        self._alive = self._alive[kept]
        if len(kept):
            self._batches.keep(kept)
            self._optimizer.keep(kept)
            if self._held is not None:
                self._held.keep(kept)
            self._prepare()

    def _finish(self, which: NDArray[np.bool_], diverged: bool) -> None:
        """The results of these models, with their best weights, or those that they have now."""
        places = np.flatnonzero(which)
        if not len(places):
            return
        rows = self._arrays.host(self._optimizer.theta)
        for i in places:
            model = self._alive[i]
            best, history = self._best[model], tuple(self._history[model])
            row = rows[i] if best is None else best
            self._done[model] = Trained(
                tensors=self._layout.tensors(row),
                history=history,
                updates=self._updates,
                epoch=len(history) if best is None else int(self._best_epoch[model]),
                diverged=diverged or not bool(np.isfinite(row).all()),
            )


class _Held:
    """The validation rows of a block."""

    def __init__(self, arrays: Arrays, jobs: Sequence[Job]) -> None:
        parts = [np.asarray(job.validation_rows) for job in jobs]
        self._arrays, self._options = arrays, jobs[0].options
        most = rounded(max(len(part) for part in parts))
        self._width = min(most, MEASURED_AT_ONCE)
        source = Source(arrays, jobs, parts, smoothed=False)
        self._steps = -(-most // self._width)
        self._batches = Batches(arrays, source, self._steps, self._width, shuffled=False)
        self._spread = source.spread() if self._options.output == "identity" else None
        self._counted = source.counted()

    def keep(self, kept: NDArray[np.intp]) -> None:
        self._batches.keep(kept)

    def prepare(self, weights: Sequence[Array]) -> None:
        options = self._options
        self._passes = Passes(self._arrays, weights, options.activation, self._width, options.dtype, training=False)
        shape = (len(weights[0]), len(weights[-1][0]), self._width)
        self._sums = self._arrays.zeros(shape, options.dtype)

    def measure(self) -> NDArray[np.float64]:
        """Loss and score of each model, (2, models)."""
        arrays, options = self._arrays, self._options
        models = self._batches.models
        tally = arrays.zeros((2, len(models), self._steps), arrays.exact)
        done = 0
        for span in self._batches.epoch(()):
            for s in range(len(span.inputs)):
                self._passes.forward(span.inputs[s].swapaxes(1, 2), self._sums)
                lost = losses(arrays, options.cost, options.output, self._sums, span.targets[s])
                hit = hits(arrays, options.output, self._sums, span.targets[s])
                tally[0, :, done] = arrays.total(lost * span.weights[s], 1, False)
                tally[1, :, done] = arrays.total(hit * span.weights[s], 1, False)
                done += 1
        counted, measured = self._counted[models], arrays.host(tally).sum(axis=2)
        loss = measured[0] / counted
        score = measured[1] / counted if self._spread is None else r2(measured[1], self._spread[models])
        return np.stack([np.sqrt(loss) if options.cost == "rmse" else loss, score])


def r2(error: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 - error / spread; 0 where the target is constant."""
    known = spread > 0
    return np.where(known, 1 - error / np.where(known, spread, 1), 0.0)
