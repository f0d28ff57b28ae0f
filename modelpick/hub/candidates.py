"""A search hit with what its licence means, what it needs, and what a quick look at the list finds wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelpick.facts import ListedModel
from modelpick.hub.listed import PICKLES, kind_of
from modelpick.hub.memory import needed_memory
from modelpick.licences.lookup import CommercialUse, licence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One search hit.

    Attributes:
        facts: What the list says about it.
        license: The licence tag as declared; several joined by a comma; None where there is none.
        family: Of the licence, None where none is declared or it is not known.
        commercial_use: Of the model under that licence.
        memory: Bytes that it takes to answer, estimated from its weights; None where their size is not told.
        concerns: What is wrong with it as far as the list tells; its card says more (`modelpick vet`).
        reasons: Why it stands where it stands.
    """

    facts: ListedModel
    license: str | None
    family: str | None
    commercial_use: CommercialUse
    memory: int | None
    concerns: tuple[str, ...]
    reasons: tuple[str, ...] = ()

    @property
    def repo_id(self) -> str:
        """The id on the Hub."""
        return self.facts.repo_id

    def to_dict(self) -> dict[str, Any]:
        """The candidate as `modelpick.search/1` has it."""
        facts = self.facts
        return {
            "repo_id": facts.repo_id,
            "task": facts.task,
            "library": facts.library,
            "license": {
                "declared": self.license,
                "family": self.family,
                "commercial_use": self.commercial_use,
            },
            "parameters": facts.parameters,
            "bytes": facts.bytes,
            "memory": self.memory,
            "formats": list(facts.formats),
            "architecture": facts.architecture,
            "kind": kind_of(facts.tags) if facts.tags else None,
            "downloads_30d": facts.downloads_30d,
            "likes": facts.likes,
            "last_modified": facts.last_modified,
            "gated": facts.gated,
            "concerns": list(self.concerns),
            "reasons": list(self.reasons),
        }


def candidate_of(facts: ListedModel) -> Candidate:
    """The candidate that an entry of the list is."""
    known = [licence_of(name) for name in facts.licenses]
    found = {licence.family if licence else None for licence in known}
    uses: set[CommercialUse] = {licence.commercial_use if licence else "unknown" for licence in known}
    return Candidate(
        facts=facts,
        license=", ".join(facts.licenses) or None,
        family=found.pop() if len(found) == 1 else None,
        commercial_use=uses.pop() if len(uses) == 1 else "unknown",
        memory=None if facts.bytes is None else needed_memory(facts.bytes),
        concerns=tuple(_concerns(facts)),
    )


def _concerns(facts: ListedModel) -> list[str]:
    tags = frozenset(facts.tags)
    found = {
        "no licence": not facts.licenses,
        "several licences": len(facts.licenses) > 1,
        "no card": facts.card is False,
        "gated": facts.gated in ("auto", "manual"),
        "pickle only": bool(facts.formats) and PICKLES.issuperset(facts.formats),
        "no weights told": not facts.formats,
        "runs own code": "custom_code" in tags,
        "not for all audiences": "not-for-all-audiences" in tags,
    }
    return [concern for concern, there in found.items() if there]
