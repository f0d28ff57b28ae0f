"""What differs between a lock's entry and the model as it is on the Hub now; and the plan that a lock demands. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.facts import RepoFacts
from modelpick.hub.lock import LockedFile, LockedModel
from modelpick.hub.plan import DownloadPlan, PlannedFile
from modelpick.hub.selection import LeftOut

Kind = Literal["moved", "commit", "license", "verdict", "card", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: `what` it concerns, before and after in words; None where it was, or is, not there."""

    kind: Kind
    what: str
    before: str | None
    after: str | None

    def to_dict(self) -> dict[str, str | None]:
        """As in the JSON contract."""
        return {"kind": self.kind, "what": self.what, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the Hub says of a locked model now; `files` by the hashes that it declares."""

    repo_id: str
    commit: str
    license: tuple[str, ...]
    license_family: str
    commercial_use: str
    verdict: Literal["accept", "review", "reject"]
    card_sha256: str | None
    files: tuple[PlannedFile, ...]


def changes_of(locked: LockedModel, now: Present) -> tuple[Change, ...]:
    """What has changed since the entry was written, the gravest first. A verdict counts where it became a no."""
    found: list[Change] = []

    def differs(kind: Kind, what: str, before: str | None, after: str | None) -> None:
        if before != after:
            found.append(Change(kind=kind, what=what, before=before, after=after))

    differs("moved", "repo", locked.repo_id, now.repo_id)
    if now.verdict == "reject":
        differs("verdict", "verdict", locked.verdict, now.verdict)
    differs("license", "license", _listed(locked.license), _listed(now.license))
    differs("license", "license family", locked.license_family, now.license_family)
    differs("license", "commercial use", locked.commercial_use, now.commercial_use)
    differs("commit", locked.revision or "commit", locked.commit, now.commit)
    differs("card", "README.md", locked.card_sha256, now.card_sha256)
    old, new = {f.path: f for f in locked.files}, {f.path: f for f in now.files}
    for path in sorted({*old, *new}):
        before = old[path].digest if path in old else None
        after = new[path].digest if path in new else None
        if path != "README.md" or locked.card_sha256 == now.card_sha256:
            differs("file", path, before, after)
    return tuple(found)


def locked_plan(locked: LockedModel, facts: RepoFacts) -> DownloadPlan:
    """The plan of exactly what a lock names; `facts` are the repo's at the locked commit.

    Raises:
        AnswerIsNo: The Hub lists another file there than the lock names, or none.
        CannotFindOut: It lists none at all, or disabled the repo.
    """
    name = locked.repo_id
    if facts.disabled:
        raise CannotFindOut(f"`{name}` was disabled by the Hub", "choose another model", kind="disabled")
    if facts.files is None:
        raise CannotFindOut(f"the Hub lists no files of `{name}`", "try another endpoint", kind="data")
    known = {file.path: file for file in facts.files}
    for file in locked.files:
        there = known.get(file.path)
        digest = None if there is None else there.git_sha1 if file.git_sha1 else there.sha256
        size = None if there is None else there.bytes
        if there is None or digest != file.digest or size not in (None, file.size):
            got = "it lists none" if there is None else f"it lists {digest or 'one without a hash'} ({size} bytes)"
            raise AnswerIsNo(
                f"`{file.path}` of `{name}` is not the locked one: expected {file.digest} ({file.size} bytes), {got}",
                f"the lock or the repo was tampered with; `modelpick lock check {name}` compares the two",
                kind="lock-mismatch",
            )
    named = {file.path for file in locked.files}
    left_out = tuple(LeftOut(file, "not in the lock") for file in facts.files if file.path not in named)
    return plan_of_lock(locked, facts.repo_id or name, left_out)


def plan_of_lock(locked: LockedModel, repo_id: str, left_out: Sequence[LeftOut] = ()) -> DownloadPlan:
    """The plan of what a lock names, without asking anybody. No branch is moved."""
    files = sorted(map(_planned, locked.files), key=lambda file: (file.bytes, file.path))
    return DownloadPlan(
        requested=locked.repo_id,
        repo_id=repo_id,
        commit=locked.commit,
        revision=None,
        files=tuple(files),
        left_out=tuple(left_out),
    )


def _planned(file: LockedFile) -> PlannedFile:
    if file.git_sha1 is not None:
        return PlannedFile(path=file.path, bytes=file.size, git_sha1=file.git_sha1)
    return PlannedFile(path=file.path, bytes=file.size, sha256=file.sha256)


def _listed(licenses: Sequence[str]) -> str | None:
    return ", ".join(licenses) or None
