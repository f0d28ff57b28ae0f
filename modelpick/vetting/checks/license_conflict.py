"""What the repo says about its licence does not contradict itself.

What it checks
    Whether the key `license`, the tag, `license_name`, the misspelt `licence`, a second header, the licence file, the
    headers of the weights and the text name the same licence, whether a licence file holds clauses that the declared
    licence does not have, and whether an open licence stands beside "research only" or "non-commercial".

Why it matters
    Of two terms that cannot both hold the stricter one may be the one that is meant.

How to fix
    Work with the stricter one until the publisher has settled it.

Limits
    A heuristic over words: a sentence about the data or the code may be taken for one about the model.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Confidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each contradiction, both statements quoted."""
    license_ = reading.answers.license
    if not (license_.declared or license_.other_sources or license_.prose):
        yield not_applicable("no licence is stated")
        return
    for conflict in license_.conflicts:
        yield failed(
            f"may conflict: {conflict.why}" + (": two versions of one licence" if conflict.slight else ""),
            *conflict.evidence,
            severity=Severity.LOW if conflict.slight else None,
            confidence=Confidence.MEDIUM,
        )
    if not license_.conflicts:
        yield passed("nothing that was read contradicts the licence")


CHECK = Check(
    id="license-conflict",
    severity=Severity.HIGH,
    remediation="work with the stricter statement, and ask the publisher which one holds",
    run=run,
)
