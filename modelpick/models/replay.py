"""A batch's work on a GPU, recorded once and then replayed as a whole.

A step of a network for small images is some four hundred short kernels. Starting them one by one costs the processor
more than running them costs the GPU (14 ms against 3 ms for ResNet-18, 512 images of 32 x 32 and an H100); a recording
starts them all at once. These are CUDA graphs, as PyTorch's notes on CUDA semantics describe them: the work must always
be the same, on tensors that stay where they are, and must not ask the GPU for a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from modelpick.data.imports import no_garbage
from modelpick.models.batches import Batch

Work = Callable[[Batch], tuple[Tensor, Tensor]]
"""Does a batch's work; gives the losses and the sums of its rows, neither of which asks for a gradient."""

_FIRST = 3  # batches of a shape that run as they stand: libraries load their kernels and choose among them
_SHAPES = 4  # recordings at most; whoever has batches of more shapes gains nothing by them


class Replayed:
    """Does work on batches that are alike. Whatever the work changes must stay in its place.

    Args:
        streams: Random streams that it draws from; those on a GPU go on from replay to replay.
    """

    def __init__(self, streams: Iterable[torch.Generator]) -> None:
        self._streams = _to_register(streams)
        self._seen: Counter[tuple[Any, ...]] = Counter()
        self._recordings: dict[tuple[Any, ...], Recording] = {}
        self._side: torch.cuda.Stream | None = None

    def do(self, work: Work, batch: Batch) -> tuple[Tensor, Tensor]:
        """The losses, shape (rows,), and the sums, shape (rows, outputs), of a batch.

        Args:
            work: The same every time. (It is not kept: what it belongs to would keep the recordings, and be kept by
                them, and a GPU's memory must not wait for the garbage to be collected.)
        """
        shapes = tuple((tensor.shape, tensor.stride(), tensor.dtype) for tensor in _tensors(batch))
        if shapes not in self._recordings:
            self._seen[shapes] += 1
            late = self._seen[shapes] == _FIRST + 1
            if not late or len(self._recordings) == _SHAPES or not _roomy(batch.targets.device):
                return work(batch)
            self._recordings[shapes] = self._record(work, batch)
        return self._recordings[shapes].replay(batch)

    def _record(self, work: Work, batch: Batch) -> Recording:
        own = Batch(
            inputs=tuple(torch.empty_like(tensor) for tensor in batch.inputs),
            targets=torch.empty_like(batch.targets),
            weights=None if batch.weights is None else torch.empty_like(batch.weights),
        )
        # All recordings share their memory: none runs while another does, and results are copied out at once.
        pool = next((recording.graph.pool() for recording in self._recordings.values()), None)
        # Nobody's recording is thrown away meanwhile: to give its memory back makes the one under way invalid.
        with torch.cuda.device(batch.targets.device), no_garbage():
            graph = torch.cuda.CUDAGraph()
            if self._side is None:
                # Of this device; the one that torch would take is of the device that came first. And of this training
                # alone: recordings of one stream share the working memory of cuBLAS, which goes with the first of them
                # (pytorch/pytorch#193402).
                self._side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            for stream in self._streams:
                graph.register_generator_state(stream)
            with torch.cuda.graph(graph, pool=pool, stream=self._side, capture_error_mode="thread_local"):
                losses, sums = work(own)
        return Recording(graph=graph, batch=own, losses=losses, sums=sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The work on batches of one shape, and the tensors that it reads and writes."""

    graph: torch.cuda.CUDAGraph
    batch: Batch
    losses: Tensor
    sums: Tensor

    def replay(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Does the work on this batch."""
        for own, given in zip(_tensors(self.batch), _tensors(batch), strict=True):
            own.copy_(given)
        with torch.cuda.device(batch.targets.device):
            self.graph.replay()
        return self.losses.clone(), self.sums.clone()


def _to_register(streams: Iterable[torch.Generator], version: str = torch.__version__) -> list[torch.Generator]:
    """Streams on a GPU of which a recording must be told. From PyTorch 2.14 on it finds them by itself, and to tell it
    does nothing but warn, on stderr (pytorch/pytorch#176753).
    """
    if tuple(int(part) for part in version.split(".")[:2]) >= (2, 14):
        return []
    return [stream for stream in streams if stream.device.type == "cuda"]


def _roomy(device: torch.device) -> bool:
    """A recording keeps the memory of its work; where that is much of the GPU's, its kernels are not short."""
    free, _ = torch.cuda.mem_get_info(device)
    idle = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return free + idle > 2 * torch.cuda.max_memory_allocated(device)


def _tensors(batch: Batch) -> list[Tensor]:
    weights = () if batch.weights is None else (batch.weights,)
    return [*batch.inputs, batch.targets, *weights]
