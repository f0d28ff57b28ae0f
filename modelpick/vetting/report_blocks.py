"""A report for people: verdict, may I use it, the four questions with quotes, then what to do about the findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelpick.document import Block, Heading, Quote, Table, Text, Tone
from modelpick.facts import RepoFacts
from modelpick.findings import Evidence, Finding, Outcome
from modelpick.vetting.answers.contract import Answers, DataStatus, Statement
from modelpick.vetting.report import VetReport
from modelpick.vetting.report_lineage import made_from, must_do

_TONES = {"accept": Tone.GOOD, "review": Tone.WARN, "reject": Tone.BAD}
_MAX_QUOTE = 400
_MAX_LINE = 1_200
_MAX_TITLE = 100
_MAX_QUOTES = 2
_FACTS = {
    "downloads_all_time": "downloads in all",
    "derived": "models made from it",
    "created": "when it was made",
    "lineage": "what it was made from",
}
_MAX_ROWS = 12
_MAX_NAMES = 8


def blocks_of(report: VetReport) -> Iterator[Block]:
    """The whole report about one subject."""
    yield Heading(report.name, 1)
    yield say(
        f"Verdict: {report.verdict} (policy `{report.ruling.policy.title}`){_because(report)}", _TONES[report.verdict]
    )
    yield from _commercial_use(report.answers)
    yield from _purpose(report.answers)
    yield from _training_data(report.answers)
    yield from _popularity_and_usage(report.answers)
    yield from _license(report.answers)
    yield from made_from(report.answers)
    yield from must_do(report.answers)
    yield from _findings(report.findings, report.answers)
    yield from report.ruling.blocks()
    yield say(_provenance(report.facts), Tone.MUTED)


def _because(report: VetReport) -> str:
    return ", because of " + ", ".join(report.decided_by) if report.decided_by else ""


def _commercial_use(answers: Answers) -> Iterator[Block]:
    words = {"yes": "yes", "no": "no", "conditional": "on conditions", "unknown": "unknown"}
    tones = {"yes": Tone.GOOD, "no": Tone.BAD, "conditional": Tone.WARN, "unknown": Tone.WARN}
    use = answers.license.commercial_use
    yield say(f"May I use it commercially? {words[use]}: {answers.license.reason} (no legal advice)", tones[use])
    yield from _quotes(answers.license.evidence[:1])


def _purpose(answers: Answers) -> Iterator[Block]:
    yield Heading("What is it for?")
    yield from _statement(answers.purpose, "the card does not say what the model is for")
    if answers.out_of_scope.evidence:
        yield say("Not for:")
        yield from _quotes(answers.out_of_scope.evidence[:1])


def _training_data(answers: Answers) -> Iterator[Block]:
    yield Heading("What was it trained on?")
    data = answers.training_data
    said: dict[DataStatus, str] = {
        "named": "The card names the data.",
        "described": "The card describes the data and names no set.",
        "undisclosed": "The card speaks of the data and does not say what they are.",
        "absent": "Not stated: the card does not say what the model was trained on.",
        "unknown": "Unknown: the card could not be read whole.",
    }
    yield say(said[data.status], Tone.PLAIN if data.status in {"named", "described"} else Tone.WARN)
    yield from _quotes(data.evidence[:2])
    by_terms: dict[tuple[str, str], list[str]] = {}
    for dataset in data.datasets:
        if dataset.role == "training":
            terms = (dataset.license or "not in our table", dataset.commercial_use)
            by_terms.setdefault(terms, []).append(dataset.name)
    if by_terms:
        rows = tuple((_listed(names), *terms) for terms, names in list(by_terms.items())[:_MAX_ROWS])
        yield Table(("data set", "its terms", "commercial use of the data"), rows)


def _popularity_and_usage(answers: Answers) -> Iterator[Block]:
    yield Heading("Who uses it, and how?")
    popular = answers.popularity
    counts = [
        f"{number:,} {what}"
        for number, what in (
            (popular.downloads_30d, "downloads in the last 30 days"),
            (popular.downloads_all_time, "in all"),
            (popular.likes, "likes"),
            (popular.finetune, "fine-tunes on the Hub"),
        )
        if number is not None
    ]
    yield say(
        "; ".join(counts) + ". A count of fetches says nothing about trust." if counts else "Popularity: not known."
    )
    if popular.last_modified:
        yield say(f"Last changed {popular.last_modified}.")
    usage = answers.usage
    if usage.status == "stated":
        with_what = f" with {usage.library}" if usage.library else ""
        yield say(f"The card shows how to use it{with_what}:")
        yield from _quotes(usage.evidence[:1])
    elif usage.status == "absent":
        yield say("The card does not show how to use it.", Tone.WARN)
    else:
        yield say("How to use it is unknown: the card could not be read.", Tone.WARN)


def _license(answers: Answers) -> Iterator[Block]:
    yield Heading("Under which licence?")
    found = answers.license
    elsewhere = [source.value for source in found.other_sources if source.source in {"tag", "licence"}]
    named = ", ".join(found.declared or elsewhere[:1]) or found.prose
    if named is None:
        yield say(f"Not declared: {found.reason}.", Tone.WARN)
    elif found.conflicts:
        yield say(f"{named}, and other statements that differ; the strictest is worked with.", Tone.WARN)
    else:
        yield say(f"{named} ({found.family})" if found.family else named)
    for conflict in found.conflicts:
        yield say(f"May conflict: {conflict.why}", Tone.BAD)
        yield from _quotes(conflict.evidence)


def say(text: str, tone: Tone = Tone.PLAIN, *, item: bool = False) -> Text:
    """A text on one line: what comes from a card must not begin a line that looks like ours."""
    line = " ".join(text.split())
    return Text(line if len(line) <= _MAX_LINE else line[:_MAX_LINE] + " ...", tone, item)


def _statement(statement: Statement, absent: str) -> Iterator[Block]:
    if statement.status == "stated":
        yield from _quotes(statement.evidence[:2])
    elif statement.status == "absent":
        yield say(f"Not stated: {absent}.", Tone.WARN)
    else:
        yield say("Unknown: the card could not be read whole.", Tone.WARN)


def _findings(findings: Sequence[Finding], answers: Answers) -> Iterator[Block]:
    seen = _quoted(answers)
    shown = [f for f in findings if f.outcome in {Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN}]
    yield Heading("What to look at")
    if not shown:
        yield say("Nothing.", Tone.GOOD)
    for finding in shown:
        tone = {3: Tone.BAD, 2: Tone.WARN}.get(finding.severity, Tone.PLAIN)
        word = (
            finding.severity.word
            if finding.outcome is Outcome.FAIL
            else f"{finding.outcome.value}, {finding.severity.word}"
        )
        yield say(f"[{word}] {finding.check}: {finding.message}", tone, item=True)
        new = [quote for quote in finding.evidence if quote not in seen][:_MAX_QUOTES]
        old = [quote for quote in finding.evidence if quote in seen and quote.quote]
        yield from _quotes(new)
        if old and not new:
            yield Text(f"  Quoted above: {', '.join(_place(quote) for quote in old[:3])}", Tone.MUTED)
        seen.update(new)
        if finding.remediation:
            yield Text(f"  What to do: {finding.remediation}", Tone.MUTED)
    open_ones = {f.check for f in shown}  # a check that says several things has not passed for one of them
    passed = [f.check for f in findings if f.outcome is Outcome.PASS and f.check not in open_ones]
    if passed:
        yield say("Passed: " + ", ".join(dict.fromkeys(passed)), Tone.MUTED)


def _quotes(evidence: Sequence[Evidence]) -> Iterator[Block]:
    for quote in evidence:
        if not quote.quote:  # a file as a whole: the message names it
            continue
        text = quote.quote if len(quote.quote) <= _MAX_QUOTE else quote.quote[:_MAX_QUOTE] + " ..."
        yield Quote(text, f"{_place(quote)}, {quote.section[:_MAX_TITLE]}" if quote.section else _place(quote))


def _place(quote: Evidence) -> str:
    file = " ".join(quote.file.split())
    return f"{file}:{quote.line}" if quote.line else file


def _quoted(answers: Answers) -> set[Evidence]:
    """What stands above the findings already."""
    found = answers.license
    above = [*found.evidence[:1], *answers.purpose.evidence[:2], *answers.out_of_scope.evidence[:1]]
    above += [*answers.training_data.evidence[:2], *answers.usage.evidence[:1]]
    return {*above, *(quote for conflict in found.conflicts for quote in conflict.evidence)}


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def _provenance(facts: RepoFacts) -> str:
    parts = [f"commit {facts.commit}" if facts.commit else "no commit"]
    if facts.card:
        parts.append(f"card sha256 {facts.card.sha256[:12]}")
    unknown: dict[str, list[str]] = {}
    for missing in facts.missing:
        unknown.setdefault(missing.reason, []).append(_FACTS.get(missing.what, missing.what))
    parts += [f"not known: {_listed(what)} ({reason})" for reason, what in unknown.items()]
    return "; ".join(parts) + ". What the card says was read, not checked. No legal advice."
