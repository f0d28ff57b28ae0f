"""One file from the Hub to the disk: streamed, hashed on the way, kept only when it is what was declared."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modelpick.errors import AnswerIsNo
from modelpick.hub.answers import refuse_html
from modelpick.hub.client import Body, HubClient
from modelpick.hub.faults import Asked, BrokenBody
from modelpick.hub.hashing import FileHash
from modelpick.hub.ids import check_commit
from modelpick.hub.part_file import PartFile
from modelpick.hub.plan import DownloadPlan, PlannedFile
from modelpick.hub.side_by_side import Halt
from modelpick.progress import Listener, Step

_PAUSES = (0.3, 0.7, 1.5, 3.0)
"""Seconds before each further try of a broken body; as many tries in a row that bring less than `_PROGRESS`."""
_PROGRESS = 2**20
_EXCESS = 2**26  # of one chunk beyond the declared size; the count here stops at the first byte
_RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)")
_CLIMBS = re.compile(r'\.\.|^(?:W/)?"?[/\\]|\\|[^\x20-\x7e]')
"""An ETag that would be a way out of a folder. Mirrors send many kinds; ours is never made a path of, others' may."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on while a file is fetched: told of waits, of bytes, and asked whether to stop."""

    listener: Listener
    step: Step
    halt: Halt


class _Incoming:
    """A file on its way: its part file, its hash so far, and who looks on."""

    def __init__(self, file: PlannedFile, part: PartFile, watch: Watch) -> None:
        self.file = file
        self._part = part
        self._step = watch.step
        self._halt = watch.halt
        self.hash = FileHash(file.digest, file.bytes)
        self.etag: str | None = None

    def take_up(self) -> None:
        """Goes on where an earlier process stopped."""
        self.etag = self._part.take_up(self.hash, self.file.bytes, self._step.advance)

    def start_over(self) -> None:
        self._step.advance(-self.hash.bytes)
        self._part.start_over()
        self.hash = FileHash(self.file.digest, self.file.bytes)
        self.etag = None

    def take(self, chunk: bytes) -> None:
        self._halt.check()
        self.hash.update(chunk)  # first: the record must follow upon the write at once
        self._part.write(chunk)
        self._part.note(self.hash, self.etag)
        self._step.advance(len(chunk))

    def pause(self, seconds: float) -> None:
        self._halt.pause(seconds)


def fetch_file(
    client: HubClient,
    plan: DownloadPlan,
    file: PlannedFile,
    target: Path,
    watch: Watch,
    quicker: Callable[[], FileHash | None] = lambda: None,
) -> tuple[FileHash, bool]:
    """Fetches a file of the plan to `target`, from where an earlier process stopped; a wrong one is deleted and
    fetched once more.

    Args:
        client: For the plan's endpoint.
        plan: Whose repo and commit are asked.
        file: Of the plan.
        target: Where it is to be.
        watch: Its step advances by the file's bytes.
        quicker: Asked once the file is ours: its hash where another process has put it in place meanwhile.

    Returns:
        Its hash, and whether it was fetched.

    Raises:
        AnswerIsNo: It is not what the Hub declared, twice; or the answer's headers are forged.
        CannotFindOut: The Hub does not give it, or the connection keeps breaking.
        OSError: The disk.
        Halted: It was to stop; what came so far is kept.
    """
    with PartFile(target, watch.listener, watch.halt, shown=file.path) as part:
        theirs = quicker()
        if theirs is not None:
            watch.step.advance(file.bytes)
            return theirs, False
        incoming = _Incoming(file, part, watch)
        incoming.take_up()
        for _ in range(2):
            _receive(client, plan, incoming)
            if incoming.hash.matches:
                part.place()
                return incoming.hash, True
            wrong = incoming.hash
            incoming.start_over()
    raise wrong.error(plan.repo_id, file.path)


def _receive(client: HubClient, plan: DownloadPlan, incoming: _Incoming) -> None:
    """The whole body, taken up again where it broke off, until it ends by itself or is too long."""
    fruitless, furthest = 0, incoming.hash.bytes
    while not 0 < incoming.file.bytes == incoming.hash.bytes:  # an earlier process may have got all but the last step
        try:
            complete = _ask(client, plan, incoming)
        except BrokenBody:
            gained = incoming.hash.bytes - furthest  # not since the last try: that may have begun the file again
            furthest = max(furthest, incoming.hash.bytes)
            fruitless = fruitless + 1 if gained < _PROGRESS else 0
            if incoming.hash.bytes == incoming.file.bytes:
                return
            if fruitless > len(_PAUSES):
                raise
            incoming.pause(_PAUSES[max(0, fruitless - 1)])
        else:
            if complete:
                return


def _ask(client: HubClient, plan: DownloadPlan, incoming: _Incoming) -> bool:
    """One request for what is missing; False where the answer was no continuation and the file begins again."""
    file, begun = incoming.file, incoming.hash.bytes
    headers = {"range": f"bytes={begun}-"} if begun else {}
    if begun and incoming.etag is not None:
        headers["if-range"] = incoming.etag
    asked = Asked(repo_id=plan.repo_id, revision=plan.commit, path=file.path)
    url = client.resolve_url(plan.repo_id, plan.commit, file.path)
    accept = (200, 206, 416) if begun else (200,)
    with client.stream("GET", url, max_bytes=file.bytes + _EXCESS, headers=headers, accept=accept, asked=asked) as body:
        _check_headers(client, body)
        if begun and not _continues(body, incoming):
            incoming.start_over()
            if body.status != 200:
                return False
        etag = body.headers.get("etag")
        incoming.etag = None if etag is None or etag.startswith("W/") else etag
        first = True
        for chunk in body.chunks():
            if first:
                refuse_html(client.settings, body.headers, chunk, path=file.path)
            first = False
            incoming.take(chunk)
            if incoming.hash.bytes > file.bytes:
                break
    return True


def _continues(body: Body, incoming: _Incoming) -> bool:
    """Whether an answer goes on exactly where the file broke off: anything else would be spliced."""
    match = _RANGE.fullmatch(body.headers.get("content-range", ""))
    same = incoming.etag is None or body.headers.get("etag", incoming.etag) == incoming.etag
    return (
        body.status == 206
        and match is not None
        and match[1] == str(incoming.hash.bytes)
        and match[2] in ("*", str(incoming.file.bytes))
        and same
    )


def _check_headers(client: HubClient, body: Body) -> None:
    """Refuses an answer of the endpoint whose headers would lead another program out of its cache."""
    if not client.settings.owns(body.url):
        return
    commit = body.headers.get("x-repo-commit")
    if commit is not None:  # a mirror may leave it out; the hash tells
        check_commit(commit, client.settings.host)
    for name in ("etag", "x-linked-etag"):
        if _CLIMBS.search(body.headers.get(name, "")):
            raise AnswerIsNo(
                f"{client.settings.host} names a file by a hash that is none: `{body.headers[name][:60]}`",
                "the answer is forged or the server is no Hub; try without --endpoint and HF_ENDPOINT",
                kind="forged",
            )
