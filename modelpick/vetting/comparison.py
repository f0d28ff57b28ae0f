"""Several subjects side by side: the questions down, the subjects across, those that could not be vetted too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from modelpick.document import Block, Cell, Heading, Table, Text, Tone
from modelpick.findings import Outcome, Severity
from modelpick.vetting.report import VetReport

if TYPE_CHECKING:
    from modelpick.vetting.reports import VetFailure

VERDICT_TONES = {"accept": Tone.GOOD, "review": Tone.WARN, "reject": Tone.BAD}
USE_TONES = {"yes": Tone.GOOD, "no": Tone.BAD, "conditional": Tone.WARN, "unknown": Tone.WARN}
USE_WORDS = {"yes": "yes", "no": "no", "conditional": "on conditions", "unknown": "unknown"}
_MOST = 24  # subjects side by side; more are for `--format json`
_UNKNOWN = "-"


def comparison(items: Sequence[VetReport | VetFailure]) -> Iterator[Block]:
    """One table of all subjects."""
    yield Heading(f"{len(items)} subjects compared", 1)
    shown = items[:_MOST]
    names = _short([item.name for item in shown])
    rows = tuple(
        (question, *(answer(item) if isinstance(item, VetReport) else _of_failure(question) for item in shown))
        for question, answer in _ROWS
    )
    yield Table(("", *names), rows)
    if len(items) > len(shown):
        yield Text(f"and {len(items) - len(shown)} more", Tone.MUTED)


def _of_failure(question: str) -> Cell:
    return Cell("error" if question == "verdict" else _UNKNOWN, Tone.BAD if question == "verdict" else Tone.MUTED)


def _verdict(report: VetReport) -> Cell:
    return Cell(report.verdict, VERDICT_TONES[report.verdict])


def _commercial_use(report: VetReport) -> Cell:
    use = report.answers.license.commercial_use
    return Cell(USE_WORDS[use], USE_TONES[use])


def _license(report: VetReport) -> str:
    found = report.answers.license
    elsewhere = [source.value for source in found.other_sources]
    return ", ".join(found.declared or elsewhere[:1]) or found.prose or "not declared"


def _restricted_data(report: VetReport) -> Cell:
    """The training data whose terms restrict commercial use; of data that nobody named there is nothing to tell."""
    names = [
        dataset.name
        for dataset in report.answers.training_data.datasets
        if dataset.role == "training" and dataset.commercial_use == "no"
    ]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    if names:
        return Cell(", ".join(names[:3]) + more, Tone.WARN)
    named = report.answers.training_data.status == "named"
    return Cell("none known") if named else Cell(_UNKNOWN, Tone.MUTED)


def _safe_weights(report: VetReport) -> Cell:
    weights = report.answers.files.weights
    if weights is None:
        return Cell(_UNKNOWN, Tone.MUTED)
    safe = {weight.safe for weight in weights}
    if not safe:
        return Cell("no weights")
    if safe == {True}:
        return Cell("yes", Tone.GOOD)
    return Cell("beside others" if True in safe else "no" if False in safe else "unknown", Tone.WARN)


def _findings(severity: Severity) -> Callable[[VetReport], Cell]:
    def count(report: VetReport) -> Cell:
        open_ones = {Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN}
        number = sum(1 for f in report.findings if f.severity == severity and f.outcome in open_ones)
        tone = Tone.BAD if severity == Severity.HIGH else Tone.WARN
        return Cell(str(number), tone if number else Tone.PLAIN)

    return count


def _count(number: int | None) -> str:
    return _UNKNOWN if number is None else f"{number:,}"


def in_short(number: int | None, unit: str = "") -> str:
    """A count in three digits: 110M, 6.74B; bytes with the unit `B`: 440 MB."""
    if number is None:
        return _UNKNOWN
    steps = (("T", 1e12), ("G" if unit else "B", 1e9), ("M", 1e6), ("k" if unit else "K", 1e3))
    for letter, size in steps:
        if number >= 0.9995 * size:
            return f"{number / size:.3g}{' ' if unit else ''}{letter}{unit}"
    return f"{number}{' ' + unit if unit else ''}"


_ROWS: tuple[tuple[str, Callable[[VetReport], str | Cell]], ...] = (
    ("verdict", _verdict),
    ("commercial use", _commercial_use),
    ("licence", _license),
    ("family", lambda report: report.answers.license.family or _UNKNOWN),
    ("purpose", lambda report: report.answers.purpose.status),
    ("training data", lambda report: report.answers.training_data.status),
    ("restricted data", _restricted_data),
    ("parameters", lambda report: in_short(report.answers.files.parameters)),
    ("size", lambda report: in_short(report.answers.files.bytes, "B")),
    ("safe weights", _safe_weights),
    ("downloads, 30 days", lambda report: _count(report.answers.popularity.downloads_30d)),
    ("last change", lambda report: (report.answers.popularity.last_modified or _UNKNOWN)[:10]),
    ("findings, high", _findings(Severity.HIGH)),
    ("findings, medium", _findings(Severity.MEDIUM)),
)


def _short(names: Sequence[str]) -> list[str]:
    """The names without their owner or folder, where that still tells them apart."""
    ends = [name.rstrip("/").rpartition("/")[2] or name for name in names]
    return [end if ends.count(end) == 1 else name for end, name in zip(ends, names, strict=True)]
