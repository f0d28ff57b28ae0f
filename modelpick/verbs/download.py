"""download: fetch a vetted model, pinned to a commit, every file hashed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.hub.download import Receipt
    from modelpick.hub.plan import DownloadPlan
    from modelpick.vetting.report import VetReport

_COPY_HELPS = frozenset(
    "network timeout not-a-hub repo-not-found gated disabled revision-not-found rate-limit offline permission".split()  # noqa: SIM905
)

_SHOWN = 20
"""Rows of the plan that a person is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadResult(Result):
    """What a download did.

    Attributes:
        plan: The files that were to be had, and those left out.
        receipt: The files that are there now, each verified.
        verdict: Of the vet that went before.
        loading: Python that loads the model from its folder, offline; empty where its form is not known.
    """

    plan: DownloadPlan
    receipt: Receipt
    verdict: Literal["accept", "review", "reject"]
    loading: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The folder with the files."""
        return self.receipt.folder

    def document(self) -> Document:
        """Where it is and how to load it; `modelpick.download/1` for machines, the folder for pipes."""
        return Document(blocks=self._blocks(), data=self._data(), quiet=[str(self.path)])

    def _blocks(self) -> list[Block]:
        from modelpick.hub.disk import in_bytes

        receipt = self.receipt
        there = receipt.bytes - receipt.bytes_fetched
        reused = f", of them {in_bytes(there)} there already" if there else ""
        blocks: list[Block] = [
            Text(f"{_files(len(receipt.files))} verified, {in_bytes(receipt.bytes)}{reused}:", Tone.GOOD),
            Text(str(self.path), Tone.STRONG),
        ]
        if self.loading:
            blocks.append(Text("Load it, offline and without running its code:"))
            blocks += [Text(line) for line in self.loading]
        return blocks

    def _data(self) -> dict[str, Any]:
        return {
            "schema": "modelpick.download/1",
            "requested": self.plan.requested,
            "repo_id": self.receipt.repo_id,
            "revision": self.plan.revision,
            "commit": self.receipt.commit,
            "path": str(self.path),
            "verdict": self.verdict,
            "bytes": self.receipt.bytes,
            "bytes_fetched": self.receipt.bytes_fetched,
            "seconds": round(self.receipt.seconds, 3),
            "files": [
                {"path": f.path, "size": f.bytes, "sha256": f.sha256, "fetched": f.fetched} for f in self.receipt.files
            ],
            "left_out": [{"path": item.file.path, "reason": item.reason} for item in self.plan.left_out],
            "loading": list(self.loading),
        }


def download(
    repo_id: str,
    *,
    revision: str | None = None,
    local_dir: str | Path | None = None,
    include: str | Sequence[str] | None = None,
    yes: bool = False,
    allow_rejected: bool = False,
    endpoint: str | None = None,
    listener: Listener = SILENT,
    confirm: Callable[[str], bool] | None = None,
    announce: Callable[[Document], None] | None = None,
) -> DownloadResult:
    """Vets a model, then fetches its safetensors weights and what is needed to load them, at one commit.

    Every file is hashed against what the Hub declares, whether fetched or cached. Nothing of a repo is run.

    Args:
        repo_id: `owner/name`.
        revision: A branch, tag or commit; by default the main branch.
        local_dir: A folder to put the files in, instead of the shared Hugging Face cache.
        include: Patterns over the whole path: weights and other files to take instead of those that would be chosen.
        yes: Go on without asking where the verdict is review.
        allow_rejected: Go on where the verdict is reject.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of progress and of what a person should know.
        confirm: Is asked where the verdict is review; without it a notice is given and the download goes on.
        announce: Is shown the plan, file by file, before anything is fetched.

    Returns:
        A `DownloadResult`: `path`, `receipt`, `verdict`; `document()` shows it.

    Raises:
        AnswerIsNo: Rejected, not confirmed, no safe weights, a hostile file name, or a file that fails verification.
        UsageError: The id, revision, a pattern, the endpoint or the folder cannot be used.
        CannotFindOut: Network, unknown, gated or disabled repo, disk, permission.
    """
    from modelpick.hub.client import HubClient
    from modelpick.hub.collect import collect
    from modelpick.hub.download import check_access, fetch
    from modelpick.hub.loading import loading_lines
    from modelpick.hub.plan import plan
    from modelpick.notebook import register
    from modelpick.places import whole_path
    from modelpick.verbs.vet import vet_facts

    register()
    patterns = [include] if isinstance(include, str) else include
    folder = None if local_dir is None else whole_path(local_dir)
    try:
        with HubClient.from_environment(endpoint, listener) as client:
            with listener.step(f"looking at {repo_id}"):
                facts = collect(client, repo_id, revision)
                planned = plan(facts, patterns)
                check_access(client, planned)
                report = vet_facts(facts)
            _stop_if_rejected(report, allow_rejected, listener)
            if announce is not None:
                announce(_plan_document(planned, report))
            _settle_review(report, yes, listener, confirm)
            receipt = fetch(client, planned, local_dir=folder, listener=listener)
            _keep_receipt(receipt, client.settings.endpoint, listener)
    except CannotFindOut as error:
        _tell_of_copy(error, repo_id)
        raise
    lines = loading_lines(facts, receipt.folder, [file.path for file in receipt.files])
    return DownloadResult(plan=planned, receipt=receipt, verdict=report.verdict, loading=lines)


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


def _plan_document(planned: DownloadPlan, report: VetReport) -> Document:
    """The plan before the download: files with sizes, and what is left out by reason."""
    from modelpick.hub.disk import in_bytes

    tones = {"accept": Tone.GOOD, "review": Tone.WARN, "reject": Tone.BAD}
    rows: list[tuple[str | Cell, ...]] = [
        (file.path, Cell(in_bytes(file.bytes), Tone.STRONG if file.is_weights else Tone.PLAIN))
        for file in sorted(planned.files, key=lambda file: -file.bytes)
    ]
    total = f"{_files(len(rows))}, {in_bytes(planned.bytes)} in all."
    if len(rows) > _SHOWN:
        rows = [*rows[:_SHOWN], (f"and {len(rows) - _SHOWN} smaller ones", "")]
    blocks: list[Block] = [
        Heading(f"{planned.repo_id} at {planned.commit[:12]}", level=1),
        Text(f"Verdict of the vet: {report.verdict}", tones[report.verdict]),
        Table(("file", "size"), tuple(rows), right=("size",)),
        Text(total),
    ]
    reasons = Counter(item.reason for item in planned.left_out)
    if reasons:
        told = "; ".join(f"{count} ({reason})" for reason, count in reasons.most_common())
        blocks.append(Text(f"Left out: {told}.", Tone.MUTED))
    return Document(blocks=blocks, data=None)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
