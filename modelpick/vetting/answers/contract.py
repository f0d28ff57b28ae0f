"""The shape of the answers that a vet gives (`answers` of `modelpick.vet/1`). Not told is None, unknown or empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from modelpick.card.bases import NamedBase
from modelpick.findings import Evidence
from modelpick.licences.lookup import CommercialUse

Status = Literal["stated", "absent", "unknown"]
DataStatus = Literal["named", "described", "undisclosed", "absent", "unknown"]
Role = Literal["training", "evaluation", "other"]
Availability = Literal["public", "private", "mixed", "unknown"]
Restriction = Literal["none", "non-commercial", "research-only", "other"]
Subject = Literal["weights", "code", "data", "component"]
RunInstructions = Literal["none", "library", "repo-script", "shell-pipe"]


def _quotes(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [e.to_dict() for e in evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Whether the card states something, and where. `unknown`: the card could not be read whole."""

    status: Status
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"status": self.status, "evidence": _quotes(self.evidence)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Statement):
    """What the model is for, and where it comes from: the sentence that says so, and the lines that name its paper."""

    origin: tuple[Evidence, ...] = ()
    papers: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract, with `origin` and `papers` added."""
        return {
            "status": self.status,
            "evidence": _quotes(self.evidence),
            "origin": _quotes(self.origin),
            "papers": _quotes(self.papers),
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
            "evidence": _quotes(self.evidence),
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
            "evidence": _quotes(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseSource:
    """Another place than the key `license` that speaks of the licence, and what it says.

    Attributes:
        source: Where; `hub`: the front matter as the Hub tells it, where the card does not tell it.
        value: As written; of a file its path.
        hub_id: The licence that was recognised in it, of our table.
        sure: Of a file: `text` is that licence, `named` only names it, `like` is that text with more or less.
        subject: Of a file for a part of the repo (`LICENSE-CODE`, `vae/LICENSE`), else None.
        restricts: Of a text that is `like` a licence: what was added speaks of commerce or of what is not allowed.
        added: Of such a text: the first line that the licence does not have.
    """

    source: Literal["tag", "license_name", "license_link", "licence", "file", "weights header", "gate text", "hub"]
    value: str
    evidence: Evidence | None = None
    hub_id: str | None = None
    sure: Literal["text", "named", "like"] | None = None
    subject: Subject | None = None
    restricts: bool = False
    added: Evidence | None = None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "source": self.source,
            "value": self.value,
            "hub_id": self.hub_id,
            "sure": self.sure,
            "subject": self.subject,
            "evidence": self.evidence.to_dict() if self.evidence else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseSubject:
    """What is licensed apart, or a component from elsewhere that the usage code loads: then `name` is its repo."""

    subject: Subject
    declared: str | None
    commercial_use: CommercialUse
    evidence: tuple[Evidence, ...] = ()
    name: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "subject": self.subject,
            "name": self.name,
            "declared": self.declared,
            "commercial_use": self.commercial_use,
            "evidence": _quotes(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseTerm:
    """A threshold or excluded place in the repo's own licence file: users or US dollars `per` day, month or year."""

    kind: Literal["users", "revenue", "territory"]
    amount: int | None
    per: Literal["day", "month", "year"] | None
    evidence: Evidence

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"kind": self.kind, "amount": self.amount, "per": self.per, "evidence": self.evidence.to_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two statements about the licence that cannot both hold, both quoted."""

    why: str
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"why": self.why, "evidence": _quotes(self.evidence)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a user of the model must do, and where that is said."""

    text: str
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"text": self.text, "evidence": _quotes(self.evidence)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestor:
    """A model that this one was made from, and its licence.

    Attributes:
        declared: As its repo states it, in its header, tags or text.
        family: Of the licence that is worked with, made stricter by its own words (`research-only`).
        hub_id: Of that licence, in our table; None where its text is not known.
        reason: What decided about its commercial use, in words.
        child: Who names it; `depth` is 1 where that is the subject itself.
        inferred: The relation is not told but follows from the files.
        relation_to_subject: How the subject uses it, over all the steps between.
        missing: Why nothing is known of it.
        evidence: Its own licence lines, the file as `owner/name@<commit>/README.md`; `named`: where the child names it.
    """

    repo_id: str
    relation: str | None
    declared: str | None
    family: str | None
    commercial_use: CommercialUse
    hub_id: str | None = None
    reason: str = ""
    child: str | None = None
    depth: int = 1
    inferred: bool = False
    relation_to_subject: str | None = None
    missing: str | None = None
    gated: bool = False
    evidence: tuple[Evidence, ...] = ()
    named: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "repo_id": self.repo_id,
            "relation": self.relation,
            "declared": self.declared,
            "family": self.family,
            "commercial_use": self.commercial_use,
            "hub_id": self.hub_id,
            "reason": self.reason,
            "made_into": self.child,
            "depth": self.depth,
            "inferred": self.inferred,
            "missing": self.missing,
            "gated": self.gated,
            "evidence": _quotes(self.evidence),
            "named": _quotes(self.named),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """What the repo says about its licence.

    Attributes:
        declared: The front matter's key `license` as written.
        hub_id, spdx, family: Of the licence that is worked with: the strictest of those that were found.
        commercial_use: Of the model, by the strictest of its statements; `reason` says in words what decided.
        prose: The licence that the body names.
        restriction: What the prose demands beyond the licence id.
        subjects: What is licensed apart: the code, the data, a component, and then the weights too.
        terms: Thresholds and excluded places that the repo's own licence files set.
        lineage: What the model was made from, the nearest first.
        evidence: Quotes, the deciding one first; it may be a base's own line.
    """

    declared: tuple[str, ...] = ()
    other_sources: tuple[LicenseSource, ...] = ()
    hub_id: str | None = None
    spdx: str | None = None
    family: str | None = None
    commercial_use: CommercialUse = "unknown"
    condition: str | None = None
    reason: str = ""
    prose: str | None = None
    restriction: Restriction = "none"
    subjects: tuple[LicenseSubject, ...] = ()
    terms: tuple[LicenseTerm, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    duties: tuple[Duty, ...] = ()
    lineage: tuple[Ancestor, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def own_evidence(self) -> tuple[Evidence, ...]:
        """The quotes of the repo itself that are about its licence: those of its bases left out."""
        of_bases = {quote for ancestor in self.lineage for quote in (*ancestor.evidence, *ancestor.named)}
        return tuple(quote for quote in self.evidence if quote not in of_bases)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {
            "declared": list(self.declared),
            "other_sources": [source.to_dict() for source in self.other_sources],
            "hub_id": self.hub_id,
            "spdx": self.spdx,
            "family": self.family,
            "commercial_use": self.commercial_use,
            "condition": self.condition,
            "reason": self.reason,
            "prose": self.prose,
            "restriction": self.restriction,
            "subjects": [subject.to_dict() for subject in self.subjects],
            "terms": [term.to_dict() for term in self.terms],
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "duties": [duty.to_dict() for duty in self.duties],
            "lineage": [ancestor.to_dict() for ancestor in self.lineage],
            "evidence": _quotes(self.evidence),
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
            "evidence": _quotes(self.evidence),
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
