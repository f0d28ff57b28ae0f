"""What a download answers, and the plan that is shown before it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone

if TYPE_CHECKING:
    from modelpick.hub.download import Receipt
    from modelpick.hub.plan import DownloadPlan
    from modelpick.vetting.report import VetReport

Verdict = Literal["accept", "review", "reject"]

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
    verdict: Verdict
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
            Text(str(self.path), Tone.STRONG, whole=True),
        ]
        if self.loading:
            blocks.append(Text("Load it, offline and without running its code:"))
            blocks += [Text(line, whole=True) for line in self.loading]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadResults(Result):
    """What several downloads did, in the order of the lock."""

    items: tuple[DownloadResult, ...]

    def document(self) -> Document:
        """One after the other; a list for machines, the folders for pipes."""
        documents = [item.document() for item in self.items]
        return Document(
            blocks=[block for document in documents for block in document.blocks],
            data=[document.data for document in documents],
            quiet=[line for document in documents for line in document.quiet],
        )


def plan_document(planned: DownloadPlan, report: VetReport, free: int | None) -> Document:
    """The plan before the download: files with sizes, what is left out by reason, and the bytes that are free."""
    from modelpick.hub.disk import in_bytes

    tones = {"accept": Tone.GOOD, "review": Tone.WARN, "reject": Tone.BAD}
    rows: list[tuple[str | Cell, ...]] = [
        (file.path, Cell(in_bytes(file.bytes), Tone.STRONG if file.is_weights else Tone.PLAIN))
        for file in sorted(planned.files, key=lambda file: -file.bytes)
    ]
    room = "" if free is None else f"; {in_bytes(free)} are free there"
    total = f"{_files(len(rows))}, {in_bytes(planned.bytes)} in all{room}."
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
