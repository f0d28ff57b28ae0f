"""Probes of the routes of the Hub that modelpick uses, and of where the bytes of large files come from."""

from __future__ import annotations

from urllib.parse import urlsplit

from modelpick.errors import CannotFindOut
from modelpick.facts import FileFact
from modelpick.hub.answers import not_a_hub
from modelpick.hub.client import HubClient
from modelpick.hub.connection import join
from modelpick.hub.doctor.probe import Found, Visit, without_it
from modelpick.hub.faults import Asked
from modelpick.hub.ids import check_commit
from modelpick.hub.info import read_info
from modelpick.hub.reading import as_object

_ONE_BYTE = {"range": "bytes=0-0"}
_MOST = 2**26  # bytes of one chunk, where the server sends more than was asked for
_MORE = ("childrenModelCount", "downloadsAllTime")
_COUNTED = "config.json"  # a request for it counts as a download on the Hub
_OTHER_MODEL = ("repo-not-found", "gated", "disabled")
_OFFLINE = "`modelpick index import FILE` makes an index of a dump, and `search --offline` answers from it"
_ASK_KEEPER = "ask the keeper of {host} to pass on {what}, or use another endpoint (--endpoint, HF_ENDPOINT)"


def info_route(visit: Visit) -> Found:
    """Whether it tells of a model what vet and download start with."""
    if visit.refusal is not None:
        if visit.refusal.kind in _OTHER_MODEL:
            raise CannotFindOut(visit.refusal.message, "name a model that it gives you: `modelpick doctor owner/name`")
        raise visit.refusal
    if visit.info is None:
        raise CannotFindOut("no answer came")
    visit.facts = facts = read_info(visit.client.settings, visit.info, visit.repo_id, None)
    if facts.commit is None:
        return _fails(visit, "does not name the commit, so nothing can be downloaded", "`sha` of the info route")
    return Found("works", f"`{facts.repo_id}` at {facts.commit[:12]}")


def files(visit: Visit) -> Found:
    """Whether the info route lists the files with sizes and hashes: what a download is planned and verified by."""
    listed = visit.facts.files if visit.facts else None
    if not listed:
        return _fails(visit, "lists no files", "`siblings` of the info route")
    bare = [file for file in listed if file.bytes is None or not (file.sha256 or file.git_sha1)]
    if bare:
        told = f"tells no size and hash of {len(bare)} of {len(listed)} files, so they could not be verified"
        return _fails(visit, told, "`blobs=true` of the info route")
    return Found("works", f"{len(listed)}, each with its size and hash")


def expand(visit: Visit) -> Found:
    """Whether the info route knows `expand`: downloads of all time, derived models, bases."""
    client = visit.client
    fields = [("expand", field) for field in _MORE]
    try:
        answer = client.get_json(client.api_url(visit.repo_id), fields, asked=Asked(repo_id=visit.repo_id))
    except CannotFindOut as error:
        return without_it(error, "nothing for vet: downloads of all time and derived models stay unknown")
    if not any(field in as_object(answer.value) for field in _MORE):
        return Found("limited", "it is passed over: downloads of all time and derived models stay unknown")
    return Found("works", "the info route knows it")


def list_route(visit: Visit) -> Found:
    """Whether the list of models can be searched. A vet or a download does not need it."""
    client = visit.client
    params = [("sort", "downloads"), ("limit", "1")]
    message = "it lists models"
    try:
        try:
            answer = client.get_json("/api/models", [*params, ("expand", "downloads"), ("expand", "tags")])
        except CannotFindOut:
            answer = client.get_json("/api/models", [*params, ("full", "true")])
            message = "it lists models, but does not know `expand`: fewer facts of each are shown"
        if not isinstance(answer.value, list):
            raise not_a_hub(client.settings, "lists models as something else than a list")
    except CannotFindOut as error:
        return without_it(error, f"search works offline: {_OFFLINE}")
    visit.listed = answer
    return Found("limited" if "expand" in message else "works", message)


def paging(visit: Visit) -> Found:
    """Whether the list's `Link` leads to a next page, on the endpoint."""
    client = visit.client
    if visit.listed is None:
        return Found("skipped", "not tried, because of `list-route`")
    try:
        following = client.next_page(visit.listed)
        if following is None:
            return Found("limited", "the list names no next page, so search sees its first one only")
        client.get_json(following)
    except CannotFindOut as error:
        return without_it(error, f"search fails where one page is not enough; {_OFFLINE}")
    return Found("works", "`Link` leads to the next page")


def file_headers(visit: Visit) -> Found:
    """Whether HEAD of a file is answered, which download asks to see that it may."""
    file, asked = _small(visit)
    head = visit.client.head(_place(visit, file), asked=asked)
    commit = head.headers.get("x-repo-commit")
    if commit is None:
        host = visit.client.settings.host
        return Found(
            "limited",
            "X-Repo-Commit is left out: modelpick does without, transformers and `hf` do not download from here",
            _ASK_KEEPER.format(host=host, what="the header X-Repo-Commit"),
        )
    check_commit(commit, visit.client.settings.host)
    return Found("works", "HEAD is answered, with X-Repo-Commit")


def file_parts(visit: Visit) -> Found:
    """Whether one byte of a file can be had: what resuming and a look into weights rest on."""
    file, asked = _small(visit)
    if _one_byte(visit.client, _place(visit, file), asked=asked) == 206:
        return Found("works", "Range is answered")
    return Found(
        "limited",
        "only whole files are sent: what was interrupted begins again, and weights are looked into only when small",
        _ASK_KEEPER.format(host=visit.client.settings.host, what="`Range`"),
    )


def weights(visit: Visit) -> Found:
    """Whether the bytes of a large file come from the endpoint or from another host (Xet), and whether that answers."""
    large = [f for f in (visit.facts.files if visit.facts else None) or () if f.sha256 and f.bytes]
    if not large:
        return Found("skipped", f"`{visit.repo_id}` lists no large file; name another model: `modelpick doctor REPO`")
    file = min(large, key=lambda f: f.bytes or 0)
    client, asked = visit.client, Asked(repo_id=visit.repo_id, path=file.path)
    head = client.head(_place(visit, file.path), asked=asked)
    target = join(head.url, head.headers.get("location", "")) if 300 <= head.status < 400 else None
    _one_byte(client, _place(visit, file.path), asked=asked)
    if target is None or client.settings.owns(target):
        return Found("works", f"`{file.path}` comes from {client.settings.host} itself")
    return Found("works", f"`{file.path}` comes from {urlsplit(target).netloc.rpartition('@')[2]}, which answers")


def _one_byte(client: HubClient, url: str, *, asked: Asked) -> int:
    """Asks for the first byte of a file; the answer's status."""
    with client.stream("GET", url, max_bytes=_MOST, headers=_ONE_BYTE, asked=asked) as body:
        next(body.chunks(), b"")
        return body.status


def _small(visit: Visit) -> tuple[str, Asked]:
    """The card, or the smallest file that is no configuration."""
    listed: tuple[FileFact, ...] = (visit.facts.files if visit.facts else None) or ()
    usable = [f for f in listed if f.path != _COUNTED and f.bytes != 0]
    usable.sort(key=lambda f: (f.path != "README.md", f.bytes is None, f.bytes or 0, f.path))
    path = usable[0].path if usable else "README.md"
    return path, Asked(repo_id=visit.repo_id, path=path)


def _place(visit: Visit, path: str) -> str:
    """Where a file is at the commit that the info route named."""
    facts = visit.facts
    commit = facts.commit if facts else None
    return visit.client.resolve_url((facts.repo_id if facts else None) or visit.repo_id, commit or "main", path)


def _fails(visit: Visit, what: str, lacking: str) -> Found:
    host = visit.client.settings.host
    return Found("fails", f"{host} {what}", _ASK_KEEPER.format(host=host, what=lacking))
