"""What a training remembers, kept after each epoch in one file, so that an interrupted one goes on where it was.

One safetensors file: the weights, the optimiser's memory, the best weights so far and the random streams as tensors,
the rest as JSON in its header. It is written beside its place and moved there, so it is whole or not there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from modelpick.data.candidate import EpochRecord
from modelpick.errors import CannotFindOut

_FORMAT = "modelpick.training/1"


@dataclass(slots=True, kw_only=True)
class Memory:
    """How far a training is.

    Attributes:
        epoch: Epochs that are done; `ended`: early stopping has ended it.
        rate: The learning rate, which the schedule `plateau` lowers.
        best_epoch, best_loss: Of the lowest validation loss; 0 before there is one.
        lowest_epoch, lowest: Of the lowest loss that `plateau` looks at, counted anew each time that it lowers.
        threads: Of torch: with another count the last bits differ. None before it has begun.
    """

    rate: float
    epoch: int = 0
    updates: int = 0
    ended: bool = False
    best_epoch: int = 0
    best_loss: float = float("inf")
    lowest_epoch: int = 0
    lowest: float = float("inf")
    threads: int | None = None
    history: list[EpochRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where a training keeps its memory, and by what it knows it as its own.

    Attributes:
        place: The file; another training never has the same.
        key: Of all that the result depends on: data, settings, seed, architecture.
        every: Seconds between two states: what an interruption costs at most, beside the epoch that it falls into.
    """

    place: Path
    key: str
    every: float = 30.0

    def write(self, memory: Memory, tensors: Mapping[str, Tensor]) -> None:
        """Replaces what was kept before.

        Raises:
            OSError: The disk is full, or the place may not be written; what was there stays.
        """
        self.place.parent.mkdir(parents=True, exist_ok=True)
        fields = {**asdict(memory), "key": self.key, "torch": torch.__version__}
        whole = {name: tensor.detach().contiguous().cpu() for name, tensor in tensors.items()}
        beside = self.place.with_name(f".{self.place.name}.{os.getpid()}.tmp")
        try:
            safetensors.torch.save_file(whole, beside, {"format": _FORMAT, "memory": json.dumps(fields)})
            beside.replace(self.place)
        except safetensors.SafetensorError as error:
            beside.unlink(missing_ok=True)
            raise OSError(str(error)) from error
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def read(self) -> tuple[Memory, dict[str, Tensor]] | None:
        """What was kept; None where nothing was, or of another training.

        Raises:
            CannotFindOut: (kind `checkpoint`) The file is damaged.
        """
        if not self.place.is_file():
            return None
        try:
            with safetensors.safe_open(self.place, framework="pt") as file:
                header = file.metadata() or {}
                fields: dict[str, Any] = json.loads(header.get("memory", "{}"))
                if header.get("format") != _FORMAT or fields.pop("key", None) != self.key:
                    return None
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
            fields.pop("torch", None)
            fields["history"] = [EpochRecord(**record) for record in fields["history"]]
            return Memory(**fields), tensors
        except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
            raise CannotFindOut(
                f"`{self.place}` is damaged: the training that it keeps cannot go on",
                "remove the file, and the training begins anew",
                kind="checkpoint",
            ) from error
