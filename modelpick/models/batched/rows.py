"""The rows of a block of nets, gathered batch by batch: each net's own order, own scaling, own last batch.

Nets of a block have equally many batches of one width. Where a net has fewer rows, the last batch is filled up with
rows that do not count, so that the width, and with it the way the sums are rounded, depends on no neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from modelpick.models.batched.arrays import Array, Arrays
from modelpick.models.batched.job import Job

_SPAN_BYTES = 2**21
_SCALED_AT_ONCE = 2**15
_LEAST_WEIGHT = 1e-30


def rounded(rows: int) -> int:
    """To a multiple of 8: the width of a batch that takes all rows of a net, so that equal ones meet in a block."""
    return -(-rows // 8) * 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Batches gathered together.

    Attributes:
        inputs: Shape (steps, models, width, features + 1), the last column all ones.
        targets: Shape (steps, models, outputs, width).
        shares: How much each row counts in its batch, (steps, models, 1, width), summing to one over the width.
        weights: How much it counts in the epoch, (steps, models, width).
    """

    inputs: Array
    targets: Array
    shares: Array
    weights: Array


class Source:
    """Rows of several jobs on the device, as inputs with a column of ones, targets and weights.

    Args:
        parts: Of each job, the indices of its rows.
        smoothed: Whether targets are smoothed as the options say.
    """

    def __init__(self, arrays: Arrays, jobs: Sequence[Job], parts: Sequence[NDArray[np.intp]], smoothed: bool) -> None:
        dtype, features, outputs = jobs[0].options.dtype, jobs[0].features.shape[1], jobs[0].targets.shape[1]
        counts = [len(part) for part in parts]
        self.counts = counts
        self.starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
        inputs = np.ones((sum(counts), features + 1), dtype)
        targets = np.empty((len(inputs), outputs), dtype)
        self.weights: NDArray[Any] | None = None
        if any(job.weights is not None for job in jobs):
            self.weights = np.ones(len(inputs), dtype)
        for job, part, start in zip(jobs, parts, self.starts, strict=True):
            end = start + len(part)
            for first in range(0, len(part), _SCALED_AT_ONCE):
                some = part[first : first + _SCALED_AT_ONCE]
                inputs[start + first : start + first + len(some), :-1] = job.scaled(some)
            targets[start:end] = job.targets[part]
            if self.weights is not None and job.weights is not None:
                own = job.weights[part]  # only their ratios count: none may leave what `dtype` can hold
                self.weights[start:end] = np.maximum(own / own.max(), _LEAST_WEIGHT)
        if smoothed:
            smoothing = jobs[0].options.label_smoothing
            even = 0.5 if jobs[0].options.output == "sigmoid" else 1 / outputs
            targets = (targets * (1 - smoothing) + smoothing * even).astype(dtype)
        self.inputs, self.targets = arrays.array(inputs), arrays.array(targets)
        self.dtype, self._host_targets = dtype, targets

    def counted(self) -> NDArray[np.float64]:
        """How much the rows of each job count together."""
        return np.array([weights.sum() for _, weights in self._by_job()])

    def spread(self) -> NDArray[np.float64]:
        """Sum of squares around the (weighted) mean of each job's targets: what R2 compares with."""
        totals = []
        for targets, weights in self._by_job():
            centre = weights @ targets / weights.sum()
            totals.append(float((weights @ (targets - centre) ** 2).sum()))
        return np.array(totals)

    def _by_job(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        for start, count in zip(self.starts, self.counts, strict=True):
            rows = slice(start, start + count)
            weights = np.ones(count) if self.weights is None else self.weights[rows].astype(np.float64)
            yield self._host_targets[rows].astype(np.float64), weights


class Batches:
    """The batches of a block, epoch after epoch.

    Args:
        steps: Batches in an epoch.
        width: Rows in a batch.
        shuffled: Each job draws a new order an epoch from its generator; else the rows come as they are.
    """

    def __init__(self, arrays: Arrays, source: Source, steps: int, width: int, shuffled: bool) -> None:
        self._arrays, self._source = arrays, source
        self._steps, self._width, self._shuffled = steps, width, shuffled
        self._ready: list[Span] = []
        self.models = np.arange(len(source.counts))
        self._allocate()

    def count(self, place: int) -> int:
        """Rows of the model at this place."""
        return self._source.counts[int(self.models[place])]

    def keep(self, kept: NDArray[np.intp]) -> None:
        """Goes on with these models only."""
        self.models = self.models[kept]
        self._allocate()

    def _allocate(self) -> None:
        arrays, source, models = self._arrays, self._source, len(self.models)
        features, outputs = source.inputs.shape[1], source.targets.shape[1]
        itemsize = 8 if source.dtype == "float64" else 4
        per_step = models * self._width * (features + outputs) * itemsize
        self.span = max(1, min(self._steps, _SPAN_BYTES // per_step))
        self._inputs = arrays.zeros((self.span, models, self._width, features), source.dtype)
        self._targets = arrays.zeros((self.span, models, self._width, outputs), source.dtype)
        self._targets_t = arrays.zeros((self.span, models, outputs, self._width), source.dtype)
        self._even_shares, self._real = self._fixed()
        self._ready = []

    def _fixed(self) -> tuple[Array, Array]:
        """Shares and weights where all real rows count the same, (steps, models, 1, width) and (.., width)."""
        real = np.zeros((len(self.models), self._steps * self._width), self._source.dtype)
        for i, model in enumerate(self.models):
            real[i, : self._source.counts[model]] = 1
        by_step = np.ascontiguousarray(real.reshape(len(self.models), self._steps, self._width).swapaxes(0, 1))
        shares = by_step / by_step.sum(axis=2, keepdims=True)
        return self._arrays.array(shares[:, :, None, :]), self._arrays.array(by_step)

    def epoch(self, generators: Sequence[torch.Generator]) -> Iterator[Span]:
        """The spans of an epoch; what a span holds is overwritten by the next one."""
        if self._ready:
            yield from self._ready
            return
        index = self._order(generators)
        on_device = self._arrays.array(index)
        shares, weights = self._even_shares, self._real
        if self._source.weights is not None:
            counted = self._source.weights[index] * self._arrays.host(self._real)
            weights = self._arrays.array(counted)
            shares = self._arrays.array((counted / counted.sum(axis=2, keepdims=True))[:, :, None, :])
        for start in range(0, self._steps, self.span):
            end = min(start + self.span, self._steps)
            span = self._gather(on_device[start:end], shares[start:end], weights[start:end])
            if not self._shuffled and self.span >= self._steps:
                self._ready = [span]
            yield span

    def _order(self, generators: Sequence[torch.Generator]) -> NDArray[np.intp]:
        """Row numbers (steps, models, width), those that fill up being each model's first."""
        index = np.zeros((len(self.models), self._steps * self._width), np.int64)
        for i, model in enumerate(self.models):
            count = self._source.counts[model]
            if self._shuffled:
                torch.randperm(count, generator=generators[i], out=torch.from_numpy(index[i, :count]))
            else:
                index[i, :count] = np.arange(count)
        index += self._source.starts[self.models][:, None]
        return np.ascontiguousarray(index.reshape(len(self.models), self._steps, self._width).swapaxes(0, 1))

    def _gather(self, index: Array, shares: Array, weights: Array) -> Span:
        arrays, source, steps = self._arrays, self._source, len(index)
        inputs, targets = self._inputs[:steps], self._targets[:steps]
        flat = index.reshape(-1)
        arrays.take(source.inputs, flat, inputs.reshape(len(flat), -1))
        arrays.take(source.targets, flat, targets.reshape(len(flat), -1))
        self._targets_t[:steps] = targets.swapaxes(2, 3)
        return Span(inputs=inputs, targets=self._targets_t[:steps], shares=shares, weights=weights)
