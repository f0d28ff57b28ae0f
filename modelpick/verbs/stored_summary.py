"""The layers of a model that lies here, a run or a download: what `catalog --summary` answers without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import CannotFindOut, UsageError

if TYPE_CHECKING:
    from modelpick.weights.safetensors_header import Tensor
    from modelpick.weights.stored_layers import StoredLayer

SCHEMA = "modelpick.stored-summary/1"

_COLUMNS = ("layer", "times", "weights A x B", "biases B", "parameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSummary(Result):
    """The layers of a model as its weight files state them.

    Attributes:
        name: As it was asked for.
        folder: Where it lies.
        files: The weight files that were looked into.
        dtypes: How the numbers are kept -> how many.
    """

    name: str
    folder: Path
    files: tuple[str, ...]
    layers: tuple[StoredLayer, ...]
    dtypes: dict[str, int]

    @property
    def parameters(self) -> int:
        """Weights and biases, running means not counted."""
        return sum(layer.parameters for layer in self.layers)

    def document(self) -> Document:
        """A table of the layers; equal blocks share a row."""
        from modelpick.weights.stored_layers import shape_words, together

        rows: list[tuple[str | Cell, ...]] = [
            (
                row.name or "(top)",
                f"{row.count:,}" if row.count > 1 else "",
                shape_words(row.layer),
                f"{row.layer.biases:,}" if row.layer.biases else "",
                f"{row.count * row.layer.parameters:,}",
            )
            for row in together(self.layers)
            if row.layer.parameters
        ]
        total = ("total", "", "", "", f"{self.parameters:,}")
        rows.append(tuple(Cell(cell, Tone.STRONG) for cell in total))
        size = sum(layer.bytes for layer in self.layers)
        kinds = ", ".join(sorted(self.dtypes))
        blocks: list[Block] = [
            Heading(self.name, 1),
            Table(_COLUMNS, tuple(rows), right=_COLUMNS[1:]),
            Text(f"{self.parameters:,} parameters in {size:,} bytes ({kinds}), read from {', '.join(self.files)}."),
            Text("Told from the headers of the weights alone: nothing was loaded or run.", Tone.MUTED),
        ]
        return Document(blocks=blocks, data=self._data(), quiet=[str(self.parameters)])

    def _data(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "name": self.name,
            "folder": str(self.folder),
            "files": list(self.files),
            "parameters": self.parameters,
            "bytes": sum(layer.bytes for layer in self.layers),
            "dtypes": dict(self.dtypes),
            "layers": [
                {
                    "name": layer.name,
                    "weights": [list(shape) for shape in layer.weights],
                    "biases": layer.biases,
                    "parameters": layer.parameters,
                }
                for layer in self.layers
            ],
        }


def stored_model(name: str) -> Path | None:
    """The folder of the run, the folder or the downloaded repo that is meant; None where an architecture is.

    Raises:
        UsageError: It is meant as a path or a repo, and is not here.
    """
    from modelpick.data.files import is_path
    from modelpick.hub.ids import is_repo_id
    from modelpick.models.run_folder import RUNS
    from modelpick.places import user_path

    path = user_path(name)
    if path.is_dir():
        return path
    if not is_path(name):
        return RUNS / name if (RUNS / name).is_dir() else None
    if name.startswith((".", "/", "~")) or not is_repo_id(name):
        raise UsageError(f"there is no folder `{name}`", "give the folder of a model, a run, or an architecture")
    found = _downloaded(name)
    if found is None:
        raise UsageError(f"`{name}` is not on this machine", f"fetch it first: `modelpick download {name}`")
    return found


def _downloaded(repo_id: str) -> Path | None:
    """Where the newest download of a repo lies, by our receipts."""
    from modelpick.hub.receipts import read_receipts

    mine = [r for r in read_receipts()[0] if r.repo_id.lower() == repo_id.lower() and r.folder.is_dir()]
    return max(mine, key=lambda receipt: receipt.date).folder if mine else None


def summarise_stored(name: str, folder: Path) -> StoredSummary:
    """Reads the headers of a folder's safetensors files.

    Raises:
        CannotFindOut: It has none, or one is damaged.
    """
    from collections import Counter

    from modelpick.weights.stored_layers import stored_layers

    files = _weight_files(folder)
    tensors: dict[str, Tensor] = {}
    dtypes: Counter[str] = Counter()
    for file in files:
        header = _header(file)
        own = {key: tensor for key, tensor in header.items() if not key.startswith("preprocessing.")}
        tensors |= own
        for tensor in own.values():
            dtypes[tensor.dtype] += tensor.elements
    if not tensors:  # of a run whose best model is a pretrained one as it was published
        raise CannotFindOut(
            f"`{name}` holds no weights of its own",
            "it names the model that answers: `modelpick show RUN --summary` tells which",
            kind="data",
        )
    return StoredSummary(
        name=name,
        folder=folder,
        files=tuple(file.relative_to(folder).as_posix() for file in files),
        layers=stored_layers(tensors),
        dtypes=dict(dtypes),
    )


def _weight_files(folder: Path) -> list[Path]:
    """`model.safetensors`, else all shards; of sentence-transformers in its transformer's folder."""
    for place in (folder, folder / "0_Transformer"):
        single = place / "model.safetensors"
        if single.is_file():
            return [single]
        shards = sorted(place.glob("model-*-of-*.safetensors"))
        if shards:
            return shards
        other = sorted(place.glob("*.safetensors"))
        if len(other) == 1:
            return other
    raise CannotFindOut(
        f"`{folder}` has no safetensors weights to be read",
        "pickles are never opened: choose a model with safetensors",
        kind="data",
    )


def _header(path: Path) -> dict[str, Tensor]:
    from modelpick.weights.safetensors_header import MAX_HEADER, read_window
    from modelpick.weights.source import LocalFile, Window

    with path.open("rb") as file:
        return dict(read_window(Window(LocalFile(file), MAX_HEADER + 8, 64), path.name).tensors)
