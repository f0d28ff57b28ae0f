"""vet: what a model is for, what it was trained on, who uses it and how, and under which licence, with quotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelpick.errors import ModelpickError
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.facts import RepoFacts
    from modelpick.vetting.answers.contract import Answers
    from modelpick.vetting.explain import Explanation
    from modelpick.vetting.policy import Policy
    from modelpick.vetting.report import VetReport
    from modelpick.vetting.reports import VetFailure, VetReports


def vet(
    subject: str,
    *,
    policy: str | Path = "default",
    revision: str | None = None,
    endpoint: str | None = None,
    shallow: bool = False,
    offline: bool = False,
    save: str | Path | None = None,
    listener: Listener = SILENT,
) -> VetReport:
    """Vets one model and says what may be relied on.

    Args:
        subject: A repo id (`org/name`), or a path: a folder, a git clone, a card file. `./x`, `/x`, `~/x`, a name
            that ends in `.md` or `.markdown`, and a folder that holds a run of ours are paths; anything else is a
            repo id.
        policy: What is demanded: the name of a built-in policy (default, commercial, research, strict), or the path of
            a file (`./x`, `/x`, `~/x`, or a name that ends in `.toml`).
        revision: A branch, tag or commit of the repo; by default its main branch. Not for a path.
        endpoint: The Hub to ask instead of the environment's.
        shallow: Of a repo only the first info call and the card are asked for; the report says what was not.
        offline: Repos are looked up in the local index (`modelpick index`), and nobody is asked.
        save: A file to write the facts to, for `vet_saved` (packed where the name ends in `.gz`).
        listener: Hears of progress.

    Returns:
        The report: `verdict` (accept, review, reject), `answers`, `findings`; `document()` shows it.

    Raises:
        UsageError: No such policy or a slip in its file, a revision for a path, a folder here that could be a repo as
            well, or something else than a bundle lies where to save.
        CannotFindOut: The repo or the path cannot be read, or `save` not written.
    """
    from modelpick.verbs.gather import Gatherer
    from modelpick.verbs.policy import load_policy
    from modelpick.vetting.verdict import vet_reading

    demanded = load_policy(policy)
    _check_target(save)
    with (
        Gatherer(revision, endpoint, listener, shallow=shallow, offline=offline) as gatherer,
        listener.step(f"vetting {subject}"),
    ):
        facts = gatherer.facts(subject)
    _save(save, [(subject, facts)])
    return vet_reading(facts, demanded)


def vet_many(
    subjects: Sequence[str],
    *,
    policy: str | Path = "default",
    revision: str | None = None,
    endpoint: str | None = None,
    shallow: bool = False,
    offline: bool = False,
    save: str | Path | None = None,
    listener: Listener = SILENT,
) -> VetReports:
    """Vets several models; one that cannot be read does not stop the others.

    Args and errors as `vet`; `CannotFindOut` about one subject stands in its place as a `VetFailure`.
    """
    from modelpick.verbs.gather import Gatherer
    from modelpick.verbs.policy import load_policy
    from modelpick.vetting.answers.read import read_answers
    from modelpick.vetting.reports import VetReports

    demanded = load_policy(policy)
    _check_target(save)
    gathered: list[tuple[str, RepoFacts | ModelpickError]] = []
    answers: dict[int, Answers] = {}
    with (
        Gatherer(revision, endpoint, listener, shallow=shallow, offline=offline) as gatherer,
        listener.step("vetting", total=len(subjects), unit="subjects") as step,
    ):
        for subject, found in gatherer.all(subjects):
            gathered.append((subject, found))
            if not isinstance(found, ModelpickError):  # read while the others are waited for
                answers[id(found)] = read_answers(found)
            step.describe(f"vetting {subject}")
            step.advance()
    _save(save, gathered)
    return VetReports(items=tuple(_vetted(gathered, demanded, answers)))


def vet_saved(bundle: str | Path, *, policy: str | Path = "default") -> VetReport | VetReports:
    """Vets again what a bundle holds, without a network: the same reports as when it was saved, under any policy.

    Their JSON differs in `subject.source` only, which is `bundle`.

    Returns:
        One report where one subject was saved, else those of all.

    Raises:
        UsageError: No such policy, or a slip in its file.
        CannotFindOut: The bundle cannot be read, is none, or one of another version.
    """
    from modelpick.hub.bundle import read_bundle
    from modelpick.places import user_path
    from modelpick.verbs.policy import load_policy
    from modelpick.vetting.report import VetReport
    from modelpick.vetting.reports import VetReports

    items = tuple(
        replace(item, replayed=True) if isinstance(item, VetReport) else item
        for item in _vetted(read_bundle(user_path(bundle)), load_policy(policy))
    )
    return items[0] if len(items) == 1 and isinstance(items[0], VetReport) else VetReports(items=items)


def _check_target(target: str | Path | None) -> None:
    if target is not None:
        from modelpick.hub.bundle import check_target
        from modelpick.places import user_path

        check_target(user_path(target))


def _save(target: str | Path | None, gathered: Sequence[tuple[str, RepoFacts | ModelpickError]]) -> None:
    if target is not None:
        from modelpick.hub.bundle import Kept, write_bundle
        from modelpick.places import user_path

        write_bundle(user_path(target), [Kept(*one) for one in gathered])


def _vetted(
    gathered: Sequence[tuple[str, RepoFacts | ModelpickError]],
    policy: Policy,
    answers: Mapping[int, Answers] = MappingProxyType({}),
) -> Iterator[VetReport | VetFailure]:
    """The report of each, or why there is none; each knows the others as its peers.

    `answers`: those that were read already, by the identity of the facts.
    """
    from modelpick.vetting.reports import VetFailure
    from modelpick.vetting.verdict import vet_reading

    known = [found for _, found in gathered if not isinstance(found, ModelpickError)]
    for subject, found in gathered:
        if isinstance(found, ModelpickError):
            yield VetFailure(requested=subject, error=found)
        else:
            yield vet_reading(
                found, policy, [peer for peer in known if _named(peer) != _named(found)], answers.get(id(found))
            )


def _named(facts: RepoFacts) -> tuple[str, str | None]:
    """What tells a subject from another, also where it was asked for by two names."""
    return facts.repo_id or facts.requested, facts.commit


def vet_facts(facts: RepoFacts, policy: str | Path = "default") -> VetReport:
    """Vets facts that were gathered already (a download, a run's own folder). No network, no files but the policy's.

    Raises:
        UsageError: No such policy.
    """
    from modelpick.verbs.policy import load_policy
    from modelpick.vetting.verdict import vet_reading

    return vet_reading(facts, load_policy(policy))


def explain(check_id: str) -> Explanation:
    """What a check looks at, why it matters, how to fix it, and what it cannot see.

    Raises:
        UsageError: There is no such check; the hint names close ones.
    """
    from modelpick.vetting.explain import explanation_of

    return explanation_of(check_id)
