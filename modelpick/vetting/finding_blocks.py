"""The findings of a report for people: the gravest first, each with its quote, its place and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from modelpick.document import Block, Heading, Text, Tone
from modelpick.findings import Evidence, Finding, Outcome, Severity
from modelpick.vetting.wording import listed, place, quotes, say

_OPEN = {Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN}
_TONES = {Severity.HIGH: Tone.BAD, Severity.MEDIUM: Tone.WARN}
_IGNORED = " [ignored by the policy, see below]"
_MAX_QUOTES = 2
_MAX_GRAVE = 20
_MAX_LIGHT = 6
"""Findings of severity medium and high, and lighter ones, that are shown."""


def finding_blocks(
    findings: Sequence[Finding], said: str, seen: set[Evidence], ignored: Sequence[Finding] = ()
) -> Iterator[Block]:
    """All open findings, as far as a person reads.

    Args:
        findings: Of all checks, failures first.
        said: What stands above already, told; `seen`: quoted.
        ignored: Those that the policy does not count; they are shown and marked.
    """
    open_ones = [finding for finding in findings if finding.outcome in _OPEN]
    yield Heading("What to look at" + (f": {_counts(open_ones)}" if open_ones else ""))
    if not open_ones:
        yield say("Nothing.", Tone.GOOD)
    grave = [finding for finding in open_ones if finding.severity >= Severity.MEDIUM]
    light = [finding for finding in open_ones if finding.severity < Severity.MEDIUM]
    for finding in sorted(grave[:_MAX_GRAVE], key=lambda f: -f.severity) + light[:_MAX_LIGHT]:
        yield from _finding(finding, said, seen, _IGNORED if finding in ignored else "")
    left = len(grave[_MAX_GRAVE:]) + len(light[_MAX_LIGHT:])
    if left:
        yield say(f"and {left} more: `--format json` lists all", Tone.MUTED)
    open_checks = {finding.check for finding in open_ones}  # who says several things has not passed for one of them
    passed = {f.check for f in findings if f.outcome is Outcome.PASS and f.check not in open_checks}
    if passed:
        every = {f.check for f in findings}
        rest = len(every - passed - open_checks)
        others = f"; {rest} do not apply" if rest else ""
        yield say(f"Passed: {len(passed)} of {len(every)} checks{others}.", Tone.MUTED)


def finding_lines(findings: Sequence[Finding], said: str, ignored: Sequence[Finding] = ()) -> Iterator[Block]:
    """The findings of severity medium and high in a line each; `said` stands above already."""
    grave = [f for f in findings if f.outcome in _OPEN and f.severity >= Severity.MEDIUM]
    for finding in sorted(grave, key=lambda f: -f.severity)[:_MAX_LIGHT]:
        yield _headline(finding, said, _places(finding.evidence) + (_IGNORED if finding in ignored else ""))
    if len(grave) > _MAX_LIGHT:
        yield say(f"and {len(grave) - _MAX_LIGHT} more", Tone.MUTED)


def _finding(finding: Finding, said: str, seen: set[Evidence], mark: str) -> Iterator[Block]:
    again = finding.severity == Severity.HIGH  # statements that contradict each other stand side by side
    texts = [quote for quote in finding.evidence if quote.quote]
    new = [quote for quote in texts if again or quote not in seen][:_MAX_QUOTES]
    if finding.severity < Severity.MEDIUM or not new or new[0] is not texts[0]:  # never the second half alone
        yield _headline(finding, said, _places(finding.evidence) + mark)
    else:
        yield _headline(finding, said, mark)
        yield from quotes(new)
        seen.update(new)
    if finding.remediation:
        yield Text("  What to do: " + " ".join(finding.remediation.split()), Tone.MUTED)


def _headline(finding: Finding, said: str, end: str = "") -> Text:
    word = finding.severity.word
    if finding.outcome is not Outcome.FAIL:
        word = f"{finding.outcome.value}, {word}"
    message = finding.message.replace(said, "see above") if said else finding.message
    return say(f"[{word}] {finding.check}: {message}{end}", _TONES.get(finding.severity, Tone.PLAIN), item=True)


def _places(evidence: Sequence[Evidence]) -> str:
    where = listed(list(dict.fromkeys(place(quote) for quote in evidence if quote.quote)), 2)
    return f" ({where})" if where else ""


def _counts(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counts[severity]} {severity.word}" for severity in reversed(Severity) if counts[severity])
