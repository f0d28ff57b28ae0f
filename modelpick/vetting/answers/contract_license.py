"""The shape of the answer about the licence (`answers.license` of `modelpick.vet/1`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from modelpick.findings import Evidence, as_dicts
from modelpick.licences.lookup import CommercialUse

Restriction = Literal["none", "non-commercial", "research-only", "other"]
Subject = Literal["weights", "code", "data", "component"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseSource:
    """Another place than the key `license` that speaks of the licence, and what it says.

    Attributes:
        source: Where; `hub`: the front matter as the Hub tells it, where the card does not tell it.
        value: As written; of a file its path.
        hub_id: The licence that was recognised in it, of our table.
        sure: Of a file: `text` is that licence, `title` begins as it and may have been changed, `named` only names it,
            `like` is that text with more or less.
        subject: Of a file for a part of the repo (`LICENSE-CODE`, `vae/LICENSE`), else None.
        restricts: Of a text that is `like` a licence: what was added speaks of commerce or of what is not allowed.
        added: Of such a text: the first line that the licence does not have.
    """

    source: Literal["tag", "license_name", "license_link", "licence", "file", "weights header", "gate text", "hub"]
    value: str
    evidence: Evidence | None = None
    hub_id: str | None = None
    sure: Literal["text", "title", "named", "like"] | None = None
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
            "evidence": as_dicts(self.evidence),
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
    """Two statements about the licence that cannot both hold, both quoted.

    `slight`: they name two versions of one licence, of the same terms for commerce.
    """

    why: str
    evidence: tuple[Evidence, ...]
    slight: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"why": self.why, "slight": self.slight, "evidence": as_dicts(self.evidence)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a user of the model must do, which licence asks for it (and of which base), and where that is said."""

    words: str
    of: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """Both in one line."""
        return f"{self.words} ({self.of})"

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON contract."""
        return {"text": self.text, "evidence": as_dicts(self.evidence)}


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
            "evidence": as_dicts(self.evidence),
            "named": as_dicts(self.named),
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
            "evidence": as_dicts(self.evidence),
        }
