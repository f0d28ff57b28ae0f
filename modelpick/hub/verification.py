"""Files on the disk held against what is known of them, without a network: a receipt, a lock, or the names of blobs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from modelpick.facts import FileFact
from modelpick.hub.hashing import hash_file
from modelpick.hub.selection import Selection, incomplete
from modelpick.progress import Listener
from modelpick.weights.formats import weight_format

Problem = Literal["missing", "wrong-size", "wrong-hash", "not-known"]
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LARGEST_INDEX = 64 * 2**20
_INDEX = re.compile(r".+\.(?:safetensors|bin)\.index(?:\.\w+)?\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A file as it should be: `digest` is a sha256 (64 hex) or git's sha1 (40 hex), None where nobody tells; `bytes`
    None where only the hash tells.
    """

    path: str
    digest: str | None
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Files that should lie in a folder, and who says so.

    Attributes:
        repo_id: None where nobody tells.
        commit: 40 hex, None where nobody tells.
        folder: Where they should be.
        source: Who says what they should be.
        files: Each with its hash.
        strict: Whether other files in the folder are worth a word.
    """

    repo_id: str | None
    commit: str | None
    folder: Path
    source: Literal["receipt", "lock", "cache", "local-dir"]
    files: tuple[Expected, ...]
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file and what is wrong with it; None where it is right."""

    path: str
    bytes: int | None
    digest: str | None
    problem: Problem | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A claim and how it stands.

    Attributes:
        claim: What should be there.
        files: Each with what is wrong with it.
        lacking: Why this is no whole model even if every file is right (no weights, a shard that is missing); None
            where nothing speaks against it.
        extra: Other files of the folder, of a folder of the user's own.
    """

    claim: Claim
    files: tuple[Checked, ...]
    lacking: str | None = None
    extra: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[Checked, ...]:
        """The files that are not as they should be."""
        return tuple(file for file in self.files if file.problem is not None)

    @property
    def ok(self) -> bool:
        """Whether this is the whole model, every byte as it was declared."""
        return not self.wrong and self.lacking is None


def verify_claims(claims: Sequence[Claim], listener: Listener) -> tuple[Verified, ...]:
    """Holds all files against their hashes; sizes first, so that what is cut or missing is not read.

    Raises:
        OSError: A file that is there cannot be read.
    """
    sized = [[(expected, _by_size(claim.folder, expected)) for expected in claim.files] for claim in claims]
    total = sum(_size(c.folder / e.path) for c, files in zip(claims, sized, strict=True) for e, p in files if p is None)
    known: dict[Path, Checked] = {}  # of two commits that share a blob, it is read once
    done: list[Verified] = []
    with listener.step("hashing", total, "bytes") as step:
        for claim, files in zip(claims, sized, strict=True):
            checked: list[Checked] = []
            for expected, problem in files:
                step.describe(f"hashing {expected.path}")
                place = claim.folder / expected.path
                if problem is not None or expected.digest is None:
                    checked.append(_checked(expected, problem or "not-known"))
                    continue
                blob = place.resolve()
                if blob in known and known[blob].digest == expected.digest:
                    step.advance(_size(place))
                else:
                    size = _size(place) if expected.bytes is None else expected.bytes
                    found = hash_file(blob, expected.digest, size, step.advance)
                    known[blob] = _checked(
                        expected, None if found.matches else "wrong-hash", None if found.matches else found.found
                    )
                checked.append(_checked(expected, known[blob].problem, known[blob].found))
            present = [file.path for file in checked if file.problem != "missing"]
            done.append(
                Verified(
                    claim=claim,
                    files=tuple(checked),
                    lacking=_lacking(claim.folder, present),
                    extra=_extra(claim) if claim.strict else (),
                )
            )
    return tuple(done)


def snapshot_claim(snapshot: Path) -> Claim:
    """What the names of the blobs say of a snapshot in the shared cache, whoever downloaded it.

    Where files lie there without links, their names tell nothing; then the list of the commit that huggingface_hub
    keeps beside is asked.

    Raises:
        OSError: The folder cannot be read.
    """
    root = snapshot.parent.parent
    listed = _listed(root / "trees" / f"{snapshot.name}.json")
    files: list[Expected] = []
    for path in sorted(_files_of(snapshot)):
        name = (snapshot / path).resolve().name
        digest = name if _HASH.fullmatch(name) else listed.get(path)
        files.append(Expected(path=path, digest=digest))
    files += [Expected(path=name, digest=listed.get(name)) for name in _dangling(snapshot)]
    repo = root.name.removeprefix("models--").replace("--", "/")
    return Claim(repo_id=repo, commit=snapshot.name, folder=snapshot, source="cache", files=tuple(files))


def local_claim(folder: Path) -> Claim | None:
    """What `hf download --local-dir` noted beside the files that it put in a folder; None where it did not.

    Each file has a note of three lines: the commit, the ETag (the file's hash), a time.

    Raises:
        OSError: The folder cannot be read.
    """
    notes = folder / ".cache" / "huggingface" / "download"
    files: list[Expected] = []
    commits: set[str] = set()
    for note in sorted(notes.rglob("*.metadata")) if notes.is_dir() else []:
        if note.stat().st_size > 4096:
            continue
        lines = note.read_text(encoding="utf-8", errors="replace").splitlines()
        path = note.relative_to(notes).as_posix().removesuffix(".metadata")
        if len(lines) >= 2:
            commits.add(lines[0].strip())
            etag = lines[1].strip()
            files.append(Expected(path=path, digest=etag if _HASH.fullmatch(etag) else None))
    if not files:
        return None
    commit = commits.pop() if len(commits) == 1 else None
    return Claim(repo_id=None, commit=commit, folder=folder, source="local-dir", files=tuple(files), strict=True)


def _by_size(folder: Path, expected: Expected) -> Problem | None:
    place = folder / expected.path
    if not place.is_file():
        return "missing"
    return "wrong-size" if expected.bytes is not None and _size(place) != expected.bytes else None


def _checked(expected: Expected, problem: Problem | None, found: str | None = None) -> Checked:
    return Checked(path=expected.path, bytes=expected.bytes, digest=expected.digest, problem=problem, found=found)


def _size(place: Path) -> int:
    return place.stat().st_size


def _lacking(folder: Path, present: Sequence[str]) -> str | None:
    """Why the files that are there are no whole model: a card and a configuration alone never are."""
    if not any(weight_format(path) is not None for path in present):
        return "no weights are among its files"
    missing = incomplete(Selection(tuple(FileFact(path=path) for path in present), ()))
    if missing is not None:
        return f"shards are missing: {missing}"
    for path in present:
        if _INDEX.fullmatch(path):
            above = path.rpartition("/")[0]
            named = (f"{above}/{name}" if above else name for name in _shards(folder / path))
            absent = next((name for name in named if name not in present), None)
            if absent is not None and not any(weight_format(p) is not None and _whole(p, path) for p in present):
                return f"`{absent}`, which `{path}` names, is missing"
    return None


def _whole(weights: str, index: str) -> bool:
    """Whether a file is the set of weights in one piece that an index lists in shards."""
    return index.startswith(weights + ".index")


def _shards(index: Path) -> Iterable[str]:
    fields = _json(index)
    weight_map = fields.get("weight_map") if isinstance(fields, dict) else None
    values = weight_map.values() if isinstance(weight_map, dict) else ()
    return sorted({value for value in values if isinstance(value, str)})


def _listed(tree: Path) -> dict[str, str]:
    """path -> hash, from the list of a commit that huggingface_hub keeps in its cache; empty where there is none."""
    fields = _json(tree)
    files = fields.get("files") if isinstance(fields, dict) else None
    found: dict[str, str] = {}
    for path, entry in files.items() if isinstance(files, dict) else ():
        if isinstance(entry, dict):
            digest = entry.get("lfs_sha256") or entry.get("blob_id")
            if isinstance(digest, str) and _HASH.fullmatch(digest):
                found[path] = digest
    return found


def _json(place: Path) -> Any:
    try:
        if place.stat().st_size > _LARGEST_INDEX:
            return None
        return json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _files_of(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _dangling(folder: Path) -> list[str]:
    """Links whose blob is gone."""
    return [p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_symlink() and not p.exists()]


def _extra(claim: Claim) -> tuple[str, ...]:
    named = {file.path for file in claim.files}
    return tuple(
        path
        for path in sorted(_files_of(claim.folder))
        if path not in named and not path.startswith((".cache/huggingface/", ".modelpick-staging/"))
    )
