"""Looks into the weight files of a repo on the Hub: by range, only what is listed, within what a vet may fetch.

A repo with one safetensors file costs one request here. It is asked even where the Hub tells the count of numbers:
only the header shows the licence that a trainer wrote into it, and that the file is what its name says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from modelpick.facts import FileFact, Missing, RepoFacts
from modelpick.hub.repo_reader import Budget, RepoReader
from modelpick.weights.formats import SAFETENSORS, weight_format
from modelpick.weights.gather import INDEX, Gathered, Limits, gather

MAX_WEIGHTS = 11 * 2**20
"""Bytes of weight files that one vet fetches; the rest of its budget is for texts and for the bases."""

_MAX_FILE = 19 * 2**19  # the vocabulary of a GGUF file stands before its chat template: eight millions, often
_MAX_FILES = 12
_MAX_SHARDS = 8
_MAX_READS = 5


class _HubFile:
    """A file on the Hub as a source of parts."""

    def __init__(self, reader: RepoReader, file: FileFact, budget: Budget) -> None:
        self.size = file.bytes or 0
        self._budget = budget
        self._reader = reader
        self._file = file

    def read(self, start: int, length: int) -> bytes:
        """As `Source.read`."""
        return self._reader.part(self._file, start, length, self._budget)


def look_into_weights(reader: RepoReader, files: tuple[FileFact, ...], budget: Budget) -> Gathered:
    """What the listed weight files hold. What is not given or too much is said in `missing`; it fails no vet.

    `budget`: what may be fetched for them.

    Raises:
        AnswerIsNo: A file that was read whole is not the one whose hash the Hub lists.
    """
    if reader.closed is not None:
        gathered = Gathered()
        if any(weight_format(file.path) for file in files):
            gathered.missing.append(Missing(what="weights", reason=reader.closed.message))
        return gathered

    @contextmanager
    def opened(file: FileFact) -> Iterator[_HubFile]:
        yield _HubFile(reader, file, budget)

    limits = Limits(
        files=_MAX_FILES,
        shards=_MAX_SHARDS,
        ggufs=1,
        bytes=budget.left,
        file_bytes=_MAX_FILE,
        reads=_MAX_READS,
    )
    return gather(files, opened, limits)


def with_weights(facts: RepoFacts, gathered: Gathered) -> RepoFacts:
    """The facts with what was seen; the Hub's own count of numbers stands where it tells one."""
    files = facts.files or ()
    listed = sum(weight_format(file.path) is SAFETENSORS for file in files)
    seen = [weight for weight in gathered.weights if weight.format == SAFETENSORS.name and weight.dtypes is not None]
    indexed = any(weight.format == INDEX and weight.examined == "whole" for weight in gathered.weights)
    one_model = listed == len(seen) and (listed == 1 or indexed)
    counted = gathered.dtypes if facts.parameters is None and one_model else None
    return replace(
        facts,
        files=None if facts.files is None else gathered.amended(files),
        weights=tuple(gathered.weights),
        parameters=sum(counted.values()) if counted else facts.parameters,
        dtypes=counted or facts.dtypes,
        missing=(*facts.missing, *gathered.missing),
    )
