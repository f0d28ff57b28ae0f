"""Facts: what was read, once, about a repo, its card and its files. A fact that nobody stated is None.

The rooms that touch the outside (hub/, card/, weights/) make these; judgement (vetting/) only reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from modelpick.card_facts import CardFacts, Value
from modelpick.weight_facts import WeightFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """One file of a repo at one commit.

    Attributes:
        path: POSIX, relative to the repo.
        bytes: Size; None where the source does not tell.
        sha256: Of an LFS file, as the Hub declares it (64 hex), or of a local file that was hashed.
        git_sha1: Of a plain git file (40 hex): sha1 of "blob <size>\\0" + its bytes.
        scan: The Hub's own scan status of the file (safe, unsafe, ...); None where not told.
        pointer: A Git LFS pointer lies in its place; size and hash are what it points to.
        problem: What is wrong with its content, where somebody looked into it.
        executable: Its mode lets it be run; only a folder tells.
    """

    path: str
    bytes: int | None = None
    sha256: str | None = None
    git_sha1: str | None = None
    scan: str | None = None
    pointer: bool = False
    problem: str | None = None
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A small text file of the repo that was fetched whole (a licence, a config)."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """What a model was made from, and who says so.

    `hub`: the Hub's own graph; `card`: the header or the text; `config`: a config, or the header of the weights.
    `inferred`: the relation is not told but follows from the files.
    """

    repo_id: str
    relation: Literal["finetune", "adapter", "merge", "quantized"] | None = None
    source: Literal["hub", "card", "config"] = "card"
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedCounts:
    """How many models on the Hub say that they were made from this one, by relation."""

    finetune: int | None = None
    adapter: int | None = None
    merge: int | None = None
    quantized: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A fact that could not be had, and why (`downloads_all_time`: "the mirror answered 404"); `hint`: the way out."""

    what: str
    reason: str
    hint: str | None = None


Source = Literal["hub", "path", "index", "cards", "bundle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFact:
    """What the Hub knows of a data set that the card's front matter names.

    Attributes:
        asked: The id as the card has it.
        repo_id: As the Hub names it; it differs from `asked` after a rename. None where it is not there.
        gated: "auto" or "manual" where access must be asked for, "no" where not, None where not told.
        disabled: The Hub has switched it off.
        licenses: Its licence tags.
        missing: Why nothing is known of it.
    """

    asked: str
    repo_id: str | None = None
    gated: Literal["auto", "manual", "no"] | None = None
    disabled: bool | None = None
    licenses: tuple[str, ...] = ()
    missing: Missing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoFacts:
    """Everything that vetting needs about one subject at one commit.

    Attributes:
        requested: As the user wrote it.
        repo_id: As the source names it; None for a bare card or folder of which nobody knows the id. It may differ
            from `requested` (a rename, another case): that is a fact, and a check tells it.
        commit: 40 hex; None where there is none (a plain folder, a card file).
        card: None where the repo has no README.md.
        files: None where nobody listed them (a bare card), empty where the repo is empty.
        gated: "auto" or "manual" where access must be asked for, "no" where not, None where not told.
        parameters: Count over all dtypes, from the Hub's safetensors metadata or the headers.
        texts: The small text files that were fetched: licences, config.json, adapter_config.json.
        weights: What was seen inside the weight files; a file that nobody looked into is not among them.
        card_data: The card's front matter as the Hub tells it (`cardData`); it counts where the card itself could not
            be had, as behind a gate.
        lineage: The models that this one descends from, nearest first, as far as they were walked.
        datasets: What the Hub knows of the data sets that the card's front matter names, as far as it was asked.
        security: The Hub's own scan of the repo in one word, None where not told.
        missing: What could not be had, with the reason.
    """

    requested: str
    source: Source
    repo_id: str | None = None
    revision: str | None = None
    commit: str | None = None
    card: CardFacts | None = None
    files: tuple[FileFact, ...] | None = None
    texts: tuple[TextFile, ...] = ()
    weights: tuple[WeightFacts, ...] = ()
    card_data: Mapping[str, Value] = field(default_factory=dict)
    lineage: tuple[Descent, ...] = ()
    datasets: tuple[DatasetFact, ...] = ()
    tags: tuple[str, ...] | None = None
    pipeline_tag: str | None = None
    library: str | None = None
    downloads_30d: int | None = None
    downloads_all_time: int | None = None
    likes: int | None = None
    created: str | None = None
    last_modified: str | None = None
    gated: Literal["auto", "manual", "no"] | None = None
    private: bool | None = None
    disabled: bool | None = None
    derived: DerivedCounts | None = None
    base_models: tuple[BaseModel, ...] = ()
    parameters: int | None = None
    dtypes: Mapping[str, int] | None = None
    used_storage: int | None = None
    security: str | None = None
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """One step of a lineage: a model, and what it was made from.

    Attributes:
        child: Repo id of the model that names the base; the subject itself at depth 1.
        base: The base as the child names it, and how it was used.
        depth: 1 for a base of the subject, 2 for a base of that one, ...
        facts: Of the base, from its card and licence files at one commit; None where it could not be had.
        missing: Why it could not be had, or was not asked for.
    """

    child: str
    base: BaseModel
    depth: int
    facts: RepoFacts | None = None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """One entry of the Hub's list of models: what a search knows without opening the repo.

    Attributes:
        bytes: Of the safetensors weights, counted from their parameters.
        used_storage: Of the whole repo with its history; the weights take no more.
        formats: In which forms the weights are there, as far as tags and file names tell; the safe ones first.
        architecture: The `model_type` of transformers, where the list tells it.
        card: Whether there is a README.md; None where nobody listed the files.
    """

    repo_id: str
    task: str | None = None
    library: str | None = None
    tags: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    parameters: int | None = None
    bytes: int | None = None
    used_storage: int | None = None
    formats: tuple[str, ...] = ()
    architecture: str | None = None
    card: bool | None = None
    downloads_30d: int | None = None
    likes: int | None = None
    trending: float | None = None
    created: str | None = None
    last_modified: str | None = None
    gated: Literal["auto", "manual", "no"] | None = None
