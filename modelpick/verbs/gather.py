"""Gathers the facts of paths and repos, several repos at a time, for the verbs that vet them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Self

from modelpick.errors import ModelpickError
from modelpick.progress import Listener

if TYPE_CHECKING:
    from modelpick.facts import RepoFacts
    from modelpick.hub.client import HubClient

PATIENT = 330.0
"""Seconds that a long list waits for the Hub, once in a while: its windows last 300."""


class Gatherer:
    """One client for all repos, made when the first is asked for; a context manager.

    Args:
        revision: Of all repos; None for their main branches.
        endpoint: The Hub to ask instead of the environment's.
        listener: Hears of waits.
        shallow: Of each repo only the first info call and the card.
        offline: Repos are looked up in the local index, and nobody is asked.
        longest_wait: Seconds that the Hub may ask us to wait; None for the client's own bound.
    """

    def __init__(
        self,
        revision: str | None,
        endpoint: str | None,
        listener: Listener,
        *,
        shallow: bool = False,
        offline: bool = False,
        longest_wait: float | None = None,
    ) -> None:
        self._revision = revision
        self._endpoint = endpoint
        self._listener = listener
        self._shallow = shallow
        self._offline = offline
        self._longest_wait = longest_wait
        self._client: HubClient | None = None
        self._making = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def facts(self, subject: str) -> RepoFacts:
        """The facts of one subject; may be called by several threads.

        Raises:
            UsageError: A revision for a path or offline, or a folder here that could be a repo as well.
            CannotFindOut: The repo or the path cannot be read.
            AnswerIsNo: The Hub's answer does not hold together.
        """
        from modelpick.errors import UsageError
        from modelpick.hub.folder import collect_path, is_path

        if is_path(subject):
            if self._revision is not None:
                raise UsageError(
                    f"`{subject}` is a path and has no revision to choose from", hint="leave `--revision` out"
                )
            return collect_path(subject)
        _refuse_run_name(subject)
        if self._offline:
            return self._from_index(subject)
        from modelpick.hub.collect import collect

        return collect(self._hub(), subject, self._revision, shallow=self._shallow)

    def _from_index(self, subject: str) -> RepoFacts:
        from modelpick.errors import UsageError
        from modelpick.hub.index.database import open_index
        from modelpick.hub.index.facts import facts_from_index

        if self._revision is not None or self._endpoint is not None:
            raise UsageError(
                "the local index knows one state of a repo and asks nobody",
                "leave out `--offline`, or `--revision` and `--endpoint`",
            )
        with open_index() as index:  # one for each: they may come from several threads
            return facts_from_index(index, subject)

    def all(self, subjects: Iterable[str]) -> Iterator[tuple[str, RepoFacts | ModelpickError]]:
        """Each subject with its facts, or why they could not be had; in the order asked, some threads at work."""
        from modelpick.hub.pool import in_order

        return in_order(self.facts, subjects)

    def _hub(self) -> HubClient:
        from modelpick.hub.client import HubClient

        with self._making:
            if self._client is None:
                self._client = HubClient.from_environment(
                    self._endpoint, self._listener, longest_wait=self._longest_wait
                )
            return self._client


def _refuse_run_name(subject: str) -> None:
    """A run's bare name, which other commands take, would be looked for on the Hub."""
    from modelpick.errors import UsageError
    from modelpick.hub.ids import is_repo_id
    from modelpick.models.run_folder import RUNS, read_report, shown

    if "/" not in subject and is_repo_id(subject) and read_report(RUNS / subject) is not None:
        raise UsageError(
            f"`{subject}` is a saved run here and could also be a repo of the Hub",
            hint=f"write `{shown(RUNS / subject)}` for the run, or ask for the repo from another folder",
        )
