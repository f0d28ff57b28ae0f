"""vet: what a model is for, what it was trained on, who uses it and how, and under which licence, with quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from modelpick.errors import ModelpickError
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.facts import RepoFacts
    from modelpick.hub.client import HubClient
    from modelpick.vetting.explain import Explanation
    from modelpick.vetting.report import VetReport
    from modelpick.vetting.reports import VetReports


def vet(
    subject: str,
    *,
    policy: str = "default",
    revision: str | None = None,
    endpoint: str | None = None,
    listener: Listener = SILENT,
) -> VetReport:
    """Vets one model and says what may be relied on.

    Args:
        subject: A repo id (`org/name`), or a path: a folder, a git clone, a card file. `./x`, `/x`, `~/x`, a name
            that ends in `.md` or `.markdown`, and a folder that holds a run of ours are paths; anything else is a
            repo id.
        policy: What is demanded: the name of a built-in policy.
        revision: A branch, tag or commit of the repo; by default its main branch. Not for a path.
        endpoint: The Hub to ask instead of the environment's.
        listener: Hears of progress.

    Returns:
        The report: `verdict` (accept, review, reject), `answers`, `findings`; `document()` shows it.

    Raises:
        UsageError: No such policy, a revision for a path, or a folder here that could be a repo as well.
        CannotFindOut: The repo or the path cannot be read.
    """
    from modelpick.vetting.policy import policy_named
    from modelpick.vetting.verdict import vet_reading

    demanded = policy_named(policy)
    with _Gatherer(revision, endpoint, listener) as gatherer, listener.step(f"vetting {subject}"):
        return vet_reading(gatherer.facts(subject), demanded)


def vet_many(
    subjects: Sequence[str],
    *,
    policy: str = "default",
    revision: str | None = None,
    endpoint: str | None = None,
    listener: Listener = SILENT,
) -> VetReports:
    """Vets several models; one that cannot be read does not stop the others.

    Args and errors as `vet`; `CannotFindOut` about one subject stands in its place as a `VetFailure`.
    """
    from modelpick.vetting.policy import policy_named
    from modelpick.vetting.reports import VetFailure, VetReports
    from modelpick.vetting.verdict import vet_reading

    demanded = policy_named(policy)
    items: list[VetReport | VetFailure] = []
    with (
        _Gatherer(revision, endpoint, listener) as gatherer,
        listener.step("vetting", total=len(subjects), unit="subjects") as step,
    ):
        for subject in subjects:
            step.describe(f"vetting {subject}")
            try:
                items.append(vet_reading(gatherer.facts(subject), demanded))
            except ModelpickError as error:
                items.append(VetFailure(requested=subject, error=error))
            step.advance()
    return VetReports(items=tuple(items))


def vet_facts(facts: RepoFacts, policy: str = "default") -> VetReport:
    """Vets facts that were gathered already (a download, a run's own folder). Pure: no network, no files.

    Raises:
        UsageError: No such policy.
    """
    from modelpick.vetting.policy import policy_named
    from modelpick.vetting.verdict import vet_reading

    return vet_reading(facts, policy_named(policy))


def explain(check_id: str) -> Explanation:
    """What a check looks at, why it matters, how to fix it, and what it cannot see.

    Raises:
        UsageError: There is no such check; the hint names close ones.
    """
    from modelpick.vetting.explain import explanation_of

    return explanation_of(check_id)


class _Gatherer:
    """Gathers the facts of paths and repos; one client for all repos, made when the first is asked for."""

    def __init__(self, revision: str | None, endpoint: str | None, listener: Listener) -> None:
        self._revision = revision
        self._endpoint = endpoint
        self._listener = listener
        self._client: HubClient | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def facts(self, subject: str) -> RepoFacts:
        from modelpick.errors import UsageError
        from modelpick.hub.folder import collect_path, is_path

        if is_path(subject):
            if self._revision is not None:
                raise UsageError(
                    f"`{subject}` is a path and has no revision to choose from", hint="leave `--revision` out"
                )
            return collect_path(subject)
        _refuse_run_name(subject)
        from modelpick.hub.client import HubClient
        from modelpick.hub.collect import collect

        if self._client is None:
            self._client = HubClient.from_environment(self._endpoint, self._listener)
        return collect(self._client, subject, self._revision)


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
