"""Chooses which weight files of a repo are looked into, within limits, and puts together what was seen.

The same for a folder and for the Hub: who has the bytes opens the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from modelpick.errors import CannotFindOut
from modelpick.facts import FileFact, Missing
from modelpick.weight_facts import WeightFacts
from modelpick.weights.formats import (
    ARCHIVE,
    BINARY,
    GGUF,
    HDF5,
    KERAS,
    NUMPY,
    PICKLE,
    SAFETENSORS,
    Format,
    weight_format,
)
from modelpick.weights.lfs_pointer import MAX_BYTES as MAX_POINTER
from modelpick.weights.lfs_pointer import read_pointer
from modelpick.weights.look import look
from modelpick.weights.shard_index import MAX_INDEX, ShardIndex, is_index, lacking, read_index
from modelpick.weights.source import OverAllowanceError, Source, Window

INDEX = "shard-index"
"""The format of an index among the facts of weights."""

_ORDER: tuple[Format, ...] = (SAFETENSORS, GGUF, PICKLE, BINARY, KERAS, HDF5, NUMPY, ARCHIVE)
_MAX_INDEXES = 2
_MAX_PICKLES = 40  # the dearest to read


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may be read of one repo.

    Attributes:
        files: Weight files that are looked into.
        shards: Safetensors that are looked into; of an index with more shards only the first.
        ggufs: GGUF files that are looked into.
        bytes: Of all files together.
        file_bytes: Of one file.
        reads: Reads of one file; each is a request where the file lies on the Hub.
    """

    files: int
    shards: int
    ggufs: int
    bytes: int
    file_bytes: int
    reads: int


Open = Callable[[FileFact], AbstractContextManager[Source]]
"""Opens a file. Raises CannotFindOut where it cannot be had: then no other file is asked for."""


@dataclass(slots=True)
class Gathered:
    """What was seen.

    Attributes:
        weights: One entry for each file that was looked into.
        files: Files about which more is known now, by path: pointers, broken ones.
        missing: What was not looked into.
    """

    weights: list[WeightFacts] = field(default_factory=list)
    files: dict[str, FileFact] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    @property
    def dtypes(self) -> dict[str, int]:
        """Count of numbers by dtype over the safetensors that were looked into."""
        counts: Counter[str] = Counter()
        for weight in self.weights:
            counts.update(weight.dtypes or {})
        return dict(counts)

    def amended(self, files: Iterable[FileFact]) -> tuple[FileFact, ...]:
        """The files, with what is known now."""
        return tuple(self.files.get(file.path, file) for file in files)


def gather(files: Sequence[FileFact], opened: Open, limits: Limits) -> Gathered:
    """Looks into the weight files of a repo: indexes, safetensors, GGUF, pickles, then the rest.

    Raises:
        OSError: A local file cannot be read.
    """
    return _Gatherer(files, opened, limits).gather()


class _Gatherer:
    def __init__(self, files: Sequence[FileFact], opened: Open, limits: Limits) -> None:
        self._files = {file.path: file for file in files}
        self._open = opened
        self._limits = limits
        self._left = limits.bytes
        self._found = Gathered()
        self._closed: str | None = None

    def gather(self) -> Gathered:
        indexes = [index for index in map(self._index, self._index_files()) if index is not None]
        chosen, others = self._choose(indexes)
        for file in chosen:
            if self._closed is not None or self._left <= 0:
                others += 1
            else:
                self._look(file)
        for index in indexes:
            self._complete(index)
        if others or self._closed:
            self._say_missing(others)
        return self._found

    # --- which files --------------------------------------------------------------------------------------------

    def _index_files(self) -> list[FileFact]:
        found = [file for file in self._files.values() if is_index(file.path)]
        return sorted(found, key=lambda file: (file.path.count("/"), len(file.path), file.path))[:_MAX_INDEXES]

    def _choose(self, indexes: list[ShardIndex]) -> tuple[list[FileFact], int]:
        """The files to look into, in their order, and how many are left out."""
        wanted = [(rank, file) for file in self._files.values() if (rank := _rank(file)) is not None]
        wanted.sort(key=lambda pair: (pair[0], pair[1].path.count("/"), pair[1].bytes or 0, pair[1].path))
        left_out = {shard for index in indexes if len(index.shards) > self._limits.shards for shard in index.shards[1:]}
        # What is safe leaves room for what may not be. GGUF files of one repo are one model, packed more or less.
        most = {SAFETENSORS: self._limits.shards, GGUF: self._limits.ggufs, PICKLE: _MAX_PICKLES}
        counts: Counter[Format] = Counter()
        chosen: list[FileFact] = []
        for rank, file in wanted:
            kind = _ORDER[rank]
            if file.path in left_out or len(chosen) >= self._limits.files or counts[kind] == most.get(kind):
                continue
            counts[kind] += 1
            chosen.append(file)
        return chosen, len(wanted) - len(chosen)

    def _say_missing(self, others: int) -> None:
        looked = sum(weight.format != INDEX for weight in self._found.weights)
        reason = self._closed or f"{looked:,} of {looked + others:,} were looked into"
        self._found.missing.append(Missing(what="weights", reason=reason))

    # --- one file -----------------------------------------------------------------------------------------------

    def _read(self, file: FileFact, most: int, reads: int, use: Callable[[Window], None]) -> None:
        try:
            with self._open(file) as source:
                window = Window(source, min(most, self._left), reads)
                try:
                    use(window)
                finally:
                    self._left -= window.spent
        except OverAllowanceError as error:
            self._found.missing.append(Missing(what=file.path, reason=error.message))
        except CannotFindOut as error:
            if error.kind == "data":
                self._broken(file, error.message)
            else:
                self._closed = error.message

    def _broken(self, file: FileFact, reason: str) -> None:
        self._found.files[file.path] = replace(file, problem=f"`{file.path}` cannot be read: {reason}")

    def _index(self, file: FileFact) -> ShardIndex | None:
        index: list[ShardIndex] = []

        def use(window: Window) -> None:
            data = window.read(0, window.size)
            try:
                index.append(read_index(data, file.path))
            except CannotFindOut as error:
                broken = WeightFacts(path=file.path, format=INDEX, examined="whole", problem=error.message)
                self._found.weights.append(broken)

        if file.bytes is not None and file.bytes > MAX_INDEX:
            self._found.missing.append(Missing(what=file.path, reason=f"larger than {MAX_INDEX} bytes"))
        elif self._closed is None and not file.pointer:
            self._read(file, MAX_INDEX, self._limits.reads, use)
        return index[0] if index else None

    def _look(self, file: FileFact) -> None:
        def use(window: Window) -> None:
            if window.size <= MAX_POINTER:
                pointer = read_pointer(window.read(0, window.size))
                if pointer is not None:
                    self._found.files[file.path] = replace(
                        file, bytes=pointer.bytes, sha256=pointer.sha256, git_sha1=None, pointer=True
                    )
                    return
            seen = look(file.path, window)
            self._found.weights.append(seen)
            if seen.problem and seen.format == SAFETENSORS.name:
                self._found.files[file.path] = replace(file, problem=seen.problem)

        self._read(file, self._limits.file_bytes, self._limits.reads, use)

    def _complete(self, index: ShardIndex) -> None:
        """Holds an index against the files that are listed and the shards that were looked into."""
        held: Mapping[str, frozenset[str]] = {
            weight.path: frozenset(weight.keys) for weight in self._found.weights if weight.keys
        }
        absent, unnamed = lacking(index, self._files, held)
        unseen = sum(shard in self._files and shard not in held for shard in index.shards)
        self._found.weights.append(
            WeightFacts(
                path=index.path,
                format=INDEX,
                examined="part" if unseen else "whole",
                reason=f"{unseen:,} of its {len(index.shards):,} shards were not looked into" if unseen else None,
                tensors=len(index.files),
                lacking=absent,
                problem=unnamed,
            )
        )


def _rank(file: FileFact) -> int | None:
    """The place in the order of spending; None for what is not looked into."""
    kind = weight_format(file.path)
    if file.pointer or file.problem or not file.bytes or kind is None:
        return None
    if kind is ARCHIVE and not file.path.lower().endswith(".zip"):
        return None
    if kind in _ORDER:
        return _ORDER.index(kind)
    return len(_ORDER) - 1 if file.bytes <= MAX_POINTER else None  # so small: perhaps a pointer
