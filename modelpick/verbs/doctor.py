"""doctor: try all that modelpick needs of the network and of this machine, and say what mends the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.hub.doctor.probe import Check

_TONES = {"works": Tone.GOOD, "limited": Tone.WARN, "fails": Tone.BAD, "skipped": Tone.MUTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorResult(Result):
    """What works and what does not.

    Attributes:
        endpoint: That was asked.
        repo_id: The model that it was asked about.
        checks: What each probe found, in the order tried.
    """

    endpoint: str
    repo_id: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether everything works that vet and download need."""
        return not self.failing

    @property
    def failing(self) -> tuple[str, ...]:
        """The checks that fail."""
        return tuple(check.name for check in self.checks if check.found.outcome == "fails")

    def document(self) -> Document:
        """A table and the lines that mend, for people; `modelpick.doctor/1`; the names of what fails, for pipes."""
        rows = tuple(
            (check.name, Cell(check.found.outcome, _TONES[check.found.outcome]), check.found.message)
            for check in self.checks
        )
        blocks: list[Block] = [Heading(f"{self.endpoint}, asked about {self.repo_id}", level=1)]
        blocks.append(Table(("check", "outcome", "found"), rows))
        mends = [check for check in self.checks if check.found.remedy is not None]
        if mends:
            blocks.append(Heading("What mends it"))
            blocks += [
                Text(f"{check.name}: {check.found.remedy}", _TONES[check.found.outcome], item=True) for check in mends
            ]
        if self.ok and any(check.name == "endpoint" and check.found.outcome == "skipped" for check in self.checks):
            blocks.append(
                Text("Nothing fails on this machine. The Hub was not asked, so the rest is not known.", Tone.WARN)
            )
        elif self.ok:
            blocks.append(Text("Everything works that vet and download need.", Tone.GOOD))
        else:
            blocks.append(Text(f"Does not work: {', '.join(self.failing)}.", Tone.BAD))
        return Document(
            blocks=blocks,
            data={
                "schema": "modelpick.doctor/1",
                "ok": self.ok,
                "endpoint": self.endpoint,
                "repo_id": self.repo_id,
                "checks": [
                    {
                        "check": check.name,
                        "outcome": check.found.outcome,
                        "message": check.found.message,
                        "remedy": check.found.remedy,
                    }
                    for check in self.checks
                ],
            },
            quiet=self.failing,
        )


def doctor(repo_id: str | None = None, *, endpoint: str | None = None, listener: Listener = SILENT) -> DoctorResult:
    """Tries in turn the endpoint, its certificate, the proxy, the token, each route that modelpick uses, where the
    bytes of large files come from, the folders, links, disk, index and versions.

    Only the endpoint's host is asked, and the one that it sends us to for bytes. Nothing is changed; each probe has
    its time.

    Args:
        repo_id: A model to ask about, instead of a small well-known one: of a mirror that has few.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of progress.

    Returns:
        The result: `ok`, and `checks` with what was found and the line that mends it.

    Raises:
        UsageError: The id, the endpoint or a variable of the environment is malformed.
    """
    from modelpick.hub.doctor.probes import KNOWN, visit_endpoint
    from modelpick.notebook import register

    register()
    asked = repo_id or KNOWN
    settings, checks = visit_endpoint(asked, endpoint, listener)
    return DoctorResult(endpoint=settings.endpoint, repo_id=asked, checks=tuple(checks))
