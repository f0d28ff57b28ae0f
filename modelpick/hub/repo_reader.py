"""Reads the small files of one repo at one commit, within what a whole vet may fetch."""

from __future__ import annotations

import threading

from modelpick.errors import CannotFindOut
from modelpick.facts import FileFact, RepoFacts
from modelpick.hub.client import HubClient, SmallFile
from modelpick.hub.faults import Asked
from modelpick.hub.hashing import FileHash

MAX_VET = 16 * 2**20
"""Bytes that one vet fetches of files: the card, texts, headers of weights, and the same of its bases."""

_CLOSED = frozenset({"gated", "disabled", "permission", "repo-not-found"})
"""Kinds of refusal after which no other file of the repo need be asked for."""


class Budget:
    """The bytes that a vet may still fetch; one for a subject and all its bases.

    What is fetched on another thread at the same time gets its share beforehand (`share`) and gives back what is left
    of it (`give_back`) when it is done: else both would spend the same bytes, and what is read would hang on who was
    faster.
    """

    def __init__(self, cap: int = MAX_VET) -> None:
        self.left = cap
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Counts bytes that were fetched."""
        with self._lock:
            self.left = max(0, self.left - count)

    def share(self, most: int) -> Budget:
        """A part of what is left, as a budget of its own."""
        with self._lock:
            part = Budget(min(most, self.left))
            self.left -= part.left
            return part

    def give_back(self, part: Budget) -> None:
        """What is left of a share, which is used no more."""
        with self._lock:
            self.left += part.left
            part.left = 0


class RepoReader:
    """Fetches the small files of one repo; after a refusal that concerns all of them it asks no more."""

    def __init__(self, client: HubClient, facts: RepoFacts, budget: Budget) -> None:
        self.budget = budget
        self._client = client
        self._repo_id = facts.repo_id or facts.requested
        self._at = facts.commit or facts.revision or "main"
        self._closed: CannotFindOut | None = None

    def read(self, file: FileFact, cap: int) -> SmallFile | CannotFindOut:
        """The file up to `cap` bytes, or why the Hub does not give it.

        Raises:
            CannotFindOut: The Hub could not be asked.
            AnswerIsNo: The bytes are not those whose hash it lists.
        """
        if self._closed is not None:
            return self._closed
        asked = Asked(repo_id=self._repo_id, revision=self._at, path=file.path)
        url = self._client.resolve_url(self._repo_id, self._at, file.path)
        try:
            small = self._client.get_small(url, cap, asked=asked)
        except CannotFindOut as error:
            if error.kind in _CLOSED:
                self._closed = error
            elif error.kind != "file-not-found":
                raise
            return error
        self.budget.take(len(small.data))
        if not small.truncated:
            self._check(file, small.data)
        return small

    def part(self, file: FileFact, start: int, length: int, budget: Budget) -> bytes:
        """A part of a file whose size is listed. Only where the part is the whole file can its hash be checked.

        `budget`: where its bytes are counted.

        Raises:
            CannotFindOut: The Hub does not give it; `closed` keeps a reason that concerns all files of the repo.
            AnswerIsNo: The bytes of the whole file are not those whose hash it lists.
        """
        if self._closed is not None:
            raise self._closed
        asked = Asked(repo_id=self._repo_id, revision=self._at, path=file.path)
        url = self._client.resolve_url(self._repo_id, self._at, file.path)
        try:
            data = self._client.get_range(url, start, length, asked=asked)
        except CannotFindOut as error:
            if error.kind in _CLOSED:
                self._closed = error
            raise
        budget.take(len(data))
        if start == 0 and len(data) == file.bytes:
            self._check(file, data)
        return data

    @property
    def closed(self) -> CannotFindOut | None:
        """Why no file of the repo is given, where that was met."""
        return self._closed

    def _check(self, file: FileFact, data: bytes) -> None:
        """Holds a whole file against the hash that the Hub lists."""
        digest = file.sha256 or file.git_sha1
        if digest is None:
            return
        found = FileHash(digest, len(data) if file.bytes is None else file.bytes)
        found.update(data)
        if not found.matches:
            raise found.error(self._repo_id, file.path)
