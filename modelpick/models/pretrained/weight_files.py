"""The safetensors files of a model folder, known by their headers before a tensor is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modelpick.errors import CannotFindOut
from modelpick.models.pretrained.refusal import refused
from modelpick.weights.formats import PICKLE, SKOPS, weight_format
from modelpick.weights.lfs_pointer import MAX_BYTES, read_pointer
from modelpick.weights.safetensors_header import MAX_HEADER, Tensor, read_window
from modelpick.weights.shard_index import MAX_INDEX, lacking, read_index
from modelpick.weights.source import LocalFile, Window

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor as it lies in a file."""

    file: Path
    tensor: Tensor

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the tensor."""
        return self.tensor.shape


def stored_tensors(folder: Path, name: str) -> dict[str, Stored]:
    """Every tensor of the model in this folder by name, from `model.safetensors` or the shards of its index.

    Raises:
        AnswerIsNo: No safetensors, a Git LFS pointer, a damaged file, or an index of which shards or tensors are
            missing or that leads out of the folder.
    """
    single, index = folder / WEIGHTS, folder / INDEX
    if single.is_file():
        return _tensors_of(single, name)
    if index.is_file():
        return _sharded(folder, index, name)
    raise _no_safetensors(folder, name)


def _sharded(folder: Path, place: Path, name: str) -> dict[str, Stored]:
    if place.stat().st_size > MAX_INDEX:
        raise refused(name, f"its `{INDEX}` is larger than {MAX_INDEX:,} bytes")
    try:
        index = read_index(place.read_bytes(), INDEX)
    except CannotFindOut as error:
        raise refused(name, error.message) from None
    shards = {shard: _tensors_of(folder / shard, name) for shard in index.shards if (folder / shard).is_file()}
    lost, unnamed = lacking(index, shards, {shard: tuple(tensors) for shard, tensors in shards.items()})
    if lost or unnamed:
        why = f"its index names {lost[0]}, which is not there" if lost else str(unnamed)
        raise refused(name, why, "fetch it again, whole, or choose another model")
    return {key: shards[file][key] for key, file in index.files.items()}


def _tensors_of(path: Path, name: str) -> dict[str, Stored]:
    with path.open("rb") as file:
        source = LocalFile(file)
        if source.size <= MAX_BYTES:
            pointer = read_pointer(source.read(0, source.size))
            if pointer is not None:
                raise refused(
                    name,
                    f"its `{path.name}` is a pointer of Git LFS; the weights of {pointer.bytes:,} bytes are not here",
                    "run `git lfs pull` in the folder, or name the repo and let it be fetched",
                )
        try:
            header = read_window(Window(source, MAX_HEADER + 8, 64), path.name)
        except CannotFindOut as error:
            raise refused(name, error.message, "fetch it again, or choose another model") from None
    if not header.tensors:
        raise refused(name, f"its `{path.name}` holds no tensor")
    return {key: Stored(path, tensor) for key, tensor in header.tensors.items()}


def _no_safetensors(folder: Path, name: str) -> Exception:
    found = sorted(path.name for path in folder.iterdir() if path.is_file())
    unsafe = [file for file in found if weight_format(file) in (PICKLE, SKOPS) or file.endswith(".bin")]
    sklearn = [file for file in unsafe if file.endswith((".joblib", ".pkl", ".pickle", ".skops"))]
    if sklearn:
        return refused(
            name,
            f"`{sklearn[0]}` is opened by running what lies in it",
            "train the same kind of model on your own rows: `linear`, `trees` and `mlp` are in every comparison",
        )
    if unsafe:
        return refused(
            name,
            f"it has no safetensors, only `{unsafe[0]}`, a pickle, which runs code when it is loaded",
            "choose a model with safetensors: `modelpick search --safetensors`",
        )
    return refused(name, f"it has no `{WEIGHTS}`", "fetch the whole repo, or choose another model")


def content_hash(files: Mapping[str, Path]) -> str:
    """sha256 (hex) over names and contents of files."""
    whole = hashlib.sha256()
    for name, path in sorted(files.items()):
        one = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                one.update(block)
        whole.update(name.encode("utf-8", "surrogatepass") + b"\0" + one.digest())
    return whole.hexdigest()
