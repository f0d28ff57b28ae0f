"""How often the model is used is known.

What it checks
    Whether the Hub tells downloads and likes.

Why it matters
    A model that many use is easier to find help for. It is a fact and no proof of quality or safety: counts have been
    faked by the hundred thousand to carry malware, and a download is one fetch of a file, not one user.

How to fix
    Nothing to fix; look at who publishes the model and what others report.

Limits
    It never improves a verdict. The Hub counts the last 30 days; an automatic test counts as much as a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """The counts, or that they are not told."""
    popular = reading.answers.popularity
    if reading.facts.source in {"path", "cards"}:
        yield not_applicable("a local folder or card has no downloads")
    elif popular.downloads_30d is None and popular.likes is None:
        yield unknown("the Hub did not tell downloads or likes")
    else:
        counts = [
            f"{count:,} {what}"
            for count, what in ((popular.downloads_30d, "downloads in 30 days"), (popular.likes, "likes"))
            if count is not None
        ]
        yield passed(", ".join(counts) + "; says nothing about trust")


CHECK = Check(
    id="popularity-known",
    severity=Severity.INFO,
    remediation="look at who publishes the model and what others report of it",
    run=run,
)
