"""The report of a vet as a value: what it rests on, what was answered and found, and its JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from modelpick.document import Document, Result
from modelpick.facts import Missing, RepoFacts
from modelpick.findings import Finding
from modelpick.vetting.answers.contract import Answers
from modelpick.vetting.ruling import Ruling

SCHEMA = "modelpick.vet/1"

line_of = json.JSONEncoder(allow_nan=False).encode
"""The JSON of a value on one line. Not render's writer: it looks for NaN everywhere, and no answer holds such a number.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VetReport(Result):
    """What a vet of one subject found.

    Attributes:
        facts: What it rests on.
        answers: To purpose, training data, popularity and usage, licence, and what else the card tells.
        findings: Of all checks, failures first, the gravest first.
        policy: The name of the policy that decided.
        verdict: accept, review or reject.
        decided_by: The checks that the verdict rests on; empty where it is accept.
        ruling: How the policy came to it, with what it ignored.
        replayed: The facts come from a bundle; the JSON differs in `subject.source` from when they were gathered.
    """

    facts: RepoFacts
    answers: Answers
    findings: tuple[Finding, ...]
    policy: str
    verdict: Literal["accept", "review", "reject"]
    decided_by: tuple[str, ...] = ()
    ruling: Ruling
    replayed: bool = False

    @property
    def name(self) -> str:
        """The repo's id where one is known, else what was asked for."""
        return self.facts.repo_id or self.facts.requested

    @property
    def unread(self) -> Missing | None:
        """Why the card could not be had (a gate, say), so that most answers are unknown; None where it was read or
        there is none.
        """
        return next((missing for missing in self.facts.missing if missing.what == "card"), None)

    def document(self) -> Document:
        """The report for people, machines (`modelpick.vet/1`) and pipes (the verdict)."""
        from modelpick.vetting.report_blocks import blocks_of

        return Document(blocks=list(blocks_of(self)), data=self.to_dict(), quiet=[self.verdict])

    def to_dict(self) -> dict[str, Any]:
        """The object of `modelpick.vet/1`, without building what people see."""
        return {
            **self._head(),
            "findings": [finding.to_dict() for finding in self.findings],
            "policy_details": self.ruling.to_dict(),
        }

    def to_line(self) -> str:
        """The same object as JSON on one line, as `json.dumps` writes it; sooner made, for findings repeat."""
        findings = ", ".join([_json_of(f) if f.evidence else _kept_json_of(f) for f in self.findings])
        details = line_of(self.ruling.to_dict())
        return f'{line_of(self._head())[:-1]}, "findings": [{findings}], "policy_details": {details}}}'

    def _head(self) -> dict[str, Any]:
        card = self.facts.card
        return {
            "schema": SCHEMA,
            "subject": {
                "requested": self.facts.requested,
                "repo_id": self.facts.repo_id,
                "commit": self.facts.commit,
                "source": "bundle" if self.replayed else self.facts.source,
                "card_sha256": card.sha256 if card else None,
            },
            "verdict": self.verdict,
            "policy": self.policy,
            "answers": self.answers.to_dict(),
        }


def _json_of(finding: Finding) -> str:
    return line_of(finding.to_dict())


_kept_json_of = lru_cache(maxsize=2048)(_json_of)
"""Of findings without a quote, which are the same for many subjects."""
