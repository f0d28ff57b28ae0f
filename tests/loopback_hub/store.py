"""The repos that are served: a folder, read anew at each request so that a test may change it, and the dump of 2022.

Layout of the folder: `<owner>/<name>/` holds the files of branch main; `<owner>/<name>@<revision>/` another branch
(`refs%2Fpr%2F1` for a revision with slashes) that is also known by its commit; `<owner>/<name>.json` what the API says
of it. Data sets lie under `datasets/`. Keys of the JSON are the fields of the Hub's answers, or:

- `renamed_to`: an id; every route answers 307 to it;
- `access_tokens`: tokens that open a gated or private repo;
- `tag_names`: those of its revisions that are tags, no branches;
- `extra_files`: {path: text}, for names that no file system would hold;
- `lfs_threshold`: bytes from which a file is LFS (10 MiB), apart from the suffixes of weights.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from loopback_hub.describe import describe

LFS_SUFFIXES = [
    ".safetensors",
    ".bin",
    ".pt",
    ".pth",
    ".ckpt",
    ".h5",
    ".msgpack",
    ".onnx",
    ".gguf",
    ".pkl",
    ".pickle",
    ".joblib",
    ".npy",
    ".npz",
    ".parquet",
    ".model",
    ".ot",
    ".zip",
]
LFS_THRESHOLD = 10 * 1024 * 1024
NO_CARD_IN_DUMP = "Error: the path 'README.md' does not exist in the given tree"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: `content` is its bytes or where they lie, None where nobody has them (the dump's)."""

    path: str
    size: int | None
    oid: str
    sha256: str | None
    pointer_size: int | None
    content: bytes | Path | None

    @property
    def etag(self) -> str:
        """sha256 of an LFS file, else the git sha1."""
        return self.sha256 or self.oid


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of one commit."""

    commit: str
    entries: dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Repo:
    """A repo: what the API says of it, and its snapshots by branch."""

    id: str
    fields: dict[str, Any]
    snapshots: dict[str, Snapshot]
    metadata: dict[str, Any] = field(default_factory=dict)

    def at(self, revision: str) -> Snapshot | None:
        """The snapshot of a branch, tag or commit."""
        if revision in self.snapshots:
            return self.snapshots[revision]
        return next((s for s in self.snapshots.values() if s.commit == revision), None)


class Store:
    """All repos of a folder and, where given, of the dump."""

    def __init__(self, folder: Path, dump: Path | None = None) -> None:
        self.folder = folder
        self._hashes: dict[tuple[str, int, int], tuple[str, str]] = {}
        self._dump = {} if dump is None else {repo.id: repo for repo in _read_dump(dump)}

    def get(self, repo_id: str) -> Repo | None:
        """The repo of exactly this id (`datasets/x/y` for a data set)."""
        metadata_file = self.folder / f"{repo_id}.json"
        if ((self.folder / repo_id).is_dir() and repo_id.count("/") >= 1) or metadata_file.is_file():
            return self._read(repo_id)
        return self._dump.get(repo_id)

    def proper_case(self, repo_id: str) -> str | None:
        """The id that differs from this one in case only."""
        wanted = repo_id.lower()
        return next((known for known in self.ids() if known.lower() == wanted), None)

    def ids(self) -> list[str]:
        """Ids of all models."""
        found = dict.fromkeys(self._dump)
        for owner in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if owner.is_dir() and owner.name != "datasets":
                for path in sorted(owner.iterdir()):
                    name = path.name.removesuffix(".json") if path.is_file() else path.name
                    if "@" not in name and (path.is_dir() or path.suffix == ".json"):
                        found[f"{owner.name}/{name}"] = None
        return list(found)

    def models(self) -> list[Repo]:
        """All models that a list may show."""
        repos = (self.get(repo_id) for repo_id in self.ids())
        return [r for r in repos if r and not r.fields.get("private") and "renamed_to" not in r.metadata]

    def _read(self, repo_id: str) -> Repo:
        root = self.folder / repo_id
        metadata_file = root.with_name(root.name + ".json")
        metadata = json.loads(metadata_file.read_text(encoding="utf-8")) if metadata_file.is_file() else {}
        folders = {"main": root}
        for other in sorted(root.parent.glob(f"{root.name}@*")):
            folders[unquote(other.name.partition("@")[2])] = other
        snapshots = {name: self._snapshot(repo_id, path, metadata) for name, path in folders.items()}
        main = snapshots["main"]
        texts = {name: _content(main, name) for name in ("README.md", "config.json")}
        weights = [(p, e.content) for p, e in main.entries.items() if p.endswith(".safetensors")]
        fields = describe(repo_id, list(main.entries), texts, weights) | {"sha": main.commit}
        own = ("renamed_to", "access_tokens", "tag_names", "extra_files", "lfs_threshold")
        fields |= {key: value for key, value in metadata.items() if key not in own}
        return Repo(repo_id, fields, snapshots, metadata)

    def _snapshot(self, repo_id: str, root: Path, metadata: dict[str, Any]) -> Snapshot:
        threshold = metadata.get("lfs_threshold", LFS_THRESHOLD)
        files = {p.relative_to(root).as_posix(): p for p in sorted(root.rglob("*")) if p.is_file()}
        entries = {name: self._entry(name, path, threshold) for name, path in files.items()}
        for name, text in metadata.get("extra_files", {}).items():
            data = text.encode()
            entries[name] = Entry(name, len(data), git_sha1(data), None, None, data)
        listing = "\n".join(f"{e.oid} {e.path}" for e in sorted(entries.values(), key=lambda e: e.path))
        return Snapshot(hashlib.sha1(f"{repo_id}\n{listing}".encode()).hexdigest(), entries)  # noqa: S324

    def _entry(self, name: str, path: Path, threshold: int) -> Entry:
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        if key not in self._hashes:
            self._hashes[key] = _hash_file(path, stat.st_size)
        sha1, sha256 = self._hashes[key]
        if path.suffix not in LFS_SUFFIXES and stat.st_size < threshold:
            return Entry(name, stat.st_size, sha1, None, None, path)
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {stat.st_size}\n".encode()
        return Entry(name, stat.st_size, git_sha1(pointer), sha256, len(pointer), path)


def git_sha1(data: bytes) -> str:
    """The name that git gives to a file of these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324 - git's own


def _hash_file(path: Path, size: int) -> tuple[str, str]:
    sha1, sha256 = hashlib.sha1(b"blob %d\0" % size), hashlib.sha256()  # noqa: S324 - git's own
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            sha1.update(chunk)
            sha256.update(chunk)
    return sha1.hexdigest(), sha256.hexdigest()


def _content(snapshot: Snapshot, name: str) -> str:
    entry = snapshot.entries.get(name)
    if entry is None or entry.content is None:
        return ""
    data = entry.content if isinstance(entry.content, bytes) else entry.content.read_bytes()
    return data.decode("utf-8", "replace")


def _read_dump(path: Path) -> list[Repo]:
    """The repos of the dump. It has no sizes and no hashes: of its files only the cards can be served."""
    repos = []
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            fields = json.loads(record["infos.json"])
            names = [s["rfilename"] for s in fields.pop("siblings")]
            fields = {k: v for k, v in fields.items() if v is not None and k != "modelId"}
            card = record["README.md"]
            data = None if card == NO_CARD_IN_DUMP else card.encode("utf-8", "surrogatepass")
            if data is not None and "README.md" not in names:
                names.append("README.md")
            entries = {
                n: Entry(n, len(data), git_sha1(data), None, None, data)
                if n == "README.md" and data is not None
                else Entry(n, None, "", None, None, None)
                for n in names
            }
            repos.append(Repo(record["id"], fields, {"main": Snapshot(fields["sha"], entries)}))
    return repos
