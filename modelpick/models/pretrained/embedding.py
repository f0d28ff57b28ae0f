"""Rows through a pretrained model: each different row once, in batches of like length, several batches side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from modelpick.models.pretrained.faults import InOneLine
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.forward import scores, vectors
from modelpick.models.pretrained.inputs import Batch, Inputs, SoundInputs
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.side_by_side import side_by_side
from modelpick.progress import SILENT, Listener

What = Literal["vectors", "scores"]
"""Vectors of several layers, or what the head says."""

TOKENS, IMAGES, SECONDS = 1024, 16, 20.0
"""Padded tokens, images, and seconds of sound in a batch where none is computed beside it; a GPU takes more."""
SIDE_BY_SIDE = {"text": (8, 768), "image": (4, 8)}
"""Kind of rows -> batches side by side on a CPU, at most, and padded tokens or images in each: smaller ones are padded
less, and leave no thread idle for long in the end. Of sounds one batch alone takes much memory."""
_ON_GPU = 16
_UNITS = {"text": "texts", "image": "images", "audio": "sounds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A loaded model with its inputs.

    Attributes:
        what: What is wanted of it.
        device: Where it lies.
    """

    folder: PretrainedFolder
    model: Any
    inputs: Inputs
    what: What
    device: torch.device

    def batch(self, batch: Batch) -> dict[str, NDArray[np.float32]]:
        """What one batch gives, by the name of the layer (`scores` for the head's).

        Raises:
            AnswerIsNo: It fails.
        """
        with self.faults():
            there = {
                name: value if name == "lengths" else value.to(self.device, non_blocking=True)
                for name, value in batch.items()
            }
            if self.what == "scores":
                given = {"scores": scores(self.model, there)}
            else:
                given = vectors(self.folder, self.model, there)
            return {name: tensor.cpu().numpy() for name, tensor in given.items()}

    def faults(self) -> InOneLine:
        """Tells in one line what goes wrong with a row."""
        return InOneLine(self.folder.name, "it fails on a row")


def at_a_time(kind: str, device: torch.device) -> int:
    """Batches of rows of a kind that are computed side by side."""
    return SIDE_BY_SIDE[kind][0] if kind in SIDE_BY_SIDE and device.type == "cpu" else 1


def budget(kind: str, device: torch.device, rate: int = 16_000) -> int:
    """What the rows of a batch may cost together, padding counted.

    Args:
        rate: Of sounds.
    """
    if at_a_time(kind, device) > 1:
        return SIDE_BY_SIDE[kind][1]
    most = {"text": TOKENS, "image": IMAGES, "audio": int(SECONDS * rate)}[kind]
    return most * _ON_GPU if device.type == "cuda" else most


def run(runner: Runner, rows: Any, listener: Listener = SILENT) -> dict[str, NDArray[np.float32]]:
    """What the model gives for each row, by layer, shape (rows, width).

    Raises:
        AnswerIsNo: It fails on a row, its answer is not finite, or its tokenizer has more words than its weights.
        CannotFindOut: A file has changed or gone since it was read.
    """
    _, first, back = np.unique(rows.row_hashes(), return_index=True, return_inverse=True)
    different = rows.take(first)
    words = f"{runner.folder.name} reads {len(different):,} {_UNITS[runner.folder.kind]}"
    with listener.step(words, total=len(different), unit="rows") as step:
        made = _different(runner, different, step.advance)
    cut = runner.inputs.cut(different)
    if cut:
        units = _UNITS[runner.folder.kind]
        listener.notice(f"`{runner.folder.name}`: {cut:,} of {len(different):,} {units} are {runner.inputs.cut_words}")
    return {name: array[back.reshape(-1)] for name, array in made.items()}


def _different(runner: Runner, rows: Any, advance: Callable[[float], None]) -> dict[str, NDArray[np.float32]]:
    costs = runner.inputs.costs(rows)
    alike = isinstance(runner.inputs, SoundInputs) and runner.inputs.same_length
    whole: dict[str, NDArray[np.float32]] = {}

    def keep(part: NDArray[np.intp], given: dict[str, NDArray[np.float32]]) -> None:
        for name, values in given.items():
            if not np.isfinite(values).all():
                raise refused(runner.folder.name, "its answer to a row is not finite (NaN or infinity)")
            if name not in whole:
                whole[name] = np.empty((len(rows), values.shape[1]), dtype=np.float32)
            whole[name][part] = values
        advance(len(part))

    def prepare(part: NDArray[np.intp]) -> Batch:
        with runner.faults():
            return runner.inputs.batch(rows.take(part))

    def compute(own: Any, batch: Batch) -> dict[str, NDArray[np.float32]]:
        return replace(runner, model=own).batch(batch)

    kind = runner.folder.kind
    most = budget(kind, runner.device, getattr(runner.inputs, "rate", 16_000))
    parts = list(batches(costs, most, alike=alike))
    side_by_side(runner.model, parts, prepare, compute, keep, at_a_time(kind, runner.device))
    return whole


def batches(costs: NDArray[np.int64], most: int, *, alike: bool = False) -> Iterator[NDArray[np.intp]]:
    """Row numbers in batches, the short rows first: rows times the longest of them stays within `most`.

    Args:
        costs: Of each row; a row that alone is over it is a batch of its own.
        alike: Only rows of one cost go together.
    """
    order = np.argsort(costs, kind="stable")
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order):
            cost = int(costs[order[end]])
            if cost * (end + 1 - start) > most or (alike and cost != costs[order[start]]):
                break
            end += 1
        yield order[start:end]
        start = end
