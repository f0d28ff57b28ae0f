"""What its owner gives on request only is not passed on without asking.

What it checks
    Whether a base of the model is gated on the Hub while the model, which holds its weights in some form, is not.

Why it matters
    Who takes the base at its own place accepts terms there. A copy without a gate does not free anybody from them.

How to fix
    Read and accept the terms at the page of the base before you use what was made of it.

Limits
    A gate that the owner opened or set up later is seen as it stands today. An adapter holds no weights of its base.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each gated base of an open model."""
    lineage = [a for a in reading.answers.license.lineage if a.relation_to_subject != "adapter"]
    gated = [ancestor for ancestor in lineage if ancestor.gated]
    if not lineage:
        yield not_applicable("no base model is named whose weights are in this one")
    elif all(ancestor.missing is not None for ancestor in lineage):
        yield not_applicable("no base could be looked at; see `base-known`")
    elif gated and reading.facts.gated is None:
        yield unknown(f"its base `{gated[0].repo_id}` is gated; whether this model is, nobody tells")
    elif gated and reading.facts.gated == "no":
        for ancestor in gated:
            yield failed(
                f"`{ancestor.repo_id}` is given on request only, and this model, made from it, to everybody",
                *ancestor.named,
                remediation=f"read and accept the terms at the page of `{ancestor.repo_id}` first",
            )
    else:
        yield passed("no base is gated" if not gated else "it is gated, as its base is")


CHECK = Check(
    id="gate-bypassed",
    severity=Severity.MEDIUM,
    remediation="read and accept the terms at the page of the base first",
    run=run,
)
