"""The same weights do not stand elsewhere under another licence.

What it checks
    Whether the sha256 of a weight file is that of a file of its base, or of another subject that was vetted along; and
    whether the two declare the same licence.

Why it matters
    Weights that were copied keep the terms of their author. Where two repos with the same bytes name two licences, one
    of them is wrong.

How to fix
    Find out who made the weights, and follow the licence of that repo.

Limits
    Only files whose hash is known are compared: on the Hub those in Git LFS, in a folder those that are not large.
    Weights that were saved anew, converted or quantised have another hash. Nothing tells which of two came first.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.facts import RepoFacts
from modelpick.findings import Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, file_names, not_applicable, passed
from modelpick.weights.formats import weight_format

_SMALLEST = 64
_ASIDE = ("training_args", "optimizer", "scheduler", "rng_state", "random_states", "scaler")


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each other repo that holds the same weights."""
    own = _hashes(reading.facts)
    others = [(step.facts, "its base") for step in reading.facts.lineage if step.facts is not None]
    others += [(peer, "vetted along with it") for peer in reading.peers if peer is not reading.facts]
    if not own or not others:
        yield not_applicable("there is no hash of weights, or nothing to compare it with")
        return
    found = False
    for other, what in others:
        shared = [own[digest] for digest in _hashes(other) if digest in own]
        if shared and not _same_repo(reading.facts, other):
            found = True
            yield _compared(reading.facts, other, what, shared)
    if not found:
        yield passed("no weight file is the same as one of the bases or of the others that were vetted")


def _hashes(facts: RepoFacts) -> dict[str, str]:
    """sha256 -> path of the weight files."""
    return {
        file.sha256: file.path
        for file in facts.files or ()
        if file.sha256
        and (file.bytes or 0) >= _SMALLEST
        and weight_format(file.path) is not None
        and not file.path.rpartition("/")[2].startswith(_ASIDE)
    }


def _same_repo(one: RepoFacts, other: RepoFacts) -> bool:
    return one.repo_id is not None and one.repo_id == other.repo_id


def _compared(facts: RepoFacts, other: RepoFacts, what: str, shared: list[str]) -> Said:
    name = other.repo_id or other.requested
    same = f"{file_names(shared)} is the same file as in `{name}` ({what})"
    (own, own_quote), (its, its_quote) = _license(facts, None), _license(other, name)
    if own == its and own is not None:
        return passed(f"{same}, under the same licence ({own})")
    quotes = [quote for quote in (own_quote, its_quote) if quote is not None]
    if own is None or its is None:
        silent = "neither declares a licence" if own == its else f"only one declares a licence ({own or its})"
        return failed(f"{same}; {silent}", *quotes, severity=Severity.LOW)
    return failed(f"{same}, and the licences differ: {own} here, {its} there", *quotes)


def _license(facts: RepoFacts, name: str | None) -> tuple[str | None, Evidence | None]:
    """The licence that a repo declares, and the line; of another repo the file is named with its id."""
    card = facts.card
    if card is not None and card.front_matter.values.get("license"):
        value, line = card.front_matter.values["license"], card.front_matter.lines.get("license", 0)
        path = card.path if name is None else f"{name}/{card.path}"
        quote = Evidence(file=path, line=line, quote=card.quote(line)) if line else None
        return _words(value), quote
    if facts.card_data.get("license"):
        return _words(facts.card_data["license"]), None
    tag = next((tag for tag in facts.tags or () if tag.startswith("license:")), None)
    return (tag.partition(":")[2] if tag else None), None


def _words(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)


CHECK = Check(
    id="weights-same-elsewhere",
    severity=Severity.MEDIUM,
    remediation="find out who made the weights, and follow the licence of that repo",
    run=run,
)
