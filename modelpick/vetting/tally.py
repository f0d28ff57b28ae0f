"""Counts over many reports, for a person who will not read them one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from modelpick.document import Block, Document, Heading, Result, Table, Text, Tone
from modelpick.findings import Outcome, Severity
from modelpick.vetting.report import VetReport

_VERDICTS = ("accept", "review", "reject", "error")
_QUESTIONS = {
    "commercial use": ("yes", "conditional", "no", "unknown"),
    "licence": (),
    "purpose": ("stated", "absent", "unknown"),
    "excluded uses": ("stated", "absent", "unknown"),
    "limitations": ("stated", "absent", "unknown"),
    "evaluation": ("stated", "absent", "unknown"),
    "training data": ("named", "described", "undisclosed", "absent", "unknown"),
    "written by": (),
}
"""Question -> its answers in the order shown; none: the most frequent first."""
_OPEN = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN})
_MOST = 8


@dataclass(slots=True)
class Tally(Result):
    """How many subjects got which verdict and answers, and which checks failed.

    Attributes:
        verdicts: By word; `error` for those that could not be vetted.
        answers: Question -> count by answer.
        failed: Check -> subjects with an open finding of severity medium or high.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)

    def count(self, report: VetReport) -> None:
        """Adds one report."""
        self.verdicts[report.verdict] += 1
        answers = report.answers
        said = {
            "commercial use": answers.license.commercial_use,
            "licence": answers.license.family or "not known",
            "purpose": answers.purpose.status,
            "excluded uses": answers.out_of_scope.status,
            "limitations": answers.limitations.status,
            "evaluation": answers.evaluation.status,
            "training data": answers.training_data.status,
            "written by": answers.tool or "no known tool",
        }
        for question, answer in said.items():
            self.answers.setdefault(question, Counter())[answer] += 1
        for check in {f.check for f in report.findings if f.severity >= Severity.MEDIUM and f.outcome in _OPEN}:
            self.failed[check] += 1

    def add(self, other: Tally) -> None:
        """Adds another tally."""
        self.verdicts.update(other.verdicts)
        for question, counts in other.answers.items():
            self.answers.setdefault(question, Counter()).update(counts)
        self.failed.update(other.failed)

    def document(self) -> Document:
        """The counts as tables."""
        data: dict[str, Any] = {"verdicts": dict(self.verdicts), "answers": self.answers, "failed": dict(self.failed)}
        return Document(blocks=list(self._blocks()), data=data)

    def _blocks(self) -> Iterator[Block]:
        total = sum(self.verdicts.values())
        yield Heading(f"{total:,} subject{'' if total == 1 else 's'}", 1)
        if not total:
            yield Text("Nothing to vet.", Tone.WARN)
            return
        yield Text(", ".join(f"{self.verdicts[word]:,} {word}" for word in _VERDICTS if self.verdicts[word]))
        vetted = total - self.verdicts["error"]
        rows = []
        for question, order in _QUESTIONS.items():
            counts = self.answers.get(question, Counter())
            words = [word for word in order if counts[word]] or [word for word, _ in counts.most_common()]
            rows += _rows(question, ((word, counts[word]) for word in words), vetted)
        if rows:
            yield Table(("question", "answer", "subjects", "share"), tuple(rows), right=("subjects", "share"))
        if self.failed:
            failed = _rows("", self.failed.most_common(_MOST), vetted)
            yield Heading("Medium and high findings")
            yield Table(("check", "subjects", "share"), tuple(row[1:] for row in failed), right=("subjects", "share"))
            if len(self.failed) > _MOST:
                yield Text(f"and {len(self.failed) - _MOST} more checks", Tone.MUTED)


def _rows(question: str, counts: Iterable[tuple[str, int]], total: int) -> list[tuple[str, str, str, str]]:
    shown = list(counts)
    rest = sum(count for _, count in shown[_MOST:])
    more = [(f"and {len(shown) - _MOST} more", rest)] if rest else []
    rows = [(question, word, f"{count:,}", f"{100 * count / total:.1f} %") for word, count in shown[:_MOST] + more]
    return [rows[0], *(("", *row[1:]) for row in rows[1:])] if rows else []
