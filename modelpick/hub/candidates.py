"""A search hit with what its licence means and why it stands where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelpick.facts import ListedModel
from modelpick.licences.lookup import CommercialUse, licence_of

FORMAT_TAGS = (
    "safetensors",
    "gguf",
    "onnx",
    "openvino",
    "coreml",
    "tflite",
    "litert",
    "pytorch",
    "tf",
    "jax",
    "keras",
    "rust",
    "paddlepaddle",
)
"""Tags by which the Hub tells in which forms the weights lie there; those that load without running code first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One search hit.

    Attributes:
        facts: What the list says about it.
        license: The licence tag as declared; several joined by a comma; None where there is none.
        family: Of the licence, None where none is declared or it is not known.
        commercial_use: Of the model under that licence.
        formats: In which forms the weights are there, as far as the tags tell.
        reasons: Why it stands where it stands.
    """

    facts: ListedModel
    license: str | None
    family: str | None
    commercial_use: CommercialUse
    formats: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def repo_id(self) -> str:
        """The id on the Hub."""
        return self.facts.repo_id

    def to_dict(self) -> dict[str, Any]:
        """The candidate as `modelpick.search/1` has it; the list of models names no architecture."""
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
            "formats": list(self.formats),
            "architecture": None,
            "downloads_30d": facts.downloads_30d,
            "likes": facts.likes,
            "last_modified": facts.last_modified,
            "gated": facts.gated,
            "reasons": list(self.reasons),
        }


def candidate_of(facts: ListedModel, *, place: int, sort: str) -> Candidate:
    """The candidate at a place (from 1) of a list sorted by a key of `hub.search.SORTS`."""
    known = [licence_of(name) for name in facts.licenses]
    families = {licence.family if licence else None for licence in known}
    uses: set[CommercialUse] = {licence.commercial_use if licence else "unknown" for licence in known}
    tags = frozenset(facts.tags)
    return Candidate(
        facts=facts,
        license=", ".join(facts.licenses) or None,
        family=families.pop() if len(families) == 1 else None,
        commercial_use=uses.pop() if len(uses) == 1 else "unknown",
        formats=tuple(tag for tag in FORMAT_TAGS if tag in tags),
        reasons=(_reason(facts, place, sort),),
    )


def _reason(facts: ListedModel, place: int, sort: str) -> str:
    words = {"trending": "trend", "created": "date of creation", "updated": "last change"}
    values = {
        "downloads": None if facts.downloads_30d is None else f"{facts.downloads_30d:,} in 30 days",
        "likes": None if facts.likes is None else f"{facts.likes:,}",
        "created": facts.created and facts.created[:10],
        "updated": facts.last_modified and facts.last_modified[:10],
    }
    value = values.get(sort)
    return f"place {place} by {words.get(sort, sort)}" + (f" ({value})" if value else "")
