"""What a pretrained model gives for the rows of a dataset, computed once for all splits and kept on disk.

A pretrained model learns nothing from the rows, so what it gives for a row does not depend on a split. On disk it is
kept under the model's commit (or the hash of its files), the rows and the settings, and a second run costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from modelpick.errors import ModelpickError
from modelpick.models.devices import device_for
from modelpick.models.pretrained.embedding import Runner, What, run
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.inputs import LONGEST_SOUND, LONGEST_TEXT, inputs_for
from modelpick.models.pretrained.library import versions
from modelpick.models.pretrained.loading import load
from modelpick.places import own_folder
from modelpick.progress import SILENT, Listener

FOLDER = "features"
"""In our own folder: `modelpick cache` shows it."""

KEPT = "what the model gives for a row is computed once for all splits and kept: the time per row is without it"
"""Said of each way that looks at a bank."""

_FORMAT = "modelpick.features/3"  # counted up where other numbers come of the same model and rows
_ROWS = "rows"
Features = dict[str, NDArray[np.float32]]


class FeatureBank:
    """What a model gives for rows: those of the dataset once and for all, others when they are asked for.

    Args:
        folder: The model.
        what: Vectors of its layers, or the scores of its head.
        rows: All rows of the dataset; None: there is none, and nothing is kept on disk.
        device: As of `--device`.
    """

    def __init__(
        self,
        folder: PretrainedFolder,
        what: What,
        rows: Any = None,
        device: str = "auto",
        listener: Listener = SILENT,
    ) -> None:
        self.folder = folder
        self.what = what
        self.seconds_per_row: float | None = None
        self._rows = rows
        self._device = device
        self._listener = listener
        self._hashes: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._made: Features = {}
        self._runner: Runner | None = None

    def ready(self) -> None:
        """Computes what it gives for the rows of the dataset, or loads the model where there are none; errors as of
        `of`.
        """
        if self._rows is not None and not self._made:
            self._fill()
        elif self._rows is None and self._runner is None:
            self._runner = self.runner()

    def of(self, rows: Any) -> Features:
        """By layer, float32 of shape (rows, width).

        Raises:
            AnswerIsNo: The model cannot be loaded or used.
            CannotFindOut: transformers cannot work here, or a file has changed.
        """
        self.ready()
        wanted = rows.row_hashes()
        if len(self._hashes):
            places = np.searchsorted(self._hashes, wanted).clip(max=len(self._hashes) - 1)
            if (self._hashes[places] == wanted).all():
                return {name: array[places] for name, array in self._made.items()}
        if self._runner is None:  # rows of a file come in one piece, those of a look at the answers in many
            self._runner = self.runner()
        return run(self._runner, rows, self._listener)

    def runner(self) -> Runner:
        """The model, loaded anew."""
        device = device_for(self._device)
        model = load(self.folder, head=self.what == "scores").to(device)
        return Runner(folder=self.folder, model=model, inputs=inputs_for(self.folder), what=self.what, device=device)

    def _fill(self) -> None:
        """The rows of the dataset, from disk where they are there."""
        hashes, first = np.unique(self._rows.row_hashes(), return_index=True)
        place = self._place(hashes)
        kept = None if place is None else _read(place, hashes)
        if kept is None:
            runner = self.runner()
            started = time.perf_counter()
            kept = run(runner, self._rows.take(first), self._listener)
            self.seconds_per_row = (time.perf_counter() - started) / max(1, len(hashes))
            if place is not None:
                _write(place, hashes, kept)
        self._hashes, self._made = hashes, kept

    def _place(self, hashes: NDArray[np.uint64]) -> Path | None:
        """Where they are kept; None where we have no folder."""
        said = {
            "format": _FORMAT,
            "model": self.folder.identity(),
            "what": self.what,
            "kind": self.folder.kind,
            "dtype": "float32",
            "longest": [LONGEST_TEXT, LONGEST_SOUND],
            "rows": hashlib.sha256(hashes.astype("<u8").tobytes()).hexdigest(),
            "versions": versions(),
        }
        key = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]
        try:
            return own_folder() / FOLDER / f"{key}.safetensors"
        except ModelpickError:
            return None


def _read(place: Path, hashes: NDArray[np.uint64]) -> Features | None:
    """What lies there for exactly these rows; None where nothing does, or it is damaged."""
    try:
        with safe_open(place, framework="np") as file:
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
    except (OSError, SafetensorError, ValueError):
        return None
    rows = found.pop(_ROWS, None)
    if rows is None or not found or not np.array_equal(rows, hashes):
        return None
    sound = all(a.dtype == np.float32 and a.ndim == 2 and len(a) == len(hashes) for a in found.values())
    return found if sound and all(np.isfinite(array).all() for array in found.values()) else None


def _write(place: Path, hashes: NDArray[np.uint64], made: Features) -> None:
    """Keeps what was computed; where the disk does not take it, the next run computes it again.

    It is written beside its place and moved there: of two processes the last one's whole file stays.
    """
    beside = place.with_name(f".{place.name}.{os.getpid()}-{token_hex(4)}.tmp")
    tensors: dict[str, NDArray[Any]] = {
        _ROWS: hashes,
        **{name: np.ascontiguousarray(array) for name, array in made.items()},
    }
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        safetensors.numpy.save_file(tensors, beside, metadata={"format": _FORMAT})
        beside.replace(place)
    except (OSError, SafetensorError):
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
