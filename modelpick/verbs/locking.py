"""Between a vet, a download and the lock: what an entry holds, and the lock of the current folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelpick.hub.client import HubClient
    from modelpick.hub.lock import LockedFile, LockedModel
    from modelpick.hub.lock_changes import Present
    from modelpick.hub.plan import DownloadPlan, PlannedFile
    from modelpick.vetting.report import VetReport

_LONGEST = 200
_MOST_SMALL = 64 * 2**20


def lock_place() -> Path:
    """The lock of the current folder, whether it is there or not.

    Raises:
        CannotFindOut: The current folder is gone.
    """
    from modelpick.hub.lock import LOCK_NAME
    from modelpick.places import whole_path

    return whole_path(LOCK_NAME)


def present(report: VetReport, planned: DownloadPlan) -> Present:
    """What the Hub says of a model now, in the words of a lock."""
    from modelpick.hub.lock_changes import Present

    license_, card = report.answers.license, report.facts.card
    return Present(
        repo_id=planned.repo_id,
        commit=planned.commit,
        license=tuple(text[:_LONGEST] for text in license_.declared),
        license_family=license_.family or "unknown",
        commercial_use=license_.commercial_use,
        verdict=report.verdict,
        card_sha256=card.sha256 if card else None,
        files=planned.files,
    )


def lock_entry(
    now: Present, revision: str | None, hashes: Mapping[str, str], include: Sequence[str] | None
) -> LockedModel:
    """The entry of a model: `hashes` are the sha256 of its files by path."""
    from modelpick.hub.lock import LockedFile, LockedModel

    files = (
        LockedFile(path=file.path, size=file.bytes, sha256=hashes[file.path], git_sha1=_git(file)) for file in now.files
    )
    return LockedModel(
        repo_id=now.repo_id,
        revision=revision,
        commit=now.commit,
        date=datetime.now(UTC).date().isoformat(),
        license=now.license,
        license_family=now.license_family,
        commercial_use=now.commercial_use,
        verdict=now.verdict,
        card_sha256=now.card_sha256,
        include=tuple(include or ()),
        files=tuple(sorted(files, key=lambda file: file.path)),
    )


def hashes_of(client: HubClient, planned: DownloadPlan, known: Sequence[LockedFile]) -> dict[str, str]:
    """The sha256 of the files of a plan: as the Hub declares it, from the lock, or, of small texts, by reading them.

    Raises:
        AnswerIsNo: A file is not what the Hub declares.
        CannotFindOut: It could not be had.
    """
    from modelpick.errors import CannotFindOut
    from modelpick.hub.faults import Asked
    from modelpick.hub.hashing import FileHash

    locked = {file.git_sha1: file.sha256 for file in known if file.git_sha1}
    hashes: dict[str, str] = {}
    for file in planned.files:
        sha256 = file.sha256 or locked.get(file.digest)
        if sha256 is None:
            if file.bytes > _MOST_SMALL:
                raise CannotFindOut(
                    f"the Hub does not tell the sha256 of `{file.path}`",
                    f"`modelpick download {planned.requested} --lock` fetches it and writes the lock",
                    kind="data",
                )
            asked = Asked(repo_id=planned.repo_id, revision=planned.commit, path=file.path)
            url = client.resolve_url(planned.repo_id, planned.commit, file.path)
            found = FileHash(file.digest, file.bytes)
            found.update(client.get_small(url, file.bytes + 1, asked=asked).data)
            if not found.matches:
                raise found.error(planned.repo_id, file.path)
            sha256 = found.sha256
        hashes[file.path] = sha256
    return hashes


def _git(file: PlannedFile) -> str | None:
    return None if file.sha256 else file.git_sha1
