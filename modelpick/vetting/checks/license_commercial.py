"""The licence allows commercial use.

What it checks
    What the declared licence says of commercial use, made stricter by what the text of the card says.

Why it matters
    It is the question that people ask most, and the one that costs most when it was answered wrongly.

How to fix
    For commercial use take a model whose licence allows it, meet the condition, or ask the publisher for other terms.

Limits
    The terms come from a table, from the card's words and from the repo's licence file. The answer is for the weights;
    what the bases and the data ask is said by other checks. No legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """Yes, on conditions, no, or unknown."""
    license_ = reading.answers.license
    evidence = license_.evidence[:2]
    match license_.commercial_use:
        case "yes":
            yield passed(license_.reason, *evidence)
        case "conditional":
            yield failed(f"on conditions: {license_.reason}", *evidence, severity=Severity.LOW)
        case "no":
            yield failed(f"no commercial use: {license_.reason}", *evidence)
        case "unknown":
            yield unknown(license_.reason, *evidence)


CHECK = Check(
    id="license-commercial",
    severity=Severity.MEDIUM,
    remediation="for commercial use meet the condition, ask the publisher for terms, or take another model",
    run=run,
)
