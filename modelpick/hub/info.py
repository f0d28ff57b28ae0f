"""Reads the Hub's answer about one repo into facts. Any member may be absent or of another type: then it is None."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, get_args
from urllib.parse import unquote, urlsplit

from modelpick.errors import CannotFindOut
from modelpick.facts import BaseModel, DerivedCounts, FileFact, Missing, RepoFacts, Source
from modelpick.hub.answers import not_a_hub
from modelpick.hub.card_data import read_card_data
from modelpick.hub.client import Answer
from modelpick.hub.ids import check_commit, is_commit, is_repo_id
from modelpick.hub.reading import (
    as_count,
    as_created,
    as_flag,
    as_gated,
    as_list,
    as_object,
    as_text,
    as_texts,
    tagged,
)
from modelpick.hub.settings import Settings

Relation = Literal["finetune", "adapter", "merge", "quantized"]

_SCAN_LEVELS = ("safe", "unscanned", "queued", "error", "caution", "suspicious", "unsafe")
"""The Hub's words for what its scanners say of a file, from good to bad."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_info(settings: Settings, answer: Answer, requested: str, revision: str | None) -> RepoFacts:
    """The facts of the first info call (`securityStatus=true&blobs=true`).

    Raises:
        CannotFindOut: It is no answer about that repo, or not at the commit that was asked for.
        AnswerIsNo: It names a commit that is none.
    """
    fields = as_object(answer.value)
    repo_id = _checked_id(settings, fields, answer.url)
    commit, missing = _commit(settings, fields, revision)
    return facts_of_info(
        fields, requested=requested, source="hub", repo_id=repo_id, revision=revision, commit=commit, missing=missing
    )


def facts_of_info(
    fields: Mapping[str, Any],
    *,
    requested: str,
    source: Source,
    repo_id: str | None,
    commit: str | None,
    revision: str | None = None,
    missing: Iterable[Missing] = (),
) -> RepoFacts:
    """The facts in an info answer, wherever it was kept, under the id and commit that the caller vouches for."""
    security = as_object(fields.get("securityRepoStatus"))
    levels = _scan_levels(security)
    files, unread = _files(fields.get("siblings"), levels)
    lacking = [*missing, *unread]
    created = as_created(fields.get("createdAt"))
    if created is None and as_text(fields.get("createdAt")):
        lacking.append(Missing(what="created", reason="the Hub has no such dates before 2 March 2022"))
    tags = as_texts(fields["tags"]) if isinstance(fields.get("tags"), list) else None
    weights = as_object(fields.get("safetensors"))
    return RepoFacts(
        requested=requested,
        source=source,
        repo_id=repo_id,
        revision=revision,
        commit=commit,
        files=files,
        tags=tags,
        pipeline_tag=as_text(fields.get("pipeline_tag")),
        library=as_text(fields.get("library_name")),
        downloads_30d=as_count(fields.get("downloads")),
        likes=as_count(fields.get("likes")),
        created=created,
        last_modified=as_text(fields.get("lastModified")),
        gated=as_gated(fields.get("gated")),
        private=as_flag(fields.get("private")),
        disabled=as_flag(fields.get("disabled")),
        base_models=_bases_of_tags(tags or ()),
        card_data=read_card_data(fields.get("cardData")),
        parameters=_first(as_count(weights.get("total")), as_count(as_object(fields.get("gguf")).get("total"))),
        dtypes=_dtypes(as_object(weights.get("parameters"))),
        used_storage=as_count(fields.get("usedStorage")),
        security=_security(security, levels),
        missing=tuple(lacking),
    )


def with_more(facts: RepoFacts, value: object) -> RepoFacts:
    """The facts with those of the second info call (`expand=...`), as far as it answers them."""
    fields = as_object(value)
    children = as_object(fields.get("childrenModelCount"))
    counts = DerivedCounts(
        finetune=as_count(children.get("finetune")),
        adapter=as_count(children.get("adapter")),
        merge=as_count(children.get("merge")),
        quantized=as_count(children.get("quantized")),
    )
    all_time = as_count(fields.get("downloadsAllTime"))
    missing = list(facts.missing)
    if all_time is None:
        missing.append(Missing(what="downloads_all_time", reason="the Hub does not tell"))
    if not children:
        missing.append(Missing(what="derived", reason="the Hub does not tell"))
    return replace(
        facts,
        downloads_all_time=all_time,
        derived=counts if children else None,
        base_models=_bases_of_graph(as_object(fields.get("baseModels"))) or facts.base_models,
        used_storage=_first(as_count(fields.get("usedStorage")), facts.used_storage),
        missing=tuple(missing),
    )


def _checked_id(settings: Settings, fields: Mapping[str, Any], url: str) -> str:
    """The id that the answer bears; it must be that of the address that was asked last, up to case.

    It becomes part of paths on the disk. A redirect chooses the address, so the id's syntax is checked too.
    """
    repo_id = as_text(fields.get("id")) or as_text(fields.get("modelId"))
    if repo_id is None:
        raise not_a_hub(settings, "answers without the id of a model")
    served = urlsplit(url).path.rpartition("/api/models/")[2].partition("/revision/")[0]
    if repo_id.casefold() != unquote(served).casefold() or not is_repo_id(repo_id):
        raise not_a_hub(settings, f"answers for another model (`{repo_id[:100]}`) than the one asked for")
    return repo_id


def _commit(settings: Settings, fields: Mapping[str, Any], revision: str | None) -> tuple[str | None, list[Missing]]:
    asked = revision if revision is not None and is_commit(revision) else None
    sha = as_text(fields.get("sha"))
    if sha is None:
        told = [] if asked else [Missing(what="commit", reason=f"{settings.host} does not name it")]
        return asked, told
    check_commit(sha, settings.host)
    if asked is not None and sha != asked:
        raise CannotFindOut(
            f"{settings.host} answers for commit {sha}, not for {asked}",
            "try another endpoint; this one may not keep old revisions",
            kind="revision-not-found",
        )
    return sha, []


def _files(siblings: object, levels: Mapping[str, str]) -> tuple[tuple[FileFact, ...] | None, list[Missing]]:
    if not isinstance(siblings, list):
        return None, [Missing(what="files", reason="the Hub lists none")]
    files = [file for file in (_file(as_object(entry), levels) for entry in siblings) if file is not None]
    lost = len(siblings) - len(files)
    return tuple(files), [Missing(what="files", reason=f"{lost} entries are unreadable")] if lost else []


def _file(entry: Mapping[str, Any], levels: Mapping[str, str]) -> FileFact | None:
    path = as_text(entry.get("rfilename"))
    if path is None:
        return None
    if len(entry) == 1:  # as in a dump of names; a repo may have 100,000
        return FileFact(path=path, scan=levels.get(path))
    lfs = as_object(entry.get("lfs"))
    sha256, blob = as_text(lfs.get("sha256")), as_text(entry.get("blobId"))
    return FileFact(
        path=path,
        bytes=_first(as_count(entry.get("size")), as_count(lfs.get("size"))),
        sha256=sha256 if sha256 and _SHA256.fullmatch(sha256) else None,
        git_sha1=blob if blob and not lfs and is_commit(blob) else None,  # of an LFS file it is the pointer's
        scan=levels.get(path),
    )


def _scan_levels(security: Mapping[str, Any]) -> dict[str, str]:
    issues = (as_object(issue) for issue in as_list(security.get("filesWithIssues")))
    named = ((as_text(issue.get("path")), as_text(issue.get("level"))) for issue in issues)
    return {path: level for path, level in named if path and level}


def _security(security: Mapping[str, Any], levels: Mapping[str, str]) -> str | None:
    """The Hub's scan in one word: the worst of its files; `safe` only where the scan is done and found nothing."""
    if levels:
        return max(levels.values(), key=lambda level: _SCAN_LEVELS.index(level) if level in _SCAN_LEVELS else -1)
    done = as_flag(security.get("scansDone"))
    return None if done is None else "safe" if done else "unscanned"


def _dtypes(parameters: Mapping[str, Any]) -> Mapping[str, int] | None:
    counts = {dtype: as_count(count) for dtype, count in parameters.items()}
    known = {dtype: count for dtype, count in counts.items() if count is not None}
    return known if known and len(known) == len(counts) else None


def _bases_of_graph(graph: Mapping[str, Any]) -> tuple[BaseModel, ...]:
    relation = _relation(as_text(graph.get("relation")))
    ids = (as_text(as_object(model).get("id")) for model in as_list(graph.get("models")))
    return tuple(BaseModel(repo_id=repo_id, relation=relation, source="hub") for repo_id in ids if repo_id)


def _bases_of_tags(tags: Iterable[str]) -> tuple[BaseModel, ...]:
    """From `base_model:org/name` and `base_model:quantized:org/name`; the Hub gives both for one base."""
    found: dict[str, Relation | None] = {}
    for tag in tagged(tuple(tags), "base_model:"):
        head, colon, rest = tag.partition(":")
        repo_id, relation = (rest, _relation(head)) if colon else (tag, None)
        found[repo_id] = relation or found.get(repo_id)
    return tuple(BaseModel(repo_id=repo_id, relation=how, source="hub") for repo_id, how in found.items())


def _relation(word: str | None) -> Relation | None:
    return next((known for known in get_args(Relation) if known == word), None)


def _first(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)
