"""The list of models: filter, sort, pages, and the shapes of its entries and of the answer for one repo."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from loopback_hub.answer import Answer, as_error, as_json
from loopback_hub.store import Entry, Repo, Snapshot

Query = Sequence[tuple[str, str]]
EXPANDABLE = [
    "author",
    "baseModels",
    "cardData",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "evalResults",
    "gated",
    "inference",
    "inferenceProviderMapping",
    "lastModified",
    "library_name",
    "likes",
    "mask_token",
    "model-index",
    "pipeline_tag",
    "private",
    "safetensors",
    "sha",
    "siblings",
    "spaces",
    "tags",
    "transformersInfo",
    "trendingScore",
    "widgetData",
    "gguf",
    "resourceGroup",
    "xetEnabled",
    "childrenModelCount",
    "usedStorage",
]
LISTED = ["likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt"]
FULL = ["author", "gated", "lastModified", "sha", "disabled"]
NOT_IN_INFO = ("trendingScore", "downloadsAllTime", "childrenModelCount", "baseModels", "evalResults")
SORTS = [
    "downloads",
    "likes",
    "createdAt",
    "lastModified",
    "trendingScore",
    "likes30d",
    "num_parameters",
    "mainSize",
    "id",
]
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


def values(query: Query, name: str) -> list[str]:
    """All values of a parameter, given as `name=` or `name[]=`."""
    return [value for key, value in query if key in (name, f"{name}[]")]


def value(query: Query, name: str) -> str | None:
    """The last value of a parameter."""
    return next(reversed(values(query, name)), None)


def is_true(query: Query, name: str) -> bool:
    """Whether a flag is set."""
    return (value(query, name) or "").lower() in ("true", "1")


def list_models(repos: Sequence[Repo], query: Query, base: str, page_size: int) -> Answer:
    """`GET /api/models`: an array of at most `page_size` entries, with a Link to the next."""
    sort = value(query, "sort") or "trendingScore"
    if sort not in SORTS:
        return as_error(400, f'"sort": Invalid option: expected one of {"|".join(SORTS)}', "BadRequest")
    bad = [name for name in values(query, "expand") if name not in EXPANDABLE]
    if bad:
        return bad_expand()
    found = sorted((r for r in repos if _matches(r, query)), key=lambda r: _sort_key(r, sort))
    limit = value(query, "limit")
    size = min(page_size, int(limit)) if limit and limit.isdigit() and int(limit) else page_size
    start = int(base64.urlsafe_b64decode(value(query, "cursor") or "MA==").decode())
    page = found[start : start + size]
    headers = {}
    if start + size < len(found):
        rest = [(k, v) for k, v in query if k != "cursor"]
        cursor = base64.urlsafe_b64encode(str(start + size).encode()).decode()
        headers["Link"] = f'<{base}/api/models?{urlencode([*rest, ("cursor", cursor)])}>; rel="next"'
    return as_json([_entry(repo, query) for repo in page], headers=headers)


def bad_expand() -> Answer:
    """The Hub's answer to an unknown `expand`."""
    return as_error(400, f'"expand[0]": Invalid option: expected one of {"|".join(EXPANDABLE)}', "BadRequest")


def info(repo: Repo, snapshot: Snapshot, query: Query) -> Answer:
    """`GET /api/models/{id}`: an object with all fields, or with those of `expand`."""
    wanted = values(query, "expand")
    repo_id = repo.id.removeprefix("datasets/")
    if any(name not in EXPANDABLE for name in wanted):
        return bad_expand()
    fields = repo.fields | {"sha": repo.fields["sha"] if snapshot is repo.at("main") else snapshot.commit}
    if wanted:
        answer = {"_id": object_id(repo.id), "id": repo_id}
        answer |= {name: fields[name] for name in wanted if name in fields}
        if "siblings" in wanted:
            answer["siblings"] = _siblings(snapshot, blobs=False)
        return as_json(answer)
    answer = {"_id": object_id(repo.id), "id": repo_id, "modelId": repo_id}
    answer |= {k: v for k, v in fields.items() if k not in (*NOT_IN_INFO, "securityRepoStatus")}
    answer["siblings"] = fields.get("siblings") or _siblings(snapshot, blobs=is_true(query, "blobs"))
    if is_true(query, "securityStatus"):
        status = fields.get("securityRepoStatus", {"scansDone": True, "filesWithIssues": []})
        answer["securityRepoStatus"] = status
    return as_json(answer)


def tree(entries: Sequence[dict[str, Any]], query: Query, url: str, page_size: int) -> Answer:
    """A page of a tree; `url` is the route asked for."""
    start = int(value(query, "cursor") or 0)
    headers = {}
    if start + page_size < len(entries):
        rest = [(k, v) for k, v in query if k != "cursor"]
        headers["Link"] = f'<{url}?{urlencode([*rest, ("cursor", str(start + page_size))])}>; rel="next"'
    return as_json(entries[start : start + page_size], headers=headers)


def tree_entry(entry: Entry, expand: bool) -> dict[str, Any]:
    """A file as the tree and paths-info routes show it."""
    shown: dict[str, Any] = {"type": "file", "oid": entry.oid, "size": entry.size, "path": entry.path}
    if entry.sha256 is not None:
        shown["lfs"] = {"oid": entry.sha256, "size": entry.size, "pointerSize": entry.pointer_size}
    if expand:
        scans = {key: {"status": "unscanned"} for key in ("protectAiScan", "virusTotalScan", "jFrogScan")}
        safe = {"status": "safe", "avScan": {"status": "safe"}, "pickleImportScan": {"status": "unscanned"}}
        shown["securityFileStatus"] = safe | scans
    return {k: v for k, v in shown.items() if v not in (None, "")}


def object_id(repo_id: str) -> str:
    """The `_id` of a repo: 24 hex digits."""
    return hashlib.sha256(repo_id.encode()).hexdigest()[:24]


def _siblings(snapshot: Snapshot, blobs: bool) -> list[dict[str, Any]]:
    shown = []
    for entry in snapshot.entries.values():
        item: dict[str, Any] = {"rfilename": entry.path}
        if blobs and entry.size is not None:
            item |= {"size": entry.size, "blobId": entry.oid}
            if entry.sha256 is not None:
                item["lfs"] = {"sha256": entry.sha256, "size": entry.size, "pointerSize": entry.pointer_size}
        shown.append(item)
    return shown


def _entry(repo: Repo, query: Query) -> dict[str, Any]:
    snapshot = repo.snapshots["main"]
    wanted = values(query, "expand")
    names = list(wanted) or [*LISTED, *(FULL if is_true(query, "full") else ())]
    names += [name for name in ("config", "cardData") if is_true(query, name)]
    shown = {"_id": object_id(repo.id), "id": repo.id}
    shown |= {name: repo.fields[name] for name in names if name in repo.fields}
    if is_true(query, "full") or "siblings" in wanted:
        shown["siblings"] = _siblings(snapshot, blobs=False)
    return shown if wanted else shown | {"modelId": repo.id}


def _matches(repo: Repo, query: Query) -> bool:
    fields = repo.fields
    known = {*fields.get("tags", ()), fields.get("pipeline_tag"), fields.get("library_name")}
    wanted = [tag for text in values(query, "filter") for tag in text.split(",") if tag]
    author, search, gated = (value(query, name) for name in ("author", "search", "gated"))
    task, span = value(query, "pipeline_tag"), value(query, "num_parameters")
    return (
        all(tag in known for tag in wanted)
        and (author is None or repo.id.rpartition("/")[0].lower() == author.lower())
        and (search is None or search.lower() in repo.id.lower())
        and (task is None or fields.get("pipeline_tag") == task)
        and (gated is None or bool(fields.get("gated")) == (gated == "true"))
        and (span is None or _in_span(fields.get("safetensors", {}).get("total"), span))
    )


def _in_span(total: int | None, span: str) -> bool:
    bounds = dict(re.findall(r"(min|max):([\d.]+[KMBT]?)", span))
    sizes = {name: float(text.rstrip("KMBT")) * UNITS[text.lstrip("0123456789.")] for name, text in bounds.items()}
    return total is not None and sizes.get("min", 0) <= total <= sizes.get("max", total)


def _sort_key(repo: Repo, sort: str) -> tuple[bool, Any]:
    """Descending; those that lack the field come last."""
    if sort == "id":
        return False, repo.id
    found = repo.fields.get("safetensors", {}).get("total") if sort == "num_parameters" else repo.fields.get(sort)
    if isinstance(found, str):
        return False, [-ord(c) for c in found]
    return not isinstance(found, int | float), -found if isinstance(found, int | float) else 0
