"""The routes of the Hub: from a request to an answer."""

from __future__ import annotations

import re
from collections import defaultdict
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from loopback_hub import listing
from loopback_hub.answer import Answer, as_error, as_json
from loopback_hub.store import Repo, Snapshot, Store

TYPES = {"dataset": "dataset", "arxiv": "arxiv", "license": "license", "region": "region", "base_model": "other"}
RATE = {"RateLimit": '"api";r=499;t=300', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}


class Routes:
    """Answers requests from a store.

    Args:
        store: The repos.
        page_size: Most entries of a page of lists and trees.
        not_found_code: Whether an unknown repo is told with `X-Error-Code: RepoNotFound`. The real Hub sends no code
            to an anonymous caller, which huggingface_hub understands over https only.
        mount: A path that all routes lie under; nothing is served beside it.
    """

    def __init__(self, store: Store, page_size: int = 1000, not_found_code: bool = False, mount: str = "") -> None:
        self.store = store
        self.page_size = page_size
        self.not_found_code = not_found_code
        self.mount = mount

    def answer(self, path: str, query_text: str, body: bytes, headers: Message, page_size: int | None) -> Answer:
        """The answer to a GET, HEAD or POST of this path."""
        query = parse_qsl(query_text, keep_blank_values=True)
        token = (headers.get("Authorization") or "").removeprefix("Bearer ") or None
        size = page_size or self.page_size
        base = f"http://{headers.get('Host')}{self.mount}"
        if not path.startswith(f"{self.mount}/"):
            return as_error(404, "There is no repository of that name.")
        path = path.removeprefix(self.mount)
        if path == "/api/models":
            return listing.list_models(self.store.models(), query, base, size)
        if path == "/api/models-tags-by-type":
            return as_json(self._tags())
        if path == "/api/whoami-v2":
            user = {"type": "user", "name": "tester", "fullname": "Tester", "orgs": [], "auth": {}}
            return as_json(user) if token else as_error(401, "Invalid username or password.")
        if match := re.fullmatch(r"/api/(models|datasets)/(.+)", path):
            prefix = "datasets/" if match[1] == "datasets" else ""
            return self._api(prefix, match[2], query, body, token, base, size, query_text)
        if match := re.fullmatch(r"/(datasets/)?([^/]+(?:/[^/]+)?)/(?:resolve|raw)/([^/]+)/(.+)", path):
            repo_id = (match[1] or "") + match[2]
            return self._resolve(repo_id, unquote(match[3]), unquote(match[4]), headers, token, path)
        return as_error(404, "Sorry, we can't find the page you are looking for.")

    def _api(
        self,
        prefix: str,
        rest: str,
        query: list[tuple[str, str]],
        body: bytes,
        token: str | None,
        base: str,
        size: int,
        query_text: str,
    ) -> Answer:
        pattern = r"([^/]+(?:/[^/]+)??)(?:/(revision|tree|paths-info|refs|commits|auth-check)(?:/([^/]+)(?:/(.*))?)?)?"
        match = re.fullmatch(pattern, rest)
        if match is None:
            return as_error(404, "Not found")
        repo_id, route, revision, inside = prefix + match[1], match[2], unquote(match[3] or "main"), match[4]
        moved = f"/api/{'' if prefix else 'models/'}{{id}}{rest[len(match[1]) :]}"
        repo, refused = self._open(repo_id, token, moved, query_text)
        if repo is None:
            return refused
        snapshot = repo.at(revision)
        if snapshot is None:
            return as_error(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        if route in (None, "revision"):
            return listing.info(repo, snapshot, query)
        if not _may_read(repo, token):
            return _gated(repo, token)
        if route == "refs":
            return as_json(_refs(repo))
        if route == "auth-check":
            return as_json({})
        if route == "commits":
            date = repo.fields.get("lastModified")
            commit = {"id": snapshot.commit, "title": "Upload", "message": "", "authors": [], "date": date}
            return as_json([commit])
        expand = listing.is_true(query, "expand")
        if route == "paths-info":
            form = parse_qsl(body.decode(), keep_blank_values=True)
            asked = [snapshot.entries.get(path) for path in listing.values(form, "paths")]
            expand = listing.is_true(form, "expand")
            return as_json([listing.tree_entry(entry, expand) for entry in asked if entry])
        entries = _tree(snapshot, unquote(inside or "").strip("/"), listing.is_true(query, "recursive"), expand)
        if entries is None:
            return as_error(404, f"{inside} does not exist on {revision}", "EntryNotFound")
        return listing.tree(entries, query, f"{base}/api/models/{rest}", min(size, 50) if expand else size)

    def _open(self, repo_id: str, token: str | None, route: str, query_text: str) -> tuple[Repo | None, Answer]:
        """The repo, or why not: unknown, private, renamed, written in another case."""
        repo = self.store.get(repo_id)
        other = repo.metadata.get("renamed_to") if repo else self.store.proper_case(repo_id)
        if other:
            location = self.mount + route.format(id=other) + (f"?{query_text}" if query_text else "")
            return None, Answer(307, {"Location": location})
        if repo and repo.fields.get("private") and token not in repo.metadata.get("access_tokens", ()):
            repo = None
        if repo is None and token is None:
            code = "RepoNotFound" if self.not_found_code else None
            return None, as_error(401, "Invalid username or password.", code)
        return repo, as_error(404, "Repository not found", "RepoNotFound")

    def _resolve(
        self, repo_id: str, revision: str, name: str, headers: Message, token: str | None, path: str
    ) -> Answer:
        tail = path[len(repo_id) + 1 :]
        repo, refused = self._open(repo_id, token, f"/{{id}}{tail.replace('{', '%7B').replace('}', '%7D')}", "")
        if repo is None:
            return refused
        if repo.fields.get("disabled"):
            return as_error(403, "Access to this resource is disabled.")
        if not _may_read(repo, token):
            return _gated(repo, token)
        snapshot = repo.at(revision)
        if snapshot is None:
            return as_error(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        commit = {"X-Repo-Commit": snapshot.commit}
        entry = snapshot.entries.get(name)
        if entry is None or entry.content is None or entry.size is None:
            return as_error(404, "Entry not found", "EntryNotFound", commit)
        etag = f'"{entry.etag}"'
        kind = "application/octet-stream" if entry.sha256 else "text/plain; charset=utf-8"
        answer = Answer(200, commit | {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": kind}, entry.content)
        answer.end = entry.size
        if entry.sha256:
            answer.headers |= {"X-Linked-Etag": etag, "X-Linked-Size": str(entry.size)}
        answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name.rpartition('/')[2])}"
        asked = headers.get("Range")
        return _part(answer, asked, entry.size) if asked and headers.get("If-Range", etag) == etag else answer

    def _tags(self) -> dict[str, Any]:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for repo in self.store.models():
            special = {repo.fields.get("pipeline_tag"): "pipeline_tag", repo.fields.get("library_name"): "library"}
            for tag in repo.fields.get("tags", ()):
                head, colon, label = tag.partition(":")
                kind = special.get(tag) or (TYPES.get(head, "other") if colon else "other")
                found[kind][tag] = label or tag
        return {kind: [{"id": i, "label": n, "type": kind} for i, n in tags.items()] for kind, tags in found.items()}


def _may_read(repo: Repo, token: str | None) -> bool:
    return not repo.fields.get("gated") or token in repo.metadata.get("access_tokens", ())


def _gated(repo: Repo, token: str | None) -> Answer:
    way_in = "Please log in." if token is None else f"Visit https://huggingface.co/{repo.id} to ask for access."
    message = f"Access to model {repo.id} is restricted. You must have access to it and be authenticated. {way_in}"
    return as_error(401 if token is None else 403, message, "GatedRepo")


def _refs(repo: Repo) -> dict[str, Any]:
    tags = repo.metadata.get("tag_names", ())
    shown: dict[str, Any] = {"branches": [], "converts": [], "tags": []}
    for name, snapshot in repo.snapshots.items():
        kind, ref = ("tags", f"refs/tags/{name}") if name in tags else ("branches", f"refs/heads/{name}")
        shown[kind].append({"name": name, "ref": ref, "targetCommit": snapshot.commit})
    return shown


def _tree(snapshot: Snapshot, inside: str, recursive: bool, expand: bool) -> list[dict[str, Any]] | None:
    """The entries of a folder (deep ones too where recursive), folders included; None for an unknown folder."""
    start = f"{inside}/" if inside else ""
    files = [entry for path, entry in snapshot.entries.items() if path.startswith(start)]
    if inside and not files:
        return None
    shown: dict[str, dict[str, Any]] = {}
    for entry in files:
        parts = entry.path[len(start) :].split("/")
        for depth in range(1, len(parts) if recursive else min(len(parts), 2)):
            folder = start + "/".join(parts[:depth])
            shown[folder] = {
                "type": "directory",
                "oid": listing.object_id(folder) + "0" * 16,
                "size": 0,
                "path": folder,
            }
        if recursive or len(parts) == 1:
            shown[entry.path] = listing.tree_entry(entry, expand)
    return list(shown.values())


def _part(answer: Answer, asked: str, size: int) -> Answer:
    """The part of a file that a Range header asks for; a header that is none is ignored."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.strip())
    if match is None or match[0] == "bytes=-":
        return answer
    first, last = match[1], match[2]
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1 if first and last else size, size)
    if start >= size or start >= end:
        return Answer(416, answer.headers | {"Content-Range": f"bytes */{size}"})
    answer.status, answer.start, answer.end = 206, start, end
    answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return answer
