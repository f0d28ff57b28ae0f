"""verify: hash again what was downloaded, without a network."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import CannotFindOut, NothingMatched
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from modelpick.hub.receipts import KeptReceipt
    from modelpick.hub.verification import Claim, Verified

_WORDS = {
    "missing": "missing",
    "wrong-size": "another size",
    "wrong-hash": "other bytes",
    "not-known": "nobody tells its hash",
}
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult(Result):
    """What lies on the disk, held against what is known of it.

    Attributes:
        checked: Each model, in the order found.
    """

    checked: tuple[Verified, ...]

    @property
    def ok(self) -> bool:
        """Whether every file is as declared and every model whole."""
        return all(item.ok for item in self.checked)

    def document(self) -> Document:
        """One line a model and its wrong files; `modelpick.verify/1` for machines, the wrong files for pipes."""
        blocks: list[Block] = [block for item in self.checked for block in _blocks(item)]
        wrong = [str(item.claim.folder / file.path) for item in self.checked for file in item.wrong]
        data = {"schema": "modelpick.verify/1", "ok": self.ok, "checked": [_data(item) for item in self.checked]}
        return Document(blocks=blocks, data=data, quiet=wrong)


def verify(subject: str | None = None, *, listener: Listener = SILENT) -> VerifyResult:
    """Hashes again what was downloaded, against what the Hub declared then. The network is not asked.

    What should be there is told by the receipts of earlier downloads, by `modelpick.lock`, or, of what others
    downloaded, by the names of the blobs in the Hugging Face cache. A model without weights, or with a shard missing,
    does not pass.

    Args:
        subject: A repo id, or the path of a folder; without it the `modelpick.lock` of the current folder, else all
            that the receipts list.
        listener: Hears of progress, in bytes.

    Returns:
        The result: `ok`, and `checked` with each file.

    Raises:
        NothingMatched: Nothing is known of it.
        UsageError: The id or path, or the lock, cannot be used.
        CannotFindOut: A file or folder cannot be read.
    """
    from modelpick.hub.disk import disk_error
    from modelpick.hub.verification import verify_claims
    from modelpick.notebook import register

    register()
    try:
        return VerifyResult(checked=verify_claims(_claims(subject), listener))
    except OSError as error:
        raise disk_error(error, Path(error.filename or ".")) from error


def _claims(subject: str | None) -> Sequence[Claim]:
    from modelpick.hub.folder import is_path
    from modelpick.hub.ids import check_repo_id
    from modelpick.hub.receipts import read_receipts
    from modelpick.places import whole_path

    receipts = [receipt for receipt in read_receipts()[0] if receipt.folder.is_dir()]  # else it was removed since
    if subject is None:
        return _all_claims(receipts)
    if is_path(subject) or Path(subject).is_dir():
        return [_folder_claim(whole_path(subject), receipts)]
    return _repo_claims(check_repo_id(subject), receipts)


def _all_claims(receipts: Sequence[KeptReceipt]) -> Sequence[Claim]:
    from modelpick.verbs.locking import lock_place

    if lock_place().is_file():
        return _lock_claims(lock_place(), receipts)
    if not receipts:
        raise NothingMatched(
            "nothing was downloaded with modelpick yet, and there is no `modelpick.lock` here",
            "name a repo or a folder: `modelpick verify org/name`, `modelpick verify ./folder`",
        )
    return [_of_receipt(receipt) for receipt in receipts]


def _lock_claims(place: Path, receipts: Sequence[KeptReceipt]) -> Sequence[Claim]:
    """Each model of the lock: where it was put last, else where the cache would have it."""
    from modelpick.hub.cache_layout import cache_folder, default_cache
    from modelpick.hub.lock import read_lock
    from modelpick.hub.verification import Claim, Expected

    claims: list[Claim] = []
    for model in read_lock(place).models:
        folders = [r.folder for r in receipts if (r.repo_id, r.commit) == (model.repo_id, model.commit)]
        cached = cache_folder(default_cache(), model.repo_id) / "snapshots" / model.commit
        there = next((folder for folder in [*reversed(folders), cached] if folder.is_dir()), cached)
        files = tuple(Expected(path=f.path, digest=f.sha256, bytes=f.size) for f in model.files)
        claims.append(Claim(repo_id=model.repo_id, commit=model.commit, folder=there, source="lock", files=files))
    if not claims:
        raise NothingMatched(f"`{place}` names no model", "`modelpick download REPO --lock` adds one")
    return claims


def _repo_claims(repo_id: str, receipts: Sequence[KeptReceipt]) -> Sequence[Claim]:
    """What receipts list of a repo, and its other snapshots in the cache."""
    from modelpick.hub.cache_layout import cache_folder, default_cache
    from modelpick.hub.verification import snapshot_claim

    claims = [_of_receipt(r) for r in receipts if r.repo_id.casefold() == repo_id.casefold()]
    known = {claim.folder.resolve() for claim in claims}
    snapshots = cache_folder(default_cache(), repo_id) / "snapshots"
    others = sorted(snapshots.iterdir()) if snapshots.is_dir() else []
    claims += [snapshot_claim(path) for path in others if path.is_dir() and path.resolve() not in known]
    if not claims:
        raise NothingMatched(
            f"`{repo_id}` is not on this machine, as far as the receipts and the Hugging Face cache tell",
            f"`modelpick download {repo_id}` fetches it; for a folder of your own write `./{repo_id}`",
        )
    return claims


def _folder_claim(folder: Path, receipts: Sequence[KeptReceipt]) -> Claim:
    from modelpick.hub.cache_layout import is_snapshot
    from modelpick.hub.verification import local_claim, snapshot_claim

    if not folder.is_dir():
        raise CannotFindOut(
            f"there is no folder `{folder}`",
            "give the folder that the files are in, or a repo id",
            kind="file-not-found",
        )
    here = folder.resolve()
    of_it = [receipt for receipt in receipts if receipt.folder.resolve() == here]
    if of_it:
        return _of_receipt(of_it[-1])
    if is_snapshot(here):
        return snapshot_claim(here)
    noted = local_claim(folder)
    if noted is None:
        raise NothingMatched(
            f"nobody tells what the files in `{folder}` should be: no receipt, no note of `hf download`",
            "download the model again with `modelpick download REPO --local-dir FOLDER`: what is right there is kept",
        )
    return noted


def _of_receipt(receipt: KeptReceipt) -> Claim:
    from modelpick.hub.cache_layout import is_snapshot
    from modelpick.hub.verification import Claim, Expected

    files = tuple(Expected(path=file.path, digest=file.sha256, bytes=file.bytes) for file in receipt.files)
    return Claim(
        repo_id=receipt.repo_id,
        commit=receipt.commit,
        folder=receipt.folder,
        source="receipt",
        files=files,
        strict=not is_snapshot(receipt.folder),
    )


def _blocks(item: Verified) -> list[Block]:
    claim = item.claim
    at = f" at {claim.commit[:12]}" if claim.commit else ""
    blocks: list[Block] = [
        Heading(f"{claim.repo_id or claim.folder.name}{at}", level=1),
        Text(str(claim.folder), whole=True),
    ]
    right = len(item.files) - len(item.wrong)
    if item.ok:
        blocks.append(Text(f"All {right} files are as they were declared.", Tone.GOOD))
    else:
        blocks.append(Text(f"{right} of {len(item.files)} files are as they were declared.", Tone.BAD))
    if item.lacking is not None:
        blocks.append(Text(f"This is no whole model: {item.lacking}.", Tone.BAD))
    if item.wrong:
        rows = tuple((file.path, Cell(_WORDS[file.problem or "missing"], Tone.BAD)) for file in item.wrong[:_SHOWN])
        blocks.append(Table(("file", "problem"), rows))
        if len(item.wrong) > _SHOWN:
            blocks.append(Text(f"And {len(item.wrong) - _SHOWN} more."))
        if claim.repo_id:
            blocks.append(Text(_way_out(claim), Tone.MUTED))
    if item.extra:
        named = ", ".join(item.extra[:5]) + (", ..." if len(item.extra) > 5 else "")
        others = "1 other file is" if len(item.extra) == 1 else f"{len(item.extra)} other files are"
        blocks.append(Text(f"{others} there as well: {named}", Tone.WARN))
    return blocks


def _way_out(claim: Claim) -> str:
    """The command that mends what is wrong: at the same commit, and in a folder of the user's own nothing of theirs."""
    from modelpick.hub.cache_layout import is_snapshot

    at = " --locked" if claim.source == "lock" else f" --revision {claim.commit}" if claim.commit else ""
    command = f"modelpick download {claim.repo_id}{at}"
    if is_snapshot(claim.folder):
        return f"`{command}` fetches again what is wrong."
    return (
        "Move what is wrong away (the folder is yours, so nothing in it is replaced); then "
        f"`{command} --local-dir {shlex.quote(str(claim.folder))}` fetches it again."
    )


def _data(item: Verified) -> dict[str, Any]:
    return {
        "repo_id": item.claim.repo_id,
        "commit": item.claim.commit,
        "folder": str(item.claim.folder),
        "source": item.claim.source,
        "ok": item.ok,
        "lacking": item.lacking,
        "files": [
            {"path": f.path, "size": f.bytes, "digest": f.digest, "problem": f.problem, "found": f.found}
            for f in item.files
        ],
        "extra": list(item.extra),
    }
