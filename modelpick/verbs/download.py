"""download: fetch a vetted model, pinned to a commit, every file hashed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from modelpick.document import Document
from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError
from modelpick.progress import SILENT, Listener
from modelpick.verbs.download_result import DownloadResult, DownloadResults, Verdict, plan_document

if TYPE_CHECKING:
    from modelpick.facts import RepoFacts
    from modelpick.hub.client import HubClient
    from modelpick.hub.download import Receipt
    from modelpick.hub.lock import Lock, LockedModel
    from modelpick.hub.plan import DownloadPlan
    from modelpick.vetting.report import VetReport

_COPY_HELPS = frozenset(
    "network timeout not-a-hub repo-not-found gated disabled revision-not-found rate-limit offline permission".split()  # noqa: SIM905
)


def download(
    repo_id: str,
    *,
    revision: str | None = None,
    local_dir: str | Path | None = None,
    include: str | Sequence[str] | None = None,
    yes: bool = False,
    allow_rejected: bool = False,
    lock: bool = False,
    locked: bool = False,
    endpoint: str | None = None,
    listener: Listener = SILENT,
    confirm: Callable[[str], bool] | None = None,
    announce: Callable[[Document], None] | None = None,
) -> DownloadResult:
    """Vets a model, then fetches its safetensors weights and what is needed to load them, at one commit.

    Every file is hashed against what the Hub declares, whether fetched or cached. Nothing of a repo is run. What was
    interrupted goes on where it stopped.

    Args:
        repo_id: `owner/name`.
        revision: A branch, tag or commit; by default the main branch.
        local_dir: A folder to put the files in, instead of the shared Hugging Face cache.
        include: Patterns over the whole path: weights and other files to take instead of those that would be chosen.
        yes: Go on without asking where the verdict is review.
        allow_rejected: Go on where the verdict is reject.
        lock: Write the model into `modelpick.lock` in the current folder; where one is there, this is done anyway.
        locked: Take exactly what that lock names, and fail where it is not to be had. What is there already needs no
            network in offline mode (HF_HUB_OFFLINE).
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of progress and of what a person should know.
        confirm: Is asked where the verdict is review; without it a notice is given and the download goes on.
        announce: Is shown the plan, file by file, before anything is fetched.

    Returns:
        A `DownloadResult`: `path`, `receipt`, `verdict`; `document()` shows it.

    Raises:
        AnswerIsNo: Rejected, not confirmed, no safe weights, a hostile file name, a file that fails verification, or
            one that is not the locked one.
        UsageError: The id, revision, a pattern, the endpoint, the folder or the lock cannot be used.
        CannotFindOut: Network, unknown, gated or disabled repo, disk, permission.
    """
    from modelpick.hub.client import HubClient
    from modelpick.notebook import register
    from modelpick.places import whole_path
    from modelpick.verbs.locking import lock_place

    register()
    patterns = [include] if isinstance(include, str) else include
    folder = None if local_dir is None else whole_path(local_dir)
    entry = _locked_entry(repo_id, revision, patterns, lock) if locked else None
    writes = not locked and _writes_lock(lock_place(), lock)
    try:
        with HubClient.from_environment(endpoint, listener) as client:
            if entry is not None and client.settings.offline:
                return _restore_offline(client, entry, folder, listener)
            with listener.step(f"looking at {repo_id}"):
                facts, planned, report = _look(client, repo_id, revision, patterns, entry)
            _stop_if_rejected(report, allow_rejected, listener)
            if announce is not None:
                announce(plan_document(planned, report, _free(folder)))
            _settle_review(report, yes or locked, listener, confirm)
            receipt = _fetch(client, planned, folder, listener)
    except CannotFindOut as error:
        if entry is not None and error.kind == "revision-not-found":
            error.hint = (
                "its history was rewritten, or this endpoint does not have all of it; "
                f"`modelpick lock update {entry.repo_id}` shows what is there now"
            )
        _tell_of_copy(error, repo_id)
        raise
    if writes:
        _write_lock(report, planned, receipt, patterns, listener)
    return _result(planned, receipt, report.verdict, facts)


def download_locked(
    *,
    endpoint: str | None = None,
    allow_rejected: bool = False,
    listener: Listener = SILENT,
    announce: Callable[[Document], None] | None = None,
) -> DownloadResults:
    """Restores all models of the `modelpick.lock` in the current folder into the shared cache.

    Raises:
        As `download`; the first model that fails ends it.
    """
    from modelpick.hub.lock import read_lock
    from modelpick.verbs.locking import lock_place

    models = read_lock(lock_place()).models
    if not models:
        raise UsageError(f"`{lock_place()}` names no model", "`modelpick download REPO --lock` adds one")
    return DownloadResults(
        items=tuple(
            download(
                model.repo_id,
                locked=True,
                allow_rejected=allow_rejected,
                endpoint=endpoint,
                listener=listener,
                announce=announce,
            )
            for model in models
        )
    )


def _locked_entry(repo_id: str, revision: str | None, patterns: Sequence[str] | None, lock: bool) -> LockedModel:
    """What the lock says of a repo, where nothing else is asked for."""
    from modelpick.hub.lock import read_lock
    from modelpick.verbs.locking import lock_place

    for name, given in (("--revision", revision), ("--include", patterns), ("--lock", lock)):
        if given:
            raise UsageError(
                f"`{name}` does not go with `--locked`: the lock names commit and files", f"leave `{name}` out"
            )
    entry = read_lock(lock_place()).find(repo_id)
    if entry is None:
        raise UsageError(
            f"`{repo_id}` is not in `{lock_place()}`", f"`modelpick download {repo_id} --lock` adds it", kind="lock"
        )
    return entry


def _writes_lock(place: Path, wanted: bool) -> bool:
    """Whether the download is to be written into a lock. One that is broken, or stands where nothing can be written,
    ends it before anything is fetched.
    """
    from modelpick.hub.lock import read_lock

    there = place.exists()
    if there:
        read_lock(place)
    if (there or wanted) and not os.access(place.parent, os.W_OK):
        way_out = "take what it names with --locked" if there else "leave out --lock"
        raise CannotFindOut(
            f"`{place}` cannot be written", f"go to a folder that you may write to, or {way_out}", kind="permission"
        )
    return there or wanted


def _look(
    client: HubClient, repo_id: str, revision: str | None, patterns: Sequence[str] | None, entry: LockedModel | None
) -> tuple[RepoFacts, DownloadPlan, VetReport]:
    """The facts of the repo, the files to fetch, and the vet, in the order in which each may end it."""
    from modelpick.hub.collect import collect
    from modelpick.hub.download import check_access
    from modelpick.hub.lock_changes import locked_plan
    from modelpick.hub.plan import plan
    from modelpick.verbs.vet import vet_facts

    facts = collect(client, repo_id, revision if entry is None else entry.commit)
    planned = plan(facts, patterns) if entry is None else locked_plan(entry, facts)
    check_access(client, planned)
    return facts, planned, vet_facts(facts)


def _restore_offline(client: HubClient, entry: LockedModel, folder: Path | None, listener: Listener) -> DownloadResult:
    """What the lock names, from what lies on the disk; the client refuses where a file is missing."""
    from modelpick.facts import RepoFacts, TextFile
    from modelpick.hub.lock_changes import plan_of_lock

    planned = plan_of_lock(entry, entry.repo_id)
    receipt = _fetch(client, planned, folder, listener)
    listener.notice(f"`{entry.repo_id}` is as the lock has it; the Hub was not asked, so the vet is of {entry.date}")
    texts: tuple[TextFile, ...] = ()
    with suppress(OSError, ValueError):  # without its configuration the line that loads it is another
        texts = (TextFile(path="config.json", text=(receipt.folder / "config.json").read_text(encoding="utf-8")),)
    facts = RepoFacts(requested=entry.repo_id, source="path", repo_id=entry.repo_id, texts=texts)
    return _result(planned, receipt, entry.verdict, facts)


def _fetch(client: HubClient, planned: DownloadPlan, folder: Path | None, listener: Listener) -> Receipt:
    from modelpick.hub.download import fetch

    receipt = fetch(client, planned, local_dir=folder, listener=listener)
    _keep_receipt(receipt, client.settings.endpoint, listener)
    return receipt


def _result(planned: DownloadPlan, receipt: Receipt, verdict: Verdict, facts: RepoFacts) -> DownloadResult:
    from modelpick.hub.loading import loading_lines

    lines = loading_lines(facts, receipt.folder, [file.path for file in receipt.files])
    return DownloadResult(plan=planned, receipt=receipt, verdict=verdict, loading=lines)


def _write_lock(
    report: VetReport,
    planned: DownloadPlan,
    receipt: Receipt,
    patterns: Sequence[str] | None,
    listener: Listener,
) -> None:
    """Puts the model into the lock; says so where that changes it."""
    from modelpick.hub.lock import change_lock
    from modelpick.verbs.locking import lock_entry, lock_place, present

    place = lock_place()
    hashes = {file.path: file.sha256 for file in receipt.files}
    entry = lock_entry(present(report, planned), planned.revision, hashes, patterns)
    said: list[str] = []

    def put(old: Lock) -> Lock:
        before = old.find(planned.requested) or old.find(planned.repo_id)
        fresh = old.put(entry, instead_of=before.repo_id if before else None)
        if before is None:
            said.append(f"`{entry.repo_id}` at {entry.commit[:12]} was added to {place}")
        elif before.commit != entry.commit:
            said.append(f"{place}: `{entry.repo_id}` went from {before.commit[:12]} to {entry.commit[:12]}")
        elif fresh is not old:
            said.append(f"{place}: the entry of `{entry.repo_id}` changed")
        return fresh

    change_lock(place, put)
    for text in said:
        listener.notice(text)


def _free(folder: Path | None) -> int | None:
    """Bytes that are free where the files will be; None where nobody tells."""
    from modelpick.hub.cache_layout import default_cache
    from modelpick.hub.disk import free_bytes

    try:
        return free_bytes(folder or default_cache())
    except OSError:
        return None


def _stop_if_rejected(report: VetReport, allowed: bool, listener: Listener) -> None:
    if report.verdict != "reject":
        return
    why = ", ".join(report.decided_by)
    if not allowed:
        raise AnswerIsNo(
            f"`{report.name}` is rejected: {why}",
            f"`modelpick vet {report.facts.requested}` tells why, with quotes; --allow-rejected takes it all the same",
            kind="rejected",
        )
    listener.notice(f"`{report.name}` is rejected ({why}) and taken all the same, as --allow-rejected asks")


def _settle_review(report: VetReport, yes: bool, listener: Listener, confirm: Callable[[str], bool] | None) -> None:
    """Where the verdict is review, a person decides: beforehand with `yes`, now, or the caller by its own rules."""
    if report.verdict != "review":
        return
    why = ", ".join(report.decided_by)
    if yes or confirm is None:
        listener.notice(f"`{report.name}` wants a look ({why}): `modelpick vet {report.facts.requested}`")
    elif not confirm(f"The vet of {report.name} wants a person's look ({why}). Download it?"):
        raise AnswerIsNo(
            f"`{report.name}` was not downloaded",
            f"`modelpick vet {report.facts.requested}` shows the findings",
            kind="not-confirmed",
        )


def _keep_receipt(receipt: Receipt, endpoint: str, listener: Listener) -> None:
    """Writes the receipt; the download stands all the same where that is not possible."""
    from modelpick.hub.receipts import write_receipt

    try:
        write_receipt(receipt, endpoint)
    except OSError as error:
        listener.notice(f"no receipt was written to `{error.filename}`: {error.strerror or error}")
    except UsageError as error:
        listener.notice(f"no receipt was written: {error.message}; see MODELPICK_HOME")


def _tell_of_copy(error: CannotFindOut, repo_id: str) -> None:
    """Adds to the hint that an earlier download lies in the cache. Not used unasked."""
    from modelpick.hub.cache_layout import default_cache, newest_snapshot

    if error.kind not in _COPY_HELPS:
        return
    try:
        copy = newest_snapshot(default_cache(), repo_id)
    except UsageError:  # no cache, so no copy; the error at hand says more
        return
    if copy is not None:
        hint = f"a copy of an earlier download is at {copy}, not checked against the Hub now"
        error.hint = f"{error.hint}; {hint}" if error.hint else hint
