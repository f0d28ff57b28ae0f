"""The shape of the answers that a vet gives (`answers` of `modelpick.vet/1`). Not told is None, unknown or empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from modelpick.card.bases import NamedBase
from modelpick.findings import Evidence, as_dicts
from modelpick.licences.lookup import CommercialUse
from modelpick.vetting.answers.contract_license import License

Status = Literal["stated", "absent", "unknown"]
DataStatus = Literal["named", "described", "undisclosed", "absent", "unknown"]
Role = Literal["training", "evaluation", "other"]
Availability = Literal["public", "private", "mixed", "unknown"]
RunInstructions = Literal["none", "library", "repo-script", "shell-pipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Whether the card states something, and where. `unknown`: the card could not be read whole."""

    status: Status
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"status": self.status, "evidence": as_dicts(self.evidence)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Statement):
    """What the model is for, and where it comes from: the sentence that says so, and the lines that name its paper."""

    origin: tuple[Evidence, ...] = ()
    papers: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract, with `origin` and `papers` added."""
        return {
            "status": self.status,
            "evidence": as_dicts(self.evidence),
            "origin": as_dicts(self.origin),
            "papers": as_dicts(self.papers),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A data set that the card names, the role that the words around it give it, and what is known of its terms.

    `synthetic`: the card says that a model made it.
    """

    name: str
    hub_id: str | None = None
    role: Role = "other"
    license: str | None = None
    commercial_use: CommercialUse = "unknown"
    note: str | None = None
    synthetic: bool = False
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "name": self.name,
            "hub_id": self.hub_id,
            "role": self.role,
            "license": self.license,
            "commercial_use": self.commercial_use,
            "note": self.note,
            "synthetic": self.synthetic,
            "evidence": as_dicts(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """What the card says about the data that the model was trained on."""

    status: DataStatus
    datasets: tuple[Dataset, ...] = ()
    availability: Availability = "unknown"
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "status": self.status,
            "datasets": [dataset.to_dict() for dataset in self.datasets],
            "availability": self.availability,
            "evidence": as_dicts(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Popularity:
    """How often the model is fetched, liked and built upon, as the Hub counts it. None: not told."""

    downloads_30d: int | None = None
    downloads_all_time: int | None = None
    likes: int | None = None
    finetune: int | None = None
    adapter: int | None = None
    merge: int | None = None
    quantized: int | None = None
    created: str | None = None
    last_modified: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "downloads_30d": self.downloads_30d,
            "downloads_all_time": self.downloads_all_time,
            "likes": self.likes,
            "derived": {
                "finetune": self.finetune,
                "adapter": self.adapter,
                "merge": self.merge,
                "quantized": self.quantized,
            },
            "created": self.created,
            "last_modified": self.last_modified,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Whether the card shows how to use the model: with which library, and the line of the first snippet."""

    status: Status
    library: str | None = None
    snippet_line: int | None = None
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "status": self.status,
            "library": self.library,
            "snippet_line": self.snippet_line,
            "evidence": as_dicts(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A model that this one was made from, as the card, a config or the Hub names it."""

    repo_id: str
    relation: str | None
    source: Literal["hub", "card", "config"]
    inferred: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "repo_id": self.repo_id,
            "relation": self.relation,
            "source": self.source,
            "inferred": self.inferred,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """A weight file: can it be loaded without running code that lies in it?"""

    path: str
    format: str
    bytes: int | None
    safe: bool | None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"path": self.path, "format": self.format, "bytes": self.bytes, "safe": self.safe}


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What lies in the repo. `weights` and `custom_code` are None where nobody listed the files."""

    weights: tuple[WeightFile, ...] | None = None
    custom_code: tuple[str, ...] | None = None
    parameters: int | None = None
    bytes: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "weights": None if self.weights is None else [weight.to_dict() for weight in self.weights],
            "custom_code": None if self.custom_code is None else list(self.custom_code),
            "parameters": self.parameters,
            "bytes": self.bytes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All answers about one subject."""

    purpose: Purpose
    out_of_scope: Statement
    limitations: Statement
    evaluation: Statement
    training_data: TrainingData
    license: License
    popularity: Popularity
    usage: Usage
    base_models: tuple[Origin, ...]
    named_bases: tuple[NamedBase, ...] = field(default=())
    tool: str | None
    run_instructions: RunInstructions
    run_evidence: tuple[Evidence, ...] = field(default=())
    files: Files

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "purpose": self.purpose.to_dict(),
            "out_of_scope": self.out_of_scope.to_dict(),
            "limitations": self.limitations.to_dict(),
            "evaluation": self.evaluation.to_dict(),
            "training_data": self.training_data.to_dict(),
            "license": self.license.to_dict(),
            "popularity": self.popularity.to_dict(),
            "usage": self.usage.to_dict(),
            "base_models": [origin.to_dict() for origin in self.base_models],
            "auto_generated": {"tool": self.tool},
            "run_instructions": self.run_instructions,
            "files": self.files.to_dict(),
        }
