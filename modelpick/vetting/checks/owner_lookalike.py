"""The owner's name is no look-alike of a well-known one.

What it checks
    Whether the owner's name is that of a well-known owner with one sign changed, letters that look alike (`0` for `o`,
    a Cyrillic `a`), another separator or an addition such as `-official`; and whether it mixes scripts.

Why it matters
    Malware has been spread under names that read like a famous lab's. The name is all that many people look at.

How to fix
    Open the well-known owner's page and look for the model there.

Limits
    The list holds about a hundred owners. A resemblance may be chance, or an honest name of the same organisation; a
    name that resembles none can still pose as somebody: see `card-is-own`.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.findings import Confidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed
from modelpick.vetting.confusables import is_mixed, latin
from modelpick.vetting.known_owners import How, known_owners, resembled

_SURE: dict[How, Confidence] = {
    "look-alike signs": Confidence.HIGH,
    "one sign apart": Confidence.MEDIUM,
    "an addition": Confidence.LOW,
}


def run(reading: Reading) -> Iterator[Said]:
    """Known, unlike any known one, resembling one, or of mixed scripts."""
    repo_id = reading.facts.repo_id
    if repo_id is None or "/" not in repo_id:
        yield not_applicable("there is no owner's name to look at")
        return
    owner = repo_id.split("/", 1)[0]
    found = resembled(owner)
    if is_mixed(owner):
        yield failed(f"the owner's name mixes scripts: it reads like `{latin(owner)}`", severity=Severity.HIGH)
    if found is not None:
        known, how = found
        yield failed(
            f"the owner `{owner}` is not `{known.owner}`, whose name it resembles ({how})",
            remediation=f"look for the model at `{known.owner}`, and trust this owner only for reasons of its own",
            confidence=_SURE[how],
        )
    elif not is_mixed(owner):
        whose = "a well-known owner" if owner.casefold() in known_owners() else "like no well-known owner's"
        yield passed(f"the owner's name `{owner}` is {whose}")


CHECK = Check(
    id="owner-lookalike",
    severity=Severity.MEDIUM,
    remediation="look for the model at the owner whom the name resembles",
    run=run,
)
