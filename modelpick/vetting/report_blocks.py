"""A report for people: verdict, may I use it, the four questions with quotes, then what to do about the findings."""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.document import Block, Heading, Table, Text, Tone
from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.vetting.answers.contract import Answers, DataStatus, Statement
from modelpick.vetting.answers.contract_license import Ancestor, License
from modelpick.vetting.comparison import USE_TONES, USE_WORDS, VERDICT_TONES
from modelpick.vetting.finding_blocks import finding_blocks, finding_lines
from modelpick.vetting.report import VetReport
from modelpick.vetting.wording import listed, quotes, say

_FACTS = {
    "downloads_all_time": "downloads in all",
    "derived": "models made from it",
    "created": "when it was made",
    "lineage": "what it was made from",
    "weights": "what all weight files hold",
    "texts": "other texts of the repo (licence, configs)",
}
_LEFT_OUT = {"texts", "weights"}
"""What might hold something against the model; that a count is not known says nothing."""
_MAX_ROWS = 12
_MAX_SETS = 3
_MAX_DUTIES = 6
_MAX_PARTS = 6
_MAX_CAUSES = 4


def blocks_of(report: VetReport) -> Iterator[Block]:
    """The whole report about one subject."""
    yield Heading(report.name, 1)
    yield _verdict(report)
    yield from _commercial_use(report.answers)
    silent = _no_card(report)
    yield from _purpose(report.answers, silent)
    yield from _training_data(report.answers, silent)
    yield from _popularity_and_usage(report.answers, silent)
    yield from _license(report.answers.license)
    ignored = [item.finding for item in report.ruling.ignored]
    yield from finding_blocks(report.findings, report.answers.license.reason, _quoted(report.answers), ignored)
    yield from report.ruling.blocks()
    yield from _unknown(report.facts)
    yield say(_provenance(report.facts), Tone.MUTED)


def short_blocks_of(report: VetReport) -> Iterator[Block]:
    """The report about one of several subjects: what decides, and where it stands."""
    yield Heading(report.name)
    yield _verdict(report)
    yield from _commercial_use(report.answers)
    purpose = report.answers.purpose
    stated = purpose.status == "stated"
    yield from quotes(purpose.evidence[:1]) if stated else [_not_stated(purpose, _NO_PURPOSE, _no_card(report))]
    ignored = [item.finding for item in report.ruling.ignored]
    yield from finding_lines(report.findings, report.answers.license.reason, ignored)
    yield from report.ruling.blocks()


def _verdict(report: VetReport) -> Text:
    because = f", because of {listed(report.decided_by, _MAX_CAUSES)}" if report.decided_by else ""
    unseen = report.facts.files is None or any(missing.what in _LEFT_OUT for missing in report.facts.missing)
    limits = ", as far as was looked: see the end" if unseen and report.verdict == "accept" else ""
    words = f"Verdict: {report.verdict} (policy `{report.ruling.policy.title}`){because}{limits}"
    return say(words, VERDICT_TONES[report.verdict])


def _no_card(report: VetReport) -> str | None:
    """Why there is nothing to read, where that is so: the card is not to blame for saying nothing."""
    card = report.facts.card
    if card is not None:
        return None if card.text.strip() else "the card is empty"
    return "the card could not be had" if report.unread else "there is no card"


def _commercial_use(answers: Answers) -> Iterator[Block]:
    use = answers.license.commercial_use
    yield say(
        f"May I use it commercially? {USE_WORDS[use]}: {answers.license.reason} (no legal advice)", USE_TONES[use]
    )
    yield from quotes(answers.license.evidence[:1])


# --- the four questions -----------------------------------------------------------------------------------------

_NO_PURPOSE = "the card does not say what the model is for"
_NOT_WHOLE = "the card could not be read whole"


def _purpose(answers: Answers, silent: str | None) -> Iterator[Block]:
    yield Heading("What is it for?")
    purpose = answers.purpose
    stated = purpose.status == "stated"
    yield from quotes(purpose.evidence[:2]) if stated else [_not_stated(purpose, _NO_PURPOSE, silent)]
    if answers.out_of_scope.evidence:
        yield say("Not for:")
        yield from quotes(answers.out_of_scope.evidence[:1])
    shown = {*purpose.evidence[:2], *answers.training_data.evidence[:2]}
    if new := [quote for quote in (*purpose.origin, *purpose.papers[:1]) if quote not in shown]:
        yield say("Where it comes from:")
        yield from quotes(new)


def _not_stated(statement: Statement, absent: str, silent: str | None) -> Text:
    word, why = ("Not stated", absent) if statement.status == "absent" else ("Unknown", _NOT_WHOLE)
    return say(f"{word}: {silent or why}.", Tone.WARN)


def _training_data(answers: Answers, silent: str | None) -> Iterator[Block]:
    yield Heading("What was it trained on?")
    data = answers.training_data
    said: dict[DataStatus, str] = {
        "named": "The card names the data.",
        "described": "The card describes the data and names no set.",
        "undisclosed": "The card speaks of the data and does not say what they are.",
        "absent": f"Not stated: {silent or 'the card does not say what the model was trained on'}.",
        "unknown": f"Unknown: {silent or _NOT_WHOLE}.",
    }
    yield say(said[data.status], Tone.PLAIN if data.status in {"named", "described"} else Tone.WARN)
    yield from quotes(data.evidence[:2])
    by_terms: dict[tuple[str, str], list[str]] = {}
    for dataset in data.datasets:
        if dataset.role == "training":
            terms = (dataset.license or "not in our table", dataset.commercial_use)
            by_terms.setdefault(terms, []).append(dataset.name)
    if by_terms:
        rows = tuple((listed(names, _MAX_SETS), *terms) for terms, names in list(by_terms.items())[:_MAX_ROWS])
        yield Table(("data set", "its terms", "commercial use of the data"), rows)
        if len(by_terms) > _MAX_ROWS:
            yield say(f"and {len(by_terms) - _MAX_ROWS} more kinds of terms", Tone.MUTED)


def _popularity_and_usage(answers: Answers, silent: str | None) -> Iterator[Block]:
    yield Heading("Who uses it, and how?")
    popular = answers.popularity
    counts = [
        f"{number:,} {what}"
        for number, what in (
            (popular.downloads_30d, "downloads in the last 30 days"),
            (popular.downloads_all_time, "in all"),
            (popular.likes, "like" if popular.likes == 1 else "likes"),
            (popular.finetune, "fine-tune on the Hub" if popular.finetune == 1 else "fine-tunes on the Hub"),
        )
        if number is not None
    ]
    yield say(
        "; ".join(counts) + ". A count of fetches says nothing about trust." if counts else "Popularity: not known."
    )
    if popular.last_modified:
        yield say(f"Last changed {popular.last_modified[:10]}.")
    usage = answers.usage
    if usage.status == "stated":
        with_what = f" with {usage.library}" if usage.library else ""
        yield say(f"The card shows how to use it{with_what}:")
        yield from quotes(usage.evidence[:1])
    elif usage.status == "absent":
        yield say(
            f"Nobody shows how to use it: {silent}." if silent else "The card does not show how to use it.", Tone.WARN
        )
    else:
        yield say(f"How to use it is unknown: {silent or _NOT_WHOLE}.", Tone.WARN)


def _license(found: License) -> Iterator[Block]:
    yield Heading("Under which licence, and what does it demand?")
    elsewhere = [source.value for source in found.other_sources if source.source in {"tag", "licence"}]
    named = ", ".join(found.declared or elsewhere[:1]) or found.prose
    if named is None:
        yield say("Not declared: see the answer at the top.", Tone.WARN)
    elif found.conflicts:
        yield say(f"{named}, and other statements that differ (see below); the strictest is worked with.", Tone.WARN)
    else:
        yield say(f"{named} ({found.family})" if found.family else named)
    for part in found.subjects[:_MAX_PARTS]:
        terms = part.declared or "not told"
        name = f" `{part.name}`" if part.name else ""
        yield say(
            f"For the {part.subject}{name}: {terms} (commercial use: {USE_WORDS[part.commercial_use]})", item=True
        )
    for base in found.lineage[:_MAX_PARTS]:
        yield say(_base(base), item=True)
    left = len(found.subjects[_MAX_PARTS:]) + len(found.lineage[_MAX_PARTS:])
    if left:
        yield say(f"and {left} more", Tone.MUTED)
    if found.duties:
        by_licence: dict[str, list[str]] = {}
        for duty in found.duties[:_MAX_DUTIES]:
            by_licence.setdefault(duty.of, []).append(duty.words)
        for of, duties in by_licence.items():
            yield say(f"What you must do by {of}:")
            yield from (say(words, item=True) for words in duties)
        if len(found.duties) > _MAX_DUTIES:
            yield say(f"and {len(found.duties) - _MAX_DUTIES} more", Tone.MUTED)


def _base(base: Ancestor) -> str:
    """A model that it was made from, how and through which other, and its terms or why they are not known."""
    how = base.relation or ""
    if base.inferred:
        how += ", by its files"
    through = f"from it {base.child}" if base.depth > 1 else ""
    notes = ", ".join(filter(None, (how, through)))
    head = f"Made from {base.repo_id}" + (f" ({notes})" if notes else "")
    if base.missing:
        return f"{head}: not looked at: {base.missing}"
    return f"{head}: {base.declared or 'no licence is stated'} (commercial use: {USE_WORDS[base.commercial_use]})"


def _quoted(answers: Answers) -> set[Evidence]:
    """What stands above the findings already."""
    found = answers.license
    above = [*found.evidence[:1], *answers.purpose.evidence[:2], *answers.out_of_scope.evidence[:1]]
    above += [*answers.purpose.origin, *answers.purpose.papers[:1]]
    return {*above, *answers.training_data.evidence[:2], *answers.usage.evidence[:1]}


# --- what it rests on -------------------------------------------------------------------------------------------


def _unknown(facts: RepoFacts) -> Iterator[Block]:
    by_reason: dict[str, list[str]] = {}
    for missing in facts.missing:
        by_reason.setdefault(missing.reason, []).append(_FACTS.get(missing.what, missing.what))
    if facts.files is None and not any(missing.what == "files" for missing in facts.missing):
        by_reason["the card alone was looked at"] = ["files", "weights"]
    if by_reason:
        parts = [f"{listed(what)} ({reason})" for reason, what in by_reason.items()]
        yield say("Not known or not looked at: " + listed(parts, _MAX_PARTS), Tone.MUTED)


def _provenance(facts: RepoFacts) -> str:
    parts = [f"commit {facts.commit}" if facts.commit else "no commit"]
    if facts.card:
        parts.append(f"card sha256 {facts.card.sha256[:12]}")
    return "; ".join(parts) + ". What the card says was read, not checked. No legal advice."
