"""The facts of a subject that lies on this machine: a folder, a git clone or a card file. No network, no git command.

Nobody says which repo of the Hub a folder is, so `repo_id` stays None.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from modelpick.card.reader import read_card
from modelpick.errors import CannotFindOut, UsageError
from modelpick.facts import BaseModel, CardFacts, FileFact, Missing, RepoFacts, TextFile
from modelpick.weights.lfs_pointer import MAX_BYTES as MAX_POINTER
from modelpick.weights.lfs_pointer import read_pointer
from modelpick.weights.safetensors_header import read_header

MAX_CARD = 2 * 2**20
MAX_TEXT = 4 * 2**20
MAX_GIT = 16 * 2**20
MAX_FILES = 100_000
"""Bytes of a card, of another text and of a file of git's that are read; files that are listed."""

_CARD = "README.md"
_RUN_FILES = ("config.json", "model.safetensors", "preprocessing.json", "report.json")
_CARD_SUFFIXES = (".md", ".markdown")
_TEXT_SUFFIXES = (*_CARD_SUFFIXES, ".txt", "")
_TEXTS = re.compile(
    r"(?i)(?:config|adapter_config)\.json|mergekit_config\.ya?ml|(?:licen[cs]e|copying|notice|use[-_]?policy)[\w .-]*"
)
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
            return _folder(place, path)
        if stat.S_ISREG(mode):
            if place.suffix.lower() not in _TEXT_SUFFIXES:
                raise UsageError(
                    f"`{path}` is no model card: a card is a Markdown file, such as README.md",
                    hint="name the card, or the folder that holds it",
                )
            return RepoFacts(requested=path, source="path", card=_card(place, place.name))
    except FileNotFoundError:
        hint = "name a folder or a card file; a repo of the Hub is written `owner/name`"
        raise CannotFindOut(f"there is no `{path}`", hint, kind="file-not-found") from None
    except PermissionError as error:
        raise CannotFindOut(f"`{error.filename or path}` may not be read", kind="permission") from error
    except OSError as error:
        raise CannotFindOut(f"`{path}` cannot be read: {error.strerror}", kind="disk") from error
    raise CannotFindOut(f"`{path}` is neither a folder nor a file", hint="name a folder or a card file", kind="data")


def _card(place: Path, name: str) -> CardFacts:
    with place.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return read_card(file.read(MAX_CARD), name, size=size)


def _folder(place: Path, requested: str) -> RepoFacts:
    missing: list[Missing] = []
    files: list[FileFact] = []
    texts: list[TextFile] = []
    dtypes: Counter[str] = Counter()
    for relative, file in _walk(place, missing):
        if len(files) >= MAX_FILES:
            missing.append(Missing(what="files", reason=f"more than {MAX_FILES:,}; the rest was not listed"))
            break
        fact, counts = _file(file, relative)
        files.append(fact)
        dtypes.update(counts)
        if _TEXTS.fullmatch(relative) and not fact.pointer and fact.problem is None:
            texts.extend(_text(file, relative, fact.bytes or 0, missing))
    card = place / _CARD
    return RepoFacts(
        requested=requested,
        source="path",
        commit=read_commit(place),
        card=_card(card, _CARD) if card.is_file() else None,
        files=tuple(files),
        texts=tuple(texts),
        base_models=tuple(_base_of_adapter(texts, missing)),
        parameters=sum(dtypes.values()) if dtypes else None,
        dtypes=dict(dtypes) if dtypes else None,
        missing=tuple(missing),
    )


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


def _file(file: Path, relative: str) -> tuple[FileFact, dict[str, int]]:
    """The fact of one file, and the counts by dtype of a safetensors file."""
    try:
        mode = file.stat()
    except OSError as error:
        return FileFact(path=relative, problem=f"`{relative}` cannot be read: {error.strerror}"), {}
    if not stat.S_ISREG(mode.st_mode):
        return FileFact(path=relative, problem=f"`{relative}` is no regular file"), {}
    if 0 < mode.st_size <= MAX_POINTER:
        pointer = read_pointer(file.read_bytes())
        if pointer is not None:
            return FileFact(path=relative, bytes=pointer.bytes, sha256=pointer.sha256, pointer=True), {}
    if not relative.endswith(".safetensors"):
        return FileFact(path=relative, bytes=mode.st_size), {}
    try:
        counts = read_header(file).dtypes
    except CannotFindOut as error:
        problem = error.message.replace(str(file), relative)
        return FileFact(path=relative, bytes=mode.st_size, problem=problem), {}
    return FileFact(path=relative, bytes=mode.st_size), counts


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
