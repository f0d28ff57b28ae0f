"""How often the model is used is known.

What it checks
    Whether the Hub tells downloads, likes and the models that were made from this one.

Why it matters
    A model that many use is easier to find help for. It is a fact and no proof of quality or safety: counts have been
    faked by the hundred thousand to carry malware.

How to fix
    Nothing to fix; look at who publishes the model and what others report.

Limits
    It never improves a verdict. The Hub counts requests (GET and HEAD) of a few files over 30 days, automatic tests
    and mirrors included: not users.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.answers.contract import Popularity
from modelpick.vetting.check import Check, Reading, Said, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """The counts and what they mean, or that they are not told."""
    popular = reading.answers.popularity
    told = popular.downloads_30d is not None or popular.likes is not None
    if not told and reading.facts.source in {"path", "cards"}:
        yield not_applicable("a local folder or card has no downloads")
    elif not told:
        yield unknown("the Hub did not tell downloads or likes")
    else:
        yield passed(
            ", ".join(_counts(popular)) + ": requests of files, automatic ones too, not users; no sign of trust"
        )


def _counts(popular: Popularity) -> Iterator[str]:
    for count, what in (
        (popular.downloads_30d, "downloads in 30 days"),
        (popular.downloads_all_time, "in all"),
        (popular.likes, "likes"),
        (popular.finetune, "fine-tunes"),
        (popular.adapter, "adapters"),
        (popular.merge, "merges"),
        (popular.quantized, "quantisations"),
    ):
        if count is not None:
            yield f"{count:,} {what}"


CHECK = Check(
    id="popularity-known",
    severity=Severity.INFO,
    remediation="look at who publishes the model and what others report of it",
    run=run,
)
