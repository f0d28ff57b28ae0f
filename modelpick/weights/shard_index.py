"""The index of a model in shards: which tensor lies in which file, and what of it is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from modelpick.errors import CannotFindOut

MAX_INDEX = 12 * 2**20
"""Bytes of an index that are read; one of 90,000 tensors has nine million."""

_INDEX = re.compile(r"(?i)(?:.*/)?[\w.-]*\.(?:safetensors|bin)\.index(?:\.[\w-]+)?\.json")
_MAX_LACKING = 20
_SOUND = re.compile(r"(?!.*(?:^|/)\.\.(?:/|$))[^/\\\x00-\x1f][^\\\x00-\x1f]{0,250}")


@dataclass(frozen=True, slots=True)
class ShardIndex:
    """Tensor -> the file that holds it, as a path inside the repo."""

    path: str
    files: Mapping[str, str]

    @property
    def shards(self) -> tuple[str, ...]:
        """The files, each once, in their order by name."""
        return tuple(sorted(set(self.files.values())))


def is_index(path: str) -> bool:
    """Whether a file is the index of safetensors or of torch's shards by its name."""
    return path.endswith(".json") and _INDEX.fullmatch(path) is not None


def read_index(data: bytes, path: str) -> ShardIndex:
    """The index of these bytes.

    Raises:
        CannotFindOut: It is no sound index, or names a file outside the repo.
    """
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        raise _unsound(path, "it is not JSON") from None
    named = fields.get("weight_map") if isinstance(fields, dict) else None
    if not isinstance(named, dict) or not all(isinstance(file, str) for file in named.values()):
        raise _unsound(path, "its `weight_map` is no table of texts")
    for file in set(named.values()):
        if not _SOUND.fullmatch(file):
            raise _unsound(path, f"it names a file outside its folder: `{file[:80]}`")
    folder = path.rpartition("/")[0]
    return ShardIndex(path, {key: f"{folder}/{file}" if folder else file for key, file in named.items()})


def lacking(
    index: ShardIndex, listed: Collection[str], held: Mapping[str, Collection[str]]
) -> tuple[tuple[str, ...], str | None]:
    """What the index names and the repo does not have, in words, and what the shards hold and it does not name.

    Args:
        index: The index.
        listed: The files of the repo.
        held: Shard -> the names of its tensors, of those shards that were looked into.
    """
    absent = [f"the file `{shard}`" for shard in index.shards if shard not in listed]
    lost = [
        f"the tensor `{key[:120]}` in `{file}`"
        for key, file in index.files.items()
        if file in held and key not in held[file]
    ]
    extra = [key for shard, keys in held.items() if shard in index.shards for key in keys if key not in index.files]
    found = absent + lost
    more = [f"{len(found) - _MAX_LACKING:,} more"] if len(found) > _MAX_LACKING else []
    unnamed = (
        f"its shards hold {len(extra):,} tensors that it does not name, such as `{extra[0][:120]}`" if extra else None
    )
    return (*found[:_MAX_LACKING], *more), unnamed


def _unsound(path: str, reason: str) -> CannotFindOut:
    return CannotFindOut(f"`{path}` is no sound index of shards: {reason}", kind="data")
