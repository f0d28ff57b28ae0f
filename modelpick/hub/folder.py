"""The facts of a subject that lies on this machine: a folder, a git clone or a card file. No network, no git command.

Nobody says which repo of the Hub a folder is, so `repo_id` stays None.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from modelpick.card.bases import bases_of
from modelpick.card.reader import read_card
from modelpick.card_facts import CardFacts
from modelpick.errors import CannotFindOut, UsageError
from modelpick.facts import BaseModel, FileFact, Missing, RepoFacts, TextFile
from modelpick.licences.files import is_licence_file
from modelpick.weights.formats import weight_format
from modelpick.weights.gather import Limits, gather
from modelpick.weights.lfs_pointer import MAX_BYTES as MAX_POINTER
from modelpick.weights.lfs_pointer import read_pointer
from modelpick.weights.source import LocalFile

MAX_CARD = 2 * 2**20
MAX_TEXT = 4 * 2**20
MAX_GIT = 16 * 2**20
MAX_FILES = 100_000
"""Bytes of a card, of another text and of a file of git's that are read; files that are listed."""

MAX_HASHED = 256 * 2**20
"""Bytes of weights that are hashed, a quarter of them of one file at most."""

_LIMITS = Limits(files=500, shards=500, ggufs=20, bytes=512 * 2**20, file_bytes=32 * 2**20, reads=10_000)
_CARD = "README.md"
_RUN_FILES = ("config.json", "model.safetensors", "preprocessing.json", "report.json")
_CARD_SUFFIXES = (".md", ".markdown")
_TEXT_SUFFIXES = (*_CARD_SUFFIXES, ".txt", "")
_CONFIGS = re.compile(r"(?i)(?:[\w.-]*config|model_index|modules)\.json|mergekit_config\.ya?ml")
_EXPLICIT = re.compile(r"\.{0,2}[\\/]|~[\\/]|[A-Za-z]:[\\/]")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SKIPPED = frozenset({".git", ".cache"})  # `.cache/huggingface` holds what a download left behind


def is_path(subject: str) -> bool:
    """Whether a subject of the command line means a path and not a repo id.

    A path is `./x`, `../x`, `/x`, `~/x`, `.`, a card file's name, or a folder that holds a run of ours.

    Raises:
        UsageError: It is a folder here and could be a repo id as well.
    """
    if subject in {".", "..", "~"} or _EXPLICIT.match(subject) or subject.lower().endswith(_CARD_SUFFIXES):
        return True
    here = Path(subject)
    if not subject or not here.is_dir():
        return False
    if all((here / name).is_file() for name in _RUN_FILES):
        return True
    raise UsageError(
        f"`{subject}` is a folder here and could also be a repo of the Hub",
        hint=f"write `./{subject}` for the folder, or ask for the repo from another folder",
    )


def collect_path(path: str) -> RepoFacts:
    """The facts of a folder (a git clone's commit included), or of a single card file.

    Raises:
        CannotFindOut: There is no such path, it is neither a folder nor a file, or it cannot be read.
    """
    place = Path(os.path.expanduser(path))  # noqa: PTH111 - leaves `~nobody` as it is: there is no such path
    try:
        mode = place.stat().st_mode
        if stat.S_ISDIR(mode):
            return _unwalked(_folder(place, path))
        if stat.S_ISREG(mode):
            if place.suffix.lower() not in _TEXT_SUFFIXES:
                raise UsageError(
                    f"`{path}` is no model card: a card is a Markdown file, such as README.md",
                    hint="name the card, or the folder that holds it",
                )
            facts = RepoFacts(requested=path, source="path", card=_card(place, place.name))
            return _unwalked(facts)
    except FileNotFoundError:
        hint = "name a folder or a card file; a repo of the Hub is written `owner/name`"
        raise CannotFindOut(f"there is no `{path}`", hint, kind="file-not-found") from None
    except PermissionError as error:
        raise CannotFindOut(f"`{error.filename or path}` may not be read", kind="permission") from error
    except OSError as error:
        raise CannotFindOut(f"`{path}` cannot be read: {error.strerror}", kind="disk") from error
    raise CannotFindOut(f"`{path}` is neither a folder nor a file", hint="name a folder or a card file", kind="data")


def _unwalked(facts: RepoFacts) -> RepoFacts:
    """The facts, with the reason why nobody walked to the bases, where any is named."""
    if not bases_of(facts):
        return facts
    told = Missing(what="lineage", reason="a path is looked at without asking the Hub")
    return replace(facts, missing=(*facts.missing, told))


def _card(place: Path, name: str) -> CardFacts:
    with place.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return read_card(file.read(MAX_CARD), name, size=size)


def _folder(place: Path, requested: str) -> RepoFacts:
    missing: list[Missing] = []
    files: list[FileFact] = []
    texts: list[TextFile] = []
    for relative, file in _walk(place, missing):
        if len(files) >= MAX_FILES:
            missing.append(Missing(what="files", reason=f"more than {MAX_FILES:,}; the rest was not listed"))
            break
        fact = _file(file, relative)
        files.append(fact)
        wanted = _CONFIGS.fullmatch(relative) or is_licence_file(relative)
        if wanted and not fact.pointer and fact.problem is None:
            texts.extend(_text(file, relative, fact.bytes or 0, missing))
    seen = gather(files, lambda fact: _opened(place / fact.path), _LIMITS)
    card = place / _CARD
    return RepoFacts(
        requested=requested,
        source="path",
        commit=read_commit(place),
        card=_card(card, _CARD) if card.is_file() else None,
        files=_hashed(place, seen.amended(files)),
        texts=tuple(texts),
        weights=tuple(seen.weights),
        base_models=tuple(_base_of_adapter(texts, missing)),
        parameters=sum(seen.dtypes.values()) if seen.dtypes else None,
        dtypes=seen.dtypes or None,
        missing=(*missing, *seen.missing),
    )


@contextmanager
def _opened(file: Path) -> Iterator[LocalFile]:
    try:
        with file.open("rb") as stream:
            yield LocalFile(stream)
    except OSError as error:
        raise CannotFindOut(error.strerror or "it cannot be opened", kind="data") from error


def _hashed(place: Path, files: Sequence[FileFact]) -> tuple[FileFact, ...]:
    """The files, with the sha256 of weights that are not large: equal weights are known by it."""
    left, hashed = MAX_HASHED, []
    for file in files:
        weights = weight_format(file.path) is not None and not file.pointer and file.problem is None
        if weights and file.bytes and file.bytes <= min(left, MAX_HASHED // 4):
            left -= file.bytes
            with (place / file.path).open("rb") as stream:
                file = replace(file, sha256=hashlib.file_digest(stream, "sha256").hexdigest())
        hashed.append(file)
    return tuple(hashed)


def _walk(place: Path, missing: list[Missing]) -> Iterator[tuple[str, Path]]:
    def unreadable(error: OSError) -> NoReturn:
        raise error

    for folder, names, files in os.walk(place, onerror=unreadable):
        here = Path(folder)
        names[:] = sorted(name for name in names if not (here == place and name in _SKIPPED))
        linked = [name for name in names if (here / name).is_symlink()]
        missing.extend(
            Missing(what=(here / name).relative_to(place).as_posix(), reason="a linked folder") for name in linked
        )
        for name in sorted(files):
            yield (here / name).relative_to(place).as_posix(), here / name


def _file(file: Path, relative: str) -> FileFact:
    try:
        mode = file.stat()
    except OSError as error:
        return FileFact(path=relative, problem=f"`{relative}` cannot be read: {error.strerror}")
    if not stat.S_ISREG(mode.st_mode):
        return FileFact(path=relative, problem=f"`{relative}` is no regular file")
    executable = os.name == "posix" and bool(mode.st_mode & stat.S_IXUSR)
    if 0 < mode.st_size <= MAX_POINTER:
        pointer = read_pointer(file.read_bytes())
        if pointer is not None:
            return FileFact(path=relative, bytes=pointer.bytes, sha256=pointer.sha256, pointer=True)
    problem = f"`{relative}` is empty (0 bytes)" if mode.st_size == 0 and relative.endswith(".safetensors") else None
    return FileFact(path=relative, bytes=mode.st_size, problem=problem, executable=executable)


def _text(file: Path, relative: str, size: int, missing: list[Missing]) -> Iterator[TextFile]:
    if size > MAX_TEXT:
        missing.append(Missing(what=relative, reason=f"larger than {MAX_TEXT} bytes"))
        return
    yield TextFile(path=relative, text=file.read_bytes().decode("utf-8", "replace"))


def _base_of_adapter(texts: list[TextFile], missing: list[Missing]) -> Iterator[BaseModel]:
    for text in texts:
        if text.path != "adapter_config.json":
            continue
        try:
            config = json.loads(text.text)
        except (ValueError, RecursionError):
            missing.append(Missing(what="base model", reason="adapter_config.json is not sound JSON"))
            return
        base = config.get("base_model_name_or_path") if isinstance(config, dict) else None
        if isinstance(base, str) and re.fullmatch(r"[\w.-]{1,96}(?:/[\w.-]{1,96})?", base):
            yield BaseModel(repo_id=base, relation="adapter", source="config")


def read_commit(place: Path) -> str | None:
    """The commit that a git clone's HEAD stands at (40 hex), read from its files; None where it is no clone."""
    git = place / ".git"
    try:
        if git.is_file():  # a worktree or a submodule: the file names the real folder
            named = _text_of_git(git)
            if not named.startswith("gitdir: "):
                return None
            git = place / named.removeprefix("gitdir: ")
        head = _text_of_git(git / "HEAD")
        if not head.startswith("ref: "):
            return head if _COMMIT.fullmatch(head) else None
        return _reference(git, head.removeprefix("ref: ").strip())
    except OSError:
        return None


def _reference(git: Path, name: str) -> str | None:
    if not re.fullmatch(r"refs/[\w./-]+", name) or ".." in name:
        return None
    common = git / "commondir"
    roots = [git, git / _text_of_git(common)] if common.is_file() else [git]
    for root in roots:
        loose = root / name
        if loose.is_file():
            commit = _text_of_git(loose)
            return commit if _COMMIT.fullmatch(commit) else None
        for line in _text_of_git(root / "packed-refs").splitlines():
            commit, _, reference = line.partition(" ")
            if reference.strip() == name and _COMMIT.fullmatch(commit):
                return commit
    return None


def _text_of_git(file: Path) -> str:
    """The text of a file of git's own, "" where there is none; a pipe or a device in its place is not opened."""
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        return stream.read(MAX_GIT).decode("utf-8", "replace").strip()
